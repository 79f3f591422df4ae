/** Kinds of wide characters (ISO C §7.32): ASCII's in "C", Unicode's in "C.UTF-8"; and the columns that they take (wcwidth(3)). */
import { isUtf8, isUtf8In } from "../locale.ts";
import { same } from "../text.ts";
import { letters, visible } from "./alphabetic.ts";
import { onlyLower, onlyUpper, toLower, toUpper } from "./cases.ts";
import { twoColumns, withoutColumn } from "./widths.ts";

/** wctype_t: numbers from 1, in the order of `classNames`. */
enum Class {
  None = 0,
  Alnum = 1,
  Alpha = 2,
  Blank = 3,
  Control = 4,
  Digit = 5,
  Graph = 6,
  Lower = 7,
  Print = 8,
  Punct = 9,
  Space = 10,
  Upper = 11,
  Xdigit = 12,
}
const classNames: array<ptr<u8>, 12> = [
  "alnum",
  "alpha",
  "blank",
  "cntrl",
  "digit",
  "graph",
  "lower",
  "print",
  "punct",
  "space",
  "upper",
  "xdigit",
];
/** Whether a character lies in one of the runs of a list: an odd number of bounds is at or below it. */
function isIn(bounds: ptr<u32>, count: usize, character: u32): bool {
  let low: usize = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) / 2;
    if (bounds[middle] <= character) low = middle + 1;
    else high = middle;
  }
  return (low & 1) !== 0;
}
function mapped(runs: ptr<i32>, numbers: usize, character: u32): u32 {
  let low: usize = 0;
  let high = numbers / 3;
  while (low < high) {
    const middle = (low + high) / 2;
    if (u32(runs[3 * middle]) <= character) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return character;
  const run = runs.offset(3 * (low - 1));
  const step = (u32(run[1]) & 1) + 1;
  const distance = character - u32(run[0]);
  if (distance % step !== 0 || distance / step >= u32(run[1]) >> 1) return character;
  return truncate<u32>(i32(character) + run[2]);
}
function lowerOf(character: u32, ofUnicode: bool): u32 {
  if (character < 128) return character >= 65 && character <= 90 ? character + 32 : character;
  return ofUnicode && character < 0x11_0000
    ? mapped(addressOf(toLower[0]), toLower.length, character)
    : character;
}
function upperOf(character: u32, ofUnicode: bool): u32 {
  if (character < 128) return character >= 97 && character <= 122 ? character - 32 : character;
  return ofUnicode && character < 0x11_0000
    ? mapped(addressOf(toUpper[0]), toUpper.length, character)
    : character;
}
function isBlank(c: u32): bool {
  return (
    c === 32 ||
    c === 9 ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200a && c !== 0x2007) ||
    c === 0x205f ||
    c === 0x3000
  );
}
function isControl(c: u32): bool {
  return c < 32 || (c >= 127 && c < 160) || c === 0x2028 || c === 0x2029;
}
function isDigit(c: u32): bool {
  return c >= 48 && c <= 57;
}
function isAlpha(c: u32): bool {
  return isIn(addressOf(letters[0]), letters.length, c);
}
function isGraph(c: u32): bool {
  return isIn(addressOf(visible[0]), visible.length, c);
}
function isOf(c: u32, kind: Class, ofUnicode: bool): bool {
  if (c > 127 && (!ofUnicode || c >= 0x11_0000)) return false;
  switch (kind) {
    case Class.Alnum:
      return isDigit(c) || isAlpha(c);
    case Class.Alpha:
      return isAlpha(c);
    case Class.Blank:
      return isBlank(c);
    case Class.Control:
      return isControl(c);
    case Class.Digit:
      return isDigit(c);
    case Class.Graph:
      return isGraph(c);
    case Class.Lower:
      return upperOf(c, true) !== c || isIn(addressOf(onlyLower[0]), onlyLower.length, c);
    case Class.Print:
      return isGraph(c) || (isBlank(c) && c !== 9);
    case Class.Punct:
      return isGraph(c) && !isDigit(c) && !isAlpha(c);
    case Class.Space:
      return isBlank(c) || (c >= 9 && c <= 13) || c === 0x2028 || c === 0x2029;
    case Class.Upper:
      return lowerOf(c, true) !== c || isIn(addressOf(onlyUpper[0]), onlyUpper.length, c);
    case Class.Xdigit:
      return isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
    default:
      return false;
  }
}
export function isWideSpace(character: u32): bool {
  return isOf(character, Class.Space, isUtf8());
}
/** @export */
export function wctype(name: ptr<u8>): u64 {
  for (let i: usize = 0; i < classNames.length; i++) if (same(classNames[i], name)) return i + 1;
  return 0;
}
/** @export */
export function wctype_l(name: ptr<u8>, _locale: usize): u64 {
  return wctype(name);
}
/** @export */
export function __wctype_l(name: ptr<u8>, _locale: usize): u64 {
  return wctype(name);
}
/** @export */
export function iswctype(character: u32, kind: u64): i32 {
  return kind <= 12 && isOf(character, u32(kind) as Class, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswctype_l(character: u32, kind: u64, locale: usize): i32 {
  return kind <= 12 && isOf(character, u32(kind) as Class, isUtf8In(locale)) ? 1 : 0;
}
/** @export @naked */
export function __iswctype_l(): void {
  asm`jmp ${iswctype_l}`;
}
/** @export */
export function towlower(character: u32): u32 {
  return lowerOf(character, isUtf8());
}
/** @export */
export function towupper(character: u32): u32 {
  return upperOf(character, isUtf8());
}
/** @export */
export function towlower_l(character: u32, locale: usize): u32 {
  return lowerOf(character, isUtf8In(locale));
}
/** @export */
export function towupper_l(character: u32, locale: usize): u32 {
  return upperOf(character, isUtf8In(locale));
}
/** @export @naked */
export function __towlower_l(): void {
  asm`jmp ${towlower_l}`;
}
/** @export @naked */
export function __towupper_l(): void {
  asm`jmp ${towupper_l}`;
}
/** 1: to lower case; 2: to upper. @export */
export function wctrans(name: ptr<u8>): u64 {
  return same(name, "tolower") ? 1 : same(name, "toupper") ? 2 : 0;
}
/** @export */
export function towctrans(character: u32, way: u64): u32 {
  return way === 1 ? towlower(character) : way === 2 ? towupper(character) : character;
}
/** @export */
export function wcwidth(character: u32): i32 {
  if (character === 0) return 0;
  if (!isOf(character, Class.Print, isUtf8())) {
    const isMark = isUtf8() && isIn(addressOf(withoutColumn[0]), withoutColumn.length, character);
    return isMark ? 0 : -1;
  }
  if (isIn(addressOf(twoColumns[0]), twoColumns.length, character)) return 2;
  return isIn(addressOf(withoutColumn[0]), withoutColumn.length, character) ? 0 : 1;
}
/** @export */
export function wcswidth(text: ptr<u32>, most: usize): i32 {
  let width: i32 = 0;
  for (let i: usize = 0; i < most && text[i] !== 0; i++) {
    const one = wcwidth(text[i]);
    if (one < 0) return -1;
    width += one;
  }
  return width;
}
/** @export */
export function iswalnum(character: u32): i32 {
  return isOf(character, Class.Alnum, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswalpha(character: u32): i32 {
  return isOf(character, Class.Alpha, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswblank(character: u32): i32 {
  return isOf(character, Class.Blank, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswcntrl(character: u32): i32 {
  return isOf(character, Class.Control, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswdigit(character: u32): i32 {
  return isOf(character, Class.Digit, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswgraph(character: u32): i32 {
  return isOf(character, Class.Graph, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswlower(character: u32): i32 {
  return isOf(character, Class.Lower, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswprint(character: u32): i32 {
  return isOf(character, Class.Print, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswpunct(character: u32): i32 {
  return isOf(character, Class.Punct, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswspace(character: u32): i32 {
  return isOf(character, Class.Space, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswupper(character: u32): i32 {
  return isOf(character, Class.Upper, isUtf8()) ? 1 : 0;
}
/** @export */
export function iswxdigit(character: u32): i32 {
  return isOf(character, Class.Xdigit, isUtf8()) ? 1 : 0;
}
