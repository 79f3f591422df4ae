/**
 * What the pure operations of ops.ts compute, on constants: the one definition that the interpreter runs and the folder folds by.
 * Integers are unsigned bigints of their width, f64 are numbers. Not for what touches memory or the machine.
 */
import { bitsOf } from "./construct.ts";
import type { Condition, Instruction, IrType } from "./ir.ts";
import type { OpName } from "./ops.ts";

export type Scalar = bigint | number;

/** Why there is no result. */
export type ArithmeticTrap = "division by zero" | "division overflow";

const TWO_63 = 2 ** 63;
/** CVTTSD2SI's answer for what does not fit (SDM vol. 2A). */
const INDEFINITE = 1n << 63n;

/** Toward zero; NaN and what does not fit in 64 bits signed gives 2^63. */
export function toSigned64(x: number): bigint {
  const whole = Math.trunc(x);
  return whole >= -TWO_63 && whole < TWO_63 ? BigInt.asUintN(64, BigInt(whole)) : INDEFINITE;
}
/** Below 2^63, and NaN, as signed; else what is over 2^63 is converted and its top bit inverted, so that 2^64 and more give 0. */
export function toUnsigned64(x: number): bigint {
  return x >= TWO_63 ? toSigned64(x - TWO_63) ^ INDEFINITE : toSigned64(x);
}

/** Both unsigned, of this width. */
export function compareIntegers(condition: Condition, a: bigint, b: bigint, bits: number): boolean {
  const signed = condition.startsWith("s");
  const [x, y] = signed ? [BigInt.asIntN(bits, a), BigInt.asIntN(bits, b)] : [a, b];
  switch (condition) {
    case "eq":
      return x === y;
    case "ne":
      return x !== y;
    case "ult":
    case "slt":
      return x < y;
    case "ule":
    case "sle":
      return x <= y;
    case "ugt":
    case "sgt":
      return x > y;
    case "uge":
    case "sge":
      return x >= y;
  }
}

function compareFloats(condition: Condition, a: number, b: number): boolean {
  switch (condition) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "slt":
      return a < b;
    case "sle":
      return a <= b;
    case "sgt":
      return a > b;
    case "sge":
      return a >= b;
    default:
      throw new TypeError(`fcmp has no condition ${condition}`);
  }
}

/** Operations that `evaluate` knows. */
export function isArithmetic(op: OpName): boolean {
  return op in INTEGER || op in OTHER;
}

type IntegerRule = (a: bigint, b: bigint, bits: number, c: bigint) => bigint | ArithmeticTrap;
const signed = (bits: number, x: bigint): bigint => BigInt.asIntN(bits, x);
const count = (b: bigint, bits: number): bigint => b & BigInt(bits - 1);
const width = BigInt;
const rotate = (a: bigint, by: bigint, bits: number): bigint => (a << by) | (a >> (width(bits) - by));

/** Results are cut to the width by the caller. */
const INTEGER: Partial<Record<OpName, IntegerRule>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  udiv: (a, b) => (b === 0n ? "division by zero" : a / b),
  urem: (a, b) => (b === 0n ? "division by zero" : a % b),
  sdiv: (a, b, bits) => divideSigned(a, b, bits, (x, y) => x / y),
  srem: (a, b, bits) => divideSigned(a, b, bits, (x, y) => x % y),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b, bits) => a << count(b, bits),
  lshr: (a, b, bits) => a >> count(b, bits),
  ashr: (a, b, bits) => signed(bits, a) >> count(b, bits),
  rotl: (a, b, bits) => rotate(a, count(b, bits), bits),
  rotr: (a, b, bits) => rotate(a, (width(bits) - count(b, bits)) & width(bits - 1), bits),
  neg: (a) => -a,
  not: (a) => ~a,
  popcnt: (a) => BigInt(a.toString(2).replaceAll("0", "").length),
  clz: (a, _b, bits) => width(bits) - (a === 0n ? 0n : BigInt(a.toString(2).length)),
  ctz: (a, _b, bits) => (a === 0n ? width(bits) : BigInt((a & -a).toString(2).length - 1)),
  bswap: (a, _b, bits) => {
    let swapped = 0n;
    for (let i = 0; i < bits; i += 8) swapped = (swapped << 8n) | ((a >> width(i)) & 0xffn);
    return swapped;
  },
  umulh: (a, b) => (a * b) >> 64n,
  smulh: (a, b) => (signed(64, a) * signed(64, b)) >> 64n,
  udivwide: (a, b, _bits, c) => divideWide(a, b, c, (x, y) => x / y),
  uremwide: (a, b, _bits, c) => divideWide(a, b, c, (x, y) => x % y),
};

/** IDIV overflows for the remainder too. */
function divideSigned(
  a: bigint,
  b: bigint,
  bits: number,
  divide: (x: bigint, y: bigint) => bigint,
): bigint | ArithmeticTrap {
  if (b === 0n) return "division by zero";
  const [x, y] = [signed(bits, a), signed(bits, b)];
  return y === -1n && x === -(1n << width(bits - 1)) ? "division overflow" : divide(x, y);
}
function divideWide(
  high: bigint,
  low: bigint,
  divisor: bigint,
  divide: (x: bigint, y: bigint) => bigint,
): bigint | ArithmeticTrap {
  if (divisor === 0n) return "division by zero";
  return high >= divisor ? "division overflow" : divide((high << 64n) | low, divisor);
}

interface Operation {
  readonly from: IrType | undefined;
  readonly to: IrType;
  readonly condition: Condition | undefined;
}
/** For results that are no integers of the arguments' width. The casts are ops.ts's types, which the verifier checks. */
const OTHER: Partial<Record<OpName, (args: readonly Scalar[], how: Operation) => Scalar>> = {
  icmp: ([a, b], { from, condition }) =>
    compareIntegers(condition!, a as bigint, b as bigint, bitsOf(from!)) ? 1n : 0n,
  zext: ([a]) => a!,
  sext: ([a], { from, to }) => BigInt.asUintN(bitsOf(to), BigInt.asIntN(bitsOf(from!), a as bigint)),
  trunc: ([a], { to }) => BigInt.asUintN(bitsOf(to), a as bigint),
  select: ([c, a, b]) => (c === 1n ? a! : b!),
  fadd: ([a, b]) => (a as number) + (b as number),
  fsub: ([a, b]) => (a as number) - (b as number),
  fmul: ([a, b]) => (a as number) * (b as number),
  fdiv: ([a, b]) => (a as number) / (b as number),
  fneg: ([a]) => -(a as number),
  fsqrt: ([a]) => Math.sqrt(a as number),
  fcmp: ([a, b], { condition }) => (compareFloats(condition!, a as number, b as number) ? 1n : 0n),
  sitof: ([a]) => Number(BigInt.asIntN(64, a as bigint)),
  uitof: ([a]) => Number(a as bigint),
  ftosi: ([a]) => toSigned64(a as number),
  ftoui: ([a]) => toUnsigned64(a as number),
};

/**
 * The result of an operation, or why there is none. Arguments are of the instruction's types. Throws TypeError for operations
 * that are no arithmetic.
 */
export function evaluate(instruction: Instruction, args: readonly Scalar[]): Scalar | ArithmeticTrap {
  const { op, results, details } = instruction;
  const integer = INTEGER[op];
  if (integer) {
    const bits = bitsOf(results[0]!.type);
    // Operations of INTEGER have integers only, by ops.ts.
    const [a, b, c] = args as readonly bigint[];
    const result = integer(a!, b ?? 0n, bits, c ?? 0n);
    return typeof result === "string" ? result : BigInt.asUintN(bits, result);
  }
  const other = OTHER[op];
  if (!other) throw new TypeError(`${op} is no arithmetic`);
  return other(args, {
    from: instruction.args[0]?.type,
    to: results[0]!.type,
    condition: details.condition,
  });
}
