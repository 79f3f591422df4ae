// The quick road of FADD, FSUB, FSUBR and FMUL: ordinary extended numbers in 32-bit halves, without a bigint. It takes
// only normal operands and normal, nonzero results; whatever else comes, it returns false having touched nothing, and
// x87.ts computes the same the slow way. Where it takes an operation, the two agree to the last bit and flag.
//
// A number lies in a Uint32Array as [significand 31:0, significand 63:32, sign and exponent in bits 15:0, any]: the layout
// of a register in the FXSAVE area. A result's third word has zeros above bit 15; the fourth is left alone.
//
// Intel SDM vol. 1: 4.8.4 (rounding), figure 8-8 and table 10-2 in 10.5.1 (FXSAVE area).

import { DOWN, type Environment, NEAREST, PE, UP } from "./environment.ts";

const EXPONENT = 0x7fff;
const SIGN = 0x8000;
const BIAS = 16383;

/** An exponent that is neither zero nor all ones, with the integer bit set. */
function isNormal(words: Uint32Array, at: number): boolean {
  const exponent = words[at + 2]! & EXPONENT;
  return exponent !== 0 && exponent !== EXPONENT && words[at + 1]! >= 0x80000000;
}

/**
 * words[to] = words[a] + words[b], with either operand's sign flipped first: FSUB flips b's, FSUBR a's.
 * `a`, `b` and `to` are indices of first words and may coincide.
 */
export function limbAdd(
  words: Uint32Array,
  a: number,
  b: number,
  to: number,
  flipA: boolean,
  flipB: boolean,
  env: Environment,
): boolean {
  if (!isNormal(words, a) || !isNormal(words, b)) return false;
  let big = (words[a + 2]! & 0xffff) ^ (flipA ? SIGN : 0);
  let small = (words[b + 2]! & 0xffff) ^ (flipB ? SIGN : 0);
  let high = words[a + 1]!;
  let low = words[a]!;
  let smallHigh = words[b + 1]!;
  let smallLow = words[b]!;
  let distance = (big & EXPONENT) - (small & EXPONENT);
  if (distance < 0 || (distance === 0 && (high < smallHigh || (high === smallHigh && low < smallLow)))) {
    [big, small] = [small, big];
    [high, smallHigh] = [smallHigh, high];
    [low, smallLow] = [smallLow, low];
    distance = -distance;
  }
  // The smaller, moved right: 96 bits and whether anything is left below.
  let guard = 0;
  let sticky = 0;
  for (; distance >= 32 && (smallHigh | smallLow | guard) !== 0; distance -= 32) {
    sticky |= guard;
    guard = smallLow;
    smallLow = smallHigh;
    smallHigh = 0;
  }
  const count = distance & 31;
  if (count !== 0) {
    sticky |= guard << (32 - count);
    guard = ((guard >>> count) | (smallLow << (32 - count))) >>> 0;
    smallLow = ((smallLow >>> count) | (smallHigh << (32 - count))) >>> 0;
    smallHigh >>>= count;
  }
  const sign = big & SIGN;
  let exponent = big & EXPONENT;
  if (sign === (small & SIGN)) {
    low += smallLow;
    high += smallHigh;
    if (low > 0xffffffff) high += 1;
    if (high > 0xffffffff) {
      sticky |= guard & 1;
      guard = ((guard >>> 1) | (low << 31)) >>> 0;
      low = ((low >>> 1) | (high << 31)) >>> 0;
      high /= 2;
      exponent += 1;
    }
    return finish(words, to, sign, exponent, Math.floor(high) >>> 0, low >>> 0, guard, sticky !== 0, env);
  }
  // What is below the guard is borrowed for, and remains.
  guard = -guard - (sticky !== 0 ? 1 : 0);
  low = low - smallLow - (guard < 0 ? 1 : 0);
  high = high - smallHigh - (low < 0 ? 1 : 0);
  guard >>>= 0;
  low >>>= 0;
  for (; high === 0; exponent -= 32) {
    if ((low | guard) === 0) return false;
    high = low;
    low = guard;
    guard = 0;
  }
  const zeros = Math.clz32(high);
  if (zeros !== 0) {
    high = ((high << zeros) | (low >>> (32 - zeros))) >>> 0;
    low = ((low << zeros) | (guard >>> (32 - zeros))) >>> 0;
    guard = (guard << zeros) >>> 0;
    exponent -= zeros;
  }
  return finish(words, to, sign, exponent, high, low, guard, sticky !== 0, env);
}

/** words[to] = words[a] × words[b]. */
export function limbMultiply(
  words: Uint32Array,
  a: number,
  b: number,
  to: number,
  env: Environment,
): boolean {
  if (!isNormal(words, a) || !isNormal(words, b)) return false;
  const sign = (words[a + 2]! ^ words[b + 2]!) & SIGN;
  let exponent = (words[a + 2]! & EXPONENT) + (words[b + 2]! & EXPONENT) - BIAS + 1;
  const a0 = words[a]! & 0xffff;
  const a1 = words[a]! >>> 16;
  const a2 = words[a + 1]! & 0xffff;
  const a3 = words[a + 1]! >>> 16;
  const b0 = words[b]! & 0xffff;
  const b1 = words[b]! >>> 16;
  const b2 = words[b + 1]! & 0xffff;
  const b3 = words[b + 1]! >>> 16;
  // Columns of 16 bits; a double holds their sums exactly.
  let column = a0 * b0;
  const p0 = column & 0xffff;
  column = (column - p0) / 65536 + a0 * b1 + a1 * b0;
  const p1 = column & 0xffff;
  column = (column - p1) / 65536 + a0 * b2 + a1 * b1 + a2 * b0;
  const p2 = column & 0xffff;
  column = (column - p2) / 65536 + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0;
  const p3 = column & 0xffff;
  column = (column - p3) / 65536 + a1 * b3 + a2 * b2 + a3 * b1;
  const p4 = column & 0xffff;
  column = (column - p4) / 65536 + a2 * b3 + a3 * b2;
  const p5 = column & 0xffff;
  column = (column - p5) / 65536 + a3 * b3;
  let high = column >>> 0;
  let low = ((p5 << 16) | p4) >>> 0;
  let guard = ((p3 << 16) | p2) >>> 0;
  let below = (p1 << 16) | p0;
  if (high < 0x80000000) {
    high = ((high << 1) | (low >>> 31)) >>> 0;
    low = ((low << 1) | (guard >>> 31)) >>> 0;
    guard = ((guard << 1) | (below >>> 31)) >>> 0;
    below <<= 1;
    exponent -= 1;
  }
  return finish(words, to, sign, exponent, high, low, guard, below !== 0, env);
}

/** Rounds a normalised significand of 96 bits and a sticky bit, and stores it if it is a normal number. */
function finish(
  words: Uint32Array,
  to: number,
  sign: number,
  exponent: number,
  high: number,
  low: number,
  guard: number,
  sticky: boolean,
  env: Environment,
): boolean {
  // The lowest bit of the result, in `low`.
  const { precision, rounding } = env;
  if (precision === 24) return false;
  const unit = precision === 64 ? 1 : 0x800;
  const rest = low & (unit - 1);
  const inexact = rest !== 0 || guard !== 0 || sticky;
  let away = false;
  if (inexact) {
    if (rounding === NEAREST) {
      // -1, 0 or 1: less than, exactly or more than half.
      const half = unit === 1 ? Math.sign(guard - 0x80000000) : Math.sign(rest - unit / 2);
      const more = half > 0 || (half === 0 && (sticky || (unit !== 1 && guard !== 0)));
      away = more || (half === 0 && (low & unit) !== 0);
    } else {
      away = rounding === (sign === 0 ? UP : DOWN);
    }
  }
  low -= rest;
  if (away) {
    low += unit;
    if (low > 0xffffffff) {
      low = 0;
      high += 1;
      if (high > 0xffffffff) {
        high = 0x80000000;
        exponent += 1;
      }
    }
  }
  // At the least normal number the question is whether it is tiny: that is for the slow road.
  if (exponent <= 1 || exponent >= EXPONENT) return false;
  if (inexact) env.flags |= PE;
  env.c1 = away;
  words[to] = low;
  words[to + 1] = high;
  words[to + 2] = sign | exponent;
  return true;
}
