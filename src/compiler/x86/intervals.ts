/**
 * Live intervals: where each register holds a value that is still wanted, as sorted ranges of positions in the linear order of
 * blocks. Instruction n has positions 16n to 16n + 15: +4 reloads before it, +8 its reads, +9 its writes, +12 stores after it.
 */
import {
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  successors,
  visitRegisters,
} from "./machine.ts";
import { FIRST_VIRTUAL, type Reg, RSP } from "./registers.ts";

export const STEP = 16;
export const AT_RELOAD = 4;
export const AT_USE = 8;
export const AT_DEF = 9;
export const AT_SPILL = 12;

/** Half-open ranges, ascending and apart: from0, to0, from1, to1 … */
export type Ranges = number[];

export interface Interval {
  readonly register: Reg;
  ranges: Ranges;
  /** Estimated reads and writes per call of the function. */
  cost: number;
  /** Not to be spilled: it is as short as can be. */
  fixed: boolean;
}

export function overlaps(a: Ranges, b: Ranges): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1]! <= b[j]!) i += 2;
    else if (b[j + 1]! <= a[i]!) j += 2;
    else return true;
  }
  return false;
}

export function isAlive(ranges: Ranges, position: number): boolean {
  for (let i = 0; i < ranges.length; i += 2)
    if (position >= ranges[i]! && position < ranges[i + 1]!) return true;
  return false;
}

/** The union of two lists that do not overlap; touching ranges become one. */
export function merged(a: Ranges, b: Ranges): Ranges {
  const out: Ranges = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && a[i]! < b[j]!);
    const from = fromA ? a[i]! : b[j]!;
    const to = fromA ? a[i + 1]! : b[j + 1]!;
    if (fromA) i += 2;
    else j += 2;
    if (out.length > 0 && out[out.length - 1]! >= from)
      out[out.length - 1] = Math.max(out[out.length - 1]!, to);
    else out.push(from, to);
  }
  return out;
}

export const lengthOf = (r: Ranges): number => {
  let sum = 0;
  for (let i = 0; i < r.length; i += 2) sum += r[i + 1]! - r[i]!;
  return sum;
};

export interface Numbering {
  /** Instructions in linear order; undefined at the ends of blocks. */
  readonly instructions: (MachineInstruction | undefined)[];
  readonly blockOf: MachineBlock[];
  /** Index of each block's first instruction and of its end. */
  readonly first: Map<MachineBlock, number>;
  readonly last: Map<MachineBlock, number>;
}

/** Numbers instructions; the end of each block counts as one. */
export function number(blocks: readonly MachineBlock[]): Numbering {
  const instructions: (MachineInstruction | undefined)[] = [];
  const blockOf: MachineBlock[] = [];
  const first = new Map<MachineBlock, number>();
  const last = new Map<MachineBlock, number>();
  for (const block of blocks) {
    first.set(block, instructions.length);
    for (const i of block.instructions) {
      instructions.push(i);
      blockOf.push(block);
    }
    last.set(block, instructions.length);
    instructions.push(undefined);
    blockOf.push(block);
  }
  return { instructions, blockOf, first, last };
}

/** Registers that the end of a block reads. */
export function endUses(block: MachineBlock): readonly Reg[] {
  const { end } = block;
  return end.kind === "table" ? [end.index] : end.kind === "return" ? end.uses : [];
}

interface Liveness {
  readonly liveIn: Map<MachineBlock, Uint32Array>;
  readonly liveOut: Map<MachineBlock, Uint32Array>;
}

/** Virtual registers alive at the borders of blocks, as bit sets by number − 32. */
export function liveness(machine: MachineFunction): Liveness {
  const words = (machine.files.length + 31) >> 5;
  const uses = new Map<MachineBlock, Uint32Array>();
  const defs = new Map<MachineBlock, Uint32Array>();
  const liveIn = new Map<MachineBlock, Uint32Array>();
  const liveOut = new Map<MachineBlock, Uint32Array>();
  for (const block of machine.blocks) {
    const use = new Uint32Array(words);
    const def = new Uint32Array(words);
    const addUse = (r: Reg): void => {
      const n = r - FIRST_VIRTUAL;
      if (n >= 0 && !((def[n >> 5]! >>> (n & 31)) & 1)) use[n >> 5]! |= 1 << (n & 31);
    };
    const addDef = (r: Reg): void => {
      const n = r - FIRST_VIRTUAL;
      if (n >= 0) def[n >> 5]! |= 1 << (n & 31);
    };
    for (const i of block.instructions) visitRegisters(i, addUse, addDef);
    for (const r of endUses(block)) addUse(r);
    uses.set(block, use);
    defs.set(block, def);
    liveIn.set(block, Uint32Array.from(use));
    liveOut.set(block, new Uint32Array(words));
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let n = machine.blocks.length - 1; n >= 0; n--) {
      const block = machine.blocks[n]!;
      const out = liveOut.get(block)!;
      const into = liveIn.get(block)!;
      const [use, def] = [uses.get(block)!, defs.get(block)!];
      for (const to of successors(block)) {
        const from = liveIn.get(to)!;
        for (let w = 0; w < words; w++) out[w]! |= from[w]!;
      }
      for (let w = 0; w < words; w++) {
        const next = use[w]! | (out[w]! & ~def[w]!);
        if (next !== (into[w]! | 0)) {
          into[w] = next;
          changed = true;
        }
      }
    }
  }
  return { liveIn, liveOut };
}

/** Intervals of all registers that occur: virtual ones by number, and where real ones are taken. */
export function buildIntervals(
  machine: MachineFunction,
  numbering: Numbering,
): { virtual: (Interval | undefined)[]; real: Ranges[] } {
  const { liveOut } = liveness(machine);
  const count = machine.files.length;
  // Ranges in descending order while blocks are walked backwards: to, from pairs reversed at the end.
  const starts: number[][] = Array.from({ length: FIRST_VIRTUAL + count }, () => []);
  const stops: number[][] = Array.from({ length: FIRST_VIRTUAL + count }, () => []);
  const cost = new Float64Array(FIRST_VIRTUAL + count);
  const alive = new Uint8Array(FIRST_VIRTUAL + count);
  const add = (r: Reg, from: number, to: number): void => {
    const s = starts[r]!;
    const e = stops[r]!;
    const n = s.length - 1;
    if (n >= 0 && to >= s[n]!) {
      s[n] = Math.min(s[n]!, from);
      e[n] = Math.max(e[n]!, to);
    } else {
      s.push(from);
      e.push(to);
    }
  };
  for (let n = machine.blocks.length - 1; n >= 0; n--) {
    const block = machine.blocks[n]!;
    const first = numbering.first.get(block)!;
    const last = numbering.last.get(block)!;
    const from = first * STEP;
    alive.fill(0);
    const out = liveOut.get(block)!;
    for (let w = 0; w < out.length; w++) {
      for (let bits = out[w]!; bits !== 0; bits &= bits - 1) {
        const r = FIRST_VIRTUAL + w * 32 + (31 - Math.clz32(bits & -bits));
        alive[r] = 1;
        add(r, from, (last + 1) * STEP);
      }
    }
    let position = last * STEP;
    const use = (r: Reg): void => {
      if (r === RSP) return;
      cost[r]! += block.frequency;
      alive[r] = 1;
      add(r, from, position + AT_DEF);
    };
    const def = (r: Reg): void => {
      if (r === RSP) return;
      cost[r]! += block.frequency;
      if (alive[r]) {
        const s = starts[r]!;
        s[s.length - 1] = position + AT_DEF;
        alive[r] = 0;
      } else add(r, position + AT_DEF, position + AT_DEF + 1);
    };
    for (const r of endUses(block)) use(r);
    for (let m = last - 1; m >= first; m--) {
      const i = numbering.instructions[m]!;
      position = m * STEP;
      // Writes come after reads, so that backwards they come first.
      const read: Reg[] = [];
      visitRegisters(i, (r) => read.push(r), def);
      for (const r of read) use(r);
    }
  }
  const rangesOf = (r: Reg): Ranges => {
    const s = starts[r]!;
    const e = stops[r]!;
    const out: Ranges = [];
    for (let n = s.length - 1; n >= 0; n--) {
      if (out.length > 0 && out[out.length - 1]! >= s[n]!)
        out[out.length - 1] = Math.max(out[out.length - 1]!, e[n]!);
      else out.push(s[n]!, e[n]!);
    }
    return out;
  };
  const virtual: (Interval | undefined)[] = [];
  for (let n = 0; n < count; n++) {
    const register = FIRST_VIRTUAL + n;
    const ranges = rangesOf(register);
    virtual.push(ranges.length === 0 ? undefined : { register, ranges, cost: cost[register]!, fixed: false });
  }
  return { virtual, real: Array.from({ length: FIRST_VIRTUAL }, (_, r) => rangesOf(r)) };
}
