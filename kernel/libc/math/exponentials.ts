/**
 * Exponentials of 80-bit numbers: 2^n times what F2XM1 gives of a fraction, after the integer n has been taken away in two parts, so that large arguments lose nothing.
 */
import {
  abs,
  add,
  divide,
  type Extended,
  infinity,
  integer,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  multiply,
  powerOfTwoMinusOne,
  rounded,
  scaled,
  subtract,
  withSign,
} from "./extended.ts";

const LOG2_E: Extended = { m: 0xb8aa3b295c17f0bc, e: 0x3fff };
const LOG2_10: Extended = { m: 0xd49a784bcd1b8afe, e: 0x4000 };
/** The natural logarithm of 2 in parts: 40 bits, so that products with integers below 2²⁴ are exact, and the rest. */
const LN2_HIGH: Extended = { m: 0xb17217f7d2000000, e: 0x3ffe };
const LN2_LOW: Extended = { m: 0xc21950d871319ff0, e: 0xbfd4 };
/** The decimal one in such parts. */
const LG2_HIGH: Extended = { m: 0x9a209a84fc000000, e: 0x3ffd };
const LG2_LOW: Extended = { m: 0xc0219dc1da994fd2, e: 0xbfd3 };
export const ZERO: Extended = { m: 0, e: 0 };
export const ONE: Extended = { m: 0x8000000000000000, e: 0x3fff };
export const TWO: Extended = { m: 0x8000000000000000, e: 0x4000 };
export const HALF: Extended = { m: 0x8000000000000000, e: 0x3ffe };

/** Exponents beyond which every result is out of any range. */
function bounded(n: Extended): Extended {
  const most = integer(40_000);
  return less(most, abs(n)) ? withSign(most, n) : n;
}
/** 2^(n + fraction), |fraction| up to 1. */
export function powerOfTwo(n: Extended, fraction: Extended): Extended {
  return scaled(add(powerOfTwoMinusOne(fraction), ONE), bounded(n));
}
class Parts extends Struct {
  n: Extended;
  fraction: Extended;
}
/** x · `scale` as an integer and a fraction of at most a half. */
function parts(x: Extended, scale: Extended, high: Extended, low: Extended): Parts {
  const n = rounded(multiply(x, scale));
  const left = subtract(subtract(x, multiply(n, high)), multiply(n, low));
  return { n, fraction: multiply(left, scale) };
}
/** Of an infinity: 0 or itself. */
function atInfinity(x: Extended): Extended {
  return isNegative(x) ? ZERO : x;
}
const TOO_LARGE: Extended = { m: 0xc350000000000000, e: 0x400e };

export function exp(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isInfinite(x)) return atInfinity(x);
  if (less(TOO_LARGE, abs(x))) return isNegative(x) ? ZERO : infinity();
  const p = parts(x, LOG2_E, LN2_HIGH, LN2_LOW);
  return powerOfTwo(p.n, p.fraction);
}
export function exp10(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isInfinite(x)) return atInfinity(x);
  if (less(TOO_LARGE, abs(x))) return isNegative(x) ? ZERO : infinity();
  const n = rounded(multiply(x, LOG2_10));
  const left = subtract(subtract(x, multiply(n, LG2_HIGH)), multiply(n, LG2_LOW));
  return powerOfTwo(n, multiply(left, LOG2_10));
}
export function exp2(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isInfinite(x)) return atInfinity(x);
  const n = rounded(x);
  return powerOfTwo(n, subtract(x, n));
}
export function expm1(x: Extended): Extended {
  if (isNan(x) || isZero(x)) return x;
  if (isInfinite(x)) return isNegative(x) ? integer(-1) : x;
  if (less(TOO_LARGE, abs(x))) return isNegative(x) ? integer(-1) : infinity();
  const p = parts(x, LOG2_E, LN2_HIGH, LN2_LOW);
  if (isZero(p.n)) return powerOfTwoMinusOne(p.fraction);
  const power = scaled(ONE, bounded(p.n));
  // 2ⁿ · (2^f − 1) + (2ⁿ − 1).
  return add(multiply(powerOfTwoMinusOne(p.fraction), power), subtract(power, ONE));
}
const FAR: Extended = { m: 0xb16c000000000000, e: 0x400c };

/** e^|x| / 2, where e^|x| itself may be too large. */
function halfExp(x: Extended): Extended {
  const e = exp(multiply(abs(x), HALF));
  return multiply(multiply(e, HALF), e);
}
export function sinh(x: Extended): Extended {
  if (isNan(x) || isZero(x) || isInfinite(x)) return add(x, x);
  if (less(FAR, abs(x))) return withSign(halfExp(x), x);
  const e = expm1(abs(x));
  return withSign(multiply(add(e, divide(e, add(e, ONE))), HALF), x);
}
export function cosh(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isInfinite(x)) return infinity();
  if (less(FAR, abs(x))) return halfExp(x);
  const e = exp(abs(x));
  return multiply(add(e, divide(ONE, e)), HALF);
}
export function tanh(x: Extended): Extended {
  if (isNan(x) || isZero(x)) return add(x, x);
  if (less(integer(30), abs(x))) return withSign(ONE, x);
  const e = expm1(multiply(abs(x), TWO));
  return withSign(divide(e, add(e, TWO)), x);
}
