/*
 * npm run switch -- [--json FILE]
 *
 * What a switch between two threads on one processor costs, in cycles of virtual time: the unikernel's kernel/bench/switch.ts beside the same
 * program in C, with pthreads, under Debian's kernel, both in Vitrine with the same cycle model. A table for people, JSON for programs; docs/kernel.md has the figures. Exit status 2 for bad use or a missing tool.
 */
import { fileURLToPath } from "node:url";
import { builtKernel } from "../../tests/support/built.ts";
import { type Bench, compare, layOut } from "./comparison.ts";
import { makeInitramfs } from "./guest.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Cycles of one hand-over, by its kind. */
type Costs = Readonly<Record<string, number>>;
interface Row {
  readonly system: string;
  readonly costs: Costs;
}
/** What the image ends with when all went well. */
const PASSED = 33;
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
function measure({ vitrine, kernel, gcc, folder }: Bench): Row[] {
  const own = readCosts(vitrine(PASSED, "boot", builtKernel("bench/switch.ts")));
  const initramfs = makeInitramfs(gcc, here("switch.c"), folder);
  const args = [kernel.image, "--initrd", initramfs, "--append", "console=ttyS0 quiet"];
  return [
    { system: "unikernel", costs: own },
    { system: `Linux ${kernel.release}`, costs: readCosts(vitrine(0, "boot", ...args)) },
  ];
}
function table(rows: readonly Row[]): string {
  const [own] = rows;
  const lines = rows.map(({ system, costs }) => [
    system,
    ...Object.keys(KINDS).map((kind) => {
      const ratio = costs[kind]! / own!.costs[kind]!;
      return system === own!.system ? `${costs[kind]}` : `${costs[kind]}, ${ratio.toFixed(1)} ×`;
    }),
  ]);
  return layOut("cycles for a hand-over", Object.values(KINDS), lines);
}

process.exitCode = compare({
  name: "switch",
  description: "Compares what a switch of threads costs in the unikernel and in Debian's Linux, in cycles.",
  unit: "cycles for a hand-over",
  measure,
  table,
});
