/** Bytes and lines to streams and from them (ISO C §7.23.7, §7.23.8; POSIX <stdio.h>): each call takes the stream's lock but those called "unlocked". */
import { realloc } from "../kernel-calls.ts";
import { systemCall } from "../system.ts";
import { thisThread } from "../thread-block.ts";
import {
  ahead,
  BUFFER,
  CAN_READ,
  EOF,
  EOF_SEEN,
  ERROR_SEEN,
  FIXED,
  type File,
  getByte,
  putBack,
  putByte,
  putBytes,
  standard,
} from "./file.ts";

type Text = ptr<u8>;

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
export function __fread_unlocked_chk(
  to: Text,
  _room: usize,
  size: usize,
  count: usize,
  file: ptr<File>,
): usize {
  return fread_unlocked(to, size, count, file);
}
/** @export */
export function __fgets_unlocked_chk(to: Text, _size: usize, room: i32, file: ptr<File>): Text | null {
  return fgets_unlocked(to, room, file);
}
/** A word of an int (SVID). @export */
export function getw(file: ptr<File>): i32 {
  let word: i32 = 0;
  return fread(cast<u8>(addressOf(word)), 4, 1, file) === 1 ? word : EOF;
}
/** @export */
export function putw(word: i32, file: ptr<File>): i32 {
  const own: i32 = word;
  return fwrite(cast<u8>(addressOf(own)), 4, 1, file) === 1 ? 0 : EOF;
}
