/**
 * All decimal digits of a binary number m · 2^e: exactly, by integers alone. Of a double there are at most 309 before the point and 1074 behind it.
 */
import { free, malloc } from "../kernel-calls.ts";

const BILLION: u64 = 1_000_000_000;

export class Decimal extends Struct {
  /** Values 0 to 9, the first not 0 unless the number is; malloc's. */
  digits: ptr<u8>;
  count: usize;
  /** The value is 0.d₀d₁d₂… · 10^point. */
  point: i64;

  /** Rounds to `keep` digits, ties to even. */
  round(keep: i64): void {
    if (keep >= i64(this.count)) return;
    if (keep < 0) {
      this.count = 0;
      return;
    }
    const at = truncate<usize>(keep);
    let isUp = this.digits[at] > 5;
    if (this.digits[at] === 5) {
      let rest = at + 1;
      while (rest < this.count && this.digits[rest] === 0) rest++;
      isUp = rest < this.count || (at > 0 && (this.digits[at - 1] & 1) !== 0);
    }
    this.count = at;
    if (!isUp) return;
    let place = at;
    while (place > 0 && this.digits[place - 1] === 9) {
      place--;
      this.digits[place] = 0;
    }
    if (place > 0) {
      this.digits[place - 1]++;
      return;
    }
    // 9.99 becomes 10.00: the digits are zeros now.
    for (let i = this.count; i > 0; i--) this.digits[i] = this.digits[i - 1];
    this.digits[0] = 1;
    this.count++;
    this.point++;
  }
  digit(index: i64): u8 {
    return index >= 0 && index < i64(this.count) ? this.digits[truncate<usize>(index)] : 0;
  }
}
/** Nine digits of a limb; of the first one only those from the first that is not 0. */
function putLimb(decimal: ptr<Decimal>, limb: u32, isFirst: bool): void {
  let rest = limb;
  let scale: u32 = 100_000_000;
  let isLeading = isFirst;
  for (let i: u32 = 0; i < 9; i++) {
    const digit = rest / scale;
    rest %= scale;
    scale /= 10;
    if (isLeading && digit === 0) continue;
    isLeading = false;
    decimal.digits[decimal.count] = u8(digit);
    decimal.count++;
  }
}
/** The integer m · 2^e in limbs of nine digits, the lowest first. Gives how many. */
function integerLimbs(limbs: ptr<u32>, m: u64, e: u64): usize {
  let count: usize = 0;
  for (let rest = m; rest !== 0; rest /= BILLION) {
    limbs[count] = u32(rest % BILLION);
    count++;
  }
  let left = e;
  while (left > 0) {
    const step = left > 29 ? 29 : left;
    let carry: u64 = 0;
    for (let i: usize = 0; i < count; i++) {
      const now = (u64(limbs[i]) << step) + carry;
      limbs[i] = u32(now % BILLION);
      carry = now / BILLION;
    }
    if (carry !== 0) {
      limbs[count] = u32(carry);
      count++;
    }
    left -= step;
  }
  return count;
}
/** Digits of the fraction m / 2^bits, m below 2^bits, nine at a time until there are no more. */
function putFraction(decimal: ptr<Decimal>, words: ptr<u32>, m: u64, bits: u64): void {
  const count = (bits + 31) / 32;
  for (let i: usize = 0; i < count; i++) words[i] = 0;
  // As a fraction of `count` words, the lowest first.
  const shift = count * 32 - bits;
  words[0] = truncate<u32>(m << shift);
  if (count > 1) words[1] = truncate<u32>(shift === 0 ? m >> 32 : m >> (32 - shift));
  if (count > 2 && shift !== 0) words[2] = truncate<u32>((m >> 32) >> (32 - shift));
  let low: usize = 0;
  while (low < count) {
    if (words[low] === 0) {
      low++;
      continue;
    }
    let carry: u64 = 0;
    for (let i = low; i < count; i++) {
      const now = u64(words[i]) * BILLION + carry;
      words[i] = truncate<u32>(now);
      carry = now >> 32;
    }
    if (decimal.count === 0) {
      if (carry === 0) {
        decimal.point -= 9;
        continue;
      }
      let digits: i64 = 0;
      for (let rest = carry; rest !== 0; rest /= 10) digits++;
      decimal.point -= 9 - digits;
      putLimb(decimal, u32(carry), true);
    } else putLimb(decimal, u32(carry), false);
  }
}
/** m · 2^e, e from −16445 to 16383. False: no memory. `freeDecimal` afterwards. */
export function makeDecimal(decimal: ptr<Decimal>, m: u64, e: i32): bool {
  decimal.count = 0;
  decimal.point = 0;
  const size: u32 = e < 0 ? u32(-e) : u32(e);
  // Digits first, limbs behind them, at a multiple of 4.
  const digitBytes = ((usize(size) + 64) & ~usize(3)) + 32;
  const limbBytes = (usize(size) / 29 + 8) * 4;
  const memory = malloc(digitBytes + limbBytes);
  if (memory === null) return false;
  decimal.digits = memory;
  if (m === 0) return true;
  const limbs = cast<u32>(memory.offset(digitBytes));
  const bits = e < 0 ? u64(-e) : 0;
  const whole = e >= 0 ? m : bits >= 64 ? 0 : m >> bits;
  if (whole !== 0) {
    const count = integerLimbs(limbs, whole, e >= 0 ? u64(e) : 0);
    for (let i = count; i > 0; i--) putLimb(decimal, limbs[i - 1], i === count);
    decimal.point = i64(decimal.count);
  }
  const fraction = e >= 0 ? 0 : bits >= 64 ? m : m & ((u64(1) << bits) - 1);
  if (fraction !== 0) putFraction(decimal, limbs, fraction, bits);
  return true;
}
export function freeDecimal(decimal: ptr<Decimal>): void {
  free(decimal.digits);
}
