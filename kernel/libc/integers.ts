/** Texts to integers (ISO C §7.24.1), and the arithmetic of <stdlib.h> and <inttypes.h>. */
import { failWith } from "./errno.ts";
import { isDigit, isLetter, isSpace, lower } from "./letters.ts";

type Text = ptr<u8>;
const ERANGE: i32 = 34;
const EINVAL: i32 = 22;

/** The value of a digit; 99: none. */
function digitOf(byte: u8): u64 {
  if (isDigit(byte)) return u64(byte - char("0"));
  return isLetter(byte) ? u64(lower(byte) - char("a")) + 10 : 99;
}
class Parsed extends Struct {
  magnitude: u64;
  negative: bool;
  overflow: bool;
  /** Behind the number; where the text begins if there is none. */
  end: Text;
}
function parse(text: Text, base: i32): Parsed {
  const parsed: Parsed = init({ end: text });
  let at = text;
  while (isSpace(at[0])) at = at.offset(1);
  if (at[0] === char("-") || at[0] === char("+")) {
    parsed.negative = at[0] === char("-");
    at = at.offset(1);
  }
  let radix = u64(truncate<u32>(base));
  const isHex = at[0] === char("0") && lower(at[1]) === char("x") && digitOf(at[2]) < 16;
  if ((radix === 0 || radix === 16) && isHex) {
    radix = 16;
    at = at.offset(2);
  } else if (radix === 0) radix = at[0] === char("0") ? 8 : 10;
  for (let digit = digitOf(at[0]); digit < radix; digit = digitOf(at[0])) {
    const high = mulHigh(parsed.magnitude, radix);
    const low = parsed.magnitude * radix;
    if (high !== 0 || low + digit < low) parsed.overflow = true;
    parsed.magnitude = low + digit;
    at = at.offset(1);
    parsed.end = at;
  }
  return parsed;
}
function tell(place: ptr<Text>, end: Text): void {
  if (address(place) !== 0) place.value = end;
}
function isBase(base: i32): bool {
  return base === 0 || (base >= 2 && base <= 36);
}
/** @export */
export function strtol(text: Text, end: ptr<Text>, base: i32): i64 {
  if (!isBase(base)) {
    failWith(EINVAL);
    return 0;
  }
  const parsed = parse(text, base);
  tell(end, parsed.end);
  const most: u64 = parsed.negative ? u64(1) << 63 : (u64(1) << 63) - 1;
  if (parsed.overflow || parsed.magnitude > most) {
    failWith(ERANGE);
    return truncate<i64>(most);
  }
  return truncate<i64>(parsed.negative ? 0 - parsed.magnitude : parsed.magnitude);
}
/** @export */
export function strtoul(text: Text, end: ptr<Text>, base: i32): u64 {
  if (!isBase(base)) {
    failWith(EINVAL);
    return 0;
  }
  const parsed = parse(text, base);
  tell(end, parsed.end);
  if (parsed.overflow) {
    failWith(ERANGE);
    return 0xffff_ffff_ffff_ffff;
  }
  return parsed.negative ? 0 - parsed.magnitude : parsed.magnitude;
}
/** @export */
export function atoi(text: Text): i32 {
  return truncate<i32>(strtol(text, pointer<Text>(0), 10));
}
/** @export */
export function atol(text: Text): i64 {
  return strtol(text, pointer<Text>(0), 10);
}
/** @export */
export function atoll(text: Text): i64 {
  return strtol(text, pointer<Text>(0), 10);
}
/** @export */
export function abs(value: i32): i32 {
  return value < 0 ? 0 - value : value;
}
/** @export */
export function labs(value: i64): i64 {
  return value < 0 ? 0 - value : value;
}
/** @export */
export function llabs(value: i64): i64 {
  return labs(value);
}
/** @export */
export function imaxabs(value: i64): i64 {
  return labs(value);
}
class Quotient extends Struct {
  quotient: i32;
  remainder: i32;
}
class LongQuotient extends Struct {
  quotient: i64;
  remainder: i64;
}
/** @export */
export function div(a: i32, b: i32): Quotient {
  return { quotient: a / b, remainder: a % b };
}
/** @export */
export function ldiv(a: i64, b: i64): LongQuotient {
  return { quotient: a / b, remainder: a % b };
}
/** @export */
export function lldiv(a: i64, b: i64): LongQuotient {
  return ldiv(a, b);
}
/** @export */
export function strtoll(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function strtoimax(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function strtoq(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function __isoc23_strtol(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function __isoc23_strtoll(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function __isoc23_strtoimax(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function __strtol_internal(text: Text, end: ptr<Text>, base: i32): i64 {
  return strtol(text, end, base);
}
/** @export */
export function strtoull(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
/** @export */
export function strtoumax(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
/** @export */
export function strtouq(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
/** @export */
export function __isoc23_strtoul(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
/** @export */
export function __isoc23_strtoull(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
/** @export */
export function __isoc23_strtoumax(text: Text, end: ptr<Text>, base: i32): u64 {
  return strtoul(text, end, base);
}
