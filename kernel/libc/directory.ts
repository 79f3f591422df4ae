/** Directories (POSIX <dirent.h>), paths and names of files: over getdents64, whose entries are readdir's. */
import { failWith } from "./errno.ts";
import { free, malloc } from "./kernel-calls.ts";
import { qsort } from "./sort.ts";
import { call2, systemCall } from "./system.ts";
import { lengthOf } from "./text.ts";

type Text = ptr<u8>;
const BUFFER = 4096;
const PATH: usize = 4096;
const EINVAL: i32 = 22;
const ENAMETOOLONG: i32 = 36;
const ELOOP: i32 = 40;
const O_DIRECTORY: u64 = 0o200000;
const O_CLOEXEC: u64 = 0o2000000;

class Entry extends Struct {
  inode: u64;
  place: i64;
  length: u16;
  type: u8;
  name: array<u8, 1>;
}
class Directory extends Struct {
  file: i32;
  at: usize;
  end: usize;
  place: i64;
  buffer: array<u8, typeof BUFFER>;
}
/** @export */
export function fdopendir(file: i32): ptr<Directory> | null {
  const memory = malloc(sizeof<Directory>());
  if (memory === null) return null;
  const directory = cast<Directory>(memory);
  directory.file = file;
  directory.at = 0;
  directory.end = 0;
  directory.place = 0;
  return directory;
}
/** @export */
export function opendir(path: Text): ptr<Directory> | null {
  const file = systemCall(2, address(path), O_DIRECTORY | O_CLOEXEC, 0);
  if (file < 0) {
    failWith(i32(0 - file));
    return null;
  }
  return fdopendir(i32(file));
}
/** @export */
export function readdir(directory: ptr<Directory>): ptr<Entry> | null {
  if (directory.at >= directory.end) {
    const bytes = systemCall(
      217,
      truncate<u64>(i64(directory.file)),
      address(addressOf(directory.buffer[0])),
      u64(BUFFER),
    );
    if (bytes <= 0) {
      if (bytes < 0) failWith(i32(0 - bytes));
      return null;
    }
    directory.at = 0;
    directory.end = usize(bytes);
  }
  const entry = cast<Entry>(addressOf(directory.buffer[directory.at]));
  directory.at += usize(entry.length);
  directory.place = entry.place;
  return entry;
}
/** @export */
export function readdir64(directory: ptr<Directory>): ptr<Entry> | null {
  return readdir(directory);
}
/** @export */
export function closedir(directory: ptr<Directory>): i32 {
  const status = systemCall(3, truncate<u64>(i64(directory.file)), 0, 0);
  free(directory);
  return status < 0 ? failWith(i32(0 - status)) : 0;
}
/** @export */
export function dirfd(directory: ptr<Directory>): i32 {
  return directory.file;
}
/** @export */
export function telldir(directory: ptr<Directory>): i64 {
  return directory.place;
}
/** @export */
export function seekdir(directory: ptr<Directory>, place: i64): void {
  systemCall(8, truncate<u64>(i64(directory.file)), truncate<u64>(place), 0);
  directory.at = directory.end;
  directory.place = place;
}
/** @export */
export function rewinddir(directory: ptr<Directory>): void {
  seekdir(directory, 0);
}
/** @export */
export function alphasort(a: ptr<ptr<Entry>>, b: ptr<ptr<Entry>>): i32 {
  const left = addressOf(a.value.name[0]);
  const right = addressOf(b.value.name[0]);
  let i: usize = 0;
  while (left[i] !== 0 && left[i] === right[i]) i++;
  return i32(left[i]) - i32(right[i]);
}
/** @export */
export function scandir(path: Text, place: ptr<ptr<ptr<Entry>>>, filter: usize, compare: usize): i32 {
  const directory = opendir(path);
  if (directory === null) return -1;
  let room: usize = 0;
  let count: usize = 0;
  let list = pointer<ptr<Entry>>(0);
  for (let entry = readdir(directory); entry !== null; entry = readdir(directory)) {
    if (filter !== 0 && functionAt<(entry: ptr<Entry>) => i32>(filter)(entry) === 0) continue;
    const copy = malloc(usize(entry.length));
    if (copy === null) break;
    memcpy(copy, entry, usize(entry.length));
    if (count === room) {
      const wanted = room === 0 ? usize(16) : 2 * room;
      const memory = malloc(wanted * 8);
      if (memory === null) break;
      if (count > 0) memcpy(memory, list, count * 8);
      free(list);
      list = cast<ptr<Entry>>(memory);
      room = wanted;
    }
    list[count] = cast<Entry>(copy);
    count++;
  }
  closedir(directory);
  if (compare !== 0 && count > 0) qsort(cast<u8>(list), count, 8, compare);
  place.value = list;
  return i32(count);
}
/** @export */
export function getcwd(to: Text, room: usize): Text | null {
  const isOurs = address(to) === 0;
  const bytes = isOurs && room === 0 ? PATH : room;
  if (bytes === 0) {
    failWith(EINVAL);
    return null;
  }
  const buffer = isOurs ? malloc(bytes) : to;
  if (buffer === null) return null;
  const length = call2(79, address(buffer), bytes);
  if (length >= 0) return buffer;
  if (isOurs) free(buffer);
  failWith(i32(0 - length));
  return null;
}
/** @export */
export function __getcwd_chk(to: Text, room: usize, _size: usize): Text | null {
  return getcwd(to, room);
}
/** A path on its way: what is done, and what is left, in a page each. */
class Walk extends Struct {
  done: array<u8, 4096>;
  rest: array<u8, 4096>;
  link: array<u8, 4096>;
  length: usize;
  links: u32;
}
/** Takes the last part off. */
function ascend(walk: ptr<Walk>): void {
  while (walk.length > 0 && walk.done[walk.length - 1] !== char("/")) walk.length--;
  if (walk.length > 1) walk.length--;
}
/** One part of the path, followed if it is a link. An error, or 0. */
function descend(walk: ptr<Walk>, part: Text, length: usize): i32 {
  const before = walk.length;
  if (before + length + 2 > PATH) return ENAMETOOLONG;
  if (walk.done[before - 1] !== char("/")) {
    walk.done[walk.length] = char("/");
    walk.length++;
  }
  memcpy(addressOf(walk.done[walk.length]), part, length);
  walk.length += length;
  walk.done[walk.length] = 0;
  const status = systemCall(89, address(addressOf(walk.done[0])), address(addressOf(walk.link[0])), PATH - 1);
  if (status === -22) return 0;
  if (status < 0) return i32(0 - status);
  walk.links++;
  if (walk.links > 40) return ELOOP;
  walk.link[status] = 0;
  return -1;
}
/** "link/rest" is what is left. */
function follow(walk: ptr<Walk>, rest: Text): i32 {
  const link = lengthOf(addressOf(walk.link[0]));
  const left = lengthOf(rest);
  if (link + 1 + left + 1 > PATH) return ENAMETOOLONG;
  memmove(addressOf(walk.rest[link + 1]), rest, left + 1);
  memcpy(addressOf(walk.rest[0]), addressOf(walk.link[0]), link);
  walk.rest[link] = char("/");
  return 0;
}
function resolve(walk: ptr<Walk>): i32 {
  let at: usize = 0;
  if (walk.rest[0] === char("/")) {
    walk.done[0] = char("/");
    walk.length = 1;
  } else {
    const length = call2(79, address(addressOf(walk.done[0])), PATH);
    if (length < 0) return i32(0 - length);
    walk.length = usize(length) - 1;
  }
  for (;;) {
    while (walk.rest[at] === char("/")) at++;
    let length: usize = 0;
    while (walk.rest[at + length] !== 0 && walk.rest[at + length] !== char("/")) length++;
    if (length === 0) return 0;
    const part = addressOf(walk.rest[at]);
    at += length;
    if (length === 1 && part[0] === char(".")) continue;
    if (length === 2 && part[0] === char(".") && part[1] === char(".")) {
      ascend(walk);
      continue;
    }
    const status = descend(walk, part, length);
    if (status > 0) return status;
    if (status === 0) continue;
    const failed = follow(walk, addressOf(walk.rest[at]));
    if (failed !== 0) return failed;
    ascend(walk);
    if (walk.rest[0] === char("/")) walk.length = 1;
    at = 0;
  }
}
/** @export */
export function realpath(path: Text, to: Text): Text | null {
  const length = address(path) === 0 ? 0 : lengthOf(path);
  const memory = malloc(sizeof<Walk>());
  if (memory === null) return null;
  const walk = cast<Walk>(memory);
  walk.links = 0;
  let status = address(path) === 0 ? EINVAL : length === 0 ? 2 : length >= PATH ? ENAMETOOLONG : 0;
  if (status === 0) {
    memcpy(addressOf(walk.rest[0]), path, length + 1);
    status = resolve(walk);
  }
  const result = status !== 0 ? null : address(to) === 0 ? malloc(walk.length + 1) : to;
  if (result !== null) {
    memcpy(result, addressOf(walk.done[0]), walk.length);
    result[walk.length] = 0;
  }
  free(memory);
  if (status !== 0) failWith(status);
  return result;
}
/** @export */
export function __realpath_chk(path: Text, to: Text, _room: usize): Text | null {
  return realpath(path, to);
}
/** @export */
export function canonicalize_file_name(path: Text): Text | null {
  return realpath(path, pointer<u8>(0));
}
/** @export */
export function dirname(path: Text): Text {
  if (address(path) === 0) return ".";
  let end = lengthOf(path);
  while (end > 1 && path[end - 1] === char("/")) end--;
  while (end > 0 && path[end - 1] !== char("/")) end--;
  if (end === 0) return ".";
  while (end > 1 && path[end - 1] === char("/")) end--;
  path[end] = 0;
  return path;
}
/** @export */
export function __xpg_basename(path: Text): Text {
  if (address(path) === 0 || path[0] === 0) return ".";
  let end = lengthOf(path);
  while (end > 1 && path[end - 1] === char("/")) end--;
  path[end] = 0;
  let start = end;
  while (start > 0 && path[start - 1] !== char("/")) start--;
  return start === end ? path : path.offset(start);
}
function makeNamed(pattern: Text, suffix: i32, isDirectory: bool, flags: u64): i32 {
  const letters: Text = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const length = i64(lengthOf(pattern)) - i64(suffix) - 6;
  if (length < 0) return failWith(EINVAL);
  for (let i: i64 = 0; i < 6; i++) if (pattern[length + i] !== char("X")) return failWith(EINVAL);
  for (let round: u32 = 0; round < 100; round++) {
    const random: array<u8, 8> = zeroed();
    systemCall(318, address(addressOf(random[0])), 6, 0);
    for (let i: i64 = 0; i < 6; i++) pattern[length + i] = letters[random[i] % 62];
    const status = isDirectory
      ? systemCall(83, address(pattern), 0o700, 0)
      : systemCall(2, address(pattern), 0o302 | flags, 0o600);
    if (status >= 0) return i32(status);
    if (status !== -17) return failWith(i32(0 - status));
  }
  return failWith(17);
}
/** @export */
export function mkstemp(pattern: Text): i32 {
  return makeNamed(pattern, 0, false, 0);
}
/** @export */
export function mkstemp64(pattern: Text): i32 {
  return makeNamed(pattern, 0, false, 0);
}
/** @export */
export function mkostemp(pattern: Text, flags: i32): i32 {
  return makeNamed(pattern, 0, false, u64(truncate<u32>(flags)));
}
/** @export */
export function mkstemps(pattern: Text, suffix: i32): i32 {
  return makeNamed(pattern, suffix, false, 0);
}
/** @export */
export function mkdtemp(pattern: Text): Text | null {
  return makeNamed(pattern, 0, true, 0) < 0 ? null : pattern;
}
/** @export @naked */
export function scandir64(): void {
  asm`jmp ${scandir}`;
}
/** @export @naked */
export function alphasort64(): void {
  asm`jmp ${alphasort}`;
}
/** @export @naked */
export function mkostemp64(): void {
  asm`jmp ${mkostemp}`;
}
/** @export @naked */
export function mkstemps64(): void {
  asm`jmp ${mkstemps}`;
}
