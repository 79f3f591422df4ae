/*
 * `npm run startup [-- N]`: from the command to the first byte of a static program's output, N times (default 10), and where the time goes: Node
 * itself, the command's code, the machine with its kernel, and the guest until the program has written. And what the guest does from reset to the
 * program's end. Needs gcc and a built package.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitrine = process.env.VITRINE_PROGRAM ?? join(root, "dist/cli/main.js");
const SOURCE = `#include <unistd.h>
int main() { return write(1, "hello\\n", 6) != 6; }
`;

/** Milliseconds until the first byte of output, and to the end where there is none. Throws for another exit status. */
function untilOutput(args: readonly string[], status: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let first: number | undefined;
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", status === 0 ? "inherit" : "ignore"],
    });
    child.stdout.on("data", () => {
      first ??= performance.now() - start;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === status) resolve(first ?? performance.now() - start);
      else reject(new Error(`${args.join(" ")}: exit status ${code}`));
    });
  });
}
/** What `--stats` says of one run; it is the same every time. */
interface Statistics {
  readonly instructions: number;
  readonly virtualSeconds: number;
}
function statisticsOf(program: string): Statistics {
  const { stderr } = spawnSync(process.execPath, [vitrine, "run", "--stats", program], { encoding: "utf8" });
  // as: docs/boot.md says so
  return JSON.parse(stderr) as Statistics;
}
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(times: number): Promise<number> {
  if (!existsSync(vitrine)) {
    console.error(`${vitrine} is missing: npm run build makes it`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "vitrine-startup-"));
  try {
    const program = join(folder, "hello");
    writeFileSync(`${program}.c`, SOURCE);
    const { status, error } = spawnSync("gcc", ["-O2", "-static", "-o", program, `${program}.c`], {
      stdio: "inherit",
    });
    if (status !== 0) {
      console.error(`gcc: ${error?.message ?? `exit status ${status}`}`);
      return 2;
    }
    const steps = [
      { name: "node, doing nothing", args: ["-e", "0"], status: 0 },
      { name: "and the command's code", args: [vitrine, "run", "--help"], status: 0 },
      {
        name: "and what is needed to see that there is no program",
        args: [vitrine, "run", join(folder, "nothing")],
        status: 127,
      },
      {
        name: "and the machine, the kernel, the program: its first byte",
        args: [vitrine, "run", program],
        status: 0,
      },
    ];
    const measured = steps.map((step) => ({ ...step, all: [] as number[] }));
    // One after the other, so that whatever else the host does is in all of them.
    for (let i = 0; i < times; i++) {
      for (const { args, status, all } of measured) all.push(await untilOutput(args, status));
    }
    console.log(`milliseconds, of ${times} runs: median, least`);
    for (const { name, all } of measured)
      console.log(
        `${median(all).toFixed(0).padStart(6)} ${Math.min(...all)
          .toFixed(0)
          .padStart(6)}  ${name}`,
      );
    const { instructions, virtualSeconds } = statisticsOf(program);
    console.log(
      `${(virtualSeconds * 1000).toFixed(2)} ms of the guest's time from reset to the program's end, in ${instructions} instructions`,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = await main(Number(process.argv[2] ?? 10));
