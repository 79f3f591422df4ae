/**
 * Joins the registers of copies whose intervals do not overlap, the most frequent copies first: block parameters and two-operand
 * instructions then need no moves. Copies from and to real registers stay, as hints for the allocator.
 */
import { type Interval, lengthOf, merged, type Numbering, overlaps } from "./intervals.ts";
import type { MachineFunction } from "./machine.ts";
import { isVirtual, type Reg } from "./registers.ts";

/** For each register the one that stands for it. */
export type Joined = (r: Reg) => Reg;

export function coalesce(
  machine: MachineFunction,
  numbering: Numbering,
  intervals: (Interval | undefined)[],
): Joined {
  const parent = new Map<Reg, Reg>();
  const find = (r: Reg): Reg => {
    let root = r;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    for (let at = r; at !== root; ) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  const copies: { to: Reg; from: Reg; frequency: number; at: number }[] = [];
  numbering.instructions.forEach((i, at) => {
    if (i?.op !== "copy") return;
    const [to, from] = [i.operands[0]!, i.operands[1]!];
    if (to.kind !== "reg" || from.kind !== "reg" || !isVirtual(to.reg) || !isVirtual(from.reg)) return;
    copies.push({ to: to.reg, from: from.reg, frequency: numbering.blockOf[at]!.frequency, at });
  });
  copies.sort((a, b) => b.frequency - a.frequency || a.at - b.at);
  for (const copy of copies) {
    const [to, from] = [find(copy.to), find(copy.from)];
    if (to === from || machine.fileOf(to) !== machine.fileOf(from)) continue;
    const a = intervals[to - 32];
    const b = intervals[from - 32];
    if (a === undefined || b === undefined || overlaps(a.ranges, b.ranges)) continue;
    // The lower number stands for both.
    const [kept, gone] = to < from ? [a, b] : [b, a];
    kept.ranges = merged(a.ranges, b.ranges);
    kept.cost += gone.cost - 2 * copy.frequency;
    parent.set(gone.register, kept.register);
    intervals[gone.register - 32] = undefined;
    if (machine.wideRelied.has(gone.register)) machine.wideRelied.add(kept.register);
    if (machine.wideVectors.has(gone.register)) machine.wideVectors.add(kept.register);
  }
  return find;
}

/** Spill weight: what a register saves per instruction that it is held for. */
export const weightOf = (i: Interval): number =>
  i.fixed ? Number.POSITIVE_INFINITY : i.cost / (lengthOf(i.ranges) / 16 + 4);
