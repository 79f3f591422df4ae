// Elementary functions on fixed-point numbers: a bigint n stands for n × 2^-f, and every function is told f. Results are
// good to a few units of 2^-f, so callers carry guard bits. Nothing here knows of floating-point formats.
//
// The series are the textbook ones (Abramowitz and Stegun, 4.1-4.4); arguments are first made small enough that at most
// some thirty terms are needed at f = 200.

import { SHIFT } from "./format.ts";

/** Fraction bits to which the constants are known; more than any caller uses. */
const CONSTANT_BITS = 384;

/** 2 artanh(1/n), by its series. */
function doubledInverseArtanh(n: bigint): bigint {
  let power = (2n << BigInt(CONSTANT_BITS)) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power /= n * n;
  }
  return sum;
}

/** arctan(1/n), by its series. */
function inverseArctan(n: bigint): bigint {
  let power = (1n << BigInt(CONSTANT_BITS)) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (k & 2n) === 0n ? power / k : -(power / k);
    power /= n * n;
  }
  return sum;
}

const LN2 = doubledInverseArtanh(3n);
/** Machin's formula. */
const PI = 16n * inverseArctan(5n) - 4n * inverseArctan(239n);

/** π with f fraction bits. */
export function pi(f: number): bigint {
  return PI >> BigInt(CONSTANT_BITS - f);
}

/** ln 2 with f fraction bits. */
export function ln2(f: number): bigint {
  return LN2 >> BigInt(CONSTANT_BITS - f);
}

/** sin x for |x| < 1. */
export function sine(x: bigint, f: number): bigint {
  const shift = SHIFT[f]!;
  const square = (x * x) >> shift;
  let term = x;
  let sum = x;
  for (let k = 2; term !== 0n && term !== -1n; k += 2) {
    term = -((term * square) >> shift) / BigInt(k * (k + 1));
    sum += term;
  }
  return sum;
}

/** cos x for |x| < 1. */
export function cosine(x: bigint, f: number): bigint {
  const shift = SHIFT[f]!;
  const square = (x * x) >> shift;
  let term = 1n << shift;
  let sum = term;
  for (let k = 1; term !== 0n && term !== -1n; k += 2) {
    term = -((term * square) >> shift) / BigInt(k * (k + 1));
    sum += term;
  }
  return sum;
}

/** e^x - 1 for |x| < 1. */
export function exponentialMinusOne(x: bigint, f: number): bigint {
  const shift = SHIFT[f]!;
  let term = x;
  let sum = x;
  for (let k = 2; term !== 0n && term !== -1n; k++) {
    term = ((term * x) >> shift) / BigInt(k);
    sum += term;
  }
  return sum;
}

/** 2 artanh z = ln((1 + z) / (1 - z)) for |z| < 1/2. */
export function doubledArtanh(z: bigint, f: number): bigint {
  const shift = SHIFT[f]!;
  const square = (z * z) >> shift;
  let power = z;
  let sum = z;
  for (let k = 3; power !== 0n && power !== -1n; k += 2) {
    power = (power * square) >> shift;
    sum += power / BigInt(k);
  }
  return 2n * sum;
}

/** arctan t for |t| < 1/8. */
function smallArctangent(t: bigint, f: number): bigint {
  const shift = SHIFT[f]!;
  const square = (t * t) >> shift;
  let power = t;
  let sum = t;
  for (let k = 3; power !== 0n && power !== -1n; k += 2) {
    power = -((power * square) >> shift);
    sum += power / BigInt(k);
  }
  return sum;
}

/** arctan(i/8) to CONSTANT_BITS, made when first wanted. */
const eighths: bigint[] = [0n];

function arctangentOfEighths(i: number): bigint {
  for (let j = eighths.length; j <= i; j++) {
    // arctan(j/8) - arctan((j-1)/8) = arctan(8 / (64 + j(j-1)))
    const step = (8n << BigInt(CONSTANT_BITS)) / BigInt(64 + j * (j - 1));
    eighths.push(eighths[j - 1]! + smallArctangent(step, CONSTANT_BITS));
  }
  return eighths[i]!;
}

/** arctan t for 0 <= t <= 1. */
export function arctangent(t: bigint, f: number): bigint {
  // The eighth below: arctan t = arctan c + arctan((t - c) / (1 + t c)), where the rest is below 1/8.
  const i = Number((t * 8n) >> SHIFT[f]!);
  if (i === 0) return smallArctangent(t, f);
  const numerator = t * 8n - (BigInt(i) << SHIFT[f]!);
  const denominator = (8n << SHIFT[f]!) + t * BigInt(i);
  const rest = (numerator << SHIFT[f]!) / denominator;
  return (arctangentOfEighths(i) >> BigInt(CONSTANT_BITS - f)) + smallArctangent(rest, f);
}
