// FSCALE, FXTRACT and FRNDINT: taking the exponent apart from the significand.
//
// Intel SDM vol. 2A: FSCALE with table 3-29, FXTRACT, FRNDINT.

import { invalid, stopsAtDenormal } from "./arithmetic.ts";
import { extendInteger, roundToIntegral, toIntegral } from "./convert.ts";
import { DE, type Environment, ZE, ZERO } from "./environment.ts";
import {
  bitLength,
  DENORMAL,
  decode,
  EXTENDED,
  encode,
  INFINITY,
  infinity,
  QNAN,
  type Value,
  ZERO_CLASS,
  zero,
} from "./format.ts";
import { x87Nan } from "./nan.ts";
import { round } from "./round.ts";

/** A scale beyond this overflows or vanishes whatever it is applied to. */
const SCALE_LIMIT = 1 << 17;

/** FSCALE: st(0) = a times two to the power of st(1) = b truncated to an integer. Deaf to precision control. */
export function x87Scale(a: bigint, b: bigint, env: Environment): bigint {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  const scale = decode(EXTENDED, b);
  if (value.kind >= QNAN || scale.kind >= QNAN) return x87Nan(value, scale, env);
  if (scale.kind === INFINITY) return scaleByInfinity(value, scale, env);
  if (stopsAtDenormal(value, scale, env)) return a;
  if (value.kind === ZERO_CLASS || value.kind === INFINITY) return a;
  return round(EXTENDED, 64, value.sign, value.exponent + scaleCount(scale), value.significand, env);
}

function scaleByInfinity(value: Value, scale: Value, env: Environment): bigint {
  if (value.kind === (scale.sign === 0 ? ZERO_CLASS : INFINITY)) return invalid(EXTENDED, env);
  stopsAtDenormal(value, scale, env);
  return scale.sign === 0 ? infinity(EXTENDED, value.sign) : zero(EXTENDED, value.sign);
}

function scaleCount(scale: Value): number {
  if (scale.kind === ZERO_CLASS) return 0;
  const limit = scale.sign === 0 ? SCALE_LIMIT : -SCALE_LIMIT;
  if (scale.exponent + 63 > 17) return limit;
  const count = Number(toIntegral(scale, ZERO).magnitude);
  return scale.sign === 0 ? count : -count;
}

/** FXTRACT: the unbiased exponent, which replaces st(0), and the significand in [1, 2), which is pushed. */
export function x87Extract(a: bigint, env: Environment): { exponent: bigint; significand: bigint } {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  if (value.kind >= QNAN) {
    const nan = x87Nan(value, value, env);
    return { exponent: nan, significand: nan };
  }
  if (value.kind === INFINITY) return { exponent: EXTENDED.infinity, significand: a };
  if (value.kind === ZERO_CLASS) {
    env.raise(ZE);
    return { exponent: infinity(EXTENDED, 1), significand: a };
  }
  stopsAtDenormal(value, value, env);
  const length = bitLength(value.significand);
  return {
    exponent: extendInteger(32, BigInt.asUintN(32, BigInt(value.exponent + length - 1))),
    significand: encode(EXTENDED, 64, value.sign, 0, value.significand << BigInt(64 - length)),
  };
}

/** FRNDINT: deaf to precision control. */
export function x87RoundToInteger(a: bigint, env: Environment): bigint {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  if (value.kind >= QNAN) return x87Nan(value, value, env);
  if (value.kind === DENORMAL) {
    env.raise(DE);
    if (!env.isMasked(DE)) return a;
  }
  return roundToIntegral(EXTENDED, value, env.rounding, false, env);
}
