/**
 * Comparisons: flags where a branch, SETcc or CMOVcc takes them at once, 0 or 1 in a register elsewhere.
 * Unordered doubles set ZF, PF and CF (SDM vol. 2B UCOMISD), so that equality takes two conditions.
 */
import type { Condition, Instruction, Value } from "../ir/ir.ts";
import { CC, imm, mem, type Operand, reg, type Size } from "./machine.ts";
import type { Reg } from "./registers.ts";
import { addressOf } from "./select-address.ts";
import { immediateOf, memoryOrRegister, resultOf } from "./select-integer.ts";
import { bitsOf, constantOf, producer, type Selection, workSize } from "./selection.ts";

const CONDITIONS: Record<Condition, number> = {
  eq: CC.e,
  ne: CC.ne,
  ult: CC.b,
  ule: CC.be,
  ugt: CC.a,
  uge: CC.ae,
  slt: CC.l,
  sle: CC.le,
  sgt: CC.g,
  sge: CC.ge,
};
const SWAPPED: Record<Condition, Condition> = {
  eq: "eq",
  ne: "ne",
  ult: "ugt",
  ule: "uge",
  ugt: "ult",
  uge: "ule",
  slt: "sgt",
  sle: "sge",
  sgt: "slt",
  sge: "sle",
};

/** A condition of the flags; with `parity` "and np": also no parity, "or p": or parity. */
export interface FlagCondition {
  readonly cc: number;
  readonly parity?: "and np" | "or p";
}

export function inverted(c: FlagCondition): FlagCondition {
  const cc = c.cc ^ 1;
  return c.parity === undefined ? { cc } : { cc, parity: c.parity === "and np" ? "or p" : "and np" };
}

/** Emits what sets the flags for a value of type i1 and says which condition it then is. */
export function flagsFor(s: Selection, v: Value): FlagCondition {
  const def = producer(v, "icmp", "fcmp", "xor", "trunc", "not");
  if (def !== undefined && s.isLocal(def) && !s.isRequested(v)) {
    if (def.op === "icmp") return compareFlags(s, def);
    if (def.op === "fcmp") return floatFlags(s, def);
    if (def.op === "not") return inverted(flagsFor(s, def.args[0]!));
    if (def.op === "xor" && constantOf(def.args[1]!) === 1n) return inverted(flagsFor(s, def.args[0]!));
    if (def.op === "trunc") {
      s.emit("test", 8, reg(s.use(def.args[0]!)), imm(1));
      return { cc: CC.ne };
    }
  }
  const r = reg(s.use(v));
  s.emit("test", 32, r, r);
  return { cc: CC.ne };
}

/** Whether a condition is asked of both sides of a comparison in the same way by sign. */
const isSigned = (c: Condition): boolean => c.startsWith("s");

function compareFlags(s: Selection, i: Instruction): FlagCondition {
  let [a, b] = [i.args[0]!, i.args[1]!];
  let condition = i.details.condition ?? "eq";
  if (immediateOf(a) !== undefined && immediateOf(b) === undefined) {
    [a, b] = [b, a];
    condition = SWAPPED[condition];
  }
  const constant = constantOf(b);
  const equality = condition === "eq" || condition === "ne";
  if (constant === 0n && equality) {
    const bit = bitTest(s, a, condition);
    if (bit) return bit;
    const and = producer(a, "and");
    if (and && s.isLocal(and) && !s.isRequested(a)) {
      testBits(s, and);
      return { cc: CONDITIONS[condition] };
    }
  }
  // x < 1 and x >= 1 of unsigned numbers ask for zero.
  if (constant === 1n && (condition === "ult" || condition === "uge")) {
    const r = compareSize(s, a, b, "eq");
    if (r.size >= 32) {
      s.emit("test", r.size, reg(s.use(a)), reg(s.use(a)));
      return { cc: condition === "ult" ? CC.e : CC.ne };
    }
  }
  const { size } = compareSize(s, a, b, condition);
  const narrow = bitsOf(a.type) !== size;
  if (constant === 0n) {
    const load = size === bitsOf(a.type) ? s.canFoldLoad(a) : undefined;
    if (load) s.emit("cmp", size, addressOf(s, load.args[0]!, load.details.offset), imm(0));
    else {
      const r = reg(s.use(a));
      s.emit("test", size, r, r);
    }
    return { cc: CONDITIONS[condition] };
  }
  const immediate = immediateOf(b, narrow && !isSigned(condition));
  const left: Operand = narrow ? reg(s.use(a)) : memoryOrRegister(s, a, size);
  // Both operands cannot be memory.
  const right = immediate ?? (narrow || left.kind === "mem" ? reg(s.use(b)) : memoryOrRegister(s, b, size));
  s.emit("cmp", size, left, right);
  return { cc: CONDITIONS[condition] };
}

/** Narrow values are compared as 32 bits where both are known to be zero above. */
function compareSize(s: Selection, a: Value, b: Value, condition: Condition): { size: Size } {
  const bits = bitsOf(a.type);
  if (a.type === "i1") return { size: 32 };
  const clean = s.isClean(a) && s.isClean(b) && !s.canFoldLoad(a) && !s.canFoldLoad(b);
  if (bits < 32 && clean && !isSigned(condition)) return { size: 32 };
  return { size: bits };
}

/** TEST of what `and` joins. */
function testBits(s: Selection, and: Instruction): void {
  let [a, b] = [and.args[0]!, and.args[1]!];
  if (constantOf(a) !== undefined) [a, b] = [b, a];
  const type = a.type;
  const bits = bitsOf(type);
  const constant = constantOf(b);
  const load = s.canFoldLoad(a);
  if (constant !== undefined) {
    const unsigned = BigInt.asUintN(bits, constant);
    if (load && (bits !== 16 || unsigned < 0x80n)) {
      // A byte is enough where the bits lie in one.
      const at = addressOf(s, load.args[0]!, load.details.offset);
      if (unsigned < 0x100n) s.emit("test", 8, at, imm(Number(BigInt.asIntN(8, unsigned))));
      else if (bits >= 32 && unsigned < 1n << 31n) s.emit("test", 32, at, imm(Number(unsigned)));
      else {
        const r = s.use(b);
        s.emit("test", bits, at, reg(r));
      }
      return;
    }
    const r = reg(s.use(a));
    if (unsigned < 0x100n) s.emit("test", 8, r, imm(Number(BigInt.asIntN(8, unsigned))));
    else if (unsigned <= 0xffff_ffffn) {
      s.emit("test", 32, r, imm(Number(BigInt.asIntN(32, unsigned))));
    } else {
      const m = s.use(b);
      s.emit("test", 64, r, reg(m));
    }
    return;
  }
  const size: Size = type === "i1" ? 32 : bits;
  const other = type === "i1" ? reg(s.use(b)) : memoryOrRegister(s, b, size);
  if (other.kind === "mem") s.emit("test", size, other, reg(s.use(a)));
  else s.emit("test", size, reg(s.use(a)), other);
}

/** BT for (x >> n) & 1, x & (1 << n), and single bits that no immediate reaches. */
function bitTest(s: Selection, v: Value, condition: Condition): FlagCondition | undefined {
  const and = producer(v, "and");
  if (and === undefined || !s.isLocal(and) || s.isRequested(v) || v.type === "i1") return undefined;
  const bits = bitsOf(v.type);
  if (bits < 32) return undefined;
  const cc = condition === "ne" ? CC.b : CC.ae;
  const [a, b] = [and.args[0]!, and.args[1]!];
  const constant = constantOf(b);
  const size: Size = bits;
  if (constant === 1n) {
    const shift = producer(a, "lshr", "ashr");
    if (shift && s.isLocal(shift) && !s.isRequested(a)) {
      const by = constantOf(shift.args[1]!);
      const source = reg(s.use(shift.args[0]!));
      if (by === undefined) s.emit("bt", size, source, reg(s.use(shift.args[1]!)));
      else {
        const n = Number(by & BigInt(bits - 1));
        if (n >= 32) s.emit("bt", size, source, imm(n));
        else {
          s.emit("test", n < 7 ? 8 : 32, source, imm((1 << n) | 0));
          return { cc: condition === "ne" ? CC.ne : CC.e };
        }
      }
      return { cc };
    }
    return undefined;
  }
  if (constant !== undefined) {
    const unsigned = BigInt.asUintN(bits, constant);
    if (unsigned < 1n << 32n || (unsigned & (unsigned - 1n)) !== 0n) return undefined;
    s.emit("bt", size, reg(s.use(a)), imm(unsigned.toString(2).length - 1));
    return { cc };
  }
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const) {
    const shift = producer(y, "shl");
    if (shift && constantOf(shift.args[0]!) === 1n && s.isLocal(shift) && !s.isRequested(y)) {
      s.emit("bt", size, reg(s.use(x)), reg(s.use(shift.args[1]!)));
      return { cc };
    }
  }
  return undefined;
}

function floatFlags(s: Selection, i: Instruction): FlagCondition {
  let [a, b] = [i.args[0]!, i.args[1]!];
  const condition = i.details.condition ?? "eq";
  // a < b as b > a: "above" is false of NaNs.
  if (condition === "slt" || condition === "sle") [a, b] = [b, a];
  const source = vectorSource(s, b);
  s.emit("ucomisd", 64, reg(s.use(a)), source);
  switch (condition) {
    case "eq":
      return { cc: CC.e, parity: "and np" };
    case "ne":
      return { cc: CC.ne, parity: "or p" };
    case "slt":
    case "sgt":
      return { cc: CC.a };
    default:
      return { cc: CC.ae };
  }
}

/** A double as source: memory if it is read only here, a constant in memory, or a register. */
export function vectorSource(s: Selection, v: Value): Operand {
  const load = s.canFoldLoad(v);
  if (load) return addressOf(s, load.args[0]!, load.details.offset);
  const constant = producer(v, "fconst");
  if (constant && !Object.is(constant.details.number, 0))
    return mem(-1, 0, { symbol: s.pool.double(constant.details.number ?? 0) });
  return reg(s.use(v));
}

/** A comparison whose value somebody wants as 0 or 1. */
export function selectComparison(s: Selection, i: Instruction): void {
  const d = resultOf(s, i);
  if (i.op === "icmp") {
    // Zeroed before the flags are set, the byte needs no extension.
    s.emit("mov", 32, reg(d), imm(0));
    s.conditional("setlow", compareFlags(s, i).cc, 8, reg(d));
    return;
  }
  const c = floatFlags(s, i);
  const t = s.fresh();
  s.conditional("setcc", c.cc, 8, reg(t));
  if (c.parity !== undefined) {
    const p = s.fresh();
    s.conditional("setcc", c.parity === "and np" ? CC.np : CC.p, 8, reg(p));
    s.emit(c.parity === "and np" ? "and" : "or", 32, reg(t), reg(p));
  }
  s.emit("movzx8", 32, reg(d), reg(t));
}

/** The condition of a comparison that only the instruction at hand wants as a byte; nothing is emitted if it is none. */
export function conditionOf(s: Selection, v: Value): FlagCondition | undefined {
  const extended = producer(v, "zext");
  const bool = extended?.args[0];
  const def = bool && producer(bool, "icmp");
  if (!extended || !def || !s.isLocal(extended) || !s.isLocal(def)) return undefined;
  if (s.useCounts.get(v) !== 1 || s.useCounts.get(bool!) !== 1 || s.isRequested(bool!)) return undefined;
  return compareFlags(s, def);
}

export function selectSelect(s: Selection, i: Instruction): void {
  const [condition, a, b] = [i.args[0]!, i.args[1]!, i.args[2]!];
  const result = i.results[0]!;
  const vector = result.type === "f64";
  const d = resultOf(s, i);
  const size = workSize(result.type);
  const general = (v: Value): Reg => {
    if (!vector) return s.use(v);
    const r = s.fresh();
    s.emit("movqr", 64, reg(r), reg(s.use(v)));
    return r;
  };
  const then = general(a);
  const otherwise = general(b);
  const out = vector ? s.fresh() : d;
  // The one that is overwritten is copied before the flags are set, as zero is best made by an XOR.
  s.copy(out, otherwise);
  const c = flagsFor(s, condition);
  if (c.parity === "and np") {
    // Both must hold: from `then`, away where one fails.
    const t = s.fresh();
    s.copy(t, then);
    s.conditional("cmovcc", c.cc ^ 1, size, reg(t), reg(out));
    s.conditional("cmovcc", CC.p, size, reg(t), reg(out));
    s.copy(out, t);
  } else {
    s.conditional("cmovcc", c.cc, size, reg(out), reg(then));
    if (c.parity === "or p") s.conditional("cmovcc", CC.p, size, reg(out), reg(then));
  }
  if (vector) s.emit("movqx", 64, reg(d), reg(out));
}
