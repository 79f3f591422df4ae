/** Wide texts (ISO C §7.31.4): comparisons are by the characters' numbers, in any locale. */
import { malloc } from "../kernel-calls.ts";
import { towlower } from "./kinds.ts";

type Wide = ptr<u32>;
const MOST: usize = 0xffff_ffff_ffff_ffff;

/** @export */
export function wcslen(text: Wide): usize {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return length;
}
/** @export */
export function wcsnlen(text: Wide, most: usize): usize {
  let length: usize = 0;
  while (length < most && text[length] !== 0) length++;
  return length;
}
/** @export */
export function wmemcpy(to: Wide, from: Wide, count: usize): Wide {
  memcpy(to, from, count * 4);
  return to;
}
/** @export */
export function wmempcpy(to: Wide, from: Wide, count: usize): Wide {
  memcpy(to, from, count * 4);
  return to.offset(count);
}
/** @export */
export function wmemmove(to: Wide, from: Wide, count: usize): Wide {
  memmove(to, from, count * 4);
  return to;
}
/** @export */
export function wmemset(to: Wide, character: u32, count: usize): Wide {
  for (let i: usize = 0; i < count; i++) to[i] = character;
  return to;
}
function order(a: u32, b: u32): i32 {
  return truncate<i32>(a) < truncate<i32>(b) ? -1 : a === b ? 0 : 1;
}
/** @export */
export function wmemcmp(a: Wide, b: Wide, count: usize): i32 {
  for (let i: usize = 0; i < count; i++) if (a[i] !== b[i]) return order(a[i], b[i]);
  return 0;
}
/** @export */
export function wmemchr(text: Wide, character: u32, count: usize): Wide | null {
  for (let i: usize = 0; i < count; i++) if (text[i] === character) return text.offset(i);
  return null;
}
/** @export */
export function wcscpy(to: Wide, from: Wide): Wide {
  memcpy(to, from, (wcslen(from) + 1) * 4);
  return to;
}
/** @export */
export function wcpcpy(to: Wide, from: Wide): Wide {
  const length = wcslen(from);
  memcpy(to, from, (length + 1) * 4);
  return to.offset(length);
}
/** @export */
export function wcsncpy(to: Wide, from: Wide, count: usize): Wide {
  const length = wcsnlen(from, count);
  memcpy(to, from, length * 4);
  wmemset(to.offset(length), 0, count - length);
  return to;
}
/** @export */
export function wcpncpy(to: Wide, from: Wide, count: usize): Wide {
  wcsncpy(to, from, count);
  return to.offset(wcsnlen(from, count));
}
/** @export */
export function wcscat(to: Wide, from: Wide): Wide {
  wcscpy(to.offset(wcslen(to)), from);
  return to;
}
/** @export */
export function wcsncat(to: Wide, from: Wide, count: usize): Wide {
  const at = to.offset(wcslen(to));
  const length = wcsnlen(from, count);
  memcpy(at, from, length * 4);
  at[length] = 0;
  return to;
}
/** @export */
export function wcsncmp(a: Wide, b: Wide, count: usize): i32 {
  for (let i: usize = 0; i < count; i++) {
    if (a[i] !== b[i]) return order(a[i], b[i]);
    if (a[i] === 0) return 0;
  }
  return 0;
}
/** @export */
export function wcscmp(a: Wide, b: Wide): i32 {
  return wcsncmp(a, b, MOST);
}
/** @export */
export function wcscoll(a: Wide, b: Wide): i32 {
  return wcsncmp(a, b, MOST);
}
/** @export */
export function wcscoll_l(a: Wide, b: Wide, _locale: usize): i32 {
  return wcsncmp(a, b, MOST);
}
/** @export @naked */
export function __wcscoll_l(): void {
  asm`jmp ${wcscoll_l}`;
}
/** @export */
export function wcsxfrm(to: Wide, from: Wide, room: usize): usize {
  const length = wcslen(from);
  if (length < room) wcscpy(to, from);
  return length;
}
/** @export */
export function wcsxfrm_l(to: Wide, from: Wide, room: usize, _locale: usize): usize {
  return wcsxfrm(to, from, room);
}
/** @export @naked */
export function __wcsxfrm_l(): void {
  asm`jmp ${wcsxfrm_l}`;
}
/** @export */
export function wcsncasecmp(a: Wide, b: Wide, count: usize): i32 {
  for (let i: usize = 0; i < count; i++) {
    const x = towlower(a[i]);
    const y = towlower(b[i]);
    if (x !== y) return order(x, y);
    if (x === 0) return 0;
  }
  return 0;
}
/** @export */
export function wcscasecmp(a: Wide, b: Wide): i32 {
  return wcsncasecmp(a, b, MOST);
}
/** @export */
export function wcschr(text: Wide, character: u32): Wide | null {
  for (let i: usize = 0; ; i++) {
    if (text[i] === character) return text.offset(i);
    if (text[i] === 0) return null;
  }
}
/** @export */
export function wcschrnul(text: Wide, character: u32): Wide {
  let i: usize = 0;
  while (text[i] !== 0 && text[i] !== character) i++;
  return text.offset(i);
}
/** @export */
export function wcsrchr(text: Wide, character: u32): Wide | null {
  for (let i = wcslen(text) + 1; i > 0; i--) if (text[i - 1] === character) return text.offset(i - 1);
  return null;
}
function isAmong(set: Wide, character: u32): bool {
  return character !== 0 && wcschr(set, character) !== null;
}
/** @export */
export function wcsspn(text: Wide, set: Wide): usize {
  let length: usize = 0;
  while (isAmong(set, text[length])) length++;
  return length;
}
/** @export */
export function wcscspn(text: Wide, set: Wide): usize {
  let length: usize = 0;
  while (text[length] !== 0 && !isAmong(set, text[length])) length++;
  return length;
}
/** @export */
export function wcspbrk(text: Wide, set: Wide): Wide | null {
  const at = text.offset(wcscspn(text, set));
  return at[0] === 0 ? null : at;
}
/** @export */
export function wcsstr(text: Wide, part: Wide): Wide | null {
  const length = wcslen(part);
  if (length === 0) return text;
  for (let i: usize = 0; text[i] !== 0; i++)
    if (wcsncmp(text.offset(i), part, length) === 0) return text.offset(i);
  return null;
}
/** @export @naked */
export function wcswcs(): void {
  asm`jmp ${wcsstr}`;
}
/** @export */
export function wcstok(text: Wide | null, set: Wide, place: ptr<Wide | null>): Wide | null {
  const from = text === null ? place.value : text;
  place.value = null;
  if (from === null) return null;
  const start = from.offset(wcsspn(from, set));
  if (start[0] === 0) return null;
  const end = start.offset(wcscspn(start, set));
  if (end[0] !== 0) {
    end[0] = 0;
    place.value = end.offset(1);
  }
  return start;
}
/** @export */
export function wcsdup(text: Wide): Wide | null {
  const bytes = (wcslen(text) + 1) * 4;
  const memory = malloc(bytes);
  if (memory === null) return null;
  memcpy(memory, text, bytes);
  return cast<u32>(memory);
}
// What compilers put in the place of those above: with the room of what is written to, which they have as well.
/** @export @naked */
export function __wcscpy_chk(): void {
  asm`jmp ${wcscpy}`;
}
/** @export @naked */
export function __wcpcpy_chk(): void {
  asm`jmp ${wcpcpy}`;
}
/** @export @naked */
export function __wcsncpy_chk(): void {
  asm`jmp ${wcsncpy}`;
}
/** @export @naked */
export function __wcpncpy_chk(): void {
  asm`jmp ${wcpncpy}`;
}
/** @export @naked */
export function __wcscat_chk(): void {
  asm`jmp ${wcscat}`;
}
/** @export @naked */
export function __wcsncat_chk(): void {
  asm`jmp ${wcsncat}`;
}
/** @export @naked */
export function __wmemcpy_chk(): void {
  asm`jmp ${wmemcpy}`;
}
/** @export @naked */
export function __wmempcpy_chk(): void {
  asm`jmp ${wmempcpy}`;
}
/** @export @naked */
export function __wmemmove_chk(): void {
  asm`jmp ${wmemmove}`;
}
/** @export @naked */
export function __wmemset_chk(): void {
  asm`jmp ${wmemset}`;
}
