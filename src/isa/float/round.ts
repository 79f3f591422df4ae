// Rounding an exact number to a format: the one place where overflow, underflow and precision are found.
// Tininess is detected after rounding, as x86 does it.
//
// Intel SDM vol. 1: 4.8.4 (rounding), 4.9.1.4-6 (overflow, underflow, precision), 8.5.4-6 (x87), 10.2.3.3 (FTZ).

import { DOWN, type Environment, NEAREST, OE, PE, type Rounding, UE, UP } from "./environment.ts";
import { bitLength, EXTENDED, encode, type Format, infinity, SHIFT, SHIFTED_ONE, zero } from "./format.ts";

/** What an unmasked overflow or underflow adds to or takes from the exponent of an x87 register's result. */
const BIAS_ADJUST = 24576;

/**
 * Rounds (-1)^sign × significand × 2^exponent, significand > 0, and returns the pattern. If the true value lies between
 * two neighbours that the significand cannot tell apart, its lowest bit must be 1 and below the rounding bit ("sticky").
 *
 * `precision` is format.precision, or x87's precision control. Raises OE, UE, PE and sets c1. With OE or UE unmasked an
 * extended result is bias-adjusted; of any other format the return value is meaningless.
 */
export function round(
  format: Format,
  precision: number,
  sign: number,
  exponent: number,
  significand: bigint,
  env: Environment,
): bigint {
  const length = bitLength(significand);
  const drop = length - precision;
  let top = exponent + length - 1;
  let kept: bigint;
  let inexact = false;
  env.c1 = false;
  if (drop <= 0) {
    kept = drop === 0 ? significand : significand << SHIFT[-drop]!;
  } else {
    kept = significand >> SHIFT[drop]!;
    const rest = BigInt.asUintN(drop, significand);
    if (rest !== 0n) {
      inexact = true;
      if (roundsAway(env.rounding, sign, kept, rest, drop)) {
        env.c1 = true;
        kept += 1n;
        if (kept === SHIFTED_ONE[precision]) {
          kept = SHIFTED_ONE[precision - 1]!;
          top += 1;
        }
      }
    }
  }
  if (top > format.maxExponent) return overflow(format, precision, sign, top, kept, inexact, env);
  if (top < format.minExponent) {
    if (!env.isMasked(UE)) {
      env.raise(inexact ? UE | PE : UE);
      return adjusted(format, precision, sign, top + BIAS_ADJUST, kept, env);
    }
    if (env.ftz) {
      env.raise(UE | PE);
      return zero(format, sign);
    }
  }
  if (exponent + length - 1 < format.minExponent) {
    return denormalise(format, precision, sign, exponent, significand, top < format.minExponent, env);
  }
  if (inexact) env.raise(PE);
  return encode(format, precision, sign, top, kept);
}

/** Whether dropping the low `drop` bits, of value `rest`, moves the magnitude up. */
export function roundsAway(mode: Rounding, sign: number, kept: bigint, rest: bigint, drop: number): boolean {
  if (rest === 0n) return false;
  if (mode === NEAREST) {
    const half = drop < 512 ? SHIFTED_ONE[drop - 1]! : 1n << BigInt(drop - 1);
    return rest > half || (rest === half && (kept & 1n) === 1n);
  }
  return mode === (sign === 0 ? UP : DOWN);
}

/** Rounds a number below the normal range to a multiple of the least denormal; underflow is masked. */
function denormalise(
  format: Format,
  precision: number,
  sign: number,
  exponent: number,
  significand: bigint,
  tiny: boolean,
  env: Environment,
): bigint {
  const drop = format.minExponent - precision + 1 - exponent;
  let kept: bigint;
  env.c1 = false;
  if (drop <= 0) {
    kept = significand << BigInt(-drop);
  } else {
    const count = BigInt(drop);
    kept = significand >> count;
    const rest = significand - (kept << count);
    if (rest !== 0n) {
      env.raise(tiny ? UE | PE : PE);
      env.c1 = roundsAway(env.rounding, sign, kept, rest, drop);
      if (env.c1) kept += 1n;
    }
  }
  const top = kept === SHIFTED_ONE[precision - 1] ? format.minExponent : format.minExponent - 1;
  return encode(format, precision, sign, top, kept);
}

function overflow(
  format: Format,
  precision: number,
  sign: number,
  top: number,
  kept: bigint,
  inexact: boolean,
  env: Environment,
): bigint {
  if (!env.isMasked(OE)) {
    env.raise(inexact ? OE | PE : OE);
    return adjusted(format, precision, sign, top - BIAS_ADJUST, kept, env);
  }
  env.raise(OE | PE);
  env.c1 = env.rounding === NEAREST || env.rounding === (sign === 0 ? UP : DOWN);
  if (env.c1) return infinity(format, sign);
  return encode(format, precision, sign, format.maxExponent, SHIFTED_ONE[precision]! - 1n);
}

/**
 * The result of unmasked overflow or underflow; only x87 registers receive one. FSCALE can go too far even for the
 * adjusted exponent: then it is an infinity, rounded up, or a zero.
 */
function adjusted(
  format: Format,
  precision: number,
  sign: number,
  top: number,
  kept: bigint,
  env: Environment,
): bigint {
  if (format !== EXTENDED) return format.indefinite;
  if (top > format.maxExponent || top < format.minExponent) {
    env.raise(PE);
    env.c1 = top > 0;
    return env.c1 ? infinity(format, sign) : zero(format, sign);
  }
  return encode(format, precision, sign, top, kept);
}
