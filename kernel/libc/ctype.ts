/** Kinds of characters (ISO C §7.4), and glibc's tables of them, which its macros read in programs: indices from −128 to 255. */
import { isDigit, isHexDigit, isLetter, isLower, isSpace, isUpper, lower, upper } from "./letters.ts";

/** glibc's bits, as they lie in a 16-bit word of a little-endian machine. */
enum Kind {
  Upper = 0x100,
  Lower = 0x200,
  Alpha = 0x400,
  Digit = 0x800,
  Xdigit = 0x1000,
  Space = 0x2000,
  Print = 0x4000,
  Graph = 0x8000,
  Blank = 1,
  Control = 2,
  Punct = 4,
  Alnum = 8,
}
const TABLE = 384;
const kinds: array<u16, typeof TABLE> = zeroed();
const lowers: array<i32, typeof TABLE> = zeroed();
const uppers: array<i32, typeof TABLE> = zeroed();
let kindsAt: ptr<u16> = pointer<u16>(0);
let lowersAt: ptr<i32> = pointer<i32>(0);
let uppersAt: ptr<i32> = pointer<i32>(0);

function kindOf(byte: u8): u32 {
  let kind: u32 = 0;
  if (isUpper(byte)) kind |= u32(Kind.Upper);
  if (isLower(byte)) kind |= u32(Kind.Lower);
  if (isLetter(byte)) kind |= u32(Kind.Alpha);
  if (isDigit(byte)) kind |= u32(Kind.Digit);
  if (isHexDigit(byte)) kind |= u32(Kind.Xdigit);
  if (isSpace(byte)) kind |= u32(Kind.Space);
  if (byte >= 32 && byte < 127) kind |= u32(Kind.Print);
  if (byte > 32 && byte < 127) kind |= u32(Kind.Graph);
  if (byte === 32 || byte === 9) kind |= u32(Kind.Blank);
  if (byte < 32 || byte === 127) kind |= u32(Kind.Control);
  if (isLetter(byte) || isDigit(byte)) kind |= u32(Kind.Alnum);
  else if (byte > 32 && byte < 127) kind |= u32(Kind.Punct);
  return kind;
}
export function fillTables(): void {
  for (let i: i32 = -128; i < 256; i++) {
    const byte = truncate<u8>(i);
    // Of negative indices only the case tables say something: the byte itself.
    kinds[i + 128] = i < 0 ? 0 : u16(kindOf(byte));
    lowers[i + 128] = i < 0 ? (i === -1 ? -1 : i32(byte)) : i32(lower(byte));
    uppers[i + 128] = i < 0 ? (i === -1 ? -1 : i32(byte)) : i32(upper(byte));
  }
  kindsAt = addressOf(kinds[128]);
  lowersAt = addressOf(lowers[128]);
  uppersAt = addressOf(uppers[128]);
}
class Tables extends Struct {
  kinds: ptr<u16>;
  lowers: ptr<i32>;
  uppers: ptr<i32>;
}
/** For locales, which have them too. */
export function ctypeTables(): Tables {
  return { kinds: kindsAt, lowers: lowersAt, uppers: uppersAt };
}
function is(byte: i32, kind: Kind): i32 {
  return byte < 0 || byte > 255 ? 0 : i32(u32(kinds[byte + 128]) & u32(kind));
}
/** @export */
export function __ctype_b_loc(): ptr<ptr<u16>> {
  return addressOf(kindsAt);
}
/** @export */
export function __ctype_tolower_loc(): ptr<ptr<i32>> {
  return addressOf(lowersAt);
}
/** @export */
export function __ctype_toupper_loc(): ptr<ptr<i32>> {
  return addressOf(uppersAt);
}
/** @export */
export function isalnum(byte: i32): i32 {
  return is(byte, Kind.Alnum);
}
/** @export */
export function isalpha(byte: i32): i32 {
  return is(byte, Kind.Alpha);
}
/** @export */
export function isblank(byte: i32): i32 {
  return is(byte, Kind.Blank);
}
/** @export */
export function iscntrl(byte: i32): i32 {
  return is(byte, Kind.Control);
}
/** @export */
export function isdigit(byte: i32): i32 {
  return is(byte, Kind.Digit);
}
/** @export */
export function isgraph(byte: i32): i32 {
  return is(byte, Kind.Graph);
}
/** @export */
export function islower(byte: i32): i32 {
  return is(byte, Kind.Lower);
}
/** @export */
export function isprint(byte: i32): i32 {
  return is(byte, Kind.Print);
}
/** @export */
export function ispunct(byte: i32): i32 {
  return is(byte, Kind.Punct);
}
/** @export */
export function isspace(byte: i32): i32 {
  return is(byte, Kind.Space);
}
/** @export */
export function isupper(byte: i32): i32 {
  return is(byte, Kind.Upper);
}
/** @export */
export function isxdigit(byte: i32): i32 {
  return is(byte, Kind.Xdigit);
}
/** @export */
export function isascii(byte: i32): i32 {
  return (byte & ~0x7f) === 0 ? 1 : 0;
}
/** @export */
export function toascii(byte: i32): i32 {
  return byte & 0x7f;
}
/** @export */
export function tolower(byte: i32): i32 {
  return byte >= -128 && byte < 256 ? lowers[byte + 128] : byte;
}
/** @export */
export function toupper(byte: i32): i32 {
  return byte >= -128 && byte < 256 ? uppers[byte + 128] : byte;
}
