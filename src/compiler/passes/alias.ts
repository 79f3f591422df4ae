/**
 * Which accesses to memory can meet: by the object that an address is known to lie in (a slot or a symbol) and by displacements
 * from a common base. Pointers of unknown origin meet everything but slots whose address never leaves the function. Types say nothing.
 */
import { bytesOf } from "../ir/construct.ts";
import type { Instruction, IrFunction, Slot, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, eachUse } from "../ir/uses.ts";

/** Bytes that are accessed: `base` + [offset, offset + size). */
export interface Access {
  readonly base: Value;
  readonly offset: number;
  /** Infinity: as many as you like, in both directions if `offset` is −Infinity. */
  readonly size: number;
  /** The object that the base points into. */
  readonly object: Slot | string | undefined;
}

/** An address as a base and a displacement. */
export function addressOf(address: Value, displacement: number, size: number): Access {
  let base = address;
  let offset = displacement;
  for (;;) {
    const def = definingInstruction(base);
    const by = def?.op === "add" ? constantOf(def.args[1]!) : undefined;
    if (def === undefined || by === undefined) break;
    offset += Number(BigInt.asIntN(64, by));
    base = def.args[0]!;
  }
  const def = definingInstruction(base);
  if (def?.op === "symbol") {
    return { base, offset: offset + (def.details.offset ?? 0), size, object: def.details.symbol };
  }
  if (def?.op === "slot") return { base, offset, size, object: def.details.slot };
  return { base, offset, size, object: objectOf(base) };
}

/** The object that an address is computed from, at an unknown place in it. Sums point into what one side does: the other is a number. */
function objectOf(address: Value): Slot | string | undefined {
  const def = definingInstruction(address);
  if (def?.op === "slot") return def.details.slot;
  if (def?.op === "symbol") return def.details.symbol;
  if (def?.op !== "add") return undefined;
  const [left, right] = def.args;
  return objectOf(left!) ?? objectOf(right!);
}

/** What a load or store accesses. */
export function accessOf({ op, args, results, details }: Instruction): Access | undefined {
  if (op === "load") return addressOf(args[0]!, details.offset ?? 0, bytesOf(results[0]!.type));
  if (op === "store") return addressOf(args[0]!, details.offset ?? 0, bytesOf(args[1]!.type));
  return undefined;
}

export class Aliases {
  /** Slots whose address is only used to load and store, moved by sums at most. */
  readonly #private: ReadonlySet<Slot>;

  constructor(fn: IrFunction) {
    this.#private = privateSlots(fn);
  }

  /** Whether nobody outside the function can reach the object. */
  isPrivate(object: Access["object"]): boolean {
    return object !== undefined && typeof object !== "string" && this.#private.has(object);
  }

  /** False if the two surely have no byte in common. */
  mayMeet(a: Access, b: Access): boolean {
    if (a.object !== undefined && b.object !== undefined && a.object !== b.object) return false;
    if (
      a.object === undefined ? this.isPrivate(b.object) : b.object === undefined && this.isPrivate(a.object)
    ) {
      return false;
    }
    const sameBase = a.base === b.base || (isObject(a.base) && isObject(b.base) && a.object === b.object);
    if (!sameBase) return true;
    return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
  }

  /** Whether two accesses are surely of the same bytes. */
  static same(a: Access, b: Access): boolean {
    const sameBase = a.base === b.base || (isObject(a.base) && isObject(b.base) && a.object === b.object);
    return sameBase && a.offset === b.offset && a.size === b.size;
  }

  /** Whether an instruction may write any of these bytes. */
  mayWrite(instruction: Instruction, to: Access): boolean {
    const { op, args } = instruction;
    switch (op) {
      case "store":
        return this.mayMeet(accessOf(instruction)!, to);
      case "memcpy":
      case "memmove":
      case "memset": {
        const size = constantOf(args[2]!);
        const written = addressOf(args[0]!, 0, size === undefined ? Number.POSITIVE_INFINITY : Number(size));
        return this.mayMeet(written, to);
      }
      case "portout":
      case "portin":
      case "pause":
      case "rdtsc":
      case "trap":
        return false;
      case "call":
      case "callptr":
      case "asm":
      case "atomicload":
      case "atomicstore":
      case "atomicrmw":
      case "cmpxchg":
      case "fence":
      case "barrier":
        return !this.isPrivate(to.object);
      default:
        return false;
    }
  }
}

/** Whether the address is that of a slot or symbol itself, so that displacements are within the object. */
function isObject(base: Value): boolean {
  const op = definingInstruction(base)?.op;
  return op === "slot" || op === "symbol";
}

function privateSlots(fn: IrFunction): Set<Slot> {
  const slots = new Set(fn.slots);
  if (slots.size === 0) return slots;
  // Addresses that lie in a slot: by `slot`, and sums of those.
  const origin = (value: Value): Slot | undefined => {
    const object = objectOf(value);
    return typeof object === "string" ? undefined : object;
  };
  const leak = (value: Value): void => {
    const slot = origin(value);
    if (slot !== undefined) slots.delete(slot);
  };
  for (const block of fn.blocks) {
    for (const { op, args } of block.instructions) {
      for (let i = 0; i < args.length; i++) {
        const arg = args[i]!;
        if (op === "add" && arg.type === "i64") {
          // Both sides from slots: the sum is counted to one of them only.
          const other = args[1 - i]!;
          if (origin(other) !== undefined && origin(arg) !== undefined) leak(arg);
          continue;
        }
        if (op === "load" && i === 0) continue;
        if ((op === "store" || op === "memset") && i === 0) continue;
        if ((op === "memcpy" || op === "memmove") && i < 2) continue;
        leak(arg);
      }
    }
    eachUse(block.terminator, leak);
  }
  return slots;
}
