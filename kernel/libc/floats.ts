/** Texts to numbers with a fraction (ISO C §7.24.1.3), exactly; what the digits say is ./real.ts's. */
import { strtoul } from "./integers.ts";
import { isDigit, isHexDigit, isLetter, isSpace, lower } from "./letters.ts";
import { type Digits, type Format, fromDigits, Kind, MOST_DIGITS, type Real, round } from "./real.ts";

type Text = ptr<u8>;

export function fromBits(bits: u64): f64 {
  const word: u64 = bits;
  return cast<f64>(addressOf(word)).value;
}
export function bitsOf(value: f64): u64 {
  const float: f64 = value;
  return cast<u64>(addressOf(float)).value;
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
/** 10^n for n from 0 to 22, which doubles have exactly. */
const powers: array<f64, 23> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
];
/** Whether digits and power are doubles, so that one operation rounds once. */
function isSmall(d: ptr<Digits>): bool {
  const scale = d.point - i64(d.count);
  return d.count > 0 && d.count <= 15 && scale >= -22 && scale <= 22;
}
function small(d: ptr<Digits>, real: ptr<Real>): void {
  const scale = d.point - i64(d.count);
  let m: u64 = 0;
  for (let i: usize = 0; i < d.count; i++) m = m * 10 + u64(d.digits[i]);
  const value = scale < 0 ? f64(m) / powers[0 - scale] : f64(m) * powers[scale];
  const bits = bitsOf(value);
  real.m = (bits << 11) | (u64(1) << 63);
  real.e = i64(bits >> 52) - 1086;
}
function readDecimal(reader: ptr<Reader>, real: ptr<Real>, wantsDouble: bool): bool {
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
  if (wantsDouble && isSmall(addressOf(d))) small(addressOf(d), real);
  else fromDigits(addressOf(d), real);
  return true;
}
function readHex(reader: ptr<Reader>, real: ptr<Real>): bool {
  let m: u64 = 0;
  // Digits behind those that fit m, the first one highest.
  let low: u64 = 0;
  let room: u64 = 64;
  let e: i64 = 0;
  let any = false;
  let behind = false;
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
      continue;
    }
    if (room > 0) {
      room -= 4;
      low |= digit << room;
    } else if (digit !== 0) real.rest = true;
    if (!behind) e += 4;
  }
  if (!any) return false;
  e += reader.exponent(char("p"));
  if (m === 0) return true;
  const shift = u64(clz(m));
  real.m = shift === 0 ? m : (m << shift) | (low >> (64 - shift));
  real.guard = (low << shift) >> 63 !== 0;
  if (low << (shift + 1) !== 0) real.rest = true;
  real.e = e - i64(shift);
  return true;
}
/** "nan(…)": digits, letters and "_" in the brackets are part of it. */
function readNan(reader: ptr<Reader>, real: ptr<Real>): void {
  real.kind = Kind.Nan;
  if (reader.at[0] !== char("(")) return;
  let i: usize = 1;
  while (isLetter(reader.at[i]) || isDigit(reader.at[i]) || reader.at[i] === char("_")) i++;
  if (reader.at[i] !== char(")")) return;
  real.payload = strtoul(reader.at.offset(1), pointer<Text>(0), 0);
  reader.at = reader.at.offset(i + 1);
}
function read(text: Text, end: ptr<Text>, wantsDouble: bool, real: ptr<Real>): void {
  const reader: Reader = init({ at: text });
  while (isSpace(reader.at[0])) reader.at = reader.at.offset(1);
  real.value = zeroed();
  real.negative = reader.sign();
  let found = true;
  if (isLetter(reader.at[0])) {
    if (reader.word("infinity") || reader.word("inf")) real.kind = Kind.Infinite;
    else if (reader.word("nan")) readNan(addressOf(reader), real);
    else found = false;
  } else {
    const isHex =
      reader.at[0] === char("0") &&
      lower(reader.at[1]) === char("x") &&
      (isHexDigit(reader.at[2]) || (reader.at[2] === char(".") && isHexDigit(reader.at[3])));
    if (isHex) {
      reader.at = reader.at.offset(2);
      readHex(addressOf(reader), real);
    } else found = readDecimal(addressOf(reader), real, wantsDouble);
  }
  if (address(end) !== 0) end.value = found ? reader.at : text;
  if (!found) real.value = zeroed();
}
const DOUBLE: Format = { bits: 53, most: 1023 };
const FLOAT: Format = { bits: 24, most: 127 };
const EXTENDED: Format = { bits: 64, most: 16383 };

/** @export */
export function strtod(text: Text, end: ptr<Text>): f64 {
  const real: Real = zeroed();
  read(text, end, true, addressOf(real));
  const r = round(addressOf(real), DOUBLE);
  const sign: u64 = real.negative ? u64(1) << 63 : 0;
  return fromBits(sign | (r.exponent << 52) | (r.m & 0xf_ffff_ffff_ffff));
}
/** The float's bits. */
export function readFloat(text: Text, end: ptr<Text>): u32 {
  const real: Real = zeroed();
  read(text, end, false, addressOf(real));
  const r = round(addressOf(real), FLOAT);
  const sign: u64 = real.negative ? u64(1) << 31 : 0;
  return u32(sign | (r.exponent << 23) | (r.m & 0x7f_ffff));
}
/** @export @naked */
export function strtof(): void {
  asm`sub rsp, 8; call ${readFloat}; movd xmm0, eax; add rsp, 8; ret`;
}
/** An 80-bit number at `to`. */
export function readExtended(text: Text, end: ptr<Text>, to: ptr<u64>): void {
  const real: Real = zeroed();
  read(text, end, false, addressOf(real));
  const r = round(addressOf(real), EXTENDED);
  to[0] = r.m;
  cast<u16>(to.offset(1)).value = u16(r.exponent | (real.negative ? u64(0x8000) : 0));
}
/** @export @naked */
export function strtold(): void {
  asm`sub rsp, 24; mov rdx, rsp; call ${readExtended}; fld tbyte ptr [rsp]; add rsp, 24; ret`;
}
/** @export */
export function atof(text: Text): f64 {
  return strtod(text, pointer<Text>(0));
}
// In a locale, which changes nothing of numbers.
/** @export @naked */
export function strtod_l(): void {
  asm`jmp ${strtod}`;
}
/** @export @naked */
export function __strtod_l(): void {
  asm`jmp ${strtod}`;
}
/** @export @naked */
export function strtof_l(): void {
  asm`jmp ${strtof}`;
}
/** @export @naked */
export function __strtof_l(): void {
  asm`jmp ${strtof}`;
}
/** @export @naked */
export function strtold_l(): void {
  asm`jmp ${strtold}`;
}
/** @export @naked */
export function __strtold_l(): void {
  asm`jmp ${strtold}`;
}
/** @export @naked */
export function __strtod_internal(): void {
  asm`jmp ${strtod}`;
}
/** @export @naked */
export function __strtof_internal(): void {
  asm`jmp ${strtof}`;
}
/** @export @naked */
export function __strtold_internal(): void {
  asm`jmp ${strtold}`;
}
