/** %f %e %g %a of double and of x87's long double (IEEE 754 binary64; SDM vol. 1 §4.2.2), from all of a number's digits. */
import { free, malloc } from "../kernel-calls.ts";
import { type Decimal, freeDecimal, makeDecimal } from "./decimal.ts";
import { type Directive, putNumber, type Sink } from "./directive.ts";
import type { Numeral } from "./numeral.ts";

const FRACTION: u64 = 0xf_ffff_ffff_ffff;

/** m · 2^e; what it is if it is no number. */
class Binary extends Struct {
  negative: bool;
  m: u64;
  e: i32;
  isInfinite: bool;
  isNan: bool;
  isLong: bool;
}
function isUpper(conversion: u8): bool {
  return (conversion & 32) === 0;
}
function putSign(d: ptr<Directive>, binary: ptr<Binary>, number: ptr<Numeral>): void {
  if (binary.negative) number.sign(char("-"));
  else if (d.plus) number.sign(char("+"));
  else if (d.space) number.sign(char(" "));
}
function formatSpecial(sink: ptr<Sink>, d: ptr<Directive>, binary: ptr<Binary>): void {
  const number: Numeral = zeroed();
  putSign(d, binary, addressOf(number));
  const upper = isUpper(d.conversion);
  number.digits = binary.isNan ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf";
  number.length = 3;
  putNumber(sink, d, addressOf(number));
}
/** Digits as text: those before the point, the point, those behind it. */
class Text extends Struct {
  bytes: ptr<u8>;
  length: usize;

  put(byte: u8): void {
    this.bytes[this.length] = byte;
    this.length++;
  }
}
function fixed(
  d: ptr<Directive>,
  decimal: ptr<Decimal>,
  precision: i64,
  number: ptr<Numeral>,
  text: ptr<Text>,
): void {
  decimal.round(decimal.point + precision);
  if (decimal.point <= 0 || decimal.count === 0) text.put(char("0"));
  else for (let i: i64 = 0; i < decimal.point; i++) text.put(decimal.digit(i) + char("0"));
  if (precision > 0 || d.hash) text.put(char("."));
  // What is behind the last digit are zeros that need no memory.
  const known = i64(decimal.count) - decimal.point;
  const written = decimal.count === 0 ? 0 : known < 0 ? 0 : known < precision ? known : precision;
  const point = decimal.count === 0 ? 0 : decimal.point;
  for (let i: i64 = 0; i < written; i++) text.put(decimal.digit(point + i) + char("0"));
  number.middle = precision - written;
}
function scientific(
  d: ptr<Directive>,
  decimal: ptr<Decimal>,
  precision: i64,
  number: ptr<Numeral>,
  text: ptr<Text>,
): void {
  const isZero = decimal.count === 0;
  decimal.round(precision + 1);
  text.put(decimal.digit(0) + char("0"));
  if (precision > 0 || d.hash) text.put(char("."));
  const known = i64(decimal.count) - 1;
  const written = isZero || known < 0 ? 0 : known < precision ? known : precision;
  for (let i: i64 = 0; i < written; i++) text.put(decimal.digit(1 + i) + char("0"));
  number.middle = precision - written;
  number.end(isUpper(d.conversion) ? char("E") : char("e"));
  number.exponent(isZero ? 0 : decimal.point - 1, 2);
}
/** %g: what is shorter, without zeros at the end. */
function general(d: ptr<Directive>, decimal: ptr<Decimal>, number: ptr<Numeral>, text: ptr<Text>): void {
  const isZero = decimal.count === 0;
  const digits: i64 = d.precision < 0 ? 6 : d.precision === 0 ? 1 : d.precision;
  decimal.round(digits);
  const exponent = isZero ? 0 : decimal.point - 1;
  let used = i64(decimal.count);
  while (used > 1 && decimal.digits[used - 1] === 0) used--;
  if (isZero) used = 1;
  const isFixed = exponent >= -4 && exponent < digits;
  if (isFixed) {
    const behind = d.hash ? digits - 1 - exponent : used - 1 - exponent;
    fixed(d, decimal, behind < 0 ? 0 : behind, number, text);
  } else scientific(d, decimal, d.hash ? digits - 1 : used - 1, number, text);
}
function formatDecimal(sink: ptr<Sink>, d: ptr<Directive>, binary: ptr<Binary>): bool {
  const number: Numeral = zeroed();
  const decimal: Decimal = zeroed();
  if (!makeDecimal(addressOf(decimal), binary.m, binary.e)) return false;
  const before = decimal.point > 0 ? usize(decimal.point) : 0;
  const memory = malloc(decimal.count + before + (decimal.point < 0 ? usize(0 - decimal.point) : 0) + 64);
  if (memory === null) {
    freeDecimal(addressOf(decimal));
    return false;
  }
  const text: Text = init({ bytes: memory });
  const precision: i64 = d.precision < 0 ? 6 : d.precision;
  const low = d.conversion | 32;
  if (low === char("f")) fixed(d, addressOf(decimal), precision, addressOf(number), addressOf(text));
  else if (low === char("e"))
    scientific(d, addressOf(decimal), precision, addressOf(number), addressOf(text));
  else general(d, addressOf(decimal), addressOf(number), addressOf(text));
  putSign(d, binary, addressOf(number));
  number.padsZeros = d.zero;
  number.digits = text.bytes;
  number.length = text.length;
  putNumber(sink, d, addressOf(number));
  free(memory);
  freeDecimal(addressOf(decimal));
  return true;
}
/** %a: of a double one bit before the point, of a long double four, as glibc has them. */
function formatHex(sink: ptr<Sink>, d: ptr<Directive>, binary: ptr<Binary>): void {
  const number: Numeral = zeroed();
  const text: array<u8, 24> = zeroed();
  const upper = isUpper(d.conversion);
  // The fraction's hexadecimal digits from bit 63 down, what is before the point, and the exponent of that.
  let lead: u64 = 0;
  let fraction: u64 = 0;
  let exponent: i64 = 0;
  if (binary.isLong) {
    lead = binary.m >> 60;
    fraction = binary.m << 4;
    exponent = binary.m === 0 ? 0 : i64(binary.e) + 60;
  } else {
    lead = binary.m >> 52;
    fraction = binary.m << 12;
    exponent = binary.m === 0 ? 0 : i64(binary.e) + 52;
  }
  let used: i64 = (64 - i64(ctz(fraction)) + 3) / 4;
  if (fraction === 0) used = 0;
  if (d.precision >= 0 && d.precision < used) {
    const kept = u64(d.precision) * 4;
    const rest = kept === 0 ? fraction : fraction << kept;
    const last = kept === 0 ? lead & 1 : (fraction >> (64 - kept)) & 1;
    fraction = kept === 0 ? 0 : (fraction >> (64 - kept)) << (64 - kept);
    if (rest > u64(1) << 63 || (rest === u64(1) << 63 && last === 1)) {
      if (kept === 0) lead++;
      else {
        const before = fraction;
        fraction += u64(1) << (64 - kept);
        if (fraction < before) lead++;
      }
      if (lead === 16) {
        lead = 1;
        exponent += 4;
      }
    }
    used = d.precision;
  }
  let length: usize = 0;
  text[0] = lead < 10 ? u8(lead) + char("0") : u8(lead) + (upper ? char("A") : char("a")) - 10;
  length = 1;
  if (used > 0 || d.precision > 0 || d.hash) {
    text[length] = char(".");
    length++;
  }
  for (let i: i64 = 0; i < used; i++) {
    const digit = u8((fraction >> u64(60 - 4 * i)) & 15);
    text[length] = digit < 10 ? digit + char("0") : digit + (upper ? char("A") : char("a")) - 10;
    length++;
  }
  number.middle = d.precision > used ? d.precision - used : 0;
  putSign(d, binary, addressOf(number));
  number.sign(char("0"));
  number.sign(upper ? char("X") : char("x"));
  number.padsZeros = d.zero;
  number.digits = addressOf(text[0]);
  number.length = length;
  number.end(upper ? char("P") : char("p"));
  number.exponent(exponent, 1);
  putNumber(sink, d, addressOf(number));
}
function formatBinary(sink: ptr<Sink>, d: ptr<Directive>, binary: ptr<Binary>): bool {
  if (binary.isInfinite || binary.isNan) {
    formatSpecial(sink, d, binary);
    return true;
  }
  if ((d.conversion | 32) !== char("a")) return formatDecimal(sink, d, binary);
  formatHex(sink, d, binary);
  return true;
}
/** False: no memory. */
export function formatFloat(sink: ptr<Sink>, d: ptr<Directive>, value: f64): bool {
  const bits = cast<u64>(addressOf(value)).value;
  const exponent = i32((bits >> 52) & 0x7ff);
  const fraction = bits & FRACTION;
  const binary: Binary = init({
    negative: bits >> 63 !== 0,
    m: exponent === 0 ? fraction : fraction | (FRACTION + 1),
    e: (exponent === 0 ? 1 : exponent) - 1075,
    isInfinite: exponent === 0x7ff && fraction === 0,
    isNan: exponent === 0x7ff && fraction !== 0,
  });
  return formatBinary(sink, d, addressOf(binary));
}
export function formatLong(sink: ptr<Sink>, d: ptr<Directive>, at: ptr<u8>): bool {
  const m = cast<u64>(at).value;
  const high = cast<u16>(at.offset(8)).value;
  const exponent = i32(high & 0x7fff);
  const binary: Binary = init({
    negative: high >> 15 !== 0,
    m,
    e: (exponent === 0 ? 1 : exponent) - 16446,
    isInfinite: exponent === 0x7fff && m << 1 === 0,
    isNan: exponent === 0x7fff && m << 1 !== 0,
    isLong: true,
  });
  return formatBinary(sink, d, addressOf(binary));
}
