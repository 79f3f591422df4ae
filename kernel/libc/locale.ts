/** The one locale, "C" (ISO C §7.11), and characters of several bytes in it: each is one byte (ISO C §7.24.7, §7.31). */
import { failWith } from "./errno.ts";
import { describe } from "./error-texts.ts";
import { same } from "./text.ts";

type Text = ptr<u8>;
const EILSEQ: i32 = 84;
const MAX: u8 = 127;

/** struct lconv. */
class Conventions extends Struct {
  texts: array<Text, 10>;
  numbers: array<u8, 16>;
}
const conventions: Conventions = init({
  texts: [".", "", "", "", "", "", "", "", "", ""],
  numbers: [MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, 0, 0],
});
/** @export */
export function setlocale(_category: i32, name: Text): Text | null {
  if (address(name) === 0 || name[0] === 0 || same(name, "C") || same(name, "POSIX")) return "C";
  return null;
}
/** @export */
export function localeconv(): ptr<Conventions> {
  return addressOf(conventions);
}
/** CODESET, RADIXCHAR, THOUSEP and nothing else. @export */
export function nl_langinfo(item: i32): Text {
  if (item === 14) return "ANSI_X3.4-1968";
  return item === 0x1_0000 ? "." : "";
}
/** @export */
export function newlocale(_mask: i32, _name: Text, _base: usize): usize {
  return 1;
}
/** @export */
export function duplocale(_locale: usize): usize {
  return 1;
}
/** @export */
export function uselocale(_locale: usize): usize {
  return 1;
}
/** @export */
export function freelocale(_locale: usize): void {}
/** @export */
export function mbtowc(to: ptr<u32>, from: Text, bytes: usize): i32 {
  if (address(from) === 0) return 0;
  if (bytes === 0) return -1;
  if (from[0] > 127) return failWith(EILSEQ);
  if (address(to) !== 0) to.value = u32(from[0]);
  return from[0] === 0 ? 0 : 1;
}
/** @export */
export function mblen(from: Text, bytes: usize): i32 {
  return mbtowc(pointer<u32>(0), from, bytes);
}
/** @export */
export function mbrtowc(to: ptr<u32>, from: Text, bytes: usize, _state: usize): i64 {
  if (address(from) !== 0 && bytes === 0) return -2;
  return i64(mbtowc(to, from, bytes));
}
/** @export */
export function mbrlen(from: Text, bytes: usize, state: usize): i64 {
  return mbrtowc(pointer<u32>(0), from, bytes, state);
}
/** @export */
export function mbsinit(_state: usize): i32 {
  return 1;
}
/** @export */
export function wctomb(to: Text, character: u32): i32 {
  if (address(to) === 0) return 0;
  if (character > 127) return failWith(EILSEQ);
  to[0] = u8(character);
  return 1;
}
/** @export */
export function wcrtomb(to: Text, character: u32, _state: usize): i64 {
  return address(to) === 0 ? 1 : i64(wctomb(to, character));
}
/** @export */
export function mbstowcs(to: ptr<u32>, from: Text, room: usize): i64 {
  let length: usize = 0;
  for (; address(to) === 0 || length < room; length++) {
    if (from[length] > 127) return i64(failWith(EILSEQ));
    if (address(to) !== 0) to[length] = u32(from[length]);
    if (from[length] === 0) break;
  }
  return i64(length);
}
/** @export */
export function wcstombs(to: Text, from: ptr<u32>, room: usize): i64 {
  let length: usize = 0;
  for (; address(to) === 0 || length < room; length++) {
    if (from[length] > 127) return i64(failWith(EILSEQ));
    if (address(to) !== 0) to[length] = u8(from[length]);
    if (from[length] === 0) break;
  }
  return i64(length);
}
/** @export */
export function btowc(byte: i32): u32 {
  return byte >= 0 && byte < 128 ? u32(byte) : 0xffff_ffff;
}
/** @export */
export function wctob(character: u32): i32 {
  return character < 128 ? i32(character) : -1;
}
/** @export */
export function wcslen(text: ptr<u32>): usize {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return length;
}
/** @export */
export function wcscpy(to: ptr<u32>, from: ptr<u32>): ptr<u32> {
  let i: usize = 0;
  for (; from[i] !== 0; i++) to[i] = from[i];
  to[i] = 0;
  return to;
}
/** @export */
export function wcscmp(a: ptr<u32>, b: ptr<u32>): i32 {
  let i: usize = 0;
  while (a[i] !== 0 && a[i] === b[i]) i++;
  return truncate<i32>(a[i]) < truncate<i32>(b[i]) ? -1 : a[i] === b[i] ? 0 : 1;
}
/** @export */
export function wcschr(text: ptr<u32>, character: u32): ptr<u32> | null {
  for (let i: usize = 0; ; i++) {
    if (text[i] === character) return text.offset(i);
    if (text[i] === 0) return null;
  }
}
/** @export */
export function wmemcpy(to: ptr<u32>, from: ptr<u32>, count: usize): ptr<u32> {
  memcpy(to, from, count * 4);
  return to;
}
/** @export */
export function wmemset(to: ptr<u32>, character: u32, count: usize): ptr<u32> {
  for (let i: usize = 0; i < count; i++) to[i] = character;
  return to;
}
/** @export */
export function strerror_l(error: i32, _locale: usize): Text {
  return describe(error);
}
/** @export */
export function gettext(text: Text): Text {
  return text;
}
/** @export */
export function dcgettext(_domain: Text, text: Text, _category: i32): Text {
  return text;
}
/** @export */
export function dgettext(_domain: Text, text: Text): Text {
  return text;
}
/** @export */
export function bindtextdomain(_domain: Text, directory: Text): Text {
  return directory;
}
/** @export */
export function textdomain(domain: Text): Text {
  return domain;
}
/** @export */
export function bind_textdomain_codeset(_domain: Text, codeset: Text): Text {
  return codeset;
}
