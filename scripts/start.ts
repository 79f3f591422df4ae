/*
 * `npm start`: esbuild, as npm has it for Linux, bundles a file of this repository on this host, and on the unikernel in the machine with one processor and
 * with four. The bundles have to be the same to the last byte. Ends with status 1 if they are not.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitrine = join(root, "dist/cli/main.js");
const esbuild = join(root, "node_modules/@esbuild/linux-x64/bin/esbuild");
const SOURCE = "src/isa/disassemble.ts";
const PROCESSORS = [1, 4];
const MOST_OUTPUT = 1 << 28;

interface Ended {
  readonly status: number | null;
  readonly output: Buffer;
  readonly errors: string;
  readonly seconds: number;
}
function run(program: string, args: readonly string[]): Ended {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, maxBuffer: MOST_OUTPUT });
  if (error !== undefined) throw error;
  return { status, output: stdout, errors: stderr.toString(), seconds: (performance.now() - start) / 1000 };
}
const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
const inSeconds = (value: number): string => `${value < 0.1 ? value.toPrecision(2) : value.toFixed(1)} s`;
const row = (name: string, ended: Ended): string =>
  `  ${name.padEnd(14)}${`${ended.output.length} bytes`.padEnd(16)}sha256 ${digest(ended.output)}…  status ${ended.status}, ${inSeconds(ended.seconds)}`;

function main(): number {
  for (const [file, made] of [
    [vitrine, "npm run build"],
    [esbuild, "npm install, on Linux for x86-64"],
  ] as const) {
    if (existsSync(file)) continue;
    console.error(`${file} is missing: ${made} makes it`);
    return 2;
  }
  const args = ["--bundle", "--format=esm", "--platform=neutral", SOURCE];
  console.log(`esbuild ${args.join(" ")}`);
  const native = run(esbuild, args);
  console.log(row("this host", native));
  const guests = PROCESSORS.map((cpus) => {
    const guest = run(process.execPath, [vitrine, "run", "--stats", "--cpus", `${cpus}`, esbuild, ...args]);
    console.log(row(cpus === 1 ? "the unikernel" : `${cpus} processors`, guest));
    const lines = guest.errors.trimEnd().split("\n");
    const statistics = JSON.parse(lines.at(-1) ?? "null") as Record<string, number> | null;
    if (statistics?.instructions !== undefined)
      console.log(
        `  ${"".padEnd(14)}${(statistics.instructions / 1e6).toFixed(1)} million instructions, ${inSeconds(statistics.virtualSeconds ?? 0)} of virtual time from power-on to power-off`,
      );
    return guest;
  });
  const same = guests.every(
    (guest) => native.status === 0 && guest.status === 0 && native.output.equals(guest.output),
  );
  console.log(same ? "The bundles are the same, byte for byte." : "The bundles DIFFER.");
  if (!same) for (const { errors } of guests) console.error(errors);
  return same ? 0 : 1;
}
process.exitCode = main();
