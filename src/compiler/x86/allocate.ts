/**
 * Register allocation over live intervals with holes. Long intervals are placed first; one that finds no free register may
 * turn out others that are worth less, and what finds none is split around a loop or goes to the frame, leaving the short
 * intervals of its reads and writes, which always find one.
 *
 * After the idea of LLVM's greedy allocator (Olesen 2011), without its regions and interference caches.
 */
import { coalesce, weightOf } from "./coalesce.ts";
import type { Loop } from "./flow.ts";
import { hoistCopies } from "./hoist.ts";
import { buildIntervals, type Interval, lengthOf, type Numbering, number, type Ranges } from "./intervals.ts";
import { type MachineFunction, type Operand, reg } from "./machine.ts";
import {
  ALLOCATABLE_GPR,
  ALLOCATABLE_XMM,
  CALLEE_SAVED,
  FIRST_VIRTUAL,
  isVirtual,
  RBP,
  type Reg,
} from "./registers.ts";
import { Spiller } from "./spill.ts";
import { splitAroundLoop } from "./split.ts";

/** What holds a real register during [from, to): an interval, or nothing that can be moved. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly owner: Interval | undefined;
}

/** Index of the first segment that ends after `position`. */
function search(list: readonly Segment[], position: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.to <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One real register's times. */
class Occupancy {
  #segments: Segment[];

  constructor(taken: Ranges) {
    this.#segments = [];
    for (let i = 0; i < taken.length; i += 2)
      this.#segments.push({ from: taken[i]!, to: taken[i + 1]!, owner: undefined });
  }
  /** Calls `found` for each segment in the way, until it returns false. */
  conflicts(ranges: Ranges, found: (owner: Interval | undefined) => boolean): void {
    for (let i = 0; i < ranges.length; i += 2) {
      const to = ranges[i + 1]!;
      for (let n = search(this.#segments, ranges[i]!); n < this.#segments.length; n++) {
        const segment = this.#segments[n]!;
        if (segment.from >= to) break;
        if (!found(segment.owner)) return;
      }
    }
  }
  isFree(ranges: Ranges): boolean {
    let free = true;
    this.conflicts(ranges, () => {
      free = false;
      return false;
    });
    return free;
  }
  add(owner: Interval): void {
    const { ranges } = owner;
    for (let i = 0; i < ranges.length; i += 2) {
      const at = search(this.#segments, ranges[i]!);
      this.#segments.splice(at, 0, { from: ranges[i]!, to: ranges[i + 1]!, owner });
    }
  }
  remove(owner: Interval): void {
    this.#segments = this.#segments.filter((s) => s.owner !== owner);
  }
}

/** Puts joined registers' names into the code. */
function rename(machine: MachineFunction, joined: (r: Reg) => Reg): void {
  const name = (r: Reg): Reg => (r < FIRST_VIRTUAL ? r : joined(r));
  const operand = (o: Operand): Operand => {
    if (o.kind === "reg") return isVirtual(o.reg) ? reg(joined(o.reg)) : o;
    return o.kind === "mem" ? { ...o, base: name(o.base), index: name(o.index) } : o;
  };
  for (const { instructions, end } of machine.blocks) {
    for (const i of instructions) {
      i.operands = i.operands.map(operand);
      if (i.defs.some(isVirtual)) i.defs = i.defs.map(name);
    }
    if (end.kind === "table") end.index = name(end.index);
  }
}

/** Cost of saving and restoring a register of the caller's, in memory accesses per call. */
const SAVE_COST = 2;

export interface Allocation {
  /** Callee-saved registers that are written. */
  readonly saved: readonly Reg[];
  readonly numbering: Numbering;
  /** Where each virtual register was put, and when. */
  readonly intervals: readonly (Interval | undefined)[];
  readonly registerOf: (r: Reg) => Reg | undefined;
}

export class Allocator {
  readonly machine: MachineFunction;
  readonly numbering: Numbering;
  readonly intervals: (Interval | undefined)[];
  readonly #joined: (r: Reg) => Reg;
  readonly #occupied: Occupancy[];
  readonly #assigned = new Map<Interval, Reg>();
  readonly #hints = new Map<Reg, { with: Reg; frequency: number }[]>();
  readonly #queue: Interval[] = [];
  readonly #spiller: Spiller;
  readonly #loops: readonly Loop[];
  readonly #usedCalleeSaved = new Set<Reg>();
  readonly #splits = new Map<Reg, number>();

  readonly #most: number;

  /** `registers`: of each file, so many are used at most. */
  constructor(machine: MachineFunction, loops: readonly Loop[], registers = 16) {
    this.machine = machine;
    this.#most = registers;
    this.#loops = loops;
    let numbering = number(machine.blocks);
    let { virtual, real } = buildIntervals(machine, numbering);
    this.#joined = coalesce(machine, numbering, virtual);
    rename(machine, this.#joined);
    if (hoistCopies(machine, numbering, virtual)) {
      numbering = number(machine.blocks);
      ({ virtual, real } = buildIntervals(machine, numbering));
    }
    this.numbering = numbering;
    this.intervals = virtual;
    this.#occupied = real.map((taken) => new Occupancy(taken));
    // What code writes by itself (asm) has to be saved too.
    for (const r of CALLEE_SAVED)
      if (real[r]!.length > 0 && !(r === RBP && machine.framePointer)) this.#usedCalleeSaved.add(r);
    this.#spiller = new Spiller(machine, this.numbering);
  }

  run(): Allocation {
    this.#noteHints();
    for (const interval of this.intervals) if (interval) this.#push(interval);
    for (let interval = this.#queue.pop(); interval !== undefined; interval = this.#queue.pop()) {
      this.#place(interval);
    }
    this.#rewrite();
    return {
      saved: CALLEE_SAVED.filter((r) => this.#usedCalleeSaved.has(r)),
      numbering: this.numbering,
      intervals: this.intervals,
      registerOf: (r) => {
        const interval = this.intervals[this.#joined(r) - FIRST_VIRTUAL];
        return interval && this.#assigned.get(interval);
      },
    };
  }

  /** Longest last, so that it is popped first; among equals the earlier. */
  #push(interval: Interval): void {
    const size = interval.fixed ? 0 : lengthOf(interval.ranges);
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle]!;
      const s = other.fixed ? 0 : lengthOf(other.ranges);
      if (s < size || (s === size && other.ranges[0]! > interval.ranges[0]!)) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, interval);
  }

  /** Copies that are left want both sides in one place. */
  #noteHints(): void {
    this.numbering.instructions.forEach((i, at) => {
      if (i?.op !== "copy") return;
      const [to, from] = [i.operands[0]!, i.operands[1]!];
      if (to.kind === "reg" && from.kind === "reg" && to.reg !== from.reg) {
        this.hint(to.reg, from.reg, this.numbering.blockOf[at]!.frequency);
      }
    });
  }
  hint(a: Reg, b: Reg, frequency: number): void {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (!isVirtual(x)) continue;
      const list = this.#hints.get(x);
      if (list) list.push({ with: y, frequency });
      else this.#hints.set(x, [{ with: y, frequency }]);
    }
  }
  /** A new interval for a register made while allocating. */
  newInterval(register: Reg, ranges: Ranges, cost: number, fixed: boolean): Interval {
    const interval: Interval = { register, ranges, cost, fixed };
    this.intervals[register - FIRST_VIRTUAL] = interval;
    this.#push(interval);
    return interval;
  }

  #candidates(interval: Interval): Reg[] {
    const all = this.machine.fileOf(interval.register) === "xmm" ? ALLOCATABLE_XMM : ALLOCATABLE_GPR;
    const list = all.slice(0, this.#most);
    const scores = new Map<Reg, number>();
    for (const h of this.#hints.get(interval.register) ?? []) {
      const other = isVirtual(h.with) ? this.intervals[h.with - FIRST_VIRTUAL] : undefined;
      const r = isVirtual(h.with) ? other && this.#assigned.get(other) : h.with;
      if (r !== undefined && list.includes(r)) scores.set(r, (scores.get(r) ?? 0) + h.frequency);
    }
    const usable = this.machine.framePointer ? list.filter((r) => r !== RBP) : list;
    if (scores.size === 0) return [...usable];
    return [...usable].sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
  }

  #assign(interval: Interval, r: Reg): void {
    this.#assigned.set(interval, r);
    this.#occupied[r]!.add(interval);
    if (CALLEE_SAVED.includes(r)) this.#usedCalleeSaved.add(r);
  }

  #place(interval: Interval): void {
    const candidates = this.#candidates(interval);
    const costly = (r: Reg): boolean => CALLEE_SAVED.includes(r) && !this.#usedCalleeSaved.has(r);
    const free = candidates.find((r) => this.#occupied[r]!.isFree(interval.ranges));
    if (free !== undefined && (!costly(free) || interval.fixed || interval.cost > SAVE_COST)) {
      this.#assign(interval, free);
      return;
    }
    // Who would have to go, and what is the most valuable of them worth?
    const weight = weightOf(interval);
    let best: { register: Reg; worth: number; owners: Set<Interval> } | undefined;
    for (const r of candidates) {
      if (costly(r) && !interval.fixed && interval.cost <= SAVE_COST) continue;
      const owners = new Set<Interval>();
      let worth = 0;
      this.#occupied[r]!.conflicts(interval.ranges, (owner) => {
        if (owner === undefined || owner.fixed) {
          worth = Number.POSITIVE_INFINITY;
          return false;
        }
        if (!owners.has(owner)) {
          owners.add(owner);
          worth = Math.max(worth, weightOf(owner));
        }
        return worth < weight;
      });
      if (worth < weight && (best === undefined || worth < best.worth)) best = { register: r, worth, owners };
    }
    if (best !== undefined) {
      for (const owner of best.owners) {
        this.#occupied[best.register]!.remove(owner);
        this.#assigned.delete(owner);
        this.#push(owner);
      }
      this.#assign(interval, best.register);
      return;
    }
    if (interval.fixed) throw new Error(`${this.machine.symbol}: no register for an instruction's operand`);
    if (!this.#split(interval)) {
      this.intervals[interval.register - FIRST_VIRTUAL] = undefined;
      this.#spiller.spill(interval, (register, ranges, cost, fixed) => {
        for (const h of this.#hints.get(interval.register) ?? []) this.hint(register, h.with, h.frequency);
        this.newInterval(register, ranges, cost, fixed);
      });
    }
  }

  #split(interval: Interval): boolean {
    const times = this.#splits.get(interval.register) ?? 0;
    if (times >= 4) return false;
    const inner = splitAroundLoop(this.machine, this.numbering, this.#loops, interval, this.#spiller);
    if (inner === undefined) return false;
    this.#splits.set(inner.inside.register, times + 1);
    this.#splits.set(interval.register, times + 1);
    this.intervals[interval.register - FIRST_VIRTUAL] = inner.outside;
    this.#push(inner.outside);
    this.intervals[inner.inside.register - FIRST_VIRTUAL] = inner.inside;
    this.#push(inner.inside);
    this.hint(interval.register, inner.inside.register, inner.frequency);
    return true;
  }

  /** Real registers for virtual ones, with the moves that spilling and splitting want. */
  #rewrite(): void {
    const real = (r: Reg): Reg => {
      if (!isVirtual(r)) return r;
      const interval = this.intervals[r - FIRST_VIRTUAL];
      const to = interval && this.#assigned.get(interval);
      if (to === undefined) throw new Error(`${this.machine.symbol}: v${r - FIRST_VIRTUAL} has no register`);
      return to;
    };
    const operand = (o: Operand): Operand => {
      if (o.kind === "reg") return reg(real(o.reg));
      if (o.kind !== "mem") return o;
      return { ...o, base: o.base < 0 ? o.base : real(o.base), index: o.index < 0 ? o.index : real(o.index) };
    };
    this.#spiller.insert();
    for (const block of this.machine.blocks) {
      for (const i of block.instructions) {
        i.operands = i.operands.map(operand);
        i.defs = i.defs.some(isVirtual) ? i.defs.filter((r) => !isVirtual(r)) : i.defs;
      }
      block.instructions = block.instructions.filter((i) => {
        const [to, from] = i.operands;
        return !(i.op === "copy" && to?.kind === "reg" && from?.kind === "reg" && to.reg === from.reg);
      });
      const { end } = block;
      if (end.kind === "table") end.index = real(end.index);
    }
  }
}
