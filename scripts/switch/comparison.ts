/*
 * What `npm run switch`, `alloc` and `syscall` have in common: the unikernel beside Debian's Linux in Vitrine, with the same cycle model. A table for people, JSON for
 * programs, exit status 2 and one line for bad use or a missing tool.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chalk from "chalk";
import { builtProgram } from "../../tests/support/built.ts";
import { findTool } from "../../tests/support/tools.ts";
import { findKernel, type Kernel } from "../linux/kernels.ts";
import { run } from "./guest.ts";
import { readOptions } from "./options.ts";

/** What a comparison has at hand. */
export interface Bench {
  /** Runs `vitrine ARGS…` and gives its standard output. Throws Error with one line unless it ends with the status. */
  vitrine(status: number, ...args: readonly string[]): string;
  /** Debian's cloud kernel. */
  readonly kernel: Kernel;
  /** The path of gcc. */
  readonly gcc: string;
  /** For files, removed afterwards. */
  readonly folder: string;
}
export interface Comparison<Row> {
  /** Of the npm script. */
  readonly name: string;
  readonly description: string;
  /** What the figures count, for the JSON. */
  readonly unit: string;
  measure(bench: Bench): Row[];
  table(rows: readonly Row[]): string;
}

/** Does what the command line says; gives the exit status. */
export function compare<Row>(comparison: Comparison<Row>): number {
  try {
    const options = readOptions(comparison, process.argv.slice(2), (text) => void process.stdout.write(text));
    if (options === undefined) return 0;
    const kernel = findKernel("cloud");
    const gcc = findTool("gcc");
    if (kernel === undefined) throw new Error("there is no cloud kernel: .ci/run unpacks it");
    if (gcc === undefined) throw new Error("gcc is missing: package gcc");
    const folder = mkdtempSync(join(tmpdir(), `vitrine-${comparison.name}-`));
    const vitrine = (status: number, ...args: readonly string[]): string =>
      run(process.execPath, [builtProgram(), ...args], status);
    try {
      const rows = comparison.measure({ vitrine, kernel, gcc, folder });
      const { unit } = comparison;
      const json = `${JSON.stringify({ unit, kernel: `Linux ${kernel.release}`, rows }, undefined, 2)}\n`;
      if (options.json === "-") process.stdout.write(json);
      else {
        process.stdout.write(`${comparison.table(rows)}\n`);
        if (options.json !== undefined) writeFileSync(options.json, json);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${comparison.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

/** A table whose first column is what the other cells are of; those are to the right, in columns of at least so many characters. */
export function layOut(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const width = Math.max(title.length, ...rows.map(([what = ""]) => what.length));
  const widths = heads.map((head, i) =>
    Math.max(14, head.length + 2, ...rows.map((row) => (row[i + 1]?.length ?? 0) + 2)),
  );
  const line = (first: string, cells: readonly string[]): string =>
    first.padEnd(width) + cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("");
  return [chalk.dim(line(title, heads)), ...rows.map(([what = "", ...cells]) => line(what, cells))].join(
    "\n",
  );
}
