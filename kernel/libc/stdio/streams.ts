/** Streams as C has them (ISO C §7.23.5 to 7.23.10, POSIX <stdio.h>): each call takes the stream's lock but those called "unlocked". */
import { failWith } from "../errno.ts";
import { free, malloc, realloc } from "../kernel-calls.ts";
import { systemCall } from "../system.ts";
import { thisThread } from "../thread-block.ts";
import {
  APPENDS,
  ahead,
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
  getByte,
  IS_STATIC,
  makeFile,
  OWNS_BUFFER,
  putBack,
  putByte,
  putBytes,
  releaseFile,
  standard,
  UNBUFFERED,
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
/** @export */
export function fwrite_unlocked(from: Text, size: usize, count: usize, file: ptr<File>): usize {
  if (size === 0 || count === 0) return 0;
  const written = putBytes(file, from, size * count);
  return written === size * count ? count : written / size;
}
/** @export */
export function fwrite(from: Text, size: usize, count: usize, file: ptr<File>): usize {
  file.lock.lock();
  const written = fwrite_unlocked(from, size, count, file);
  file.lock.unlock();
  return written;
}
function readBytes(file: ptr<File>, to: Text, bytes: usize): usize {
  let done: usize = 0;
  while (done < bytes) {
    // What is large and not buffered goes straight to its place.
    if (
      file.readAt >= file.readEnd &&
      bytes - done >= BUFFER &&
      address(file.writeAt) === 0 &&
      (file.mode & FIXED) === 0 &&
      (file.mode & CAN_READ) !== 0
    ) {
      const count = systemCall(
        0,
        truncate<u64>(i64(file.descriptor)),
        address(to.offset(done)),
        bytes - done,
      );
      if (count === -4) continue;
      if (count <= 0) {
        if (count === 0) file.flags |= EOF_SEEN;
        else {
          file.flags |= ERROR_SEEN;
          thisThread().errno = i32(0 - count);
        }
        break;
      }
      done += usize(count);
      continue;
    }
    const there = ahead(file);
    if (there === 0) break;
    const count = there < bytes - done ? there : bytes - done;
    memcpy(to.offset(done), file.readAt, count);
    file.readAt = file.readAt.offset(count);
    done += count;
  }
  return done;
}
/** @export */
export function fread_unlocked(to: Text, size: usize, count: usize, file: ptr<File>): usize {
  if (size === 0 || count === 0) return 0;
  return readBytes(file, to, size * count) / size;
}
/** @export */
export function fread(to: Text, size: usize, count: usize, file: ptr<File>): usize {
  file.lock.lock();
  const read = fread_unlocked(to, size, count, file);
  file.lock.unlock();
  return read;
}
/** @export */
export function __fread_chk(to: Text, _room: usize, size: usize, count: usize, file: ptr<File>): usize {
  return fread(to, size, count, file);
}
/** @export */
export function fputs_unlocked(text: Text, file: ptr<File>): i32 {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return putBytes(file, text, length) === length ? 1 : EOF;
}
/** @export */
export function fputs(text: Text, file: ptr<File>): i32 {
  file.lock.lock();
  const done = fputs_unlocked(text, file);
  file.lock.unlock();
  return done;
}
/** @export */
export function puts(text: Text): i32 {
  const file = standard.output.value;
  file.lock.lock();
  const done = fputs_unlocked(text, file) >= 0 && putByte(file, 10) >= 0;
  file.lock.unlock();
  return done ? 1 : EOF;
}
/** @export */
export function fputc(byte: i32, file: ptr<File>): i32 {
  file.lock.lock();
  const done = putByte(file, truncate<u8>(byte));
  file.lock.unlock();
  return done;
}
/** @export */
export function __overflow(file: ptr<File>, byte: i32): i32 {
  return putByte(file, truncate<u8>(byte));
}
/** @export */
export function fgetc(file: ptr<File>): i32 {
  file.lock.lock();
  const byte = getByte(file);
  file.lock.unlock();
  return byte;
}
/** @export */
export function fgetc_unlocked(file: ptr<File>): i32 {
  return getByte(file);
}
/** @export */
export function __uflow(file: ptr<File>): i32 {
  return getByte(file);
}
/** @export */
export function ungetc(byte: i32, file: ptr<File>): i32 {
  file.lock.lock();
  const done = putBack(file, byte);
  file.lock.unlock();
  return done;
}
/** @export */
export function getchar(): i32 {
  return fgetc(standard.input.value);
}
/** @export */
export function getchar_unlocked(): i32 {
  return getByte(standard.input.value);
}
/** @export */
export function putchar(byte: i32): i32 {
  return fputc(byte, standard.output.value);
}
/** @export */
export function putchar_unlocked(byte: i32): i32 {
  return putByte(standard.output.value, truncate<u8>(byte));
}
/** @export */
export function fputc_unlocked(byte: i32, file: ptr<File>): i32 {
  return putByte(file, truncate<u8>(byte));
}
/** @export */
export function fgets_unlocked(to: Text, room: i32, file: ptr<File>): Text | null {
  let length: i32 = 0;
  if (room <= 0) return null;
  while (length < room - 1) {
    const there = ahead(file);
    if (there === 0) break;
    let count: usize = 0;
    const most = usize(room - 1 - length);
    while (count < there && count < most) {
      const byte = file.readAt[count];
      to[length] = byte;
      length++;
      count++;
      if (byte === 10) break;
    }
    file.readAt = file.readAt.offset(count);
    if (length > 0 && to[length - 1] === 10) break;
  }
  to[length] = 0;
  return length === 0 && room > 1 ? null : to;
}
/** @export */
export function fgets(to: Text, room: i32, file: ptr<File>): Text | null {
  file.lock.lock();
  const line = fgets_unlocked(to, room, file);
  file.lock.unlock();
  return line;
}
/** @export */
export function __fgets_chk(to: Text, _size: usize, room: i32, file: ptr<File>): Text | null {
  return fgets(to, room, file);
}
/** @export */
export function getdelim(place: ptr<Text>, room: ptr<usize>, delimiter: i32, file: ptr<File>): i64 {
  let length: usize = 0;
  file.lock.lock();
  for (;;) {
    const byte = getByte(file);
    if (byte === EOF && length === 0) break;
    if (length + 2 > room.value || address(place.value) === 0) {
      const wanted: usize = room.value < 60 ? 120 : 2 * room.value;
      const now = realloc(place.value, wanted);
      if (now === null) break;
      place.value = now;
      room.value = wanted;
    }
    if (byte === EOF) break;
    place.value[length] = truncate<u8>(byte);
    length++;
    if (byte === delimiter) break;
  }
  file.lock.unlock();
  if (length === 0) return -1;
  place.value[length] = 0;
  return i64(length);
}
/** @export */
export function __getdelim(place: ptr<Text>, room: ptr<usize>, delimiter: i32, file: ptr<File>): i64 {
  return getdelim(place, room, delimiter, file);
}
/** @export */
export function getline(place: ptr<Text>, room: ptr<usize>, file: ptr<File>): i64 {
  return getdelim(place, room, 10, file);
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
export function putc(byte: i32, file: ptr<File>): i32 {
  return fputc(byte, file);
}
/** @export */
export function _IO_putc(byte: i32, file: ptr<File>): i32 {
  return fputc(byte, file);
}
/** @export */
export function putc_unlocked(byte: i32, file: ptr<File>): i32 {
  return fputc_unlocked(byte, file);
}
/** @export */
export function getc(file: ptr<File>): i32 {
  return fgetc(file);
}
/** @export */
export function _IO_getc(file: ptr<File>): i32 {
  return fgetc(file);
}
/** @export */
export function getc_unlocked(file: ptr<File>): i32 {
  return fgetc_unlocked(file);
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
/** @export */
export function tmpfile64(): ptr<File> | null {
  return tmpfile();
}
/** @export */
export function freopen64(path: Text, text: Text, file: ptr<File>): ptr<File> | null {
  return freopen(path, text, file);
}
