/** What a stream is in: its place in the file, its buffer, the end and errors (ISO C §7.23.5, §7.23.9, §7.23.10; POSIX <stdio.h>). */
import { failWith } from "../errno.ts";
import { malloc } from "../kernel-calls.ts";
import { systemCall } from "../system.ts";
import {
  APPENDS,
  BUFFER,
  BY_LINE,
  CAN_READ,
  CAN_WRITE,
  dropRead,
  EOF,
  EOF_SEEN,
  ERROR_SEEN,
  FIXED,
  type File,
  flush,
  flushAll,
  GROWS,
  OWNS_BUFFER,
  UNBUFFERED,
} from "./file.ts";

type Text = ptr<u8>;
const EINVAL: i32 = 22;

/** @export */
export function fflush(file: ptr<File> | null): i32 {
  if (file === null) return flushAll() ? 0 : EOF;
  file.lock.lock();
  const done = flush(file);
  if (address(file.readAt) !== 0 && address(file.writeAt) === 0) dropRead(file);
  file.lock.unlock();
  return done ? 0 : EOF;
}
/** @export */
export function fflush_unlocked(file: ptr<File> | null): i32 {
  return fflush(file);
}
/** In the buffer of a stream in memory. */
function seekMemory(file: ptr<File>, distance: i64, whence: i32): i64 {
  const isWriting = address(file.writeAt) !== 0;
  const at = i64(address(isWriting ? file.writeAt : file.readAt) - address(file.base));
  const end = i64(address(isWriting ? file.end : file.readEnd) - address(file.base));
  const now = distance + (whence === 0 ? 0 : whence === 1 ? at : end);
  if (now < 0 || now > i64(address(file.end) - address(file.base))) return i64(failWith(EINVAL));
  if (isWriting) file.writeAt = file.base.offset(now);
  else file.readAt = file.base.offset(now);
  return now;
}
function seek(file: ptr<File>, distance: i64, whence: i32): i64 {
  if ((file.mode & (FIXED | GROWS)) !== 0) return seekMemory(file, distance, whence);
  if (!flush(file)) return -1;
  let from = distance;
  if (whence === 1 && address(file.readAt) !== 0) from -= i64(address(file.readEnd) - address(file.readAt));
  const at = systemCall(
    8,
    truncate<u64>(i64(file.descriptor)),
    truncate<u64>(from),
    truncate<u64>(i64(whence)),
  );
  if (at < 0) return i64(failWith(i32(0 - at)));
  file.readAt = pointer<u8>(0);
  file.readEnd = pointer<u8>(0);
  file.writeAt = pointer<u8>(0);
  file.writeBase = pointer<u8>(0);
  file.writeEnd = pointer<u8>(0);
  file.flags &= ~EOF_SEEN;
  return at;
}
/** @export */
export function fseek(file: ptr<File>, distance: i64, whence: i32): i32 {
  file.lock.lock();
  const at = seek(file, distance, whence);
  file.lock.unlock();
  return at < 0 ? -1 : 0;
}
/** @export */
export function ftell(file: ptr<File>): i64 {
  file.lock.lock();
  let at: i64 = 0;
  if ((file.mode & (FIXED | GROWS)) !== 0) at = seekMemory(file, 0, 1);
  else {
    const isAppending = (file.mode & APPENDS) !== 0 && address(file.writeAt) !== 0;
    at = systemCall(8, truncate<u64>(i64(file.descriptor)), 0, isAppending ? 2 : 1);
    if (at < 0) at = i64(failWith(i32(0 - at)));
    else if (address(file.writeAt) !== 0) at += i64(address(file.writeAt) - address(file.writeBase));
    else if (address(file.readAt) !== 0) at -= i64(address(file.readEnd) - address(file.readAt));
  }
  file.lock.unlock();
  return at;
}
/** @export */
export function rewind(file: ptr<File>): void {
  fseek(file, 0, 0);
  file.flags &= ~(EOF_SEEN | ERROR_SEEN);
}
/** @export */
export function fgetpos(file: ptr<File>, place: ptr<i64>): i32 {
  place.value = ftell(file);
  return place.value < 0 ? -1 : 0;
}
/** @export */
export function fsetpos(file: ptr<File>, place: ptr<i64>): i32 {
  return fseek(file, place.value, 0);
}
/** @export */
export function setvbuf(file: ptr<File>, buffer: Text, kind: i32, bytes: usize): i32 {
  file.mode &= ~(BY_LINE | UNBUFFERED);
  if (kind === 1) file.mode |= BY_LINE;
  else if (kind === 2) file.mode |= UNBUFFERED;
  else if (kind !== 0) return -1;
  if (address(file.base) === 0 && kind !== 2 && address(buffer) !== 0 && bytes > 16) {
    file.base = buffer;
    file.end = buffer.offset(bytes);
  } else if (address(file.base) === 0) {
    const own = malloc(BUFFER + 8);
    if (own === null) return -1;
    file.base = own;
    file.end = own.offset(BUFFER + 8);
    file.mode |= OWNS_BUFFER;
  }
  if (address(file.writeAt) !== 0 && kind !== 0) file.writeEnd = file.base;
  return 0;
}
/** @export */
export function setbuf(file: ptr<File>, buffer: Text): void {
  setvbuf(file, buffer, address(buffer) === 0 ? 2 : 0, 8192);
}
/** @export */
export function setbuffer(file: ptr<File>, buffer: Text, bytes: usize): void {
  setvbuf(file, buffer, address(buffer) === 0 ? 2 : 0, bytes);
}
/** @export */
export function setlinebuf(file: ptr<File>): void {
  setvbuf(file, pointer<u8>(0), 1, 0);
}
/** @export */
export function feof(file: ptr<File>): i32 {
  return (file.flags & EOF_SEEN) !== 0 ? 1 : 0;
}
/** @export */
export function ferror(file: ptr<File>): i32 {
  return (file.flags & ERROR_SEEN) !== 0 ? 1 : 0;
}
/** @export */
export function clearerr(file: ptr<File>): void {
  file.flags &= ~(EOF_SEEN | ERROR_SEEN);
}
/** @export */
export function fileno(file: ptr<File>): i32 {
  return file.descriptor < 0 ? failWith(9) : file.descriptor;
}
/** @export */
export function flockfile(file: ptr<File>): void {
  file.lock.lock();
}
/** @export */
export function ftrylockfile(file: ptr<File>): i32 {
  return file.lock.tryLock() ? 0 : -1;
}
/** @export */
export function funlockfile(file: ptr<File>): void {
  file.lock.unlock();
}
/** @export */
export function fpurge(file: ptr<File>): void {
  file.readAt = file.readEnd;
  file.writeAt = file.writeBase;
}
/** @export */
export function __fpurge(file: ptr<File>): void {
  fpurge(file);
}
/** @export */
export function __fsetlocking(_file: ptr<File>, _kind: i32): i32 {
  return 2;
}
/** @export */
export function __fpending(file: ptr<File>): usize {
  return address(file.writeAt) === 0 ? 0 : address(file.writeAt) - address(file.writeBase);
}
/** @export */
export function fwide(file: ptr<File>, mode: i32): i32 {
  if (file.orientation === 0) file.orientation = mode;
  return file.orientation;
}
/** @export */
export function feof_unlocked(file: ptr<File>): i32 {
  return feof(file);
}
/** @export */
export function ferror_unlocked(file: ptr<File>): i32 {
  return ferror(file);
}
/** @export */
export function fileno_unlocked(file: ptr<File>): i32 {
  return fileno(file);
}
/** @export */
export function fseeko(file: ptr<File>, distance: i64, whence: i32): i32 {
  return fseek(file, distance, whence);
}
/** @export */
export function fseeko64(file: ptr<File>, distance: i64, whence: i32): i32 {
  return fseek(file, distance, whence);
}
/** @export */
export function ftello(file: ptr<File>): i64 {
  return ftell(file);
}
/** @export */
export function ftello64(file: ptr<File>): i64 {
  return ftell(file);
}
/** @export @naked */
export function clearerr_unlocked(): void {
  asm`jmp ${clearerr}`;
}
/** Whether its last operation was one of reading (<stdio_ext.h>). @export */
export function __freading(file: ptr<File>): i32 {
  return (file.mode & CAN_WRITE) === 0 || address(file.readAt) !== 0 ? 1 : 0;
}
/** @export */
export function __fwriting(file: ptr<File>): i32 {
  return (file.mode & CAN_READ) === 0 || address(file.writeAt) !== 0 ? 1 : 0;
}
/** @export */
export function __freadable(file: ptr<File>): i32 {
  return (file.mode & CAN_READ) !== 0 ? 1 : 0;
}
/** @export */
export function __fwritable(file: ptr<File>): i32 {
  return (file.mode & CAN_WRITE) !== 0 ? 1 : 0;
}
/** @export */
export function __fbufsize(file: ptr<File>): usize {
  return address(file.end) - address(file.base);
}
/** @export */
export function __flbf(file: ptr<File>): i32 {
  return (file.mode & BY_LINE) !== 0 ? 1 : 0;
}
/** @export */
export function _flushlbf(): void {
  flushAll();
}
