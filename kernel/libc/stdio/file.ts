/**
 * Streams (ISO C §7.23): a descriptor or memory with a buffer. The first fields are where glibc has them, since its macros read and write them
 * in programs (getc_unlocked and putc_unlocked).
 */
import { failWith } from "../errno.ts";
import { free, malloc, realloc } from "../kernel-calls.ts";
import type { Lock } from "../lock.ts";
import { watchVariable } from "../moved.ts";
import { systemCall } from "../system.ts";
import { thisThread } from "../thread-block.ts";

export const EOF: i32 = -1;
export const BUFFER: usize = 4096;
/** Room for what is put back, at the start of a buffer that is read. */
const BACK: usize = 8;
/** `flags`, as glibc has them. */
export const EOF_SEEN: i32 = 0x10;
export const ERROR_SEEN: i32 = 0x20;
/** `mode`. */
export const CAN_READ: u32 = 1;
export const CAN_WRITE: u32 = 2;
export const APPENDS: u32 = 4;
export const BY_LINE: u32 = 8;
export const UNBUFFERED: u32 = 16;
export const OWNS_BUFFER: u32 = 32;
/** A buffer that grows, of open_memstream; one that does not, of fmemopen. */
export const GROWS: u32 = 64;
export const FIXED: u32 = 128;
export const IS_STATIC: u32 = 256;

const EBADF: i32 = 9;
const EINTR: i64 = -4;

export class File extends Struct {
  flags: at<0, i32>;
  readAt: at<8, ptr<u8>>;
  readEnd: ptr<u8>;
  readBase: ptr<u8>;
  writeBase: ptr<u8>;
  writeAt: ptr<u8>;
  writeEnd: ptr<u8>;
  base: ptr<u8>;
  end: at<64, ptr<u8>>;
  next: at<104, ptr<File> | null>;
  descriptor: at<112, i32>;
  mode: u32;
  lock: Lock;
  /** open_memstream's: where the buffer and its length are told. */
  bufferPlace: ptr<ptr<u8>>;
  lengthPlace: ptr<usize>;
  /** popen's. */
  process: i32;
  /** fwide's. */
  orientation: i32;
}
static_assert(sizeof<File>() <= 216);

const input: File = init({ mode: CAN_READ | IS_STATIC });
const output: File = init({ descriptor: 1, mode: CAN_WRITE | IS_STATIC });
const errors: File = init({ descriptor: 2, mode: CAN_WRITE | UNBUFFERED | IS_STATIC });
/** @export */
export let stdin: ptr<File> = addressOf(input);
/** @export */
export let stdout: ptr<File> = addressOf(output);
/** @export */
export let stderr: ptr<File> = addressOf(errors);

class Standard extends Struct {
  input: ptr<ptr<File>>;
  output: ptr<ptr<File>>;
  errors: ptr<ptr<File>>;
  /** All that are open, but for the three. */
  files: ptr<File> | null;
  lock: Lock;
}
export const standard: Standard = init({
  input: addressOf(stdin),
  output: addressOf(stdout),
  errors: addressOf(stderr),
});
export function watchFiles(): void {
  watchVariable("stdin", (to: usize): void => {
    standard.input = pointer<ptr<File>>(to);
  });
  watchVariable("stdout", (to: usize): void => {
    standard.output = pointer<ptr<File>>(to);
  });
  watchVariable("stderr", (to: usize): void => {
    standard.errors = pointer<ptr<File>>(to);
  });
}
export function failed(file: ptr<File>): void {
  file.flags |= ERROR_SEEN;
}
/** The buffer, made when it is first needed. */
function hasBuffer(file: ptr<File>): bool {
  if (address(file.base) !== 0) return true;
  const buffer = malloc(BUFFER + BACK);
  if (buffer === null) return false;
  file.base = buffer;
  file.end = buffer.offset(BUFFER + BACK);
  file.mode |= OWNS_BUFFER;
  if (file === addressOf(output)) {
    const size: array<u16, 4> = zeroed();
    // TIOCGWINSZ: a terminal's lines are written as they end.
    if (systemCall(16, truncate<u64>(i64(file.descriptor)), 0x5413, address(addressOf(size[0]))) === 0)
      file.mode |= BY_LINE;
  }
  return true;
}
function writeOut(file: ptr<File>, from: ptr<u8>, bytes: usize): bool {
  let done: usize = 0;
  while (done < bytes) {
    const count = systemCall(
      1,
      truncate<u64>(i64(file.descriptor)),
      address(from.offset(done)),
      bytes - done,
    );
    if (count === EINTR) continue;
    if (count <= 0) {
      failed(file);
      thisThread().errno = i32(0 - count);
      return false;
    }
    done += truncate<usize>(count);
  }
  return true;
}
/** A growing buffer's owner learns where it is and how long. */
function tellBuffer(file: ptr<File>): void {
  file.bufferPlace.value = file.base;
  file.lengthPlace.value = address(file.writeAt) - address(file.base);
  file.writeAt[0] = 0;
}
/** What is buffered goes out. */
export function flush(file: ptr<File>): bool {
  if ((file.mode & GROWS) !== 0) {
    tellBuffer(file);
    return true;
  }
  if ((file.mode & FIXED) !== 0) {
    if (address(file.writeAt) !== 0 && file.writeAt < file.end) file.writeAt[0] = 0;
    return true;
  }
  if (address(file.writeAt) === 0) return true;
  const bytes = address(file.writeAt) - address(file.writeBase);
  file.writeAt = file.writeBase;
  return bytes === 0 || writeOut(file, file.writeBase, bytes);
}
/** What was read ahead is not read yet, as far as the descriptor knows. */
export function dropRead(file: ptr<File>): void {
  if (address(file.readAt) === 0 || (file.mode & (FIXED | GROWS)) !== 0) return;
  const ahead = address(file.readEnd) - address(file.readAt);
  if (ahead > 0) systemCall(8, truncate<u64>(i64(file.descriptor)), 0 - ahead, 1);
  file.readAt = pointer<u8>(0);
  file.readEnd = pointer<u8>(0);
  file.readBase = pointer<u8>(0);
}
function endWriting(file: ptr<File>): bool {
  const done = flush(file);
  file.writeBase = pointer<u8>(0);
  file.writeAt = pointer<u8>(0);
  file.writeEnd = pointer<u8>(0);
  return done;
}
function beginWriting(file: ptr<File>): bool {
  if ((file.mode & CAN_WRITE) === 0) {
    failed(file);
    failWith(EBADF);
    return false;
  }
  if (!hasBuffer(file)) return false;
  if (address(file.readAt) !== 0) {
    if ((file.mode & FIXED) !== 0) {
      file.writeBase = file.base;
      file.writeAt = file.readAt;
      file.writeEnd = file.end;
      file.readAt = pointer<u8>(0);
      file.readEnd = pointer<u8>(0);
      return true;
    }
    dropRead(file);
  }
  if (address(file.writeBase) !== 0) return true;
  file.writeBase = file.base;
  file.writeAt = file.base;
  // Of streams that go out by lines or bytes every byte is to come by here.
  file.writeEnd = (file.mode & (BY_LINE | UNBUFFERED)) !== 0 ? file.base : file.end;
  return true;
}
/** A larger buffer for a stream in memory. */
function grow(file: ptr<File>, bytes: usize): bool {
  const used = address(file.writeAt) - address(file.base);
  const size = address(file.end) - address(file.base);
  if (used + bytes < size) return true;
  const wanted = 2 * size > used + bytes + 1 ? 2 * size : used + bytes + 1;
  const now = realloc(file.base, wanted);
  if (now === null) {
    failed(file);
    return false;
  }
  file.base = now;
  file.writeBase = now;
  file.writeAt = now.offset(used);
  file.end = now.offset(wanted);
  file.writeEnd = file.end.offset(-1);
  return true;
}
/** Writes bytes. Gives how many. */
export function putBytes(file: ptr<File>, from: ptr<u8>, bytes: usize): usize {
  if (!beginWriting(file)) return 0;
  if ((file.mode & GROWS) !== 0 && !grow(file, bytes)) return 0;
  if ((file.mode & UNBUFFERED) !== 0) {
    if (!flush(file)) return 0;
    return writeOut(file, from, bytes) ? bytes : 0;
  }
  const room = address(file.end) - address(file.writeAt);
  if (bytes > room) {
    if ((file.mode & FIXED) !== 0) {
      failed(file);
      memcpy(file.writeAt, from, room);
      file.writeAt = file.end;
      return room;
    }
    if (!flush(file)) return 0;
    if (bytes >= address(file.end) - address(file.base)) return writeOut(file, from, bytes) ? bytes : 0;
  }
  memcpy(file.writeAt, from, bytes);
  file.writeAt = file.writeAt.offset(bytes);
  if ((file.mode & BY_LINE) !== 0) {
    let at = bytes;
    while (at > 0 && from[at - 1] !== 10) at--;
    if (at > 0) flush(file);
  }
  return bytes;
}
export function putByte(file: ptr<File>, byte: u8): i32 {
  if (file.writeAt < file.writeEnd) {
    file.writeAt[0] = byte;
    file.writeAt = file.writeAt.offset(1);
    return i32(byte);
  }
  const one: u8 = byte;
  return putBytes(file, addressOf(one), 1) === 1 ? i32(byte) : EOF;
}
/** Reads more. False: the end, or an error. */
function fill(file: ptr<File>): bool {
  if ((file.mode & CAN_READ) === 0) {
    failed(file);
    failWith(EBADF);
    return false;
  }
  if ((file.mode & FIXED) !== 0) {
    file.flags |= EOF_SEEN;
    return false;
  }
  if (address(file.writeAt) !== 0) endWriting(file);
  if (!hasBuffer(file)) return false;
  // A terminal's question is to be seen before its answer is read.
  const out = standard.output.value;
  if ((out.mode & BY_LINE) !== 0 && out !== file && out.lock.tryLock()) {
    flush(out);
    out.lock.unlock();
  }
  const start = file.base.offset(BACK);
  const room = (file.mode & UNBUFFERED) !== 0 ? 1 : address(file.end) - address(start);
  let count = EINTR;
  while (count === EINTR) count = systemCall(0, truncate<u64>(i64(file.descriptor)), address(start), room);
  file.readBase = start;
  file.readAt = start;
  file.readEnd = start;
  if (count <= 0) {
    if (count < 0) {
      failed(file);
      thisThread().errno = i32(0 - count);
    } else file.flags |= EOF_SEEN;
    return false;
  }
  file.readEnd = start.offset(count);
  return true;
}
export function getByte(file: ptr<File>): i32 {
  if (file.readAt >= file.readEnd && !fill(file)) return EOF;
  const byte = file.readAt[0];
  file.readAt = file.readAt.offset(1);
  return i32(byte);
}
/** The bytes that are buffered, after reading if there are none; 0: the end, or an error. */
export function ahead(file: ptr<File>): usize {
  if (file.readAt >= file.readEnd && !fill(file)) return 0;
  return address(file.readEnd) - address(file.readAt);
}
export function putBack(file: ptr<File>, byte: i32): i32 {
  if (byte === EOF || (file.mode & CAN_READ) === 0) return EOF;
  if (address(file.writeAt) !== 0 && (file.mode & FIXED) === 0) endWriting(file);
  if (!hasBuffer(file)) return EOF;
  if (address(file.readAt) === 0) {
    file.readBase = file.base.offset(BACK);
    file.readAt = file.readBase;
    file.readEnd = file.readBase;
  }
  if (file.readAt === file.base) return EOF;
  file.readAt = file.readAt.offset(-1);
  if (file.readAt[0] !== truncate<u8>(byte)) file.readAt[0] = truncate<u8>(byte);
  file.flags &= ~EOF_SEEN;
  return byte & 255;
}
/** A stream for a descriptor; null: no memory. */
export function makeFile(descriptor: i32, mode: u32): ptr<File> | null {
  const memory = malloc(sizeof<File>());
  if (memory === null) return null;
  const file = cast<File>(memory);
  file.value = init({ descriptor, mode });
  standard.lock.lock();
  file.next = standard.files;
  standard.files = file;
  standard.lock.unlock();
  return file;
}
/** Its buffer goes out, and it is none of the list's any more. */
export function releaseFile(file: ptr<File>): bool {
  const done = address(file.writeAt) === 0 || endWritingFor(file);
  if (address(file.readAt) !== 0 && (file.mode & CAN_READ) !== 0) dropRead(file);
  if ((file.mode & OWNS_BUFFER) !== 0) free(file.base);
  file.base = pointer<u8>(0);
  if ((file.mode & IS_STATIC) !== 0) return done;
  standard.lock.lock();
  if (standard.files === file) standard.files = file.next;
  else for (let at = standard.files; at !== null; at = at.next) if (at.next === file) at.next = file.next;
  standard.lock.unlock();
  return done;
}
function endWritingFor(file: ptr<File>): bool {
  if ((file.mode & GROWS) === 0) return endWriting(file);
  tellBuffer(file);
  return true;
}
/** At the end, and for fflush(NULL). */
export function flushAll(): bool {
  let done = true;
  standard.lock.lock();
  for (let at = standard.files; at !== null; at = at.next)
    if (address(at.writeAt) !== 0 && !flush(at)) done = false;
  if (!flush(addressOf(output))) done = false;
  if (!flush(addressOf(errors))) done = false;
  standard.lock.unlock();
  return done;
}
