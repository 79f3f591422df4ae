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
  readonly #slots = new Map<Reg, FrameSlot>();
  /** When each slot is in use, for sharing. */
  readonly #shared: { slot: FrameSlot; ranges: Ranges }[] = [];

  constructor(machine: MachineFunction, numbering: Numbering) {
    this.#machine = machine;
    this.#numbering = numbering;
  }

  /** The frame slot of a register; registers that are never alive together share one. */
  slotOf(interval: Interval): FrameSlot {
    let slot = this.#slots.get(interval.register);
    if (slot !== undefined) return slot;
    const size = this.#machine.wideVectors.has(interval.register) ? 16 : 8;
    for (const shared of this.#shared) {
      if (shared.slot.size !== size || touches(shared.ranges, interval.ranges)) continue;
      shared.ranges = union(shared.ranges, interval.ranges);
      slot = shared.slot;
      break;
    }
    if (slot === undefined) {
      slot = this.#machine.slot(size, size);
      this.#shared.push({ slot, ranges: [...interval.ranges] });
    }
    this.#slots.set(interval.register, slot);
    return slot;
  }

  add(where: "before" | "after", index: number, i: MachineInstruction): void {
    const map = where === "before" ? this.#before : this.#after;
    const list = map.get(index);
    if (list) list.push(i);
    else map.set(index, [i]);
  }

  #load(to: Reg, from: MemoryOperand): MachineInstruction {
    if (this.#machine.fileOf(to) === "gpr") return instruction("mov", 64, reg(to), from);
    return instruction(this.#machine.wideVectors.has(to) ? "movupd" : "movsd", 64, reg(to), from);
  }
  #store(to: MemoryOperand, from: Reg): MachineInstruction {
    if (this.#machine.fileOf(from) === "gpr") return instruction("mov", 64, to, reg(from));
    return instruction(this.#machine.wideVectors.has(from) ? "movupd" : "movsd", 64, to, reg(from));
  }

  /** Moves a register into the frame. `made` is told of each short register and its ranges. */
  spill(interval: Interval, made: (r: Reg, ranges: Ranges) => void): void {
    const { register } = interval;
    const at = slotMem(this.slotOf(interval));
    const relied = this.#machine.wideRelied.has(register);
    const wide = this.#machine.wideVectors.has(register);
    const temporary = (): Reg => {
      const t = this.#machine.register(this.#machine.fileOf(register));
      if (wide) this.#machine.wideVectors.add(t);
      return t;
    };
    for (let r = 0; r < interval.ranges.length; r += 2) {
      const from = Math.floor(interval.ranges[r]! / STEP);
      const to = Math.floor((interval.ranges[r + 1]! - 1) / STEP);
      for (let n = from; n <= to; n++) {
        const position = n * STEP;
        const i = this.#numbering.instructions[n];
        for (const extra of this.#inserted(n)) this.#spillInserted(extra, register, at, relied);
        if (i === undefined) {
          const { end } = this.#numbering.blockOf[n]!;
          if (end.kind === "table" && end.index === register) {
            const t = temporary();
            this.add("before", n, this.#load(t, at));
            end.index = t;
            made(t, [position + AT_RELOAD + 1, position + AT_DEF]);
          }
          continue;
        }
        if (i.op === "touch") {
          i.defs = i.defs.filter((d) => d !== register);
          continue;
        }
        if (!mentions(i, register) || this.#fold(i, register, at, relied)) continue;
        const { reads, writes } = usesOf(i, register);
        const t = temporary();
        if (this.#machine.wideRelied.has(register)) this.#machine.wideRelied.add(t);
        i.operands = i.operands.map((o) => renamed(o, register, t));
        if (reads) this.add("before", n, this.#load(t, at));
        if (writes) this.add("after", n, this.#store(at, t));
        made(t, [position + (reads ? AT_RELOAD + 1 : AT_DEF), position + (writes ? AT_SPILL + 1 : AT_DEF)]);
      }
    }
  }

  #inserted(n: number): MachineInstruction[] {
    return [...(this.#before.get(n) ?? []), ...(this.#after.get(n) ?? [])];
  }

  /** Copies that splitting has put between instructions: one side becomes memory. */
  #spillInserted(i: MachineInstruction, register: Reg, at: MemoryOperand, _relied: boolean): void {
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
      if (vector || (i.size !== 64 && (relied || i.size !== 32))) return false;
      if (role === "w" && i.op !== "mov") return false;
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
        for (const x of this.#before.get(n) ?? []) out.push({ ...x, place });
        if (i) out.push(i);
        for (const x of this.#after.get(n) ?? []) out.push({ ...x, place });
      }
      block.instructions = out;
    }
  }
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
