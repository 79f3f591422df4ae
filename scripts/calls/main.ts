/*
 * npm run calls -- [--seed N] [--count N] [--call NAME] [--against native|linux] [--show] [--json FILE]
 *
 * Bad calls: for each system call that the kernel serves so many with arguments drawn from a seed, bad pointers, sizes, descriptors and flags among them, on the
 * unikernel and on Linux: this host's, or Debian's in the machine. What each call gives and writes is compared. A table for people, JSON for
 * programs; docs/testing.md has the figures. Exit status 1 for differences that known.ts does not explain, 2 for bad use or a missing tool.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chalk from "chalk";
import { findTool } from "../../tests/support/tools.ts";
import { layOut } from "../switch/comparison.ts";
import { compareOutcomes, type Difference } from "./compare.ts";
import { readOptions } from "./options.ts";
import { compileCalls, describeCalls, onLinux, onUnikernel } from "./systems.ts";

/** Of one call, unless all are shown. */
const FEW = 4;

function tell(differences: readonly Difference[], all: boolean): void {
  const told = new Map<string, number>();
  for (const { call, index, args, here, there, reason } of differences) {
    const count = (told.get(call) ?? 0) + 1;
    told.set(call, count);
    if (!all && count > FEW) continue;
    const why = reason === undefined ? "" : chalk.dim(` ${reason}`);
    console.log(`${call} ${index}: ${here}, Linux ${there}: ${args}${why}`);
  }
}
function main(): number {
  try {
    const options = readOptions(process.argv.slice(2), (text) => void process.stdout.write(text));
    if (options === undefined) return 0;
    const gcc = findTool("gcc");
    if (gcc === undefined) throw new Error("gcc is missing: package gcc");
    const folder = mkdtempSync(join(tmpdir(), "vitrine-calls-"));
    try {
      const program = compileCalls(gcc, folder);
      const there = onLinux(options.against, program, options, folder);
      const here = onUnikernel(program, options);
      const differences = compareOutcomes(here, there, options.against, (call, indexes) =>
        describeCalls(program, options, call, indexes),
      );
      const rows = [...here].map(([call, outcomes]) => {
        const own = differences.filter((d) => d.call === call);
        const unknown = own.filter((d) => d.reason === undefined).length;
        return { call, calls: outcomes.length, known: own.length - unknown, unknown };
      });
      const unknown = differences.filter((d) => d.reason === undefined);
      const { seed, count, against, json } = options;
      const figures = `${JSON.stringify({ seed, count, against, rows, differences }, undefined, 2)}\n`;
      if (json === "-") process.stdout.write(figures);
      else {
        if (json !== undefined) writeFileSync(json, figures);
        const lines = rows.map((r) => [r.call, String(r.calls), String(r.known), String(r.unknown)]);
        console.log(layOut("system call", ["calls", "explained", "different"], lines));
        tell(options.show ? differences : unknown, options.show);
        const total = rows.reduce((sum, r) => sum + r.calls, 0);
        console.log(
          `${total} calls of ${rows.length} system calls, seed ${seed}: ${differences.length - unknown.length} differences are explained, ${unknown.length} are not`,
        );
      }
      return unknown.length === 0 ? 0 : 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  } catch (error) {
    process.stderr.write(`calls: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}
process.exitCode = main();
