/**
 * Texts to doubles (ISO C §7.24.1.3), rounded to nearest, ties to even: exactly, by integers of as many words as it takes.
 */
import { strtoul } from "./integers.ts";
import { free, malloc } from "./kernel-calls.ts";
import { isDigit, isHexDigit, isLetter, isSpace, lower } from "./letters.ts";
import { thisThread } from "./thread-block.ts";

type Text = ptr<u8>;
const ERANGE: i32 = 34;
/** More digits than these cannot change a result but by being there. */
const MOST_DIGITS = 800;
/** 10^19 fits a word. */
const BIG_STEP: u32 = 1_220_703_125;
const BIG_POWER: i64 = 13;

export function fromBits(bits: u64): f64 {
  const word: u64 = bits;
  return cast<f64>(addressOf(word)).value;
}
export function bitsOf(value: f64): u64 {
  const float: f64 = value;
  return cast<u64>(addressOf(float)).value;
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
  /** The 64 bits from the highest one down; `rest` becomes whether there are others below them. */
  top(rest: ptr<bool>): u64 {
    let value: u64 = 0;
    const bits = this.bits();
    const from = bits - 64;
    for (let i: i64 = 0; i < 64; i++) {
      const at = from + i;
      if (at >= 0 && ((this.words[at / 32] >> u32(at % 32)) & 1) !== 0) value |= u64(1) << u64(i);
    }
    for (let at: i64 = 0; at < from && !rest.value; at++)
      if (((this.words[at / 32] >> u32(at % 32)) & 1) !== 0) rest.value = true;
    return value;
  }
}
/** m · 2^e, m with its highest bit set, or 0; `rest`: and something more below. `overflow`: out of a double's range, on either side. */
export function assemble(m: u64, e: i64, rest: bool): f64 {
  if (m === 0) return 0;
  // Bits that do not fit: 11 of normal numbers, more of small ones.
  const exponent = e + 63;
  const cut: i64 = exponent < -1022 ? 11 + (-1022 - exponent) : 11;
  if (exponent > 1023) {
    thisThread().errno = ERANGE;
    return fromBits(u64(0x7ff) << 52);
  }
  if (cut > 64) {
    thisThread().errno = ERANGE;
    return 0;
  }
  let kept = cut === 64 ? 0 : m >> u64(cut);
  const half = u64(1) << u64(cut - 1);
  const below = cut === 64 ? m : m & ((u64(1) << u64(cut)) - 1);
  const isInexact = below !== 0 || rest;
  if (below > half || (below === half && (rest || (kept & 1) !== 0))) kept++;
  if (exponent < -1022) {
    if (isInexact) thisThread().errno = ERANGE;
    return fromBits(kept);
  }
  // A carry out of the fraction is one more in the exponent.
  const bits = (u64(exponent + 1022) << 52) + kept;
  if (bits >= u64(0x7ff) << 52) thisThread().errno = ERANGE;
  return fromBits(bits);
}
/** 10^n for n from 0 to 22, which doubles have exactly. */
const powers: array<f64, 23> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
];
/** Significant digits, of which the value is 0.d₀d₁… · 10^point. */
class Digits extends Struct {
  count: usize;
  point: i64;
  more: bool;
  digits: array<u8, typeof MOST_DIGITS>;
}
function fromDigits(d: ptr<Digits>): f64 {
  if (d.count === 0) return 0;
  if (d.point > 400) {
    thisThread().errno = ERANGE;
    return fromBits(u64(0x7ff) << 52);
  }
  if (d.point < -400) {
    thisThread().errno = ERANGE;
    return 0;
  }
  const scale = d.point - i64(d.count);
  if (d.count <= 15 && scale >= -22 && scale <= 22) {
    let m: u64 = 0;
    for (let i: usize = 0; i < d.count; i++) m = m * 10 + u64(d.digits[i]);
    return scale < 0 ? f64(m) / powers[0 - scale] : f64(m) * powers[scale];
  }
  // Digits in words, and either powers of ten, or room below to divide by powers of five.
  const memory = malloc((d.count / 9 + 64 + usize(scale < 0 ? 0 - scale : scale) / 2) * 4);
  if (memory === null) return 0;
  const n: Natural = init({ words: cast<u32>(memory) });
  for (let i: usize = 0; i < d.count; i++) n.multiplyAdd(10, u32(d.digits[i]));
  let e: i64 = 0;
  let rest: bool = d.more;
  if (scale >= 0) for (let i: i64 = 0; i < scale; i++) n.multiplyAdd(10, 0);
  else {
    const five = 0 - scale;
    const words = usize((five * 5) / 64) + 4;
    n.shiftWords(words);
    e = scale - i64(words) * 32;
    let left = five;
    for (; left >= BIG_POWER; left -= BIG_POWER) if (n.divide(BIG_STEP)) rest = true;
    for (; left > 0; left--) if (n.divide(5)) rest = true;
  }
  const bits = n.bits();
  const m = n.top(addressOf(rest));
  free(memory);
  return assemble(m, e + bits - 64, rest);
}
class Reader extends Struct {
  at: Text;
  negative: bool;

  sign(): bool {
    const isMinus = this.at[0] === char("-");
    if (isMinus || this.at[0] === char("+")) this.at = this.at.offset(1);
    return isMinus;
  }
  /** Letters in either case. */
  word(word: Text): bool {
    let i: usize = 0;
    while (word[i] !== 0 && lower(this.at[i]) === word[i]) i++;
    if (word[i] !== 0) return false;
    this.at = this.at.offset(i);
    return true;
  }
  /** What stands behind an "e" or "p", if digits do. */
  exponent(letter: u8): i64 {
    if (lower(this.at[0]) !== letter) return 0;
    const signed = this.at[1] === char("-") || this.at[1] === char("+");
    if (!isDigit(this.at[signed ? u32(2) : 1])) return 0;
    this.at = this.at.offset(1);
    const negative = this.sign();
    let value: i64 = 0;
    for (; isDigit(this.at[0]); this.at = this.at.offset(1))
      if (value < 100_000_000) value = value * 10 + i64(this.at[0] - char("0"));
    return negative ? 0 - value : value;
  }
}
function readDecimal(reader: ptr<Reader>, value: ptr<f64>): bool {
  const d: Digits = zeroed();
  let any = false;
  let behind = false;
  for (; ; reader.at = reader.at.offset(1)) {
    const byte = reader.at[0];
    if (byte === char(".") && !behind) {
      behind = true;
      continue;
    }
    if (!isDigit(byte)) break;
    any = true;
    if (byte === char("0") && d.count === 0) {
      if (behind) d.point--;
      continue;
    }
    if (!behind) d.point++;
    if (d.count < usize(MOST_DIGITS)) {
      d.digits[d.count] = byte - char("0");
      d.count++;
    } else if (byte !== char("0")) d.more = true;
  }
  if (!any) return false;
  // A lone point at the end is part of the number.
  d.point += reader.exponent(char("e"));
  value.value = fromDigits(addressOf(d));
  return true;
}
function readHex(reader: ptr<Reader>, value: ptr<f64>): bool {
  let m: u64 = 0;
  let e: i64 = 0;
  let any = false;
  let behind = false;
  let rest = false;
  for (; ; reader.at = reader.at.offset(1)) {
    const byte = lower(reader.at[0]);
    if (byte === char(".") && !behind) {
      behind = true;
      continue;
    }
    if (!isHexDigit(byte)) break;
    any = true;
    const digit = u64(byte <= char("9") ? byte - char("0") : byte - char("a") + 10);
    if (m >> 60 === 0) {
      m = m * 16 + digit;
      if (behind) e -= 4;
    } else {
      if (digit !== 0) rest = true;
      if (!behind) e += 4;
    }
  }
  if (!any) return false;
  e += reader.exponent(char("p"));
  if (m === 0) {
    value.value = 0;
    return true;
  }
  const shift = clz(m);
  value.value = assemble(m << shift, e - i64(shift), rest);
  return true;
}
/** @export */
export function strtod(text: Text, end: ptr<Text>): f64 {
  const reader: Reader = init({ at: text });
  let value: f64 = 0;
  while (isSpace(reader.at[0])) reader.at = reader.at.offset(1);
  const negative = reader.sign();
  let found = true;
  if (isLetter(reader.at[0])) {
    if (reader.word("infinity") || reader.word("inf")) value = fromBits(u64(0x7ff) << 52);
    else if (reader.word("nan")) {
      value = fromBits(u64(0x7ff8) << 48);
      if (reader.at[0] === char("(")) {
        let i: usize = 1;
        while (isLetter(reader.at[i]) || isDigit(reader.at[i]) || reader.at[i] === char("_")) i++;
        if (reader.at[i] === char(")"))
          value = fromBits(
            bitsOf(value) | (strtoul(reader.at.offset(1), pointer<Text>(0), 0) & 0x7_ffff_ffff_ffff),
          );
        if (reader.at[i] === char(")")) reader.at = reader.at.offset(i + 1);
      }
    } else found = false;
  } else {
    const isHex =
      reader.at[0] === char("0") &&
      lower(reader.at[1]) === char("x") &&
      (isHexDigit(reader.at[2]) || (reader.at[2] === char(".") && isHexDigit(reader.at[3])));
    if (isHex) {
      reader.at = reader.at.offset(2);
      readHex(addressOf(reader), addressOf(value));
    } else found = readDecimal(addressOf(reader), addressOf(value));
  }
  if (address(end) !== 0) end.value = found ? reader.at : text;
  return negative ? fromBits(bitsOf(value) | (u64(1) << 63)) : value;
}
/** @export */
export function atof(text: Text): f64 {
  return strtod(text, pointer<Text>(0));
}
/** Rounded twice: to a double first. @export @naked */
export function strtof(): void {
  asm`sub rsp, 8; call ${strtod}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** With a double's precision. @export @naked */
export function strtold(): void {
  asm`sub rsp, 24; call ${strtod}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
