/**
 * Values in the frame: reads and writes of a spilled register become memory operands where an instruction may have one, else
 * loads before and stores after it through registers of their own, alive for that instruction alone.
 */
import { hasForm } from "./encoding.ts";
import {
  AT_DEF,
  AT_RELOAD,
  AT_SPILL,
  type Interval,
  isAlive,
  type Numbering,
  type Ranges,
  STEP,
} from "./intervals.ts";
import {
  type FrameSlot,
  infoOf,
  instruction,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type MemoryOperand,
  type Operand,
  reg,
  slotMem,
} from "./machine.ts";
import type { Reg } from "./registers.ts";

/** Operations whose memory form means or costs something else. */
const NOT_FOLDED = new Set([
  "lea",
  "bt",
  "bts",
  "btr",
  "btc",
  "xchg",
  "setcc",
  "setlow",
  "xorpd",
  "andpd",
  "movupd",
  "asm",
  "zerox",
  "movapd",
]);

export class Spiller {
  readonly #machine: MachineFunction;
  readonly #numbering: Numbering;
  /** Instructions to put before and after those of an index, by order of position. */
  readonly #before = new Map<number, MachineInstruction[]>();
  readonly #after = new Map<number, MachineInstruction[]>();
  /** Copies between parts of a value that was split; they stand in front of all others. */
  readonly #borders = new Map<number, MachineInstruction[]>();
  readonly #slots = new Map<Reg, FrameSlot>();
  /** Registers made for several accesses of a spilled one. */
  readonly #parts = new Set<Reg>();
  /** Registers that split one value's time among them. */
  readonly #families = new Map<Reg, { readonly ranges: Ranges; slot: FrameSlot | undefined }>();
  /** When each slot is in use, for sharing. */
  readonly #shared: { slot: FrameSlot; ranges: Ranges }[] = [];

  constructor(machine: MachineFunction, numbering: Numbering) {
    this.#machine = machine;
    this.#numbering = numbering;
  }

  /** The frame slot of a register; registers that are never alive together share one. */
  slotOf(interval: Interval): FrameSlot {
    const known = this.#slots.get(interval.register);
    if (known !== undefined) return known;
    const family = this.#families.get(interval.register);
    let slot = family?.slot;
    if (slot === undefined) {
      slot = this.#newSlot(interval, family?.ranges ?? interval.ranges);
      if (family) family.slot = slot;
    }
    this.#slots.set(interval.register, slot);
    return slot;
  }

  #newSlot(interval: Interval, ranges: Ranges): FrameSlot {
    const size = this.#machine.wideVectors.has(interval.register) ? 16 : 8;
    for (const shared of this.#shared) {
      if (shared.slot.size !== size || touches(shared.ranges, ranges)) continue;
      shared.ranges = union(shared.ranges, ranges);
      return shared.slot;
    }
    const slot = this.#machine.slot(size, size);
    this.#shared.push({ slot, ranges: [...ranges] });
    return slot;
  }

  /** `part` holds the interval's value for some of its time: in the frame both have one slot, for all of that time. */
  relate(interval: Interval, part: Reg): void {
    let family = this.#families.get(interval.register);
    if (family === undefined) {
      family = { ranges: interval.ranges, slot: this.#slots.get(interval.register) };
      this.#families.set(interval.register, family);
    }
    this.#families.set(part, family);
  }

  /** Puts another register for one in an instruction, or a block's end, and in what was put around it. */
  rename(n: number, from: Reg, to: Reg): void {
    const i = this.#numbering.instructions[n];
    for (const x of i ? [...this.#inserted(n), i] : this.#inserted(n)) {
      x.operands = x.operands.map((o) => renamed(o, from, to));
      if (x.defs.includes(from)) x.defs = x.defs.map((d) => (d === from ? to : d));
    }
    if (i !== undefined) return;
    const { end } = this.#numbering.blockOf[n]!;
    if (end.kind === "table" && end.index === from) end.index = to;
  }

  add(where: "before" | "after", index: number, i: MachineInstruction): void {
    const map = where === "before" ? this.#before : this.#after;
    const list = map.get(index);
    if (list) list.push(i);
    else map.set(index, [i]);
  }

  /**
   * A copy at a loop's border, before the instruction of an index: on the way in after those that are there, on the way out before
   * them, since what leaves an inner loop may leave an outer one by the same block.
   */
  border(way: "in" | "out", index: number, copy: MachineInstruction): void {
    const list = this.#borders.get(index) ?? [];
    this.#borders.set(index, way === "in" ? [...list, copy] : [copy, ...list]);
  }

  #load(to: Reg, from: MemoryOperand): MachineInstruction {
    if (this.#machine.fileOf(to) === "gpr") return instruction("mov", 64, reg(to), from);
    return instruction(this.#machine.wideVectors.has(to) ? "movupd" : "movsd", 64, reg(to), from);
  }
  #store(to: MemoryOperand, from: Reg): MachineInstruction {
    if (this.#machine.fileOf(from) === "gpr") return instruction("mov", 64, to, reg(from));
    return instruction(this.#machine.wideVectors.has(from) ? "movupd" : "movsd", 64, to, reg(from));
  }

  /**
   * Moves a register into the frame. Reads and writes that are near each other in a block share a register, told to `made` with
   * its ranges and cost; those of a register that was made so get one each, which `made` is told to be fixed.
   */
  spill(interval: Interval, made: (r: Reg, ranges: Ranges, cost: number, fixed: boolean) => void): void {
    const { register } = interval;
    const at = slotMem(this.slotOf(interval));
    const isPart = this.#parts.has(register);
    if (isPart || this.#families.has(register)) this.#forget(register);
    let group: Access[] = [];
    const close = (): void => {
      if (group.length > 0) this.#settle(interval, at, group, made);
      group = [];
    };
    for (let r = 0; r < interval.ranges.length; r += 2) {
      const from = Math.floor(interval.ranges[r]! / STEP);
      const to = Math.floor((interval.ranges[r + 1]! - 1) / STEP);
      for (let n = from; n <= to; n++) {
        if (group[0] && this.#numbering.blockOf[n] !== this.#numbering.blockOf[group[0].n]) close();
        for (const extra of this.#inserted(n)) this.#spillInserted(extra, register, at);
        const i = this.#numbering.instructions[n];
        if (i === undefined) {
          const { end } = this.#numbering.blockOf[n]!;
          if (end.kind === "table" && end.index === register) {
            group.push({ n, i, reads: true, writes: false });
            if (isPart) close();
          }
          continue;
        }
        if (i.op === "touch") {
          i.defs = i.defs.filter((d) => d !== register);
          continue;
        }
        if (mentions(i, register)) {
          const last = group.at(-1);
          if (last?.n !== n) group.push({ n, i, ...usesOf(i, register) });
          if (isPart) close();
        }
        if (i.op === "call" || i.op === "callr") close();
      }
    }
    close();
  }

  /** One register for some accesses in one block, or none where they can all be memory operands. */
  #settle(
    interval: Interval,
    at: MemoryOperand,
    group: readonly Access[],
    made: (r: Reg, ranges: Ranges, cost: number, fixed: boolean) => void,
  ): void {
    const { register } = interval;
    const relied = this.#machine.wideRelied.has(register);
    const [first, last] = [group[0]!, group.at(-1)!];
    if (group.length === 1 && first.i && this.#fold(first.i, register, at, relied)) return;
    const t = this.#machine.register(this.#machine.fileOf(register));
    if (this.#machine.wideVectors.has(register)) this.#machine.wideVectors.add(t);
    if (relied) this.#machine.wideRelied.add(t);
    const loads = first.reads;
    const writes = group.filter((g) => g.writes);
    for (const { i, n } of group) {
      if (i) i.operands = i.operands.map((o) => renamed(o, register, t));
      else {
        const { end } = this.#numbering.blockOf[n]!;
        if (end.kind === "table") end.index = t;
      }
    }
    if (loads) this.add("before", first.n, this.#load(t, at));
    // What is written last is stored if somebody may still want it.
    const lastWrite = writes.at(-1);
    const stores =
      lastWrite !== undefined &&
      (this.#parts.has(register) || isAlive(interval.ranges, last.n * STEP + AT_SPILL));
    if (stores) this.add("after", lastWrite.n, this.#store(at, t));
    const start = first.n * STEP + (loads ? AT_RELOAD + 1 : AT_DEF);
    const end = Math.max(
      last.n * STEP + (last.writes ? AT_DEF + 1 : AT_DEF),
      stores ? lastWrite.n * STEP + AT_SPILL + 1 : 0,
    );
    const { frequency } = this.#numbering.blockOf[first.n]!;
    if (group.length > 1) {
      this.#parts.add(t);
      this.#slots.set(t, this.slotOf(interval));
    }
    made(
      t,
      [start, end],
      frequency * (group.length + (loads ? 1 : 0) + (stores ? 1 : 0)),
      group.length === 1,
    );
  }

  /** Drops loads from and stores to the slot by a register that now lies there itself. */
  #forget(part: Reg): void {
    for (const map of [this.#borders, this.#before, this.#after]) {
      for (const [n, list] of map) {
        const kept = list.filter((i) => i.op === "copy" || !mentions(i, part));
        if (kept.length < list.length) map.set(n, kept);
      }
    }
  }

  #inserted(n: number): MachineInstruction[] {
    return [...(this.#borders.get(n) ?? []), ...(this.#before.get(n) ?? []), ...(this.#after.get(n) ?? [])];
  }

  /** Copies that splitting has put between instructions: one side becomes memory. */
  #spillInserted(i: MachineInstruction, register: Reg, at: MemoryOperand): void {
    if (i.op !== "copy" || !mentions(i, register)) return;
    const [to, from] = [i.operands[0]!, i.operands[1]!];
    if (to.kind === "reg" && to.reg === register) {
      // A copy of a register to its own slot: from may be memory already only if it is the same value.
      if (from.kind === "reg") replace(i, this.#store(at, from.reg));
    } else if (to.kind === "reg") replace(i, this.#load(to.reg, at));
  }

  /** Uses memory in place of the register, if the instruction may. */
  #fold(i: MachineInstruction, register: Reg, at: MemoryOperand, relied: boolean): boolean {
    if (NOT_FOLDED.has(i.op) || i.operands.some((o) => o.kind === "mem")) return false;
    const places = i.operands.flatMap((o, n) => (o.kind === "reg" && o.reg === register ? [n] : []));
    if (places.length !== 1) return false;
    const n = places[0]!;
    const vector = this.#machine.fileOf(register) === "xmm";
    if (i.op === "copy") {
      const other = i.operands[1 - n]!;
      if (other.kind !== "reg") return false;
      replace(i, n === 0 ? this.#store(at, other.reg) : this.#load(other.reg, at));
      return true;
    }
    const role = infoOf(i.op).roles[n];
    if (role !== "r") {
      // Bits 32 to 63 of the slot would not become zero.
      const source = i.operands[1];
      const small =
        role === "w" && source?.kind === "imm" && source.symbol === undefined && source.value >= 0;
      if (vector || (i.size !== 64 && !(small && i.size === 32) && (relied || i.size !== 32))) return false;
      if (role === "w" && (i.op !== "mov" || source?.kind !== "imm")) return false;
      if (small) i.size = 64;
    }
    const operands: Operand[] = i.operands.map((o, m) => (m === n ? at : o));
    if (!hasForm(i.op, i.size, operands)) return false;
    i.operands = operands;
    return true;
  }

  /** Puts loads, stores and copies into the blocks. */
  insert(): void {
    const blocks = new Set<MachineBlock>(this.#numbering.blockOf);
    for (const block of blocks) {
      const out: MachineInstruction[] = [];
      const first = this.#numbering.first.get(block)!;
      const last = this.#numbering.last.get(block)!;
      for (let n = first; n <= last; n++) {
        const i = this.#numbering.instructions[n];
        const place = i?.place ?? block.endPlace;
        for (const x of this.#borders.get(n) ?? []) out.push({ ...x, place });
        for (const x of this.#before.get(n) ?? []) out.push({ ...x, place });
        if (i) out.push(i);
        for (const x of this.#after.get(n) ?? []) out.push({ ...x, place });
      }
      block.instructions = out;
    }
  }
}

/** An instruction, or a block's end, that reads or writes a register that is being spilled. */
interface Access {
  readonly n: number;
  readonly i: MachineInstruction | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
}

function replace(i: MachineInstruction, by: MachineInstruction): void {
  i.op = by.op;
  i.size = by.size;
  i.operands = by.operands;
}

function mentions(i: MachineInstruction, r: Reg): boolean {
  return i.operands.some(
    (o) => (o.kind === "reg" && o.reg === r) || (o.kind === "mem" && (o.base === r || o.index === r)),
  );
}

function usesOf(i: MachineInstruction, r: Reg): { reads: boolean; writes: boolean } {
  const { roles } = infoOf(i.op);
  let reads = false;
  let writes = false;
  i.operands.forEach((o, n) => {
    if (o.kind === "mem" && (o.base === r || o.index === r)) reads = true;
    if (o.kind !== "reg" || o.reg !== r) return;
    if (roles[n] !== "w") reads = true;
    if (roles[n] !== "r") writes = true;
  });
  return { reads, writes };
}

function renamed(o: Operand, from: Reg, to: Reg): Operand {
  if (o.kind === "reg") return o.reg === from ? reg(to) : o;
  if (o.kind !== "mem" || (o.base !== from && o.index !== from)) return o;
  return { ...o, base: o.base === from ? to : o.base, index: o.index === from ? to : o.index };
}

function touches(a: Ranges, b: Ranges): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    // Stores after a write reach a little past the range.
    if (a[i + 1]! + STEP <= b[j]!) i += 2;
    else if (b[j + 1]! + STEP <= a[i]!) j += 2;
    else return true;
  }
  return false;
}

function union(a: Ranges, b: Ranges): Ranges {
  const pairs: [number, number][] = [];
  for (const list of [a, b]) for (let i = 0; i < list.length; i += 2) pairs.push([list[i]!, list[i + 1]!]);
  pairs.sort((x, y) => x[0] - y[0]);
  return pairs.flat();
}
