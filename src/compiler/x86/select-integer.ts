/**
 * Integer arithmetic: the shortest sequence of two-operand instructions, LEA where a third operand saves a copy, and
 * sequences for what baseline x86-64 lacks (population counts, counts of zeros that are defined for 0).
 */
import type { Instruction, Value } from "../ir/ir.ts";
import { CC, imm, type MachineOp, type Operand, reg, type Size } from "./machine.ts";
import { RAX, RCX, RDX, type Reg } from "./registers.ts";
import { addressOf, matchTerms, operandOf } from "./select-address.ts";
import { bitsOf, constantOf, fitsInt32, producer, type Selection, workSize } from "./selection.ts";

/** A constant as an immediate of an operation of `size` bits, sign-extended; undefined where it does not fit. */
export function immediateOf(v: Value, unsigned = false): Operand | undefined {
  const constant = constantOf(v);
  if (constant === undefined) {
    const symbol = producer(v, "symbol");
    return symbol && { kind: "imm", value: symbol.details.offset ?? 0, symbol: symbol.details.symbol! };
  }
  if (!fitsInt32(constant)) return undefined;
  return imm(Number(unsigned ? BigInt.asUintN(bitsOf(v.type), constant) : constant));
}

/** The source operand of an operation of `size` bits: an immediate, memory that is read only here, or a register. */
export function sourceOf(s: Selection, v: Value, size: Size): Operand {
  const immediate = immediateOf(v);
  if (immediate) return immediate;
  return memoryOrRegister(s, v, size);
}
export function memoryOrRegister(s: Selection, v: Value, size: Size): Operand {
  const load = bitsOf(v.type) === size ? s.canFoldLoad(v) : undefined;
  if (load) return addressOf(s, load.args[0]!, load.details.offset);
  return reg(s.use(v));
}

const COMMUTATIVE = new Set<Instruction["op"]>(["add", "mul", "and", "or", "xor"]);
const TWO_OPERAND: Partial<Record<Instruction["op"], MachineOp>> = {
  add: "add",
  sub: "sub",
  and: "and",
  or: "or",
  xor: "xor",
};

/** Arguments with the better one to be overwritten first: a constant or a load last, what dies here first. */
function ordered(s: Selection, i: Instruction): [Value, Value] {
  const [a, b] = [i.args[0]!, i.args[1]!];
  if (!COMMUTATIVE.has(i.op)) return [a, b];
  if (constantOf(b) !== undefined || producer(b, "symbol")) return [a, b];
  if (constantOf(a) !== undefined || producer(a, "symbol")) return [b, a];
  if (s.canFoldLoad(b)) return [a, b];
  if (s.canFoldLoad(a)) return [b, a];
  return s.livesOn(a) && !s.livesOn(b) ? [b, a] : [a, b];
}

/** Register of the instruction's only result. */
export const resultOf = (s: Selection, i: Instruction): Reg => s.registerOf(i.results[0]!);

export function selectInteger(s: Selection, i: Instruction): void {
  const d = resultOf(s, i);
  const type = i.results[0]!.type;
  const size = workSize(type);
  switch (i.op) {
    case "add":
    case "sub":
      selectSum(s, i, d, size);
      return;
    case "and":
    case "or":
    case "xor":
      selectLogic(s, i, d, size);
      return;
    case "mul":
      selectProduct(s, i, d, size);
      return;
    case "shl":
    case "lshr":
    case "ashr":
    case "rotl":
    case "rotr":
      selectShift(s, i, d);
      return;
    case "neg":
    case "not":
      s.into(d, i.args[0]!);
      if (type === "i1") s.emit("xor", 32, reg(d), imm(1));
      else s.emit(i.op, size, reg(d));
      return;
    case "udiv":
    case "sdiv":
    case "urem":
    case "srem":
      selectDivision(s, i, d);
      return;
    case "umulh":
    case "smulh": {
      const [a, b] = [i.args[0]!, i.args[1]!];
      const source = memoryOrRegister(s, b, 64);
      s.into(RAX, a);
      s.emit(i.op === "umulh" ? "mul1" : "imul1", 64, source);
      s.copy(d, RDX);
      return;
    }
    case "udivwide":
    case "uremwide": {
      const divisor = memoryOrRegister(s, i.args[2]!, 64);
      s.into(RDX, i.args[0]!);
      s.into(RAX, i.args[1]!);
      s.emit("div", 64, divisor);
      s.copy(d, i.op === "udivwide" ? RAX : RDX);
      return;
    }
    case "zext":
    case "sext":
    case "trunc":
      selectConversion(s, i, d);
      return;
    case "popcnt":
      selectPopcount(s, i, d);
      return;
    case "clz":
    case "ctz":
      selectZeros(s, i, d);
      return;
    case "bswap":
      s.into(d, i.args[0]!);
      if (type === "i16") s.emit("rol", 16, reg(d), imm(8));
      else if (type !== "i8") s.emit("bswap", size, reg(d));
      return;
    default:
      throw new Error(`${i.op} is no integer operation`);
  }
}

function selectSum(s: Selection, i: Instruction, d: Reg, size: 32 | 64): void {
  const v = i.results[0]!;
  const [a, b] = ordered(s, i);
  const constant = constantOf(b);
  const terms = matchTerms(s, v, 0, true);
  const registers = (terms.base ? 1 : 0) + (terms.index ? 1 : 0);
  const matched = terms.base !== v && terms.index !== v;
  if (matched && (terms.scale > 0 || terms.slot || (registers === 2 && terms.displacement !== 0))) {
    // base + index × scale and the like in one; but not what another instruction has in a register anyway.
    if (terms.slot || registers === 2 || terms.displacement !== 0 || terms.symbol) {
      s.emit("lea", size, reg(d), operandOf(s, terms));
      return;
    }
  }
  if (i.op === "add") {
    const immediate = immediateOf(b);
    const livesOn = s.livesOn(a);
    if (immediate && livesOn) {
      s.emit("lea", size, reg(d), operandOf(s, matched ? terms : { ...terms, base: a }));
      return;
    }
    if (!immediate && livesOn && (s.livesOn(b) || i.op === "add") && !s.canFoldLoad(b)) {
      s.emit("lea", size, reg(d), {
        kind: "mem",
        base: s.use(a),
        index: s.use(b),
        scale: 0,
        displacement: 0,
      });
      return;
    }
  } else if (constantOf(a) === 0n) {
    s.into(d, b);
    s.emit("neg", size, reg(d));
    return;
  } else if (constant !== undefined && fitsInt32(-constant)) {
    const livesOn = s.livesOn(a);
    if (livesOn) {
      s.emit("lea", size, reg(d), {
        kind: "mem",
        base: s.use(a),
        index: -1,
        scale: 0,
        displacement: Number(-constant),
      });
    } else {
      s.into(d, a);
      s.emit("add", size, reg(d), imm(Number(-constant)));
    }
    return;
  }
  const source = sourceOf(s, b, size);
  s.into(d, a);
  s.emit(TWO_OPERAND[i.op]!, size, reg(d), source);
}

const isPowerOfTwo = (v: bigint): boolean => v > 0n && (v & (v - 1n)) === 0n;
const log2 = (v: bigint): number => v.toString(2).length - 1;

function selectLogic(s: Selection, i: Instruction, d: Reg, size: 32 | 64): void {
  const [a, b] = ordered(s, i);
  const type = i.results[0]!.type;
  const constant = constantOf(b);
  if (constant !== undefined && type !== "i1") {
    const bits = bitsOf(type);
    const unsigned = BigInt.asUintN(bits, constant);
    if (i.op === "and") {
      if (unsigned === 0xffn && bits > 8) {
        s.emit("movzx8", 32, reg(d), narrowSource(s, a, 8));
        return;
      }
      if (unsigned === 0xffffn && bits > 16) {
        s.emit("movzx16", 32, reg(d), narrowSource(s, a, 16));
        return;
      }
      if (unsigned === 0xffff_ffffn && bits === 64) {
        s.emit("mov", 32, reg(d), reg(s.use(a)));
        return;
      }
      if (unsigned < 1n << 31n) {
        s.into(d, a);
        s.emit("and", 32, reg(d), imm(Number(unsigned)));
        return;
      }
    }
    if (size === 64 && !fitsInt32(constant)) {
      const single = i.op === "and" ? BigInt.asUintN(64, ~unsigned) : unsigned;
      if (isPowerOfTwo(single)) {
        s.into(d, a);
        s.emit(i.op === "and" ? "btr" : i.op === "or" ? "bts" : "btc", 64, reg(d), imm(log2(single)));
        return;
      }
    }
    if (constant === -1n && i.op === "xor") {
      s.into(d, a);
      // Bits above the type stay as isClean says.
      if (bits >= 32) s.emit("not", size, reg(d));
      else s.emit("xor", 32, reg(d), imm(Number(unsigned)));
      return;
    }
  }
  const immediate = immediateOf(b, bitsOf(type) < 32);
  const source = immediate ?? memoryOrRegister(s, b, size);
  s.into(d, a);
  s.emit(TWO_OPERAND[i.op]!, size, reg(d), source);
}

/** The low bits of a value: a register, or memory if only they are read of it. */
function narrowSource(s: Selection, v: Value, size: 8 | 16): Operand {
  const load = s.canFoldLoad(v);
  if (load && bitsOf(v.type) >= size) return addressOf(s, load.args[0]!, load.details.offset);
  return reg(s.use(v));
}

function selectProduct(s: Selection, i: Instruction, d: Reg, size: 32 | 64): void {
  const [a, b] = ordered(s, i);
  const constant = constantOf(b);
  if (constant !== undefined) {
    const unsigned = BigInt.asUintN(size, constant);
    if (isPowerOfTwo(unsigned)) {
      s.into(d, a);
      s.emit("shl", size, reg(d), imm(log2(unsigned)));
      return;
    }
    const scale = constant === 3n ? 1 : constant === 5n ? 2 : constant === 9n ? 3 : 0;
    if (scale > 0) {
      const r = s.use(a);
      s.emit("lea", size, reg(d), { kind: "mem", base: r, index: r, scale, displacement: 0 });
      return;
    }
    if (constant === -1n) {
      s.into(d, a);
      s.emit("neg", size, reg(d));
      return;
    }
    // 3, 5 or 9 times a power of two: LEA and a shift take two cycles, IMUL three.
    for (const [factor, shift] of [
      [3n, 1],
      [5n, 2],
      [9n, 3],
    ] as const) {
      if (unsigned % factor !== 0n || !isPowerOfTwo(unsigned / factor)) continue;
      const r = s.use(a);
      s.emit("lea", size, reg(d), { kind: "mem", base: r, index: r, scale: shift, displacement: 0 });
      s.emit("shl", size, reg(d), imm(log2(unsigned / factor)));
      return;
    }
    if (fitsInt32(constant)) {
      s.emit("imul3", size, reg(d), memoryOrRegister(s, a, size), imm(Number(constant)));
      return;
    }
  }
  const source = memoryOrRegister(s, b, size);
  s.into(d, a);
  s.emit("imul", size, reg(d), source);
}

/** A count's value without a mask that the instruction applies itself. */
function unmasked(v: Value, bits: number): Value {
  const def = producer(v, "and", "zext", "trunc");
  if (def === undefined) return v;
  if (def.op !== "and")
    return bitsOf(def.args[0]!.type) >= 8 && def.args[0]!.type !== "i1" ? unmasked(def.args[0]!, bits) : v;
  const mask = constantOf(def.args[1]!);
  return mask !== undefined && (mask & BigInt(bits - 1)) === BigInt(bits - 1)
    ? unmasked(def.args[0]!, bits)
    : v;
}

/** A register with the value extended to 32 bits by `signed`; for narrow types a new one, which may be changed. */
export function extended(s: Selection, v: Value, signed: boolean): Reg {
  const bits = bitsOf(v.type);
  if (bits >= 32 || v.type === "i1" || (!signed && s.isClean(v))) return s.use(v);
  const r = s.fresh();
  s.emit(`mov${signed ? "s" : "z"}x${bits === 8 ? 8 : 16}`, 32, reg(r), reg(s.use(v)));
  return r;
}

const SHIFTS = {
  shl: "shl",
  lshr: "shr",
  ashr: "sar",
  rotl: "rol",
  rotr: "ror",
} as const;

function selectShift(s: Selection, i: Instruction, d: Reg): void {
  const [a, count] = [i.args[0]!, i.args[1]!];
  const bits = bitsOf(a.type);
  // as: the caller passes only these operations
  const op = SHIFTS[i.op as keyof typeof SHIFTS];
  const rotates = op === "rol" || op === "ror";
  const size: Size = rotates ? bits : workSize(a.type);
  const put = (): void => {
    if (rotates || op === "shl" || bits >= 32) s.into(d, a);
    else if (op === "sar")
      s.emit(bits === 8 ? "movsx8" : "movsx16", 32, reg(d), narrowSource(s, a, bits === 8 ? 8 : 16));
    else if (s.isClean(a)) s.into(d, a);
    else s.emit(bits === 8 ? "movzx8" : "movzx16", 32, reg(d), reg(s.use(a)));
  };
  const constant = constantOf(count);
  if (constant !== undefined) {
    const by = Number(constant & BigInt(bits - 1));
    if (by === 0 && bits === 32 && !s.isClean(a)) {
      s.emit("mov", 32, reg(d), reg(s.use(a)));
      return;
    }
    put();
    if (by !== 0) s.emit(op, size, reg(d), imm(by));
    return;
  }
  let by = unmasked(count, bits);
  const narrow = bits < 32 && !rotates;
  if (narrow) by = count;
  const c = s.isRematerialised(by) ? undefined : s.use(by);
  put();
  if (c === undefined) s.into(RCX, by);
  else s.emit("copy", 64, reg(RCX), reg(c));
  if (narrow) s.emit("and", 32, reg(RCX), imm(bits - 1));
  s.emit(`${op}cl`, size, reg(d));
}

function selectDivision(s: Selection, i: Instruction, d: Reg): void {
  const [a, b] = [i.args[0]!, i.args[1]!];
  const signed = i.op === "sdiv" || i.op === "srem";
  const size = workSize(a.type);
  const quotient = i.op === "udiv" || i.op === "sdiv";
  const divisor = bitsOf(b.type) >= 32 ? memoryOrRegister(s, b, size) : reg(extended(s, b, signed));
  if (bitsOf(a.type) >= 32) s.into(RAX, a);
  else s.copy(RAX, extended(s, a, signed));
  if (signed) s.emit("cdq", size);
  else s.emit("mov", 32, reg(RDX), imm(0));
  s.emit(signed ? "idiv" : "div", size, divisor);
  s.copy(d, quotient ? RAX : RDX);
}

function selectConversion(s: Selection, i: Instruction, d: Reg): void {
  const from = i.args[0]!;
  const to = i.results[0]!;
  if (constantOf(from) !== undefined) {
    const value = constantOf(from)!;
    const own =
      i.op === "sext" && from.type === "i1"
        ? -value
        : i.op === "sext"
          ? value
          : BigInt.asUintN(from.type === "i1" ? 1 : bitsOf(from.type), value);
    s.constant(d, BigInt.asUintN(to.type === "i1" ? 1 : bitsOf(to.type), own));
    return;
  }
  if (i.op === "trunc") {
    s.into(d, from);
    if (to.type === "i1") s.emit("and", 32, reg(d), imm(1));
    return;
  }
  if (from.type === "i1") {
    s.into(d, from);
    if (i.op === "sext") s.emit("neg", workSize(to.type), reg(d));
    return;
  }
  const bits = bitsOf(from.type);
  const load = s.canFoldLoad(from, true);
  if (load?.details.volatile) s.foldedVolatile.add(load);
  const source = load ? addressOf(s, load.args[0]!, load.details.offset) : reg(s.use(from));
  if (i.op === "zext") s.emit(bits === 8 ? "movzx8" : bits === 16 ? "movzx16" : "mov", 32, reg(d), source);
  else s.emit(bits === 8 ? "movsx8" : bits === 16 ? "movsx16" : "movsx32", workSize(to.type), reg(d), source);
}

/** Adds bits in pairs, fours and bytes, and the bytes by a product (Hacker's Delight §5-1). */
function selectPopcount(s: Selection, i: Instruction, d: Reg): void {
  const from = i.args[0]!;
  const size = workSize(from.type);
  const x = extended(s, from, false);
  if (s.options.features?.includes("popcnt")) {
    s.emit("popcnt", size, reg(d), reg(x));
    return;
  }
  const pattern = (byte: bigint): bigint =>
    (0x0101_0101_0101_0101n * byte) & (size === 64 ? ~0n : 0xffff_ffffn);
  const masked = (r: Reg, byte: bigint): void => {
    if (size === 32) s.emit("and", 32, reg(r), imm(Number(BigInt.asIntN(32, pattern(byte)))));
    else {
      const m = s.fresh();
      s.constant(m, BigInt.asUintN(64, pattern(byte)));
      s.emit("and", 64, reg(r), reg(m));
    }
  };
  const t = s.fresh();
  const u = s.fresh();
  s.copy(d, x);
  s.copy(t, x);
  s.emit("shr", size, reg(t), imm(1));
  masked(t, 0x55n);
  s.emit("sub", size, reg(d), reg(t));
  s.copy(u, d);
  s.emit("shr", size, reg(u), imm(2));
  masked(u, 0x33n);
  masked(d, 0x33n);
  s.emit("add", size, reg(d), reg(u));
  const w = s.fresh();
  s.copy(w, d);
  s.emit("shr", size, reg(w), imm(4));
  s.emit("add", size, reg(d), reg(w));
  masked(d, 0x0fn);
  if (size === 32) s.emit("imul3", 32, reg(d), reg(d), imm(0x01010101));
  else {
    const m = s.fresh();
    s.constant(m, 0x0101_0101_0101_0101n);
    s.emit("imul", 64, reg(d), reg(m));
  }
  s.emit("shr", size, reg(d), imm(size - 8));
}

/** BSF and BSR say nothing for 0, where the answer is the width. */
function selectZeros(s: Selection, i: Instruction, d: Reg): void {
  const from = i.args[0]!;
  const bits = bitsOf(from.type);
  const size = workSize(from.type);
  const leading = i.op === "clz";
  const x = extended(s, from, false);
  if (s.options.features?.includes(leading ? "lzcnt" : "bmi1") && bits >= 32) {
    s.emit(leading ? "lzcnt" : "tzcnt", size, reg(d), reg(x));
    return;
  }
  const none = s.fresh();
  if (leading) {
    s.constant(none, BigInt(2 * size - 1));
    s.emit("bsr", size, reg(d), reg(x));
    s.conditional("cmovcc", CC.e, 32, reg(d), reg(none));
    s.emit("xor", 32, reg(d), imm(size - 1));
    if (bits < 32) s.emit("sub", 32, reg(d), imm(32 - bits));
  } else {
    s.constant(none, BigInt(bits));
    s.emit("bsf", size, reg(d), reg(x));
    s.conditional("cmovcc", CC.e, 32, reg(d), reg(none));
  }
}
