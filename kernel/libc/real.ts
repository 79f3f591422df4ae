/**
 * Exact numbers that digits say, and how they are rounded to a double, a float or a long double: to nearest, ties to even (IEEE 754 §4.3.1).
 */
import { free, malloc } from "./kernel-calls.ts";
import { thisThread } from "./thread-block.ts";

const ERANGE: i32 = 34;
/** More digits than these cannot change a double but by being there. */
export const MOST_DIGITS = 800;
/** 5^13 fits a word. */
const BIG_STEP: u32 = 1_220_703_125;
const BIG_POWER: i64 = 13;

export enum Kind {
  Number = 0,
  Infinite = 1,
  Nan = 2,
}
/** m · 2^e, and half a unit of m's if `guard` is set, and something less than that if `rest` is. m has its highest bit set, or is 0. */
export class Real extends Struct {
  m: u64;
  e: i64;
  guard: bool;
  rest: bool;
  negative: bool;
  kind: Kind;
  /** Of a NaN. */
  payload: u64;
}
/** Of a binary format: bits of a significand, all of them; the largest exponent. */
export class Format extends Struct {
  bits: i64;
  most: i64;
}
/** A significand, and an exponent as the format has it: 0 for what is below normal numbers. */
export class Rounded extends Struct {
  m: u64;
  exponent: u64;
}
function outOfRange(): void {
  thisThread().errno = ERANGE;
}
export function round(real: ptr<Real>, format: Format): Rounded {
  const infinite: Rounded = { m: u64(1) << u64(format.bits - 1), exponent: u64(2 * format.most + 1) };
  const exponent = real.e + 63;
  const least = 1 - format.most;
  if (real.kind === Kind.Nan) {
    const quiet = u64(3) << u64(format.bits - 2);
    return {
      m: quiet | (real.payload & ((u64(1) << u64(format.bits - 2)) - 1)),
      exponent: infinite.exponent,
    };
  }
  if (real.kind === Kind.Infinite) return infinite;
  if (real.m === 0) return { m: 0, exponent: 0 };
  if (exponent > format.most) {
    outOfRange();
    return infinite;
  }
  const cut = 64 - format.bits + (exponent < least ? least - exponent : 0);
  if (cut > 64) {
    outOfRange();
    return { m: 0, exponent: 0 };
  }
  let kept = cut === 64 ? 0 : real.m >> u64(cut);
  const below = cut === 64 ? real.m : real.m & ((u64(1) << u64(cut)) - 1);
  const half = cut === 0 ? 0 : u64(1) << u64(cut - 1);
  const rest = real.rest || (cut > 0 && real.guard);
  const isInexact = below !== 0 || real.guard || real.rest;
  const isHalf = cut === 0 ? real.guard : below >= half;
  if (isHalf && (below > half || rest || (kept & 1) !== 0)) {
    kept++;
    // All ones became a power of two.
    if (kept === 0 || (format.bits < 64 && kept >> u64(format.bits) !== 0)) {
      if (exponent === format.most) {
        outOfRange();
        return infinite;
      }
      return { m: u64(1) << u64(format.bits - 1), exponent: u64(exponent + 1 + format.most) };
    }
  }
  if (exponent < least) {
    if (isInexact) outOfRange();
    return { m: kept, exponent: kept >> u64(format.bits - 1) };
  }
  return { m: kept, exponent: u64(exponent + format.most) };
}
/** A natural number in words of 32 bits, the lowest first. */
class Natural extends Struct {
  words: ptr<u32>;
  count: usize;

  multiplyAdd(factor: u32, added: u32): void {
    let carry = u64(added);
    for (let i: usize = 0; i < this.count; i++) {
      const now = u64(this.words[i]) * u64(factor) + carry;
      this.words[i] = truncate<u32>(now);
      carry = now >> 32;
    }
    if (carry !== 0) {
      this.words[this.count] = u32(carry);
      this.count++;
    }
  }
  /** Gives whether something was left. */
  divide(divisor: u32): bool {
    let rest: u64 = 0;
    for (let i = this.count; i > 0; i--) {
      const now = (rest << 32) | u64(this.words[i - 1]);
      this.words[i - 1] = u32(now / u64(divisor));
      rest = now % u64(divisor);
    }
    while (this.count > 0 && this.words[this.count - 1] === 0) this.count--;
    return rest !== 0;
  }
  shiftWords(words: usize): void {
    for (let i = this.count; i > 0; i--) this.words[i - 1 + words] = this.words[i - 1];
    for (let i: usize = 0; i < words; i++) this.words[i] = 0;
    this.count += words;
  }
  bits(): i64 {
    if (this.count === 0) return 0;
    return i64(this.count) * 32 - i64(clz(this.words[this.count - 1]));
  }
  hasBit(at: i64): bool {
    return at >= 0 && ((this.words[at / 32] >> u32(at % 32)) & 1) !== 0;
  }
  /** The 64 bits from the highest one down, and what is below them. */
  top(real: ptr<Real>): void {
    const from = this.bits() - 64;
    real.m = 0;
    for (let i: i64 = 0; i < 64; i++) if (this.hasBit(from + i)) real.m |= u64(1) << u64(i);
    real.guard = this.hasBit(from - 1);
    for (let at: i64 = 0; at < from - 1 && !real.rest; at++) if (this.hasBit(at)) real.rest = true;
  }
}
/** Significant digits, of which the value is 0.d₀d₁… · 10^point. */
export class Digits extends Struct {
  count: usize;
  point: i64;
  more: bool;
  digits: array<u8, typeof MOST_DIGITS>;
}
/** What no format can tell from infinity, or from 0. */
const MOST_POINT: i64 = 5100;

export function fromDigits(d: ptr<Digits>, real: ptr<Real>): void {
  if (d.count === 0) return;
  if (d.point > MOST_POINT || d.point < -MOST_POINT) {
    real.m = u64(1) << 63;
    real.e = d.point > 0 ? 100_000 : -100_000;
    return;
  }
  const scale = d.point - i64(d.count);
  // Digits in words, and either powers of ten, or room below to divide by powers of five.
  const memory = malloc((d.count / 9 + 64 + usize(scale < 0 ? 0 - scale : scale) / 2) * 4);
  if (memory === null) return;
  const n: Natural = init({ words: cast<u32>(memory) });
  for (let i: usize = 0; i < d.count; i++) n.multiplyAdd(10, u32(d.digits[i]));
  let e: i64 = 0;
  real.rest = d.more;
  if (scale >= 0) {
    let left = scale;
    for (; left >= BIG_POWER; left -= BIG_POWER) n.multiplyAdd(BIG_STEP, 0);
    for (; left > 0; left--) n.multiplyAdd(5, 0);
    e = scale;
  } else {
    const five = 0 - scale;
    const words = usize((five * 5) / 64) + 4;
    n.shiftWords(words);
    e = scale - i64(words) * 32;
    let left = five;
    for (; left >= BIG_POWER; left -= BIG_POWER) if (n.divide(BIG_STEP)) real.rest = true;
    for (; left > 0; left--) if (n.divide(5)) real.rest = true;
  }
  n.top(real);
  real.e = e + n.bits() - 64;
  free(memory);
}
