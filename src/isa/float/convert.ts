// Conversions: between formats, to and from integers, to an integral value, and binary16.
//
// Intel SDM vol. 2: CVTSS2SD, CVTSD2SS, CVTTSD2SI, CVTSI2SD, ROUNDPD, VCVTPH2PS, VCVTPS2PH, FRNDINT; vol. 1 table 4-4
// and E.4.2.2 (integer indefinite, results of masked exceptions).

import { stopsAtDenormal } from "./arithmetic.ts";
import { type Environment, IE, OE, PE, type Rounding, UE, ZERO } from "./environment.ts";
import {
  BINARY16,
  BINARY32,
  bitLength,
  decode,
  EXTENDED,
  encode,
  type Format,
  formatOf,
  INFINITY,
  infinity,
  NORMAL,
  QNAN,
  quietNan,
  SNAN,
  type Value,
  ZERO_CLASS,
  zero,
} from "./format.ts";
import { round, roundsAway } from "./round.ts";

/** Rounds a decoded number, not a NaN, to a format; exact if it fits. Raises what rounding raises. */
function roundTo(format: Format, value: Value, env: Environment): bigint {
  if (value.kind === INFINITY) return infinity(format, value.sign);
  if (value.kind === ZERO_CLASS) return zero(format, value.sign);
  return round(format, format.precision, value.sign, value.exponent, value.significand, env);
}

/** CVTSS2SD (from 32) and CVTSD2SS (from 64): to the other width. */
export function sseConvert(from: 32 | 64, bits: bigint, env: Environment): bigint {
  return convert(formatOf(from === 32 ? 64 : 32), decode(formatOf(from), bits, env.daz), env);
}

function convert(to: Format, value: Value, env: Environment): bigint {
  if (value.kind >= QNAN) {
    if (value.kind === SNAN) env.raise(IE);
    return quietNan(to, value.sign, value.significand);
  }
  if (stopsAtDenormal(value, value, env)) return to.indefinite;
  return roundTo(to, value, env);
}

/** VCVTPH2PS: exact, deaf to DAZ, and raises only IE. */
export function fromHalf(bits: bigint, env: Environment): bigint {
  const value = decode(BINARY16, bits);
  if (value.kind === SNAN) env.raise(IE);
  if (value.kind >= QNAN) return quietNan(BINARY32, value.sign, value.significand);
  return roundTo(BINARY32, value, env);
}

/** VCVTPS2PH with the rounding chosen by its imm8 (bit 2 set: MXCSR's); obeys DAZ but not FTZ. */
export function toHalf(bits: bigint, imm8: number, env: Environment): bigint {
  const { rounding, ftz } = env;
  if ((imm8 & 4) === 0) env.rounding = (imm8 & 3) as Rounding; // as: two bits, four modes
  env.ftz = false;
  const result = convert(BINARY16, decode(BINARY32, bits, env.daz), env);
  env.rounding = rounding;
  env.ftz = ftz;
  return result;
}

/** A number rounded to an integer: its magnitude, and whether anything was lost or rounded away from zero. */
export interface Integral {
  readonly magnitude: bigint;
  readonly inexact: boolean;
  readonly away: boolean;
}

/** Rounds a finite value to an integer in a rounding mode. Exponents are not limited: keep them sensible. */
export function toIntegral(value: Value, mode: Rounding): Integral {
  const { exponent, significand, sign } = value;
  if (exponent >= 0) return { magnitude: significand << BigInt(exponent), inexact: false, away: false };
  const count = BigInt(-exponent);
  const kept = significand >> count;
  const rest = significand - (kept << count);
  const away = roundsAway(mode, sign, kept, rest, -exponent);
  return { magnitude: away ? kept + 1n : kept, inexact: rest !== 0n, away };
}

/**
 * Rounds a value to a signed integer of `width` bits in two's complement; `mode` is env.rounding or ZERO to truncate.
 * NaNs, infinities and what does not fit raise IE and give the integer indefinite, 1 followed by zeros. Raises PE and
 * sets c1; never DE.
 */
function toInteger(value: Value, width: 16 | 32 | 64, mode: Rounding, env: Environment): bigint {
  const indefinite = 1n << BigInt(width - 1);
  env.c1 = false;
  if (value.kind > NORMAL || value.exponent > 64) {
    env.raise(IE);
    return indefinite;
  }
  const { magnitude, inexact, away } = toIntegral(value, mode);
  if (magnitude >= indefinite + BigInt(value.sign)) {
    if (magnitude !== indefinite || value.sign === 0) {
      env.raise(IE);
      return indefinite;
    }
  }
  if (inexact) env.raise(PE);
  env.c1 = away;
  return BigInt.asUintN(width, value.sign === 1 ? -magnitude : magnitude);
}

/** CVTSD2SI and its kin; `truncate` for the CVTT forms. */
export function sseToInteger(
  from: 32 | 64,
  width: 32 | 64,
  bits: bigint,
  truncate: boolean,
  env: Environment,
): bigint {
  return toInteger(decode(formatOf(from), bits, env.daz), width, truncate ? ZERO : env.rounding, env);
}

/** The value of a signed integer given as `width` bits of two's complement. */
function integerValue(width: 16 | 32 | 64, bits: bigint): Value {
  const integer = BigInt.asIntN(width, bits);
  if (integer === 0n) return { kind: ZERO_CLASS, sign: 0, exponent: 0, significand: 0n };
  if (integer < 0n) return { kind: NORMAL, sign: 1, exponent: 0, significand: -integer };
  return { kind: NORMAL, sign: 0, exponent: 0, significand: integer };
}

/** CVTSI2SD and its kin: a signed integer of `width` bits to `to`. */
export function sseFromInteger(width: 32 | 64, to: 32 | 64, bits: bigint, env: Environment): bigint {
  return roundTo(formatOf(to), integerValue(width, bits), env);
}

/**
 * Rounds a value that is not a NaN to an integral one of the same format, at most `precision` bits being there to lose.
 * Raises PE unless `quiet`, and sets c1.
 */
export function roundToIntegral(
  format: Format,
  value: Value,
  mode: Rounding,
  quiet: boolean,
  env: Environment,
): bigint {
  env.c1 = false;
  if (value.kind === INFINITY) return infinity(format, value.sign);
  if (value.kind === ZERO_CLASS) return zero(format, value.sign);
  const { sign } = value;
  if (value.exponent >= 0) {
    const length = bitLength(value.significand);
    const significand = value.significand << BigInt(format.precision - length);
    return encode(format, format.precision, sign, value.exponent + length - 1, significand);
  }
  const { magnitude, inexact, away } = toIntegral(value, mode);
  if (inexact && !quiet) env.raise(PE);
  env.c1 = away;
  if (magnitude === 0n) return zero(format, sign);
  const length = bitLength(magnitude);
  return encode(format, format.precision, sign, length - 1, magnitude << BigInt(format.precision - length));
}

/** ROUNDSS, ROUNDSD: imm8 bits 1:0 are RC unless bit 2 asks for MXCSR's; bit 3 keeps PE quiet. Never raises DE. */
export function sseRound(width: 32 | 64, bits: bigint, imm8: number, env: Environment): bigint {
  const format = formatOf(width);
  const value = decode(format, bits, env.daz);
  if (value.kind >= QNAN) {
    if (value.kind === SNAN) env.raise(IE);
    return bits | format.quietBit;
  }
  // as: two bits, four modes
  const mode = (imm8 & 4) !== 0 ? env.rounding : ((imm8 & 3) as Rounding);
  return roundToIntegral(format, value, mode, (imm8 & 8) !== 0, env);
}

/** An x87 load of binary32 or binary64 (FLD m32fp, m64fp): exact; raises IE for an SNaN, DE for a denormal. */
export function extend(width: 32 | 64, bits: bigint, env: Environment): bigint {
  return convert(EXTENDED, decode(formatOf(width), bits), env);
}

/**
 * An x87 store to binary32 or binary64 (FST m32fp, m64fp); never raises DE, sets c1. Overflow or underflow that is not masked
 * raises nothing else, as on AMD: no PE, and c1 clear.
 */
export function narrow(width: 32 | 64, bits: bigint, env: Environment): bigint {
  const format = formatOf(width);
  const value = decode(EXTENDED, bits);
  env.c1 = false;
  if (value.kind === QNAN || value.kind === SNAN) {
    if (value.kind === SNAN) env.raise(IE);
    return quietNan(format, value.sign, value.significand);
  }
  if (value.kind > SNAN) {
    env.raise(IE);
    return format.indefinite;
  }
  const { flags } = env;
  const result = roundTo(format, value, env);
  if ((env.unmasked & (OE | UE)) !== 0) {
    env.flags = flags | (env.unmasked & (OE | UE));
    env.c1 = false;
  }
  return result;
}

/** FISTP and, with `truncate`, FISTTP; the same as FIST. Raises IE or PE, never DE; sets c1. */
export function x87ToInteger(width: 16 | 32 | 64, bits: bigint, truncate: boolean, env: Environment): bigint {
  return toInteger(decode(EXTENDED, bits), width, truncate ? ZERO : env.rounding, env);
}

/** FLD of nothing but an integer: FILD m16int, m32int, m64int. Always exact, raises nothing. */
export function extendInteger(width: 16 | 32 | 64, bits: bigint): bigint {
  const { sign, significand } = integerValue(width, bits);
  if (significand === 0n) return 0n;
  const length = bitLength(significand);
  return encode(EXTENDED, 64, sign, length - 1, significand << BigInt(64 - length));
}
