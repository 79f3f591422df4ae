/**
 * Splitting an interval around a loop: its part within the loop gets a register of its own, with a copy before the loop and,
 * if it is written there, copies on the ways out. The rest may then lie in the frame while the loop runs.
 */
import type { Loop } from "./flow.ts";
import {
  AT_RELOAD,
  endUses,
  type Interval,
  isAlive,
  merged,
  type Numbering,
  type Ranges,
  STEP,
} from "./intervals.ts";
import {
  instruction,
  type MachineBlock,
  type MachineFunction,
  reg,
  successors,
  visitRegisters,
} from "./machine.ts";
import type { Reg } from "./registers.ts";
import type { Spiller } from "./spill.ts";

interface Split {
  readonly inside: Interval;
  readonly outside: Interval;
  /** Of the copies. */
  readonly frequency: number;
}

/** What of the ranges lies in [from, to). */
function cut(ranges: Ranges, from: number, to: number): Ranges {
  const out: Ranges = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const [a, b] = [Math.max(ranges[i]!, from), Math.min(ranges[i + 1]!, to)];
    if (a < b) out.push(a, b);
  }
  return out;
}

/** Reads and writes of a register in a block, weighted by its frequency. */
function usesIn(block: MachineBlock, r: Reg): { cost: number; writes: boolean } {
  let cost = 0;
  let writes = false;
  const read = (x: Reg): void => {
    if (x === r) cost += block.frequency;
  };
  const write = (x: Reg): void => {
    if (x !== r) return;
    cost += block.frequency;
    writes = true;
  };
  for (const i of block.instructions) visitRegisters(i, read, write);
  for (const x of endUses(block)) read(x);
  return { cost, writes };
}

/**
 * Splits around the outermost loop where that saves accesses: the code is changed, and the two intervals are for the caller to
 * place. Undefined, with nothing changed, where no loop is worth it.
 */
export function splitAroundLoop(
  machine: MachineFunction,
  numbering: Numbering,
  loops: readonly Loop[],
  interval: Interval,
  spiller: Spiller,
): Split | undefined {
  for (const loop of loops) {
    const split = around(machine, numbering, loop, interval, spiller);
    if (split) return split;
  }
  return undefined;
}

function around(
  machine: MachineFunction,
  numbering: Numbering,
  loop: Loop,
  interval: Interval,
  spiller: Spiller,
): Split | undefined {
  const { register, ranges } = interval;
  const start = (b: MachineBlock): number => numbering.first.get(b)! * STEP;
  const stop = (b: MachineBlock): number => (numbering.last.get(b)! + 1) * STEP;
  if (!isAlive(ranges, start(loop.header))) return undefined;
  const before = loop.header.predecessors.filter((p) => !loop.blocks.has(p));
  const [entry] = before;
  if (entry === undefined || before.length !== 1 || successors(entry).length !== 1) return undefined;
  let cost = 0;
  let writes = false;
  let inner: Ranges = [];
  for (const block of loop.blocks) {
    const part = cut(ranges, start(block), stop(block));
    if (part.length === 0) continue;
    inner = merged(inner, part);
    const uses = usesIn(block, register);
    cost += uses.cost;
    writes ||= uses.writes;
  }
  // Something has to be left outside, and enough inside.
  const length = (list: Ranges): number => list.reduce((a, p, n) => a + (n % 2 === 0 ? -p : p), 0);
  if (length(inner) + 4 * STEP >= length(ranges)) return undefined;
  const exits = [...loop.blocks].flatMap((b) =>
    successors(b).filter((to) => !loop.blocks.has(to) && isAlive(ranges, start(to))),
  );
  if (exits.some((e) => e.predecessors.length !== 1)) return undefined;
  const copied = writes ? exits : [];
  const frequency = entry.frequency + copied.reduce((a, e) => a + e.frequency, 0);
  if (cost <= 2 * frequency) return undefined;

  const inside = machine.register(machine.fileOf(register));
  if (machine.wideRelied.has(register)) machine.wideRelied.add(inside);
  if (machine.wideVectors.has(register)) machine.wideVectors.add(inside);
  spiller.relate(interval, inside);
  for (const block of loop.blocks) {
    for (let n = numbering.first.get(block)!; n <= numbering.last.get(block)!; n++) {
      spiller.rename(n, register, inside);
    }
  }
  const copy = (to: Reg, from: Reg) => instruction("copy", 64, reg(to), reg(from));
  const last = numbering.last.get(entry)!;
  // Copies at one border are done one after the other: what each reads and writes is held through all of them.
  spiller.border("in", last, copy(inside, register));
  inner = merged(inner, [last * STEP, stop(entry)]);
  let outer: Ranges = ranges;
  if (writes) {
    // Outside it ends before the loop and begins anew on the ways out.
    outer = [];
    const blocks = machine.blocks.filter((b) => !loop.blocks.has(b));
    for (const block of blocks) {
      const to = block === entry ? last * STEP + AT_RELOAD + 1 : stop(block);
      outer = merged(outer, cut(ranges, start(block), to));
    }
    for (const exit of new Set(copied)) {
      spiller.border("out", numbering.first.get(exit)!, copy(register, inside));
      inner = merged(inner, [start(exit), start(exit) + AT_RELOAD + 1]);
    }
  }
  return {
    inside: { register: inside, ranges: inner, cost: cost + frequency, fixed: false },
    outside: { register, ranges: outer, cost: Math.max(0, interval.cost - cost) + frequency, fixed: false },
    frequency,
  };
}
