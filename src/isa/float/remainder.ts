// FPREM and FPREM1: the exact remainder, at most 63 binary digits of the quotient at a time.
//
// Intel SDM vol. 2A: FPREM, FPREM1. How far a partial reduction goes is the implementation's choice; this is what AMD's
// Zen 4 does.

import { invalid, stopsAtDenormal } from "./arithmetic.ts";
import type { Environment } from "./environment.ts";
import { bitLength, decode, EXTENDED, INFINITY, QNAN, type Value, ZERO_CLASS, zero } from "./format.ts";
import { x87Nan } from "./nan.ts";
import { round } from "./round.ts";
import { C0, C1, C2, C3 } from "./x87.ts";

/** An extended pattern and the condition codes C3 C2 C1 C0 that go with it, at their places in the status word. */
export interface ValueAndCodes {
  readonly value: bigint;
  readonly codes: number;
}

/** Above this difference of exponents the reduction is partial. */
const WHOLE = 63;

/** FPREM, or with `nearest` FPREM1, of st(0) = a by st(1) = b. Deaf to precision control; c1 is among the codes. */
export function x87Remainder(a: bigint, b: bigint, nearest: boolean, env: Environment): ValueAndCodes {
  env.c1 = false;
  const dividend = decode(EXTENDED, a);
  const divisor = decode(EXTENDED, b);
  if (dividend.kind >= QNAN || divisor.kind >= QNAN)
    return { value: x87Nan(dividend, divisor, env), codes: 0 };
  if (dividend.kind === INFINITY || divisor.kind === ZERO_CLASS)
    return { value: invalid(EXTENDED, env), codes: 0 };
  if (stopsAtDenormal(dividend, divisor, env) || dividend.kind === ZERO_CLASS) return { value: a, codes: 0 };
  if (divisor.kind === INFINITY) return { value: exact(dividend, env), codes: 0 };

  const left = bitLength(dividend.significand) + dividend.exponent;
  const right = bitLength(divisor.significand) + divisor.exponent;
  const distance = left - right;
  if (distance > WHOLE) return { value: partial(dividend, divisor, distance, env), codes: C2 };

  // Both as integers in units of the smaller exponent.
  const exponent = Math.min(dividend.exponent, divisor.exponent);
  if (distance < -1) return { value: exact(dividend, env), codes: 0 };
  const n = dividend.significand << BigInt(dividend.exponent - exponent);
  const d = divisor.significand << BigInt(divisor.exponent - exponent);
  let quotient = n / d;
  let rest = n - quotient * d;
  if (nearest) {
    const twice = rest << 1n;
    if (twice > d || (twice === d && (quotient & 1n) === 1n)) {
      quotient += 1n;
      rest -= d;
    }
  }
  return { value: signed(dividend, exponent, rest, env), codes: quotientCodes(quotient) };
}

/** Takes off a multiple of b so that the exponents differ by less than before: C2 tells the program to repeat. */
function partial(dividend: Value, divisor: Value, distance: number, env: Environment): bigint {
  const steps = 32 + (distance % 32);
  const scale = divisor.exponent + distance - steps;
  const exponent = Math.min(dividend.exponent, scale);
  const n = dividend.significand << BigInt(dividend.exponent - exponent);
  const d = divisor.significand << BigInt(scale - exponent);
  return signed(dividend, exponent, n % d, env);
}

function signed(dividend: Value, exponent: number, rest: bigint, env: Environment): bigint {
  if (rest === 0n) return zero(EXTENDED, dividend.sign);
  const sign = rest < 0n ? dividend.sign ^ 1 : dividend.sign;
  return round(EXTENDED, 64, sign, exponent, rest < 0n ? -rest : rest, env);
}

function exact(value: Value, env: Environment): bigint {
  return round(EXTENDED, 64, value.sign, value.exponent, value.significand, env);
}

/** The three low quotient bits: Q2 in C0, Q1 in C3, Q0 in C1. */
function quotientCodes(quotient: bigint): number {
  const low = Number(quotient & 7n);
  return ((low & 4) !== 0 ? C0 : 0) | ((low & 2) !== 0 ? C3 : 0) | ((low & 1) !== 0 ? C1 : 0);
}
