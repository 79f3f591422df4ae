// F2XM1, FYL2X and FYL2XP1, rounded as if from the exact result.
//
// Intel SDM vol. 1: 8.3.10; vol. 2A: F2XM1, FYL2X and FYL2XP1 with their tables of special cases.

import { invalid, stopsAtDenormal } from "./arithmetic.ts";
import { type Environment, PE, UE, ZE } from "./environment.ts";
import {
  bitLength,
  DENORMAL,
  decode,
  EXTENDED,
  INFINITY,
  infinity,
  NORMAL,
  QNAN,
  SHIFT,
  type Value,
  ZERO_CLASS,
  zero,
} from "./format.ts";
import { x87Nan } from "./nan.ts";
import { round } from "./round.ts";
import { doubledArtanh, exponentialMinusOne, ln2 } from "./series.ts";

/** Guard bits beyond the destination's 64. */
const GUARD = 64;
/** Below 2^-TINY the first term of a series is the whole result, up to guard bits. */
const TINY = 68;

const MINUS_ONE = 0xbfff8000000000000000n;
const MINUS_HALF = 0xbffe8000000000000000n;

/** An inexact number n × 2^-f. */
interface Fixed {
  readonly n: bigint;
  readonly f: number;
}

function topOf(value: Value): number {
  return value.exponent + bitLength(value.significand) - 1;
}

/** The value with f fraction bits, exactly if f suffices. */
function fixed(value: Value, f: number): bigint {
  const n = value.significand << BigInt(f + value.exponent);
  return value.sign === 0 ? n : -n;
}

/** F2XM1: two to the power of a, minus one, for -1 <= a <= 1. */
export function x87PowerMinusOne(a: bigint, env: Environment): bigint {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  if (value.kind >= QNAN) return x87Nan(value, value, env);
  if (value.kind === INFINITY) return value.sign === 0 ? a : MINUS_ONE;
  if (stopsAtDenormal(value, value, env) || value.kind === ZERO_CLASS) return a;
  const top = topOf(value);
  if (top >= 0) return outOfRange(a, env);
  const { n, f } = top < -TINY ? timesLn2(value) : powerMinusOne(value, top);
  return roundProduct(n, f, { kind: NORMAL, sign: 0, exponent: 0, significand: 1n }, env);
}

/** ±1 are exact but raise PE; what lies beyond is undefined, and Zen 4 returns the operand. */
function outOfRange(a: bigint, env: Environment): bigint {
  env.raise(PE);
  return a === MINUS_ONE ? MINUS_HALF : a;
}

function powerMinusOne(value: Value, top: number): Fixed {
  const f = 66 + GUARD - top;
  const exponent = (fixed(value, f) * ln2(f)) >> SHIFT[f]!;
  return { n: exponentialMinusOne(exponent, f), f };
}

/** value × ln 2. */
function timesLn2(value: Value): Fixed {
  const n = value.significand * ln2(66 + GUARD);
  return { n: value.sign === 0 ? n : -n, f: 66 + GUARD - value.exponent };
}

/** FYL2X: st(1) = b times the binary logarithm of st(0) = a. */
export function x87Logarithm(a: bigint, b: bigint, env: Environment): bigint {
  env.c1 = false;
  const x = decode(EXTENDED, a);
  const y = decode(EXTENDED, b);
  if (x.kind >= QNAN || y.kind >= QNAN) return x87Nan(x, y, env);
  if (x.sign === 1 && x.kind !== ZERO_CLASS) return invalid(EXTENDED, env);
  if (x.kind === ZERO_CLASS) {
    if (y.kind === ZERO_CLASS) return invalid(EXTENDED, env);
    if (y.kind !== INFINITY) env.raise(ZE);
    return infinity(EXTENDED, y.sign ^ 1);
  }
  const top = topOf(x);
  const isPower = (x.significand & (x.significand - 1n)) === 0n;
  const isOne = x.kind !== INFINITY && isPower && top === 0;
  if (x.kind === INFINITY ? y.kind === ZERO_CLASS : isOne && y.kind === INFINITY)
    return invalid(EXTENDED, env);
  if (stopsAtDenormal(x, y, env)) return b;
  if (x.kind === INFINITY) return infinity(EXTENDED, y.sign);
  const sign = isOne || top >= 0 ? y.sign : y.sign ^ 1;
  if (y.kind === INFINITY) return infinity(EXTENDED, sign);
  if (y.kind === ZERO_CLASS || isOne) return zero(EXTENDED, sign);
  if (isPower) return timesExponent(y, top, env);
  const { n, f } = binaryLogarithm(x, top);
  return roundProduct(n, f, y, env);
}

/** log2 of a number that is not a power of two: the exponent and the logarithm of a significand near one. */
function binaryLogarithm(x: Value, top: number): Fixed {
  // m in [3/4, 3/2), as significand and number of fraction bits.
  const length = bitLength(x.significand);
  const above = x.significand >> BigInt(length - 2) === 3n;
  const fractionBits = above ? length : length - 1;
  const whole = above ? top + 1 : top;
  const one = 1n << BigInt(fractionBits);
  const difference = x.significand - one;
  // Next to one, leading zeros of the logarithm are made up for.
  const zeros = whole === 0 ? fractionBits - bitLength(difference < 0n ? -difference : difference) : 0;
  const f = 68 + GUARD + zeros;
  const z = (difference << SHIFT[f]!) / (x.significand + one);
  return { n: toBinary(doubledArtanh(z, f), f) + (BigInt(whole) << SHIFT[f]!), f };
}

/** From natural to binary logarithm. */
function toBinary(n: bigint, f: number): bigint {
  return (n << SHIFT[f]!) / ln2(f);
}

/** FYL2XP1: st(1) = b times the binary logarithm of st(0) = a plus one, for -(1 - √½) <= a <= √2 - 1. */
export function x87LogarithmPlusOne(a: bigint, b: bigint, env: Environment): bigint {
  env.c1 = false;
  const x = decode(EXTENDED, a);
  const y = decode(EXTENDED, b);
  if (x.kind >= QNAN || y.kind >= QNAN) return x87Nan(x, y, env);
  if (x.kind === INFINITY && x.sign === 1) return invalid(EXTENDED, env);
  if (x.kind === INFINITY ? y.kind === ZERO_CLASS : x.kind === ZERO_CLASS && y.kind === INFINITY) {
    return invalid(EXTENDED, env);
  }
  if (stopsAtDenormal(x, y, env)) return b;
  const sign = x.sign ^ y.sign;
  if (x.kind === INFINITY || y.kind === INFINITY) return infinity(EXTENDED, sign);
  if (x.kind === ZERO_CLASS || y.kind === ZERO_CLASS) return zero(EXTENDED, sign);
  const top = topOf(x);
  if (top >= -1) return logarithmPlusOneBeyond(a, x, y, env);
  if (top < -TINY) {
    // x / ln 2
    const f = 66 + GUARD;
    const n = (x.significand << SHIFT[2 * f]!) / ln2(f);
    return roundProduct(x.sign === 0 ? n : -n, f - x.exponent, y, env);
  }
  const f = 68 + GUARD - top;
  const n = fixed(x, f);
  const z = (n << SHIFT[f]!) / ((2n << SHIFT[f]!) + n);
  return roundProduct(toBinary(doubledArtanh(z, f), f), f, y, env);
}

/** Outside FYL2XP1's range: the logarithm all the same, or if there is none, on Zen 4, the operand with PE. */
function logarithmPlusOneBeyond(a: bigint, x: Value, y: Value, env: Environment): bigint {
  // One counts for nothing beside a number above 2^200.
  const one = 1n << BigInt(Math.max(0, -x.exponent));
  const scaled = x.significand << BigInt(Math.min(200, Math.max(0, x.exponent)));
  const sum = x.sign === 0 ? one + scaled : one - scaled;
  if (sum <= 0n) {
    env.raise(PE);
    return a;
  }
  const exponent = x.exponent > 200 ? x.exponent - 200 : Math.min(0, x.exponent);
  const value: Value = { kind: NORMAL, sign: 0, exponent, significand: sum };
  const top = topOf(value);
  if (top !== 0 && (sum & (sum - 1n)) === 0n) return timesExponent(y, top, env);
  const { n, f } = binaryLogarithm(value, top);
  return roundProduct(n, f, y, env);
}

/** y × n, for the logarithm n of a power of two: silicon raises PE, and UE for a denormal, though it be exact. */
function timesExponent(y: Value, n: number, env: Environment): bigint {
  const sign = n < 0 ? y.sign ^ 1 : y.sign;
  const result = round(EXTENDED, 64, sign, y.exponent, y.significand * BigInt(Math.abs(n)), env);
  env.raise(decode(EXTENDED, result).kind === DENORMAL ? PE | UE : PE);
  return result;
}

/** Rounds the inexact n × 2^-f × y. */
function roundProduct(n: bigint, f: number, y: Value, env: Environment): bigint {
  const magnitude = n < 0n ? -n : n;
  const sign = n < 0n ? y.sign ^ 1 : y.sign;
  return round(EXTENDED, 64, sign, y.exponent - f - 1, ((magnitude * y.significand) << 1n) | 1n, env);
}
