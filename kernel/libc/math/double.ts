/** Functions of doubles (ISO C §7.12.4 to §7.12.10): those of 80-bit numbers, rounded once, with errno as POSIX has it. */
import { watchVariable } from "../moved.ts";
import { thisThread } from "../thread-block.ts";
import * as errorFunction from "./error-function.ts";
import * as exponentials from "./exponentials.ts";
import { type Extended, fromDouble, toDouble } from "./extended.ts";
import * as gamma from "./gamma.ts";
import * as logarithms from "./logarithms.ts";
import { isFiniteNumber, isInfinite, isNan } from "./parts.ts";
import * as power from "./power.ts";
import * as trigonometry from "./trigonometry.ts";
import * as whole from "./whole.ts";

type Unary = fn<(x: Extended) => Extended>;
type Binary = fn<(x: Extended, y: Extended) => Extended>;
const EDOM: i32 = 33;
const ERANGE: i32 = 34;
/** Of the last lgamma; two names for one variable. @export */
export let signgam: i32 = 1;
/** @export */
export let __signgam: i32 = 1;
/** Where a program has its copy. */
let signPlace: ptr<i32> = addressOf(signgam);
function signMoved(to: usize): void {
  signPlace = pointer<i32>(to);
}
export function watchSign(): void {
  watchVariable("signgam", signMoved);
  watchVariable("__signgam", signMoved);
}

export function setSign(negative: bool): void {
  signPlace.value = negative ? -1 : 1;
}
/** What a result says of the arguments: none of them was a NaN, all are finite. */
function told(result: f64, isNumber: bool, areFinite: bool): f64 {
  if (isNumber && isNan(result)) thisThread().errno = EDOM;
  else if (areFinite && isInfinite(result)) thisThread().errno = ERANGE;
  return result;
}
function unary(of: Unary, x: f64): f64 {
  return told(toDouble(of(fromDouble(x))), !isNan(x), isFiniteNumber(x));
}
/** Of functions that are 0 nowhere but where it underflows. */
function vanishing(of: Unary, x: f64): f64 {
  const result = unary(of, x);
  if (result === 0 && isFiniteNumber(x)) thisThread().errno = ERANGE;
  return result;
}
function binary(of: Binary, x: f64, y: f64): f64 {
  const result = toDouble(of(fromDouble(x), fromDouble(y)));
  return told(result, !isNan(x) && !isNan(y), isFiniteNumber(x) && isFiniteNumber(y));
}
/** @export */
export function exp(x: f64): f64 {
  return vanishing(exponentials.exp, x);
}
/** @export */
export function exp2(x: f64): f64 {
  return vanishing(exponentials.exp2, x);
}
/** @export */
export function exp10(x: f64): f64 {
  return vanishing(exponentials.exp10, x);
}
/** @export */
export function expm1(x: f64): f64 {
  return unary(exponentials.expm1, x);
}
/** @export */
export function sinh(x: f64): f64 {
  return unary(exponentials.sinh, x);
}
/** @export */
export function cosh(x: f64): f64 {
  return unary(exponentials.cosh, x);
}
/** @export */
export function tanh(x: f64): f64 {
  return unary(exponentials.tanh, x);
}
/** @export */
export function log(x: f64): f64 {
  return unary(logarithms.log, x);
}
/** @export */
export function log2(x: f64): f64 {
  return unary(logarithms.log2, x);
}
/** @export */
export function log10(x: f64): f64 {
  return unary(logarithms.log10, x);
}
/** @export */
export function log1p(x: f64): f64 {
  return unary(logarithms.log1p, x);
}
/** @export */
export function asinh(x: f64): f64 {
  return unary(logarithms.asinh, x);
}
/** @export */
export function acosh(x: f64): f64 {
  return unary(logarithms.acosh, x);
}
/** @export */
export function atanh(x: f64): f64 {
  return unary(logarithms.atanh, x);
}
/** @export */
export function cbrt(x: f64): f64 {
  return unary(power.cbrt, x);
}
/** @export */
export function sin(x: f64): f64 {
  return unary(trigonometry.sin, x);
}
/** @export */
export function cos(x: f64): f64 {
  return unary(trigonometry.cos, x);
}
/** @export */
export function tan(x: f64): f64 {
  return unary(trigonometry.tan, x);
}
/** @export */
export function atan(x: f64): f64 {
  return unary(trigonometry.atan, x);
}
/** @export */
export function asin(x: f64): f64 {
  return unary(trigonometry.asin, x);
}
/** @export */
export function acos(x: f64): f64 {
  return unary(trigonometry.acos, x);
}
/** @export */
export function erf(x: f64): f64 {
  return unary(errorFunction.erf, x);
}
/** @export */
export function erfc(x: f64): f64 {
  return vanishing(errorFunction.erfc, x);
}
/** @export */
export function tgamma(x: f64): f64 {
  return vanishing(gamma.gamma, x);
}
/** @export */
export function pow(x: f64, y: f64): f64 {
  const result = binary(power.pow, x, y);
  if (result === 0 && x !== 0 && isFiniteNumber(x) && isFiniteNumber(y)) thisThread().errno = ERANGE;
  return result;
}
/** @export */
export function hypot(x: f64, y: f64): f64 {
  return binary(power.hypot, x, y);
}
/** @export */
export function atan2(x: f64, y: f64): f64 {
  return binary(trigonometry.atan2, x, y);
}
/** @export */
export function fmod(x: f64, y: f64): f64 {
  return binary(whole.fmod, x, y);
}
/** @export */
export function remainder(x: f64, y: f64): f64 {
  return binary(whole.remainder, x, y);
}
/** @export */
export function drem(x: f64, y: f64): f64 {
  return binary(whole.remainder, x, y);
}
/** @export */
export function pow10(x: f64): f64 {
  return exp10(x);
}
/** @export */
export function sincos(x: f64, s: ptr<f64>, c: ptr<f64>): void {
  s.value = sin(x);
  c.value = cos(x);
}
/** @export */
export function remquo(x: f64, y: f64, quotient: ptr<i32>): f64 {
  const divided = whole.remquo(fromDouble(x), fromDouble(y));
  quotient.value = divided.quotient;
  return told(toDouble(divided.rest), !isNan(x) && !isNan(y), true);
}
/** @export */
export function lgamma_r(x: f64, sign: ptr<i32>): f64 {
  const result = gamma.logGamma(fromDouble(x));
  sign.value = result.negative ? -1 : 1;
  return told(toDouble(result.logarithm), !isNan(x), isFiniteNumber(x));
}
/** @export */
export function lgamma(x: f64): f64 {
  return lgamma_r(x, signPlace);
}
/** For the one instruction that the compiler has of its own. */
export function sqrtOf(x: f64): f64 {
  if (x < 0) thisThread().errno = EDOM;
  return sqrt(x);
}
