/**
 * Parts of doubles (ISO C §7.12.3, §7.12.6, §7.12.9 to §7.12.12): what bits say, and what is exact. Whole parts go through integers of 64 bits, which all with a fraction fit.
 */
import { bitsOf, fromBits } from "../floats.ts";
import { thisThread } from "../thread-block.ts";
import * as extended from "./extended.ts";
import { type Extended, fromDouble, toDouble } from "./extended.ts";

const INFINITY: u64 = 0x7ff0_0000_0000_0000;
const SIGN: u64 = 0x8000_0000_0000_0000;
const NAN: u64 = 0x7ff8_0000_0000_0000;
const ERANGE: i32 = 34;

export function isNan(x: f64): bool {
  return (bitsOf(x) & ~SIGN) > INFINITY;
}
export function isInfinite(x: f64): bool {
  return (bitsOf(x) & ~SIGN) === INFINITY;
}
export function isFiniteNumber(x: f64): bool {
  return (bitsOf(x) & ~SIGN) < INFINITY;
}
/** Result and range: errno as glibc sets it. */
function ranged(x: f64, result: f64): f64 {
  if (isInfinite(result) && isFiniteNumber(x)) thisThread().errno = ERANGE;
  return result;
}
/** To an integer, in the current rounding mode. */
function rounded(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    frndint
    fstp qword ptr [rdi]`;
  return v;
}
/** x · 2^y. */
function scaled(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi + 8]
    fld qword ptr [rdi]
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v[0];
}
const WHOLE: f64 = 4_503_599_627_370_496;
/** @export */
export function fabs(x: f64): f64 {
  return fromBits(bitsOf(x) & ~SIGN);
}
/** @export */
export function copysign(x: f64, y: f64): f64 {
  return fromBits((bitsOf(x) & ~SIGN) | (bitsOf(y) & SIGN));
}
/** @export */
export function signbit(x: f64): i32 {
  return bitsOf(x) >> 63 !== 0 ? 1 : 0;
}
/** @export */
export function trunc(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(f64(i64(x)), x);
}
/** @export */
export function floor(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const whole = f64(i64(x));
  return copysign(whole > x ? whole - 1 : whole, x);
}
/** @export */
export function ceil(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const whole = f64(i64(x));
  return copysign(whole < x ? whole + 1 : whole, x);
}
/** @export */
export function round(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const size = fabs(x);
  const whole = f64(i64(size));
  return copysign(size - whole >= 0.5 ? whole + 1 : whole, x);
}
/** @export */
export function rint(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(rounded(x), x);
}
/** @export */
export function nearbyint(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(rounded(x), x);
}
/** @export */
export function roundeven(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const whole = f64(i64(x));
  const left = fabs(x - whole);
  const isOdd = (i64(x) & 1) !== 0;
  const away = left > 0.5 || (left === 0.5 && isOdd);
  return copysign(away ? fabs(whole) + 1 : fabs(whole), x);
}
/** @export */
export function lrint(x: f64): i64 {
  return i64(rounded(x));
}
/** @export */
export function llrint(x: f64): i64 {
  return i64(rounded(x));
}
/** @export */
export function lround(x: f64): i64 {
  return i64(round(x));
}
/** @export */
export function llround(x: f64): i64 {
  return i64(round(x));
}
/** @export */
export function modf(x: f64, whole: ptr<f64>): f64 {
  whole.value = trunc(x);
  return isInfinite(x) ? copysign(0, x) : copysign(x - whole.value, x);
}
/** @export */
export function frexp(x: f64, exponent: ptr<i32>): f64 {
  exponent.value = 0;
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const isSmall = ((bitsOf(x) >> 52) & 0x7ff) === 0;
  const bits = bitsOf(isSmall ? x * 18_014_398_509_481_984 : x);
  exponent.value = i32((bits >> 52) & 0x7ff) - 1022 - (isSmall ? 54 : 0);
  return fromBits((bits & ~INFINITY) | (u64(1022) << 52));
}
/** @export */
export function scalbn(x: f64, exponent: i32): f64 {
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const bounded = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : exponent;
  const result = scaled(x, f64(bounded));
  if (result === 0) thisThread().errno = ERANGE;
  return ranged(x, result);
}
/** @export */
export function ldexp(x: f64, exponent: i32): f64 {
  return scalbn(x, exponent);
}
/** @export */
export function scalbln(x: f64, exponent: i64): f64 {
  return scalbn(x, exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : i32(exponent));
}
/** @export */
export function ilogb(x: f64): i32 {
  const e: i32 = 0;
  if (x === 0 || isNan(x)) return -0x8000_0000;
  if (isInfinite(x)) return 0x7fff_ffff;
  frexp(x, addressOf(e));
  return e - 1;
}
/** @export */
export function logb(x: f64): f64 {
  if (isNan(x)) return x;
  if (isInfinite(x)) return fromBits(INFINITY);
  return x === 0 ? fromBits(INFINITY | SIGN) : f64(ilogb(x));
}
/** @export */
export function fmax(x: f64, y: f64): f64 {
  return isNan(y) || x > y ? x : y;
}
/** @export */
export function fmin(x: f64, y: f64): f64 {
  return isNan(y) || x < y ? x : y;
}
/** @export */
export function fdim(x: f64, y: f64): f64 {
  return isNan(x) || isNan(y) ? x + y : x > y ? x - y : 0;
}
/** @export */
export function nextafter(x: f64, y: f64): f64 {
  if (isNan(x) || isNan(y)) return x + y;
  if (x === y) return y;
  if (x === 0) return copysign(fromBits(1), y);
  return fromBits(x < y === x > 0 ? bitsOf(x) + 1 : bitsOf(x) - 1);
}
/** Toward a long double, of which two words are given. */
export function toward(x: f64, m: u64, e: u64): f64 {
  const y: Extended = { m, e: e & 0xffff };
  const own = fromDouble(x);
  if (isNan(x) || extended.isNan(y)) return x + toDouble(y);
  if (extended.equal(own, y)) return toDouble(y);
  return nextafter(x, extended.less(own, y) ? fromBits(INFINITY) : fromBits(INFINITY | SIGN));
}
/** @export @naked */
export function nexttoward(): void {
  asm`mov rdi, [rsp + 8]; mov rsi, [rsp + 16]; jmp ${toward}`;
}
/** The significand, from 1 to 2. @export */
export function significand(x: f64): f64 {
  return x === 0 || !isFiniteNumber(x) ? x : scalbn(x, 0 - ilogb(x));
}
/** @export */
export function scalb(x: f64, exponent: f64): f64 {
  if (isNan(x) || isNan(exponent)) return x * exponent;
  if (isInfinite(exponent)) return exponent > 0 ? x * exponent : x / (0 - exponent);
  return scalbn(x, exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : i32(exponent));
}
/** @export */
export function nan(_text: ptr<u8>): f64 {
  return fromBits(NAN);
}
/** @export */
export function __isnan(x: f64): i32 {
  return isNan(x) ? 1 : 0;
}
/** @export */
export function __isinf(x: f64): i32 {
  return isInfinite(x) ? (x > 0 ? 1 : -1) : 0;
}
/** @export */
export function __finite(x: f64): i32 {
  return isFiniteNumber(x) ? 1 : 0;
}
/** @export */
export function isnan(x: f64): i32 {
  return __isnan(x);
}
/** @export */
export function isinf(x: f64): i32 {
  return __isinf(x);
}
/** @export */
export function finite(x: f64): i32 {
  return __finite(x);
}
/** @export */
export function __signbit(x: f64): i32 {
  return signbit(x);
}
/** @export */
export function __fpclassify(x: f64): i32 {
  const exponent = (bitsOf(x) >> 52) & 0x7ff;
  if (isNan(x)) return 0;
  if (isInfinite(x)) return 1;
  if (x === 0) return 2;
  return exponent === 0 ? 3 : 4;
}
