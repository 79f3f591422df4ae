/** Texts (ISO C §7.26, POSIX <string.h> and <strings.h>), in the "C" locale. */
import { describe } from "./error-texts.ts";
import { malloc } from "./kernel-calls.ts";
import { lower } from "./letters.ts";
import { __chk_fail } from "./memory.ts";

type Text = ptr<u8>;

/** @export */
export function strlen(text: Text): usize {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return length;
}
/** @export */
export function strnlen(text: Text, most: usize): usize {
  let length: usize = 0;
  while (length < most && text[length] !== 0) length++;
  return length;
}
/** @export */
export function strcmp(a: Text, b: Text): i32 {
  let i: usize = 0;
  while (a[i] !== 0 && a[i] === b[i]) i++;
  return i32(a[i]) - i32(b[i]);
}
/** @export */
export function strncmp(a: Text, b: Text, most: usize): i32 {
  for (let i: usize = 0; i < most; i++) {
    if (a[i] !== b[i]) return i32(a[i]) - i32(b[i]);
    if (a[i] === 0) return 0;
  }
  return 0;
}
/** @export */
export function strcoll(a: Text, b: Text): i32 {
  return strcmp(a, b);
}
/** @export */
export function strxfrm(to: Text, from: Text, room: usize): usize {
  const length = strlen(from);
  for (let i: usize = 0; i < room && i <= length; i++) to[i] = from[i];
  return length;
}
/** @export */
export function strcasecmp(a: Text, b: Text): i32 {
  let i: usize = 0;
  while (a[i] !== 0 && lower(a[i]) === lower(b[i])) i++;
  return i32(lower(a[i])) - i32(lower(b[i]));
}
/** @export */
export function strncasecmp(a: Text, b: Text, most: usize): i32 {
  for (let i: usize = 0; i < most; i++) {
    if (lower(a[i]) !== lower(b[i])) return i32(lower(a[i])) - i32(lower(b[i]));
    if (a[i] === 0) return 0;
  }
  return 0;
}
/** @export */
export function stpcpy(to: Text, from: Text): Text {
  let i: usize = 0;
  for (; from[i] !== 0; i++) to[i] = from[i];
  to[i] = 0;
  return to.offset(i);
}
/** @export */
export function strcpy(to: Text, from: Text): Text {
  stpcpy(to, from);
  return to;
}
/** @export */
export function stpncpy(to: Text, from: Text, bytes: usize): Text {
  let i: usize = 0;
  for (; i < bytes && from[i] !== 0; i++) to[i] = from[i];
  for (let rest = i; rest < bytes; rest++) to[rest] = 0;
  return to.offset(i);
}
/** @export */
export function strncpy(to: Text, from: Text, bytes: usize): Text {
  stpncpy(to, from, bytes);
  return to;
}
/** @export */
export function strcat(to: Text, from: Text): Text {
  stpcpy(to.offset(strlen(to)), from);
  return to;
}
/** @export */
export function strncat(to: Text, from: Text, most: usize): Text {
  const end = to.offset(strlen(to));
  let i: usize = 0;
  for (; i < most && from[i] !== 0; i++) end[i] = from[i];
  end[i] = 0;
  return to;
}
/** @export */
export function strlcpy(to: Text, from: Text, room: usize): usize {
  const length = strlen(from);
  for (let i: usize = 0; i < room; i++) {
    to[i] = i === room - 1 ? 0 : from[i];
    if (to[i] === 0) break;
  }
  return length;
}
/** @export */
export function strlcat(to: Text, from: Text, room: usize): usize {
  const length = strnlen(to, room);
  if (length === room) return room + strlen(from);
  return length + strlcpy(to.offset(length), from, room - length);
}
/** @export */
export function strchr(text: Text, byte: i32): Text | null {
  const wanted = truncate<u8>(byte);
  for (let i: usize = 0; ; i++) {
    if (text[i] === wanted) return text.offset(i);
    if (text[i] === 0) return null;
  }
}
/** @export */
export function index(text: Text, byte: i32): Text | null {
  return strchr(text, byte);
}
/** @export */
export function strchrnul(text: Text, byte: i32): Text {
  let i: usize = 0;
  while (text[i] !== 0 && text[i] !== truncate<u8>(byte)) i++;
  return text.offset(i);
}
/** @export */
export function strrchr(text: Text, byte: i32): Text | null {
  const wanted = truncate<u8>(byte);
  for (let i = strlen(text) + 1; i > 0; i--) if (text[i - 1] === wanted) return text.offset(i - 1);
  return null;
}
/** @export */
export function rindex(text: Text, byte: i32): Text | null {
  return strrchr(text, byte);
}
/** A bit for each byte of a text. */
class ByteSet extends Struct {
  bits: array<u64, 4>;

  add(text: Text): void {
    for (let i: usize = 0; text[i] !== 0; i++) this.bits[text[i] >> 6] |= u64(1) << (text[i] & 63);
  }
  has(byte: u8): bool {
    return ((this.bits[byte >> 6] >> (byte & 63)) & 1) !== 0;
  }
}
/** @export */
export function strspn(text: Text, accepted: Text): usize {
  const set: ByteSet = zeroed();
  set.add(accepted);
  let i: usize = 0;
  while (text[i] !== 0 && set.has(text[i])) i++;
  return i;
}
/** @export */
export function strcspn(text: Text, rejected: Text): usize {
  const set: ByteSet = zeroed();
  set.add(rejected);
  let i: usize = 0;
  while (text[i] !== 0 && !set.has(text[i])) i++;
  return i;
}
/** @export */
export function strpbrk(text: Text, wanted: Text): Text | null {
  const at = text.offset(strcspn(text, wanted));
  return at[0] === 0 ? null : at;
}
/** @export */
export function strstr(hay: Text, needle: Text): Text | null {
  const length = strlen(needle);
  if (length === 0) return hay;
  for (let i: usize = 0; hay[i] !== 0; i++)
    if (hay[i] === needle[0] && strncmp(hay.offset(i), needle, length) === 0) return hay.offset(i);
  return null;
}
/** @export */
export function strcasestr(hay: Text, needle: Text): Text | null {
  const length = strlen(needle);
  if (length === 0) return hay;
  for (let i: usize = 0; hay[i] !== 0; i++)
    if (strncasecmp(hay.offset(i), needle, length) === 0) return hay.offset(i);
  return null;
}
/** @export */
export function strtok_r(text: Text, parts: Text, place: ptr<Text>): Text | null {
  const from = address(text) === 0 ? place.value : text;
  if (address(from) === 0) return null;
  const start = from.offset(strspn(from, parts));
  if (start[0] === 0) {
    place.value = start;
    return null;
  }
  const end = start.offset(strcspn(start, parts));
  place.value = end;
  if (end[0] !== 0) {
    end[0] = 0;
    place.value = end.offset(1);
  }
  return start;
}
/** @export */
export function __strtok_r(text: Text, parts: Text, place: ptr<Text>): Text | null {
  return strtok_r(text, parts, place);
}
let token: Text = pointer<u8>(0);
/** @export */
export function strtok(text: Text, parts: Text): Text | null {
  return strtok_r(text, parts, addressOf(token));
}
/** @export */
export function strsep(place: ptr<Text>, parts: Text): Text | null {
  const start = place.value;
  if (address(start) === 0) return null;
  const end = start.offset(strcspn(start, parts));
  if (end[0] === 0) place.value = pointer<u8>(0);
  else {
    end[0] = 0;
    place.value = end.offset(1);
  }
  return start;
}
/** @export */
export function strndup(text: Text, most: usize): Text | null {
  const length = strnlen(text, most);
  const copy = malloc(length + 1);
  if (copy === null) return null;
  memcpy(copy, text, length);
  copy[length] = 0;
  return copy;
}
/** @export */
export function strdup(text: Text): Text | null {
  return strndup(text, strlen(text));
}
/** @export */
export function __strdup(text: Text): Text | null {
  return strdup(text);
}
/** @export */
export function strerror(error: i32): Text {
  return describe(error);
}
/** GNU's form, which gives a text. @export */
export function strerror_r(error: i32, _to: Text, _room: usize): Text {
  return describe(error);
}
/** @export */
export function __xpg_strerror_r(error: i32, to: Text, room: usize): i32 {
  const length = strlen(describe(error));
  strlcpy(to, describe(error), room);
  return length < room ? 0 : 34;
}
const signals: array<ptr<u8>, 32> = [
  "Unknown signal 0",
  "Hangup",
  "Interrupt",
  "Quit",
  "Illegal instruction",
  "Trace/breakpoint trap",
  "Aborted",
  "Bus error",
  "Floating point exception",
  "Killed",
  "User defined signal 1",
  "Segmentation fault",
  "User defined signal 2",
  "Broken pipe",
  "Alarm clock",
  "Terminated",
  "Stack fault",
  "Child exited",
  "Continued",
  "Stopped (signal)",
  "Stopped",
  "Stopped (tty input)",
  "Stopped (tty output)",
  "Urgent I/O condition",
  "CPU time limit exceeded",
  "File size limit exceeded",
  "Virtual timer expired",
  "Profiling timer expired",
  "Window changed",
  "I/O possible",
  "Power failure",
  "Bad system call",
];
/** @export */
export function strsignal(signal: i32): Text {
  return signal >= 0 && signal < 32 ? signals[signal] : "Real-time signal";
}
/** @export */
export function strverscmp(a: Text, b: Text): i32 {
  return strcmp(a, b);
}
/** @export */
export function ffs(word: i32): i32 {
  return word === 0 ? 0 : i32(ctz(truncate<u32>(word))) + 1;
}
/** @export */
export function ffsl(word: i64): i32 {
  return word === 0 ? 0 : i32(ctz(truncate<u64>(word))) + 1;
}
/** @export */
export function ffsll(word: i64): i32 {
  return ffsl(word);
}
/** @export */
export function basename(path: Text): Text {
  const slash = strrchr(path, 0x2f);
  return slash === null ? path : slash.offset(1);
}
// The checked ones, with the size of what is written to.
/** @export */
export function __strcpy_chk(to: Text, from: Text, room: usize): Text {
  if (strlen(from) >= room) __chk_fail();
  return strcpy(to, from);
}
/** @export */
export function __stpcpy_chk(to: Text, from: Text, room: usize): Text {
  if (strlen(from) >= room) __chk_fail();
  return stpcpy(to, from);
}
/** @export */
export function __strncpy_chk(to: Text, from: Text, bytes: usize, room: usize): Text {
  if (bytes > room) __chk_fail();
  return strncpy(to, from, bytes);
}
/** @export */
export function __stpncpy_chk(to: Text, from: Text, bytes: usize, room: usize): Text {
  if (bytes > room) __chk_fail();
  return stpncpy(to, from, bytes);
}
/** @export */
export function __strcat_chk(to: Text, from: Text, room: usize): Text {
  if (strlen(to) + strlen(from) >= room) __chk_fail();
  return strcat(to, from);
}
/** @export */
export function __strncat_chk(to: Text, from: Text, most: usize, room: usize): Text {
  if (strlen(to) + strnlen(from, most) >= room) __chk_fail();
  return strncat(to, from, most);
}
