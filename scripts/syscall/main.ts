/*
 * npm run syscall -- [--json FILE]
 *
 * What a system call costs, in cycles of virtual time: a static C program on the unikernel and as the first process of Debian's kernel, both in
 * Vitrine with the same cycle model. A table for people, JSON for programs; docs/process.md has the figures. Exit status 2 for bad use or a missing tool.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chalk from "chalk";
import { builtKernel, builtProgram } from "../../tests/support/built.ts";
import { findTool } from "../../tests/support/tools.ts";
import { findKernel, type Kernel } from "../linux/kernels.ts";
import { initramfsWith, run } from "../switch/guest.ts";
import { readOptions } from "../switch/options.ts";

/** What is called, as the program names it, and what that is. */
const CALLS: Readonly<Record<string, string>> = {
  getppid: "getppid",
  clock_gettime: "clock_gettime",
  read: "read, EBADF",
};
interface Row {
  readonly system: string;
  /** Cycles of one call. */
  readonly costs: Readonly<Record<string, number>>;
}

function readCosts(output: string): Row["costs"] {
  return Object.fromEntries(
    Object.keys(CALLS).map((name) => {
      const found = new RegExp(`^${name} (\\d+)\\r?$`, "m").exec(output);
      if (found === null) throw new Error(`the guest does not say what ${name} costs`);
      return [name, Number(found[1])];
    }),
  );
}
function measure(kernel: Kernel, gcc: string, folder: string): Row[] {
  const program = join(folder, "syscall");
  const source = fileURLToPath(new URL("syscall.c", import.meta.url));
  run(gcc, ["-O2", "-Wall", "-static", "-o", program, source], 0);
  const vitrine = (...args: string[]): string => run(process.execPath, [builtProgram(), ...args], 0);
  const initramfs = initramfsWith(program, folder);
  const options = ["--append", "console=ttyS0 quiet cryptomgr.notests"];
  return [
    { system: "unikernel", costs: readCosts(vitrine("run", "--kernel", builtKernel("main.ts"), program)) },
    {
      system: `Linux ${kernel.release}`,
      costs: readCosts(vitrine("boot", kernel.image, "--initrd", initramfs, ...options)),
    },
  ];
}
function table(rows: readonly Row[]): string {
  const names = Object.keys(CALLS);
  const width = Math.max(...rows.map((row) => row.system.length), "cycles of a call".length);
  const titles = names.map((name) => CALLS[name]!.padStart(16));
  const lines = rows.map(({ system, costs }) =>
    [system.padEnd(width), ...names.map((name) => String(costs[name]).padStart(16))].join(""),
  );
  return [chalk.dim(`${"cycles of a call".padEnd(width)}${titles.join("")}`), ...lines].join("\n");
}

const COMMAND = {
  name: "syscall",
  description: "Compares what a system call costs in the unikernel and in Debian's Linux, in cycles.",
};
function main(): number {
  try {
    const options = readOptions(COMMAND, process.argv.slice(2), (text) => void process.stdout.write(text));
    if (options === undefined) return 0;
    const gcc = findTool("gcc");
    if (gcc === undefined) throw new Error("gcc is not here");
    const kernel = findKernel("cloud");
    if (kernel === undefined) throw new Error("Debian's kernel is not here: .ci/run unpacks it");
    const folder = mkdtempSync(join(tmpdir(), "vitrine-syscall-"));
    try {
      const rows = measure(kernel, gcc, folder);
      const json = `${JSON.stringify({ unit: "cycles", rows })}\n`;
      if (options.json === "-") process.stdout.write(json);
      else {
        if (options.json !== undefined) writeFileSync(options.json, json);
        console.log(table(rows));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return 0;
  } catch (error) {
    console.error(`syscall: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}
process.exitCode = main();
