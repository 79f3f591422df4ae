// The quick road of FLD and FST of single and double reals, between memory words and the layout of limbs.ts. As there, what
// is not a zero or a normal number, before and after, is refused with false and left to convert.ts.
//
// Intel SDM vol. 1: 4.2.2 (formats), 8.3.3 (FLD, FST).

import { DOWN, type Environment, NEAREST, PE, UP } from "./environment.ts";

/** Differences of the exponents' biases: 16383 - 127 and 16383 - 1023. */
const SINGLE_BIAS = 16256;
const DOUBLE_BIAS = 15360;

/** FLD m32fp: the number at words[to] from its pattern. */
export function limbExtend32(words: Uint32Array, to: number, bits: number): boolean {
  const exponent = (bits >>> 23) & 0xff;
  const isZero = bits << 1 === 0;
  if (!isZero && (exponent === 0 || exponent === 0xff)) return false;
  words[to] = 0;
  words[to + 1] = isZero ? 0 : 0x80000000 | (bits << 8);
  words[to + 2] = ((bits >>> 16) & 0x8000) | (isZero ? 0 : exponent + SINGLE_BIAS);
  return true;
}

/** FLD m64fp: the number at words[to] from the halves of its pattern. */
export function limbExtend64(words: Uint32Array, to: number, low: number, high: number): boolean {
  const exponent = (high >>> 20) & 0x7ff;
  const isZero = (low | (high << 1)) === 0;
  if (!isZero && (exponent === 0 || exponent === 0x7ff)) return false;
  words[to] = low << 11;
  words[to + 1] = isZero ? 0 : 0x80000000 | (high << 11) | (low >>> 21);
  words[to + 2] = ((high >>> 16) & 0x8000) | (isZero ? 0 : exponent + DOUBLE_BIAS);
  return true;
}

/** FST m32fp: the pattern into memory[at], rounded; raises PE, sets c1. */
export function limbNarrow32(
  words: Uint32Array,
  from: number,
  memory: Uint32Array,
  at: number,
  env: Environment,
): boolean {
  const top = words[from + 2]!;
  const sign = (top & 0x8000) << 16;
  const high = words[from + 1]!;
  const low = words[from]!;
  const exponent = (top & 0x7fff) - SINGLE_BIAS;
  if (exponent <= 1 || exponent >= 0xfe || high < 0x80000000) return false;
  const rest = high & 0xff;
  const inexact = rest !== 0 || low !== 0;
  const away = inexact && roundsAway(env, sign, Math.sign(rest - 0x80), low !== 0, (high & 0x100) !== 0);
  if (inexact) env.flags |= PE;
  env.c1 = away;
  // A carry out of the significand makes the exponent one more, as it should.
  memory[at] = sign + (((exponent - 1) << 23) + (high >>> 8) + (away ? 1 : 0));
  return true;
}

/** FST m64fp: the halves of the pattern into memory[at] and memory[at + 1], rounded; raises PE, sets c1. */
export function limbNarrow64(
  words: Uint32Array,
  from: number,
  memory: Uint32Array,
  at: number,
  env: Environment,
): boolean {
  const top = words[from + 2]!;
  const sign = (top & 0x8000) << 16;
  const high = words[from + 1]!;
  const low = words[from]!;
  const exponent = (top & 0x7fff) - DOUBLE_BIAS;
  if (exponent <= 1 || exponent >= 0x7fe || high < 0x80000000) return false;
  const rest = low & 0x7ff;
  const away = rest !== 0 && roundsAway(env, sign, Math.sign(rest - 0x400), false, (low & 0x800) !== 0);
  if (rest !== 0) env.flags |= PE;
  env.c1 = away;
  const fraction = ((low >>> 11) | (high << 21)) >>> 0;
  const carry = away && fraction === 0xffffffff ? 1 : 0;
  memory[at] = fraction + (away ? 1 : 0);
  memory[at + 1] = sign + (((exponent - 1) << 20) + (high >>> 11) + carry);
  return true;
}

/** Whether an inexact magnitude moves up: `half` compares what is dropped, but for its last bits, with one half. */
function roundsAway(env: Environment, sign: number, half: number, sticky: boolean, odd: boolean): boolean {
  if (env.rounding === NEAREST) return half > 0 || (half === 0 && (sticky || odd));
  return env.rounding === (sign === 0 ? UP : DOWN);
}
