/** Parts of 80-bit numbers by their bits: whole ones, fractions, exponents, neighbours; and rests of divisions, which are exact. */
import {
  abs,
  add,
  type Extended,
  equal,
  exponentOf,
  infinity,
  integer,
  invalid,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  nearestRest,
  negate,
  rest,
  rounded,
  subtract,
  toInteger,
  withSign,
} from "./extended.ts";

export { equal, isNan, less } from "./extended.ts";

const TOP: u64 = 0x8000_0000_0000_0000;
const ZERO: Extended = { m: 0, e: 0 };
const ONE: Extended = { m: 0x8000_0000_0000_0000, e: 0x3fff };
const ERROR_OF_ILOGB: i32 = -0x8000_0000;

export function magnitude(x: Extended): Extended {
  return abs(x);
}
export function trunc(x: Extended): Extended {
  const exponent = exponentOf(x);
  if (isNan(x) || exponent >= 63) return isNan(x) ? add(x, x) : x;
  if (exponent < 0) return withSign(ZERO, x);
  return { m: x.m & ~(((u64(1) << 63) - 1) >> u64(exponent)), e: x.e };
}
export function floor(x: Extended): Extended {
  const whole = trunc(x);
  return less(x, whole) ? subtract(whole, ONE) : whole;
}
export function ceil(x: Extended): Extended {
  const whole = trunc(x);
  return less(whole, x) ? add(whole, ONE) : whole;
}
/** Halves away from zero. */
export function round(x: Extended): Extended {
  const whole = trunc(x);
  const left = abs(subtract(x, whole));
  const half: Extended = { m: TOP, e: 0x3ffe };
  if (isNan(x) || less(left, half)) return whole;
  return withSign(add(abs(whole), ONE), x);
}
/** Halves to even, whatever the mode is. */
export function roundeven(x: Extended): Extended {
  const whole = trunc(x);
  const left = abs(subtract(x, whole));
  const half: Extended = { m: TOP, e: 0x3ffe };
  if (isNan(x) || less(left, half)) return whole;
  const isOdd =
    !isZero(whole) && exponentOf(whole) < 64 && ((whole.m >> u64(63 - exponentOf(whole))) & 1) !== 0;
  return less(half, left) || isOdd ? withSign(add(abs(whole), ONE), x) : whole;
}
export function rint(x: Extended): Extended {
  return withSign(rounded(x), x);
}
export function lrint(x: Extended): i64 {
  return toInteger(x);
}
export function lround(x: Extended): i64 {
  return toInteger(round(x));
}
/** Powers of two below the significand of 1 to 2, of small numbers too. */
function power(x: Extended): i64 {
  return x.m === 0 ? 0 : i64((x.e & 0x7fff) === 0 ? 1 : x.e & 0x7fff) - 16383 - i64(clz(x.m));
}
export function ilogb(x: Extended): i32 {
  if (isZero(x) || isNan(x)) return ERROR_OF_ILOGB;
  return isInfinite(x) ? 0x7fff_ffff : i32(power(x));
}
export function logb(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isInfinite(x)) return infinity();
  return isZero(x) ? negate(infinity()) : integer(power(x));
}
/** x · 2^n: FSCALE's factor is at most 2^±32767. */
export function scalb(x: Extended, n: i64): Extended {
  const bounded: i64 = n > 50_000 ? 50_000 : n < -50_000 ? -50_000 : n;
  const to: Extended = x;
  const factor: i64 = bounded;
  asm({ in: { rdi: addressOf(to), rsi: addressOf(factor) }, clobbers: ["memory"] })`
    fild qword ptr [rsi]
    fld tbyte ptr [rdi]
    fscale
    fstp tbyte ptr [rdi]
    fstp st0`;
  return to;
}
export function frexp(x: Extended, exponent: ptr<i32>): Extended {
  exponent.value = 0;
  if (isZero(x) || isNan(x) || isInfinite(x)) return add(x, x);
  exponent.value = i32(power(x)) + 1;
  return { m: x.m << u64(clz(x.m)), e: 0x3ffe | (x.e & 0x8000) };
}
export function modf(x: Extended, to: ptr<u64>): Extended {
  const whole = trunc(x);
  to[0] = whole.m;
  cast<u16>(to.offset(1)).value = u16(whole.e);
  return withSign(isInfinite(x) ? ZERO : subtract(x, whole), x);
}
export function copysign(x: Extended, y: Extended): Extended {
  return withSign(x, y);
}
export function fmax(x: Extended, y: Extended): Extended {
  return isNan(y) || less(y, x) ? x : y;
}
export function fmin(x: Extended, y: Extended): Extended {
  return isNan(y) || (!isNan(x) && !less(y, x)) ? x : y;
}
export function fdim(x: Extended, y: Extended): Extended {
  if (isNan(x) || isNan(y)) return add(x, y);
  return less(y, x) ? subtract(x, y) : ZERO;
}
export function nextafter(x: Extended, y: Extended): Extended {
  if (isNan(x) || isNan(y)) return add(x, y);
  if (equal(x, y)) return y;
  if (isZero(x)) return { m: 1, e: y.e & 0x8000 };
  if (less(x, y) !== isNegative(x)) {
    // Away from zero: all ones go over to the next power.
    if (x.m === 0xffff_ffff_ffff_ffff) return { m: TOP, e: x.e + 1 };
    const m = x.m + 1;
    return { m, e: m === TOP && (x.e & 0x7fff) === 0 ? x.e | 1 : x.e };
  }
  if (isInfinite(x)) return { m: 0xffff_ffff_ffff_ffff, e: x.e - 1 };
  if (x.m !== TOP) return { m: x.m - 1, e: x.e };
  return (x.e & 0x7fff) <= 1 ? { m: x.m - 1, e: x.e & 0x8000 } : { m: 0xffff_ffff_ffff_ffff, e: x.e - 1 };
}
export function fmod(x: Extended, y: Extended): Extended {
  if (isNan(x) || isNan(y)) return add(x, y);
  if (isInfinite(x) || isZero(y)) return invalid();
  return isInfinite(y) ? x : withSign(rest(x, y), x);
}
export class Quotient extends Struct {
  rest: Extended;
  /** Of the nearest quotient the low three bits, with its sign. */
  quotient: i32;
}
export function remquo(x: Extended, y: Extended): Quotient {
  if (isNan(x) || isNan(y)) return { rest: add(x, y), quotient: 0 };
  if (isInfinite(x) || isZero(y)) return { rest: invalid(), quotient: 0 };
  if (isInfinite(y)) return { rest: x, quotient: 0 };
  const divided = nearestRest(x, y);
  const bits = i32(divided.bits);
  const left = isZero(divided.rest) ? withSign(ZERO, x) : divided.rest;
  return { rest: left, quotient: isNegative(x) === isNegative(y) ? bits : 0 - bits };
}
export function remquoTo(x: Extended, y: Extended, quotient: ptr<i32>): Extended {
  const result = remquo(x, y);
  quotient.value = result.quotient;
  return result.rest;
}
export function remainder(x: Extended, y: Extended): Extended {
  return remquo(x, y).rest;
}
export function quietNan(): Extended {
  return { m: 0xc000_0000_0000_0000, e: 0x7fff };
}
export function classOf(x: Extended): i32 {
  if (isNan(x)) return 0;
  if (isInfinite(x)) return 1;
  if (isZero(x)) return 2;
  return (x.e & 0x7fff) === 0 ? 3 : 4;
}
export function isNanNumber(x: Extended): i32 {
  return isNan(x) ? 1 : 0;
}
export function infinityOf(x: Extended): i32 {
  return isInfinite(x) ? (isNegative(x) ? -1 : 1) : 0;
}
export function finiteOf(x: Extended): i32 {
  return (x.e & 0x7fff) === 0x7fff ? 0 : 1;
}
export function signOf(x: Extended): i32 {
  return isNegative(x) ? 1 : 0;
}
