/**
 * Messages of 9P2000.L as bytes (Plan 9 manual, intro(5); Linux's include/net/9p/9p.h for what ".L" adds): little-endian numbers, and texts
 * with their length in 16 bits before them. What does not fit, or is read past the end, makes the message bad; nothing here knows
 * what one means.
 *
 *     bytes 0: size, 32 bits   4: type, 8   5: tag, 16   7: …
 */

/** Types of requests; the answer's is one higher, that of an error is RLERROR. */
export const RLERROR: u8 = 7;
export const TSTATFS: u8 = 8;
export const TLOPEN: u8 = 12;
export const TLCREATE: u8 = 14;
export const TSYMLINK: u8 = 16;
export const TMKNOD: u8 = 18;
export const TREADLINK: u8 = 22;
export const TGETATTR: u8 = 24;
export const TSETATTR: u8 = 26;
export const TREADDIR: u8 = 40;
export const TFSYNC: u8 = 50;
export const TLINK: u8 = 70;
export const TMKDIR: u8 = 72;
export const TRENAMEAT: u8 = 74;
export const TUNLINKAT: u8 = 76;
export const TVERSION: u8 = 100;
export const TATTACH: u8 = 104;
export const TWALK: u8 = 110;
export const TREAD: u8 = 116;
export const TWRITE: u8 = 118;
export const TCLUNK: u8 = 120;

export const HEADER: u32 = 7;

/** What a file is to a client: kind, a version that changes with it, and what no other file has. */
export class Qid extends Struct {
  type: u8;
  version: u32;
  path: u64;
}
export const QID_DIRECTORY: u8 = 0x80;
export const QID_SYMLINK: u8 = 0x02;

export class Message extends Struct {
  bytes: ptr<u8>;
  /** There is room for so many, or so many have come. */
  length: u32;
  at: u32;
  bad: bool;

  /** Where the next `count` bytes go or are; null: there are not so many. */
  take(count: u32): ptr<u8> | null {
    if (count > this.length - this.at) {
      this.bad = true;
      return null;
    }
    const at = this.bytes.offset(u64(this.at));
    this.at += count;
    return at;
  }
  putNumber(value: u64, bytes: u32): void {
    const to = this.take(bytes);
    if (to === null) return;
    for (let i: u32 = 0; i < bytes; i++) to[i] = truncate<u8>(value >> (8 * i));
  }
  put8(value: u8): void {
    this.putNumber(u64(value), 1);
  }
  put16(value: u16): void {
    this.putNumber(u64(value), 2);
  }
  put32(value: u32): void {
    this.putNumber(u64(value), 4);
  }
  put64(value: u64): void {
    this.putNumber(value, 8);
  }
  /** Of fewer than 64 KiB. */
  putText(text: ptr<u8>, length: usize): void {
    if (length > 0xffff) {
      this.bad = true;
      return;
    }
    this.put16(u16(length));
    const to = this.take(u32(length));
    if (to !== null) memcpy(to, text, length);
  }
  getNumber(bytes: u32): u64 {
    const from = this.take(bytes);
    if (from === null) return 0;
    let value: u64 = 0;
    for (let i: u32 = 0; i < bytes; i++) value |= u64(from[i]) << (8 * i);
    return value;
  }
  get8(): u8 {
    return truncate<u8>(this.getNumber(1));
  }
  get16(): u16 {
    return truncate<u16>(this.getNumber(2));
  }
  get32(): u32 {
    return truncate<u32>(this.getNumber(4));
  }
  get64(): u64 {
    return this.getNumber(8);
  }
  getQid(): Qid {
    const type = this.get8();
    const version = this.get32();
    return { type, version, path: this.get64() };
  }
}
