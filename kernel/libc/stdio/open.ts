/** Streams are opened and closed: of files, descriptors and memory (ISO C §7.23.4, §7.23.5; POSIX <stdio.h>). */
import { failWith } from "../errno.ts";
import { free, malloc } from "../kernel-calls.ts";
import { systemCall } from "../system.ts";
import {
  APPENDS,
  CAN_READ,
  CAN_WRITE,
  EOF,
  FIXED,
  type File,
  flush,
  GROWS,
  IS_STATIC,
  makeFile,
  OWNS_BUFFER,
  releaseFile,
} from "./file.ts";

type Text = ptr<u8>;
const EINVAL: i32 = 22;
const O_CREAT: u64 = 0o100;
const O_EXCL: u64 = 0o200;
const O_TRUNC: u64 = 0o1000;
const O_APPEND: u64 = 0o2000;
const O_CLOEXEC: u64 = 0o2000000;

class Mode extends Struct {
  flags: u64;
  mode: u32;
}
/** r, w, a with +, b, x, e. False: it is none. */
function readMode(text: Text, mode: ptr<Mode>): bool {
  const first = text[0];
  if (first !== char("r") && first !== char("w") && first !== char("a")) return false;
  let plus = false;
  mode.flags = first === char("w") ? O_CREAT | O_TRUNC : first === char("a") ? O_CREAT | O_APPEND : 0;
  for (let i: usize = 1; text[i] !== 0 && text[i] !== char(","); i++) {
    if (text[i] === char("+")) plus = true;
    else if (text[i] === char("x")) mode.flags |= O_EXCL;
    else if (text[i] === char("e")) mode.flags |= O_CLOEXEC;
  }
  mode.mode = plus ? CAN_READ | CAN_WRITE : first === char("r") ? CAN_READ : CAN_WRITE;
  if (first === char("a")) mode.mode |= APPENDS;
  mode.flags |= plus ? 2 : first === char("r") ? 0 : 1;
  return true;
}
function openPath(path: Text, mode: ptr<Mode>): i32 {
  const descriptor = systemCall(2, address(path), mode.flags, 0o666);
  if (descriptor < 0) return failWith(i32(0 - descriptor));
  return i32(descriptor);
}
/** @export */
export function fopen(path: Text, text: Text): ptr<File> | null {
  const mode: Mode = zeroed();
  if (!readMode(text, addressOf(mode))) {
    failWith(EINVAL);
    return null;
  }
  const descriptor = openPath(path, addressOf(mode));
  return descriptor < 0 ? null : makeFile(descriptor, mode.mode);
}
/** @export */
export function fopen64(path: Text, text: Text): ptr<File> | null {
  return fopen(path, text);
}
/** @export */
export function fdopen(descriptor: i32, text: Text): ptr<File> | null {
  const mode: Mode = zeroed();
  if (readMode(text, addressOf(mode)) && systemCall(72, truncate<u64>(i64(descriptor)), 1, 0) >= 0)
    return makeFile(descriptor, mode.mode);
  failWith(descriptor < 0 ? 9 : EINVAL);
  return null;
}
/** @export */
export function freopen(path: Text, text: Text, file: ptr<File>): ptr<File> | null {
  const mode: Mode = zeroed();
  file.lock.lock();
  const kept = file.mode & IS_STATIC;
  flush(file);
  let opened: ptr<File> | null = null;
  if (readMode(text, addressOf(mode))) {
    const descriptor = address(path) === 0 ? file.descriptor : openPath(path, addressOf(mode));
    if (descriptor >= 0) {
      const before = file.descriptor;
      if (descriptor !== before) {
        systemCall(292, truncate<u64>(i64(descriptor)), truncate<u64>(i64(before)), 0);
        systemCall(3, truncate<u64>(i64(descriptor)), 0, 0);
      }
      file.flags = 0;
      file.readAt = pointer<u8>(0);
      file.readEnd = pointer<u8>(0);
      file.writeAt = pointer<u8>(0);
      file.writeBase = pointer<u8>(0);
      file.writeEnd = pointer<u8>(0);
      file.mode = mode.mode | kept | (file.mode & OWNS_BUFFER);
      opened = file;
    }
  } else failWith(EINVAL);
  file.lock.unlock();
  return opened;
}
/** @export */
export function fclose(file: ptr<File>): i32 {
  file.lock.lock();
  const done = releaseFile(file);
  file.lock.unlock();
  const isMemory = (file.mode & (GROWS | FIXED)) !== 0;
  const closed = isMemory ? 0 : systemCall(3, truncate<u64>(i64(file.descriptor)), 0, 0);
  if ((file.mode & IS_STATIC) === 0) free(file);
  else file.descriptor = -1;
  if (closed < 0) return failWith(i32(0 - closed));
  return done ? 0 : EOF;
}
/** @export */
export function open_memstream(place: ptr<Text>, length: ptr<usize>): ptr<File> | null {
  const buffer = malloc(64);
  if (buffer === null) return null;
  const file = makeFile(-1, CAN_WRITE | GROWS);
  if (file === null) return null;
  file.base = buffer;
  file.end = buffer.offset(64);
  file.writeBase = buffer;
  file.writeAt = buffer;
  file.writeEnd = buffer.offset(63);
  file.bufferPlace = place;
  file.lengthPlace = length;
  buffer[0] = 0;
  place.value = buffer;
  length.value = 0;
  return file;
}
/** @export */
export function fmemopen(buffer: Text, bytes: usize, text: Text): ptr<File> | null {
  const mode: Mode = zeroed();
  if (!readMode(text, addressOf(mode))) {
    failWith(EINVAL);
    return null;
  }
  const own = address(buffer) === 0 ? malloc(bytes + 1) : buffer;
  if (own === null) return null;
  const file = makeFile(-1, mode.mode | FIXED | (address(buffer) === 0 ? OWNS_BUFFER : 0));
  if (file === null) return null;
  file.base = own;
  file.end = own.offset(bytes);
  let used: usize = 0;
  while (used < bytes && own[used] !== 0) used++;
  if (text[0] === char("r")) {
    file.readBase = own;
    file.readAt = own;
    file.readEnd = own.offset(bytes);
  } else {
    file.writeBase = own;
    file.writeAt = text[0] === char("a") ? own.offset(used) : own;
    file.writeEnd = file.end;
    if (text[0] === char("w") && bytes > 0) own[0] = 0;
  }
  return file;
}
/** An unnamed file of /tmp's (O_TMPFILE is not everywhere): its name goes at once. @export */
export function tmpfile(): ptr<File> | null {
  const path: array<u8, 32> = zeroed();
  const start: ptr<u8> = "/tmp/vitrine-";
  for (let i: usize = 0; start[i] !== 0; i++) path[i] = start[i];
  for (let number: u32 = 0; number < 1000; number++) {
    path[13] = u8(number / 100) + char("0");
    path[14] = u8((number / 10) % 10) + char("0");
    path[15] = u8(number % 10) + char("0");
    const descriptor = systemCall(2, address(addressOf(path[0])), O_CREAT | O_EXCL | 2, 0o600);
    if (descriptor === -17) continue;
    if (descriptor < 0) {
      failWith(i32(0 - descriptor));
      return null;
    }
    systemCall(87, address(addressOf(path[0])), 0, 0);
    return makeFile(i32(descriptor), CAN_READ | CAN_WRITE);
  }
  return null;
}
/** There is one program: nobody to run a command. @export */
export function popen(_command: Text, _mode: Text): ptr<File> | null {
  failWith(38);
  return null;
}
/** @export */
export function pclose(_file: ptr<File>): i32 {
  return failWith(10);
}
/** @export */
export function remove(path: Text): i32 {
  let status = systemCall(87, address(path), 0, 0);
  if (status === -21) status = systemCall(84, address(path), 0, 0);
  return status < 0 ? failWith(i32(0 - status)) : 0;
}
/** @export */
export function tmpfile64(): ptr<File> | null {
  return tmpfile();
}
/** @export */
export function freopen64(path: Text, text: Text, file: ptr<File>): ptr<File> | null {
  return freopen(path, text, file);
}
