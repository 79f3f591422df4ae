/**
 * Scalar replacement of aggregates: a slot whose parts are only loaded and stored at known places becomes a slot for each part, so that
 * mem2reg can make values of them. Small copies between slots, and zeroing, are first written out as loads and stores of the parts.
 */
import { bytesOf, newInstruction, newSlot } from "../ir/construct.ts";
import type { Details, Instruction, IrFunction, IrType, Slot, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, eachUse } from "../ir/uses.ts";
import { addressOf } from "./alias.ts";
import type { Pass } from "./pass.ts";

/** Slots up to so many bytes, with up to so many parts. */
const MAX_SIZE = 128;
const MAX_PARTS = 16;

interface Part {
  readonly offset: number;
  readonly type: IrType;
}

/** What is known of a slot. Undefined parts: it must stay whole. */
class Shape {
  readonly parts = new Map<number, IrType>();
  whole = false;
  add(offset: number, type: IrType): void {
    const before = this.parts.get(offset);
    if (before !== undefined && before !== type) this.whole = true;
    this.parts.set(offset, type);
  }
  /** In order; undefined if they overlap or are too many. */
  list(size: number): Part[] | undefined {
    const list = [...this.parts]
      .map(([offset, type]) => ({ offset, type }))
      .sort((a, b) => a.offset - b.offset);
    if (this.whole || list.length === 0 || list.length > MAX_PARTS) return undefined;
    let end = 0;
    for (const { offset, type } of list) {
      if (offset < end) return undefined;
      end = offset + bytesOf(type);
    }
    return end <= size ? list : undefined;
  }
}

/** The slot and place in it that an address is, if both are known. */
function inSlot(address: Value, offset = 0): { slot: Slot; offset: number } | undefined {
  const at = addressOf(address, offset, 0);
  const def = definingInstruction(at.base);
  return def?.op === "slot" && def.details.slot ? { slot: def.details.slot, offset: at.offset } : undefined;
}

/** A copy or zeroing of a whole slot from its start. */
function wholly(instruction: Instruction, arg: 0 | 1): Slot | undefined {
  const { op, args, details } = instruction;
  if (details.volatile || (op !== "memcpy" && op !== "memmove" && op !== "memset")) return undefined;
  if (op === "memset" && (arg === 1 || constantOf(args[1]!) !== 0n)) return undefined;
  const at = inSlot(args[arg]!);
  const size = constantOf(args[2]!);
  return at && at.offset === 0 && size === BigInt(at.slot.size) ? at.slot : undefined;
}

/** What each slot is used as; and which copies tie slots together, so that they share their parts. */
function shapes(fn: IrFunction): Map<Slot, Shape> {
  const found = new Map(fn.slots.map((slot) => [slot, new Shape()]));
  const ties: [Slot, Slot][] = [];
  const keepWhole = (value: Value): void => {
    const at = inSlot(value);
    const shape = at && found.get(at.slot);
    if (shape) shape.whole = true;
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      const { op, args, results, details } = instruction;
      if (op === "add" && args[0]!.type === "i64" && inSlot(results[0]!)) continue;
      const to = wholly(instruction, 0);
      const from = wholly(instruction, 1);
      if (to && from) ties.push([to, from]);
      args.forEach((arg, i) => {
        const at = inSlot(arg, details.offset ?? 0);
        if (at === undefined) return;
        const shape = found.get(at.slot);
        const type = op === "load" ? results[0]!.type : args[1]?.type;
        if ((op === "load" || op === "store") && i === 0 && !details.volatile && at.offset >= 0 && type) {
          shape?.add(at.offset, type);
        } else if (!((i === 0 && to) || (i === 1 && from))) keepWhole(arg);
      });
    }
    eachUse(block.terminator, keepWhole);
  }
  // Until nothing new is learnt: each pass makes some shape larger or whole.
  for (let again = true; again; ) {
    again = false;
    for (const [a, b] of ties) {
      const [x, y] = [found.get(a)!, found.get(b)!];
      for (const [one, other] of [
        [x, y],
        [y, x],
      ] as const) {
        if (one.whole || other.whole) continue;
        for (const [offset, type] of one.parts) {
          if (other.parts.get(offset) === type) continue;
          other.add(offset, type);
          again = true;
          if (other.whole) break;
        }
      }
    }
  }
  return found;
}

function run(fn: IrFunction): boolean {
  if (fn.slots.length === 0) return false;
  const found = shapes(fn);
  const split = new Map<Slot, Map<number, Slot>>();
  const partsOf = new Map<Slot, Part[]>();
  for (const [slot, shape] of found) {
    const parts = slot.size <= MAX_SIZE ? shape.list(slot.size) : undefined;
    if (parts === undefined || (parts.length === 1 && bytesOf(parts[0]!.type) === slot.size)) continue;
    partsOf.set(slot, parts);
  }
  // What is copied to memory of others must have no gaps between its parts: padding may matter there.
  const gaps = (slot: Slot): boolean =>
    partsOf.get(slot)!.reduce((sum, { type }) => sum + bytesOf(type), 0) !== slot.size;
  for (let again = true; again; ) {
    again = false;
    for (const instruction of fn.blocks.flatMap((block) => block.instructions)) {
      const to = wholly(instruction, 0);
      const from = wholly(instruction, 1);
      if (!from || !partsOf.has(from) || (to && partsOf.has(to)) || !gaps(from)) continue;
      partsOf.delete(from);
      again = true;
    }
  }
  if (partsOf.size === 0) return false;
  for (const [slot, parts] of partsOf) {
    const slots = new Map<number, Slot>();
    for (const { offset, type } of parts) {
      // A part is not the variable: debuggers would show it as the whole.
      slots.set(offset, newSlot(fn, bytesOf(type), bytesOf(type)));
    }
    split.set(slot, slots);
  }

  for (const block of fn.blocks) {
    const list: Instruction[] = [];
    for (const instruction of block.instructions) {
      const put = (
        op: Instruction["op"],
        args: Value[],
        type: IrType | undefined,
        details: Details = {},
      ): Value[] => {
        const made = newInstruction(fn, op, args, type ? [type] : [], details, instruction.place);
        list.push(made);
        return [...made.results];
      };
      /** Address and displacement of a part. */
      const part = (slot: Slot | undefined, address: Value, offset: number): readonly [Value, Details] => {
        const own = slot && split.get(slot)?.get(offset);
        return own
          ? [put("slot", [], "i64", { slot: own })[0]!, {}]
          : [address, offset === 0 ? {} : { offset }];
      };
      const { op, args, details } = instruction;
      if (op === "load" || op === "store") {
        const at = inSlot(args[0]!, details.offset ?? 0);
        const own = at && split.get(at.slot)?.get(at.offset);
        if (own) {
          const { offset: _gone, ...rest } = details;
          instruction.args[0] = put("slot", [], "i64", { slot: own })[0]!;
          instruction.details = rest;
        }
        list.push(instruction);
        continue;
      }
      const to = wholly(instruction, 0);
      const from = wholly(instruction, 1);
      const parts = partsOf.get(to ?? from!) ?? (from && partsOf.get(from));
      if (parts === undefined) {
        list.push(instruction);
        continue;
      }
      if (op === "memset") {
        for (const { offset, type } of parts) {
          const zero =
            type === "f64" ? put("fconst", [], type, { number: 0 }) : put("const", [], type, { value: 0n });
          const [address, where] = part(to, args[0]!, offset);
          put("store", [address, zero[0]!], undefined, where);
        }
        continue;
      }
      // All loads first: the two may be the same.
      const values = parts.map(({ offset, type }) => {
        const [address, where] = part(from, args[1]!, offset);
        return put("load", [address], type, where)[0]!;
      });
      for (const [i, { offset }] of parts.entries()) {
        const [address, where] = part(to, args[0]!, offset);
        put("store", [address, values[i]!], undefined, where);
      }
    }
    block.instructions = list;
  }
  return true;
}

/** The old slots and their addresses stay for `dead` to take. */
export const sroa: Pass = { name: "sroa", letter: "s", run };
