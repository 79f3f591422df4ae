/*
 * npm run syscall -- [--json FILE]
 *
 * What a system call costs, in cycles of virtual time: a static C program on the unikernel and as the first process of Debian's kernel, both in
 * Vitrine with the same cycle model. A table for people, JSON for programs; docs/process.md has the figures. Exit status 2 for bad use or a missing tool.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtKernel } from "../../tests/support/built.ts";
import { type Bench, compare, layOut } from "../switch/comparison.ts";
import { initramfsWith, run } from "../switch/guest.ts";

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
function measure({ vitrine, kernel, gcc, folder }: Bench): Row[] {
  const program = join(folder, "syscall");
  const source = fileURLToPath(new URL("syscall.c", import.meta.url));
  run(gcc, ["-O2", "-Wall", "-static", "-o", program, source], 0);
  const initramfs = initramfsWith(program, folder);
  const args = [kernel.image, "--initrd", initramfs, "--append", "console=ttyS0 quiet cryptomgr.notests"];
  return [
    { system: "unikernel", costs: readCosts(vitrine(0, "run", "--kernel", builtKernel("main.ts"), program)) },
    { system: `Linux ${kernel.release}`, costs: readCosts(vitrine(0, "boot", ...args)) },
  ];
}
function table(rows: readonly Row[]): string {
  const names = Object.keys(CALLS);
  const lines = rows.map(({ system, costs }) => [system, ...names.map((name) => `${costs[name]}`)]);
  return layOut("cycles of a call", Object.values(CALLS), lines);
}

process.exitCode = compare({
  name: "syscall",
  description: "Compares what a system call costs in the unikernel and in Debian's Linux, in cycles.",
  unit: "cycles",
  measure,
  table,
});
