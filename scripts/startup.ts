/*
 * `npm run startup [-- N]`: from the command to the first byte of a static program's output, N times (default 10), and where the time goes: Node
 * itself, the command's modules, the machine with its kernel, and the guest until the program has written. Needs gcc and a built package.
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

/** Milliseconds until the first byte of output, and to the end where there is none. */
function untilOutput(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let first: number | undefined;
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", () => {
      first ??= performance.now() - start;
    });
    child.on("error", reject);
    child.on("close", () => resolve(first ?? performance.now() - start));
  });
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
      { name: "node, doing nothing", args: ["-e", "0"] },
      { name: "and the command's modules", args: [vitrine, "run", "--help"] },
      {
        name: "and what is needed to see that there is no program",
        args: [vitrine, "run", join(folder, "nothing")],
      },
      { name: "and the machine, the kernel, the program: its first byte", args: [vitrine, "run", program] },
    ];
    const measured = steps.map((step) => ({ ...step, all: [] as number[] }));
    // One after the other, so that whatever else the host does is in all of them.
    for (let i = 0; i < times; i++) {
      for (const step of measured) {
        const isQuiet = step.args.at(-1)?.endsWith("nothing") ?? false;
        step.all.push(await untilOutput(isQuiet ? ["--no-warnings", ...step.args] : step.args));
      }
    }
    console.log(`milliseconds, of ${times} runs: median, least`);
    for (const { name, all } of measured)
      console.log(
        `${median(all).toFixed(0).padStart(6)} ${Math.min(...all)
          .toFixed(0)
          .padStart(6)}  ${name}`,
      );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = await main(Number(process.argv[2] ?? 10));
