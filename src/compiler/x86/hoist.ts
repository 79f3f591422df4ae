/**
 * Copies on a loop's way back stand before the branch, not in a block of their own between branch and target: the round then ends in
 * one jump. They are done for nothing when the loop is left, so only where the way out wants none of what they overwrite.
 */
import { type Interval, isAlive, type Numbering, STEP } from "./intervals.ts";
import {
  infoOf,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  visitRegisters,
} from "./machine.ts";
import { FIRST_VIRTUAL, isVirtual, type Reg } from "./registers.ts";

/** Operations that leave flags alone and cannot fault. */
const PLAIN: ReadonlySet<MachineInstruction["op"]> = new Set(["copy", "mov", "movabs"]);

const isNothing = ({ op, operands: [to, from] }: MachineInstruction): boolean =>
  op === "copy" && to?.kind === "reg" && from?.kind === "reg" && to.reg === from.reg;

/** What a block of copies reads and writes; undefined if it is none, or too long. */
function copiesOf(block: MachineBlock): { reads: Set<Reg>; writes: Set<Reg> } | undefined {
  const instructions = block.instructions.filter((i) => !isNothing(i));
  if (instructions.length === 0 || instructions.length > 8) return undefined;
  const reads = new Set<Reg>();
  const writes = new Set<Reg>();
  for (const i of instructions) {
    if (!PLAIN.has(i.op) || i.operands.some((o) => o.kind === "mem")) return undefined;
    visitRegisters(
      i,
      (r) => reads.add(r),
      (r) => writes.add(r),
    );
  }
  return [...writes].every(isVirtual) ? { reads, writes } : undefined;
}

/** Where in a block the copies can stand: before what sets the flags, if that has nothing to do with them, else at the end. */
function placeFor(block: MachineBlock, reads: ReadonlySet<Reg>, writes: ReadonlySet<Reg>): number {
  const { instructions } = block;
  for (let n = instructions.length - 1; n >= 0; n--) {
    const i = instructions[n]!;
    let free = true;
    visitRegisters(
      i,
      (r) => {
        if (writes.has(r)) free = false;
      },
      (r) => {
        if (reads.has(r) || writes.has(r)) free = false;
      },
    );
    if (!free || i.op === "asm") break;
    const { flags } = infoOf(i.op);
    if (flags === "w") return n;
  }
  return instructions.length;
}

/**
 * Copies that the allocator could not do away with: registers that are joined have one name already. Blocks that become empty stay. True
 * if something was moved; numbering and intervals are then those of before.
 */
export function hoistCopies(
  machine: MachineFunction,
  numbering: Numbering,
  intervals: readonly (Interval | undefined)[],
): boolean {
  let changed = false;
  for (const block of machine.blocks) {
    const { end } = block;
    if (end.kind !== "branch") continue;
    for (const [edge, other] of [
      [end.taken, end.otherwise],
      [end.otherwise, end.taken],
    ] as const) {
      if (edge === other || edge.end.kind !== "jump" || edge.predecessors.length !== 1) continue;
      // Back to where control has been.
      if (numbering.first.get(edge.end.to)! > numbering.first.get(block)!) continue;
      const found = copiesOf(edge);
      if (found === undefined) continue;
      const start = numbering.first.get(other)! * STEP;
      const wanted = (r: Reg): boolean => isAlive(intervals[r - FIRST_VIRTUAL]?.ranges ?? [], start);
      if ([...found.writes].some(wanted)) continue;
      block.instructions.splice(placeFor(block, found.reads, found.writes), 0, ...edge.instructions);
      edge.instructions = [];
      changed = true;
      break;
    }
  }
  return changed;
}
