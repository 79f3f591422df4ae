// FSIN, FCOS, FSINCOS, FPTAN and FPATAN, rounded as if from the exact result (the arithmetic carries some 60 bits more
// than the destination) of the argument less a multiple of the processor's π/2. That π is cut to 66 bits, on AMD's
// Zen 4 as on Intel's, so that a large argument gives the sine of another angle than the mathematical one.
//
// Intel SDM vol. 1: 8.3.8-10; vol. 2A: FSIN, FCOS, FSINCOS, FPTAN and FPATAN with their tables of special cases.

import { invalid, stopsAtDenormal } from "./arithmetic.ts";
import type { Environment } from "./environment.ts";
import {
  bitLength,
  decode,
  EXTENDED,
  INFINITY,
  QNAN,
  SHIFT,
  type Value,
  ZERO_CLASS,
  zero,
} from "./format.ts";
import { x87Nan } from "./nan.ts";
import type { ValueAndCodes } from "./remainder.ts";
import { round } from "./round.ts";
import { arctangent, cosine, pi, sine } from "./series.ts";
import { C2 } from "./x87.ts";

/** The pattern of 1.0, which FPTAN pushes above its result. */
export const ONE = 0x3fff8000000000000000n;

/** Guard bits beyond the destination's 64. */
const GUARD = 64;
/** Arguments below 2^-TINY differ from their sine and tangent only beyond the guard bits. */
const TINY = 68;
/** Half of the processor's π of 66 bits, and its fraction bits. Reduction by it is exact. */
const HALF_PI_BITS = 65;
const HALF_PI = pi(64);

/** An angle taken into [-π/4, π/4]: x = quadrant × π/2 + rest, the rest with `f` fraction bits, quadrant modulo 4. */
interface Angle {
  readonly quadrant: number;
  readonly rest: bigint;
  readonly f: number;
}

function reduce(value: Value): Angle {
  const top = value.exponent + bitLength(value.significand) - 1;
  if (top < -1) {
    const f = 64 + GUARD - top;
    return { quadrant: 0, rest: signed(value.sign, value.significand << BigInt(f + value.exponent)), f };
  }
  const x = value.significand << BigInt(HALF_PI_BITS + value.exponent);
  const quotient = ((x << 1n) + HALF_PI) / (HALF_PI << 1n);
  const rest = x - quotient * HALF_PI;
  const f = 64 + GUARD + HALF_PI_BITS - bitLength(rest < 0n ? -rest : rest);
  const quadrant = Number(quotient & 3n);
  return {
    quadrant: value.sign === 0 ? quadrant : (4 - quadrant) & 3,
    rest: signed(value.sign, rest << BigInt(f - HALF_PI_BITS)),
    f,
  };
}

function signed(sign: number, magnitude: bigint): bigint {
  return sign === 0 ? magnitude : -magnitude;
}

/** Rounds an inexact fixed-point number. */
function roundFixed(n: bigint, f: number, env: Environment): bigint {
  return round(EXTENDED, 64, n < 0n ? 1 : 0, -f - 1, ((n < 0n ? -n : n) << 1n) | 1n, env);
}

/** Rounds a number that is nearer to zero (or farther from it) than `value` by less than any guard bit. */
function roundBeside(value: Value, nearer: boolean, env: Environment): bigint {
  const wide = value.significand << SHIFT[130]!;
  return round(EXTENDED, 64, value.sign, value.exponent - 130, nearer ? wide - 1n : wide + 1n, env);
}

function sineOf({ quadrant, rest, f }: Angle, env: Environment): bigint {
  const result = (quadrant & 1) === 0 ? sine(rest, f) : cosine(rest, f);
  return roundFixed((quadrant & 2) === 0 ? result : -result, f, env);
}

/** What all four do with an operand that is no ordinary angle; undefined if it is one. */
function special(value: Value, a: bigint, env: Environment): ValueAndCodes | undefined {
  env.c1 = false;
  if (value.kind >= QNAN) return { value: x87Nan(value, value, env), codes: 0 };
  if (value.kind === INFINITY) return { value: invalid(EXTENDED, env), codes: 0 };
  if (value.kind !== ZERO_CLASS && value.exponent + 63 >= 63) return { value: a, codes: C2 };
  if (stopsAtDenormal(value, value, env)) return { value: a, codes: 0 };
  return undefined;
}

function isTiny(value: Value): boolean {
  return value.exponent + bitLength(value.significand) - 1 < -TINY;
}

/** FSIN. With C2 among the codes, |a| >= 2^63 and the operand is returned. */
export function x87Sine(a: bigint, env: Environment): ValueAndCodes {
  const value = decode(EXTENDED, a);
  const answer = special(value, a, env);
  if (answer !== undefined) return answer;
  if (value.kind === ZERO_CLASS) return { value: a, codes: 0 };
  if (isTiny(value)) return { value: roundBeside(value, true, env), codes: 0 };
  return { value: sineOf(reduce(value), env), codes: 0 };
}

/** FCOS. */
export function x87Cosine(a: bigint, env: Environment): ValueAndCodes {
  const value = decode(EXTENDED, a);
  const answer = special(value, a, env);
  if (answer !== undefined) return answer;
  if (value.kind === ZERO_CLASS) return { value: ONE, codes: 0 };
  if (isTiny(value)) return { value: roundBeside(decode(EXTENDED, ONE), true, env), codes: 0 };
  const angle = reduce(value);
  return { value: sineOf({ ...angle, quadrant: angle.quadrant + 1 }, env), codes: 0 };
}

/** FSINCOS: the sine replaces st(0) and the cosine is pushed; c1 tells of the sine. */
export function x87SineCosine(a: bigint, env: Environment): { sine: bigint; cosine: bigint; codes: number } {
  const second = x87Cosine(a, env);
  const first = x87Sine(a, env);
  return { sine: first.value, cosine: second.value, codes: first.codes };
}

/** FPTAN: the tangent replaces st(0); then 1.0 is pushed or, if the tangent is a NaN, the same NaN; with C2, nothing. */
export function x87Tangent(a: bigint, env: Environment): ValueAndCodes {
  const value = decode(EXTENDED, a);
  const answer = special(value, a, env);
  if (answer !== undefined) return answer;
  if (value.kind === ZERO_CLASS) return { value: a, codes: 0 };
  if (isTiny(value)) return { value: roundBeside(value, false, env), codes: 0 };
  const { quadrant, rest, f } = reduce(value);
  const s = sine(rest, f);
  const c = cosine(rest, f);
  const quotient = (quadrant & 1) === 0 ? (s << SHIFT[f]!) / c : -(c << SHIFT[f]!) / s;
  return { value: roundFixed(quotient, f, env), codes: 0 };
}

/** FPATAN: the angle of the point (x, y) = (st(0), st(1)) = (a, b), in [-π, π], with y's sign. */
export function x87Arctangent(a: bigint, b: bigint, env: Environment): bigint {
  env.c1 = false;
  const x = decode(EXTENDED, a);
  const y = decode(EXTENDED, b);
  if (x.kind >= QNAN || y.kind >= QNAN) return x87Nan(x, y, env);
  if (stopsAtDenormal(x, y, env)) return a;
  if (y.kind === INFINITY) {
    if (x.kind !== INFINITY) return fractionOfPi(y.sign, 2n, env);
    return fractionOfPi(y.sign, x.sign === 0 ? 1n : 3n, env);
  }
  if (y.kind === ZERO_CLASS || x.kind === INFINITY) {
    return x.sign === 0 ? zero(EXTENDED, y.sign) : fractionOfPi(y.sign, 4n, env);
  }
  if (x.kind === ZERO_CLASS) return fractionOfPi(y.sign, 2n, env);
  return arctangentOfQuotient(x, y, env);
}

/** ± n quarters of π. */
function fractionOfPi(sign: number, quarters: bigint, env: Environment): bigint {
  const f = 64 + GUARD;
  return roundFixed(signed(sign, (quarters * pi(f)) >> 2n), f, env);
}

function arctangentOfQuotient(x: Value, y: Value, env: Environment): bigint {
  const xTop = x.exponent + bitLength(x.significand);
  const yTop = y.exponent + bitLength(y.significand);
  const distance = yTop - xTop;
  if (distance < -TINY && x.sign === 0) return roundQuotient(x, y, env);
  // The smaller of |y/x| and |x/y|, with guard bits below its first.
  const inverted = distance > 0 || (distance === 0 && alignedAbove(y, x));
  const f = 66 + GUARD + (inverted ? 0 : Math.min(TINY, Math.max(0, -distance)));
  const numerator = inverted ? x : y;
  const denominator = inverted ? y : x;
  const shift = f + numerator.exponent - denominator.exponent;
  const t =
    shift < 0
      ? (numerator.significand >> BigInt(Math.min(4096, -shift))) / denominator.significand
      : (numerator.significand << BigInt(shift)) / denominator.significand;
  let angle = arctangent(t, f);
  if (inverted) angle = (pi(f) >> 1n) - (x.sign === 0 ? angle : -angle);
  else if (x.sign === 1) angle = pi(f) - angle;
  return roundFixed(signed(y.sign, angle), f, env);
}

/** Whether |y| > |x|, whose leading bits have the same weight. */
function alignedAbove(y: Value, x: Value): boolean {
  const shift = y.exponent - x.exponent;
  return shift >= 0
    ? y.significand << BigInt(shift) > x.significand
    : y.significand > x.significand << BigInt(-shift);
}

/** y/x when it is so small that it exceeds its arctangent by less than any guard bit. */
function roundQuotient(x: Value, y: Value, env: Environment): bigint {
  const shift = 200n;
  const dividend = y.significand << shift;
  const quotient = dividend / x.significand;
  const below = quotient * x.significand === dividend ? (quotient << 1n) - 1n : (quotient << 1n) | 1n;
  return round(EXTENDED, 64, y.sign, y.exponent - x.exponent - 201, below, env);
}
