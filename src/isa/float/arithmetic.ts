// Addition, subtraction, multiplication, division, square root and fused multiply-add of numbers, for SSE and x87 alike:
// the operands are decoded and are not NaNs (their rules differ, see nan.ts). Every result is rounded once.
//
// Intel SDM vol. 1: 4.9.1 (conditions), 4.9.2 (precedence); the tables of FADD, FMUL and FDIV in vol. 2A.

import { DE, DOWN, type Environment, IE, ZE } from "./environment.ts";
import {
  bitLength,
  DENORMAL,
  type Format,
  INFINITY,
  infinity,
  SHIFT,
  type Value,
  ZERO_CLASS,
  zero,
} from "./format.ts";
import { round } from "./round.ts";

/** `subr` and `divr` take their operands in the other order (FSUBR, FDIVR). */
export type Arithmetic = "add" | "sub" | "mul" | "div" | "subr" | "divr";

/** a op b, neither a NaN, rounded to `precision` bits in the exponent range of `format`. */
export function arithmetic(
  op: Arithmetic,
  a: Value,
  b: Value,
  format: Format,
  precision: number,
  env: Environment,
): bigint {
  switch (op) {
    case "add":
      return add(a, b, b.sign, format, precision, env);
    case "sub":
      return add(a, b, b.sign ^ 1, format, precision, env);
    case "subr":
      return add(b, a, a.sign ^ 1, format, precision, env);
    case "mul":
      return multiply(a, b, format, precision, env);
    case "div":
      return divide(a, b, format, precision, env);
    case "divr":
      return divide(b, a, format, precision, env);
  }
}

/** Raises IE and returns the masked response. */
export function invalid(format: Format, env: Environment): bigint {
  env.raise(IE);
  return format.indefinite;
}

/** Raises DE if an operand is denormal; true if that is unmasked and the operation must stop. */
export function stopsAtDenormal(a: Value, b: Value, env: Environment): boolean {
  if (a.kind !== DENORMAL && b.kind !== DENORMAL) return false;
  env.raise(DE);
  return !env.isMasked(DE);
}

/** The zero that an exact cancellation gives. */
function cancelled(format: Format, env: Environment): bigint {
  return zero(format, env.rounding === DOWN ? 1 : 0);
}

/** a + b where b's sign is replaced by `bSign`. */
function add(a: Value, b: Value, bSign: number, format: Format, precision: number, env: Environment): bigint {
  if (a.kind === INFINITY && b.kind === INFINITY && a.sign !== bSign) return invalid(format, env);
  if (stopsAtDenormal(a, b, env)) return format.indefinite;
  if (a.kind === INFINITY) return infinity(format, a.sign);
  if (b.kind === INFINITY) return infinity(format, bSign);
  if (a.kind === ZERO_CLASS && b.kind === ZERO_CLASS) {
    return a.sign === bSign ? zero(format, bSign) : cancelled(format, env);
  }
  if (a.kind === ZERO_CLASS) return round(format, precision, bSign, b.exponent, b.significand, env);
  if (b.kind === ZERO_CLASS) return round(format, precision, a.sign, a.exponent, a.significand, env);
  return addFinite(a, { ...b, sign: bSign as 0 | 1 }, format, precision, env);
}

/** Beyond this distance of exponents, the smaller operand is only a sticky bit below the larger one. */
const FAR = 200;

/** The sum of two finite values that are not zero. */
function addFinite(a: Value, b: Value, format: Format, precision: number, env: Environment): bigint {
  const big = a.exponent >= b.exponent ? a : b;
  const small = big === a ? b : a;
  const distance = big.exponent - small.exponent;
  let shift = distance;
  let low = small.significand;
  if (distance > FAR) {
    shift = FAR;
    low = 1n;
  }
  const high = shift === 0 ? big.significand : big.significand << SHIFT[shift]!;
  const exponent = big.exponent - shift;
  if (a.sign === b.sign) return round(format, precision, a.sign, exponent, high + low, env);
  const difference = high - low;
  if (difference === 0n) return cancelled(format, env);
  if (difference > 0n) return round(format, precision, big.sign, exponent, difference, env);
  return round(format, precision, small.sign, exponent, -difference, env);
}

function multiply(a: Value, b: Value, format: Format, precision: number, env: Environment): bigint {
  const sign = a.sign ^ b.sign;
  const zeroOperand = a.kind === ZERO_CLASS || b.kind === ZERO_CLASS;
  const infiniteOperand = a.kind === INFINITY || b.kind === INFINITY;
  if (zeroOperand && infiniteOperand) return invalid(format, env);
  if (stopsAtDenormal(a, b, env)) return format.indefinite;
  if (infiniteOperand) return infinity(format, sign);
  if (zeroOperand) return zero(format, sign);
  return round(format, precision, sign, a.exponent + b.exponent, a.significand * b.significand, env);
}

function divide(a: Value, b: Value, format: Format, precision: number, env: Environment): bigint {
  const sign = a.sign ^ b.sign;
  if (a.kind === b.kind && (a.kind === ZERO_CLASS || a.kind === INFINITY)) return invalid(format, env);
  if (b.kind === ZERO_CLASS && a.kind !== INFINITY) {
    env.raise(ZE);
    return infinity(format, sign);
  }
  if (stopsAtDenormal(a, b, env)) return format.indefinite;
  if (a.kind === INFINITY) return infinity(format, sign);
  if (a.kind === ZERO_CLASS || b.kind === INFINITY) return zero(format, sign);
  // Enough quotient bits for rounding, and the remainder as a sticky bit.
  const wanted = precision + 2 + bitLength(b.significand) - bitLength(a.significand);
  const shift = wanted > 0 ? wanted : 0;
  const dividend = a.significand << SHIFT[shift]!;
  let quotient = dividend / b.significand;
  if (quotient * b.significand !== dividend) quotient |= 1n;
  return round(format, precision, sign, a.exponent - b.exponent - shift, quotient, env);
}

/** The square root of a value that is not a NaN. */
export function squareRoot(a: Value, format: Format, precision: number, env: Environment): bigint {
  if (a.sign === 1 && a.kind !== ZERO_CLASS) return invalid(format, env);
  if (stopsAtDenormal(a, a, env)) return format.indefinite;
  if (a.kind === INFINITY) return infinity(format, 0);
  if (a.kind === ZERO_CLASS) return zero(format, a.sign);
  let shift = Math.max(0, 2 * precision + 4 - bitLength(a.significand));
  if (((a.exponent - shift) & 1) !== 0) shift += 1;
  const radicand = a.significand << BigInt(shift);
  let root = integerSquareRoot(radicand);
  if (root * root !== radicand) root |= 1n;
  return round(format, precision, 0, (a.exponent - shift) / 2, root, env);
}

/** The greatest integer whose square is not above n. */
function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  const length = bitLength(n);
  // From 52 good bits, each step of Newton's doubles them; the start must not be below the root.
  const discard = Math.max(0, length - 104) & ~1;
  let root = BigInt(Math.floor(Math.sqrt(Number(n >> BigInt(discard)))) + 2) << BigInt(discard / 2);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * a × b + c with one rounding, none a NaN. Negation of the product or of the addend, as in FNMSUB, is the caller's: it
 * flips signs of the decoded operands.
 */
export function fusedMultiplyAdd(a: Value, b: Value, c: Value, format: Format, env: Environment): bigint {
  const sign = (a.sign ^ b.sign) as 0 | 1;
  const zeroProduct = a.kind === ZERO_CLASS || b.kind === ZERO_CLASS;
  const infiniteProduct = a.kind === INFINITY || b.kind === INFINITY;
  if (zeroProduct && infiniteProduct) return invalid(format, env);
  if (infiniteProduct && c.kind === INFINITY && c.sign !== sign) return invalid(format, env);
  if (stopsAtDenormal(a, b, env) || stopsAtDenormal(c, c, env)) return format.indefinite;
  if (infiniteProduct) return infinity(format, sign);
  if (c.kind === INFINITY) return infinity(format, c.sign);
  if (zeroProduct && c.kind === ZERO_CLASS)
    return sign === c.sign ? zero(format, sign) : cancelled(format, env);
  if (zeroProduct) return round(format, format.precision, c.sign, c.exponent, c.significand, env);
  const exponent = a.exponent + b.exponent;
  const significand = a.significand * b.significand;
  if (c.kind === ZERO_CLASS) return round(format, format.precision, sign, exponent, significand, env);
  const product: Value = { kind: a.kind, sign, exponent, significand };
  return addFinite(product, c, format, format.precision, env);
}
