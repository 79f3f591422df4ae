/**
 * Loads and stores, read-modify-write stores, block copies and fills. Small ones are unrolled, by vector registers where the
 * target has them; others are calls of the routines in block-routines.ts.
 */
import type { Instruction, Value } from "../ir/ir.ts";
import { type BlockRoutine, CHANGED } from "./block-routines.ts";
import { imm, type MachineOp, type MemoryOperand, reg, type Size } from "./machine.ts";
import { RDI, RDX, type Reg, RSI } from "./registers.ts";
import { addressOf, shifted } from "./select-address.ts";
import { conditionOf } from "./select-compare.ts";
import { immediateOf, resultOf } from "./select-integer.ts";
import { bitsOf, constantOf, producer, type Selection } from "./selection.ts";

/** Loads of a type into a register; narrow ones are clean. */
export function emitLoad(s: Selection, d: Reg, bits: Size, vector: boolean, at: MemoryOperand): void {
  if (vector) s.emit("movsd", 64, reg(d), at);
  else if (bits === 8) s.emit("movzx8", 32, reg(d), at);
  else if (bits === 16) s.emit("movzx16", 32, reg(d), at);
  else s.emit("mov", bits, reg(d), at);
}

export function selectLoad(s: Selection, i: Instruction): void {
  const { type } = i.results[0]!;
  // A volatile load happens though nobody wants what it gives.
  const d = resultOf(s, i);
  emitLoad(s, d, bitsOf(type), type === "f64", addressOf(s, i.args[0]!, i.details.offset));
}

const RMW: Partial<Record<Instruction["op"], MachineOp>> = {
  add: "add",
  sub: "sub",
  and: "and",
  or: "or",
  xor: "xor",
  shl: "shl",
  lshr: "shr",
  ashr: "sar",
  rotl: "rol",
  rotr: "ror",
  neg: "neg",
  not: "not",
};

/** Narrowing changes nothing of the low bytes that a store takes. */
function stored(s: Selection, v: Value): Value {
  const def = producer(v, "trunc");
  if (def === undefined || v.type === "i1" || s.isRequested(v)) return v;
  return constantOf(def.args[0]!) === undefined ? stored(s, def.args[0]!) : v;
}

export function selectStore(s: Selection, i: Instruction): void {
  const [to, value] = [i.args[0]!, i.args[1]!];
  const bits = bitsOf(value.type);
  if (value.type === "f64") {
    const at = addressOf(s, to, i.details.offset);
    const zero = producer(value, "fconst");
    if (zero && Object.is(zero.details.number, 0)) s.emit("mov", 64, at, imm(0));
    else s.emit("movsd", 64, at, reg(s.use(value)));
    return;
  }
  const immediate = immediateOf(value);
  if (immediate) {
    s.emit("mov", bits, addressOf(s, to, i.details.offset), immediate);
    return;
  }
  if (!i.details.volatile && modifyInPlace(s, i)) return;
  if (bits === 8) {
    const condition = conditionOf(s, value);
    if (condition) {
      s.conditional("setcc", condition.cc, 8, addressOf(s, to, i.details.offset));
      return;
    }
  }
  const source = reg(s.use(stored(s, value)));
  s.emit("mov", bits, addressOf(s, to, i.details.offset), source);
}

/** store(p, op(load(p), x)) as one instruction. */
function modifyInPlace(s: Selection, i: Instruction): boolean {
  const [to, value] = [i.args[0]!, i.args[1]!];
  const def = producer(value);
  const op = def && RMW[def.op];
  if (def === undefined || op === undefined || s.useCounts.get(value) !== 1 || !s.isLocal(def)) return false;
  const isSame = (v: Value): boolean => {
    const load = s.canFoldLoad(v);
    return (
      load !== undefined &&
      load.args[0] === to &&
      (load.details.offset ?? 0) === (i.details.offset ?? 0) &&
      v.type === value.type
    );
  };
  const commutes = def.op === "add" || def.op === "and" || def.op === "or" || def.op === "xor";
  const first = isSame(def.args[0]!);
  if (!first && !(commutes && isSame(def.args[1]!))) return false;
  const other = def.args[first ? 1 : 0];
  const size = bitsOf(value.type);
  if (other === undefined) {
    s.emit(op, size, addressOf(s, to, i.details.offset));
    return true;
  }
  if (op === "shl" || op === "shr" || op === "sar" || op === "rol" || op === "ror") {
    const by = constantOf(other);
    if (by === undefined) return false;
    s.emit(op, size, addressOf(s, to, i.details.offset), imm(Number(by & BigInt(size - 1))));
    return true;
  }
  const source = immediateOf(other) ?? reg(s.use(stored(s, other)));
  s.emit(op, size, addressOf(s, to, i.details.offset), source);
  return true;
}

// -------------------------------------------------------------------------------------------- blocks of memory

/** Largest copies that are unrolled, in bytes. */
const UNROLLED = { kernel: 64, linux: 128 };

/** Pieces of `bytes` bytes, the last one overlapping rather than several small ones. */
function pieces(bytes: number, widest: 8 | 16): { at: number; size: 1 | 2 | 4 | 8 | 16 }[] {
  const out: { at: number; size: 1 | 2 | 4 | 8 | 16 }[] = [];
  let at = 0;
  for (const size of [16, 8, 4, 2, 1] as const) {
    if (size > widest) continue;
    while (bytes - at >= size) {
      out.push({ at, size });
      at += size;
    }
    const rest = bytes - at;
    // What is left fits a piece that reaches back over what is done.
    if (rest > size / 2 && rest < size && at >= size - rest && size > 2 && size <= 8) {
      out.push({ at: bytes - size, size });
      return out;
    }
  }
  return out;
}

/** Copies a known number of bytes, all read before any is written if `overlapping`. */
export function copyBytes(
  s: Selection,
  to: MemoryOperand,
  from: MemoryOperand,
  bytes: number,
  overlapping = false,
): void {
  const widest = s.options.target === "linux" ? 16 : 8;
  const stores: (() => void)[] = [];
  for (const { at, size } of pieces(bytes, widest)) {
    const r = s.fresh(size === 16 ? "xmm" : "gpr");
    if (size === 16) {
      s.machine.wideVectors.add(r);
      s.emit("movupd", 64, reg(r), shifted(from, at));
    }
    // as: the sizes in bits of general registers
    else emitLoad(s, r, (size * 8) as Size, false, shifted(from, at));
    const store = (): void => {
      if (size === 16) s.emit("movupd", 64, shifted(to, at), reg(r));
      // as: likewise
      else s.emit("mov", (size * 8) as Size, shifted(to, at), reg(r));
    };
    if (overlapping) stores.push(store);
    else store();
  }
  for (const store of stores) store();
}

export function selectCopy(s: Selection, i: Instruction): void {
  const [to, from, bytes] = [i.args[0]!, i.args[1]!, i.args[2]!];
  const constant = constantOf(bytes);
  const moves = i.op === "memmove";
  const limit = moves ? (s.options.target === "linux" ? 64 : 32) : UNROLLED[s.options.target];
  if (constant !== undefined && constant >= 0n && constant <= BigInt(limit)) {
    if (constant > 0n) {
      const target = addressOf(s, to);
      copyBytes(s, target, addressOf(s, from), Number(constant), moves);
    }
    return;
  }
  s.into(RDI, to);
  s.into(RSI, from);
  s.into(RDX, bytes);
  callRoutine(s, moves ? "memmove" : "memcpy");
}

/** Calls a routine for what lies in rdi, rsi and rdx. */
function callRoutine(s: Selection, routine: BlockRoutine): void {
  const { target } = s.options;
  s.machine.hasCalls = true;
  const call = s.emit("call", 64);
  call.symbol = s.pool.routine(routine, target);
  call.uses = [RDI, RSI, RDX];
  call.defs = CHANGED[target];
}

export function selectFill(s: Selection, i: Instruction): void {
  const [to, byte, bytes] = [i.args[0]!, i.args[1]!, i.args[2]!];
  const length = constantOf(bytes);
  const value = constantOf(byte);
  if (
    length !== undefined &&
    value !== undefined &&
    length >= 0n &&
    length <= BigInt(UNROLLED[s.options.target])
  ) {
    if (length > 0n) fillBytes(s, addressOf(s, to), Number(BigInt.asUintN(8, value)), Number(length));
    return;
  }
  s.into(RDI, to);
  s.into(RSI, byte);
  s.into(RDX, bytes);
  callRoutine(s, "memset");
}

function fillBytes(s: Selection, at: MemoryOperand, byte: number, length: number): void {
  const widest = s.options.target === "linux" ? 16 : 8;
  const pattern = 0x0101_0101_0101_0101n * BigInt(byte);
  let wide: Reg | undefined;
  let general: Reg | undefined;
  for (const piece of pieces(length, widest)) {
    const to = shifted(at, piece.at);
    if (piece.size === 16) {
      if (wide === undefined) {
        wide = s.fresh("xmm");
        s.machine.wideVectors.add(wide);
        if (byte === 0) s.emit("zerox", 64, reg(wide), reg(wide));
        else
          s.emit("movupd", 64, reg(wide), {
            kind: "mem",
            base: -1,
            index: -1,
            scale: 0,
            displacement: 0,
            symbol: s.pool.mask(pattern),
          });
      }
      s.emit("movupd", 64, to, reg(wide));
    } else if (piece.size === 8 && byte !== 0) {
      if (general === undefined) {
        general = s.fresh();
        s.constant(general, pattern);
      }
      s.emit("mov", 64, to, reg(general));
    } else {
      // as: the sizes in bits of general registers
      const bits = (piece.size * 8) as Size;
      s.emit("mov", bits, to, imm(Number(BigInt.asIntN(Math.min(bits, 32), pattern))));
    }
  }
}
