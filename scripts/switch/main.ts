/*
 * npm run switch -- [--json FILE]
 *
 * What a switch between two threads on one processor costs, in cycles of virtual time: the unikernel's kernel/bench/switch.ts beside the same
 * program in C, with pthreads, under Debian's kernel, both in Vitrine with the same cycle model. A table for people, JSON for programs; docs/kernel.md has the figures. Exit status 2 for bad use or a missing tool.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chalk from "chalk";
import { findTool } from "../../tests/support/tools.ts";
import { buildProgram } from "../linux/build.ts";
import { findKernel, type Kernel } from "../linux/kernels.ts";
import { makeInitramfs, run } from "./guest.ts";
import { readOptions } from "./options.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Cycles of one hand-over, by its kind. */
type Costs = Readonly<Record<string, number>>;
interface Row {
  readonly system: string;
  readonly costs: Costs;
}
/** How threads hand over, as both programs call it, and what that is. */
const KINDS: Readonly<Record<string, string>> = {
  condition: "mutex and condition variable",
  yield: "yielding",
};

function readCosts(output: string): Costs {
  return Object.fromEntries(
    Object.keys(KINDS).map((kind) => {
      const found = new RegExp(`^${kind} (\\d+)\\r?$`, "m").exec(output);
      if (found === null) throw new Error(`the guest does not say what ${kind} costs`);
      return [kind, Number(found[1])];
    }),
  );
}
/** One processor, 256 MiB. */
function measure(main: string, kernel: Kernel, gcc: string, folder: string): Row[] {
  const vitrine = (expected: number, ...args: string[]): string =>
    run(process.execPath, [main, ...args], expected);
  const image = join(folder, "switch.elf");
  vitrine(
    0,
    "build",
    here("../../kernel/bench/switch.ts"),
    "--target",
    "kernel",
    "--base",
    "1M",
    "-o",
    image,
  );
  const rows: Row[] = [{ system: "unikernel", costs: readCosts(vitrine(33, "boot", image)) }];
  const initramfs = makeInitramfs(gcc, here("switch.c"), folder);
  const args = [kernel.image, "--initrd", initramfs, "--append", "console=ttyS0 quiet"];
  rows.push({ system: `Linux ${kernel.release}`, costs: readCosts(vitrine(0, "boot", ...args)) });
  return rows;
}
function table(rows: readonly Row[]): string {
  const [own] = rows;
  const kinds = Object.keys(KINDS);
  const width = Math.max(...rows.map((row) => row.system.length));
  const titles = kinds.map((kind) => KINDS[kind]!.padStart(30));
  const lines = rows.map(({ system, costs }) => {
    const cells = kinds.map((kind) => {
      const ratio = costs[kind]! / own!.costs[kind]!;
      return `${String(costs[kind]).padStart(21)} ${system === own!.system ? " ".repeat(8) : `${ratio.toFixed(1)} ×`.padStart(8)}`;
    });
    return `${system.padEnd(width)} ${cells.join(" ")}`;
  });
  return [chalk.dim(`${"cycles for a hand-over".padEnd(width)} ${titles.join(" ")}`), ...lines].join("\n");
}

const COMMAND = {
  name: "switch",
  description: "Compares what a switch of threads costs in the unikernel and in Debian's Linux, in cycles.",
};

function main(): void {
  const options = readOptions(COMMAND, process.argv.slice(2), (text) => void process.stdout.write(text));
  if (options === undefined) return;
  const kernel = findKernel("cloud");
  const gcc = findTool("gcc");
  if (kernel === undefined) throw new Error("there is no cloud kernel: .ci/run unpacks it");
  if (gcc === undefined) throw new Error("gcc is missing: package gcc");
  const folder = mkdtempSync(join(tmpdir(), "vitrine-switch-"));
  const program = buildProgram();
  try {
    const rows = measure(program.main, kernel, gcc, folder);
    const json = `${JSON.stringify({ unit: "cycles for a hand-over", rows }, undefined, 2)}\n`;
    if (options.json === "-") process.stdout.write(json);
    else {
      process.stdout.write(`${table(rows)}\n`);
      if (options.json !== undefined) writeFileSync(options.json, json);
    }
  } finally {
    program.remove();
    rmSync(folder, { recursive: true });
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`switch: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
