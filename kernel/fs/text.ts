/** Text that grows as it is written: what files of /proc and /sys say. */
import { free, malloc, realloc } from "../memory/malloc.ts";

const FIRST_ROOM: usize = 512;

export class Text extends Struct {
  bytes: ptr<u8> | null;
  length: usize;
  room: usize;
  /** There was no memory for some of it. */
  failed: bool;

  putBytes(from: ptr<u8>, count: usize): void {
    if (this.length + count > this.room && !this.grow(this.length + count)) return;
    const bytes = this.bytes;
    if (bytes === null) return;
    memcpy(bytes.offset(this.length), from, count);
    this.length += count;
  }
  private grow(wanted: usize): bool {
    let room = this.room === 0 ? FIRST_ROOM : this.room;
    while (room < wanted) room *= 2;
    const bytes = this.bytes;
    const moved = bytes === null ? malloc(room) : realloc(bytes, room);
    if (moved === null) {
      this.failed = true;
      return false;
    }
    this.bytes = cast<u8>(moved);
    this.room = room;
    return true;
  }
  put(text: ptr<u8>): void {
    let length: usize = 0;
    while (text[length] !== 0) length++;
    this.putBytes(text, length);
  }
  putByte(byte: u8): void {
    const one = byte;
    this.putBytes(addressOf(one), 1);
  }
  /** In a base up to 16, with at least `width` places, filled with `fill` from the left. */
  putNumber(value: u64, base: u64, width: u64, fill: u8): void {
    const digits: array<u8, 64> = zeroed();
    let at: usize = 64;
    let rest = value;
    do {
      at--;
      digits[at] = "0123456789abcdef"[rest % base];
      rest /= base;
    } while (rest !== 0);
    for (let places = 64 - at; places < width; places++) this.putByte(fill);
    this.putBytes(addressOf(digits[at]), 64 - at);
  }
  putU64(value: u64): void {
    this.putNumber(value, 10, 1, 0);
  }
  putHex(value: u64, width: u64): void {
    this.putNumber(value, 16, width, char("0"));
  }
  /** The text filled with blanks from the right, to `width` places. */
  putPadded(text: ptr<u8>, width: usize): void {
    const start = this.length;
    this.put(text);
    while (this.length - start < width && !this.failed) this.putByte(char(" "));
  }
  /** A line of /proc's: what, and a number of KiB. */
  putKib(name: ptr<u8>, kib: u64, width: u64): void {
    this.put(name);
    this.putNumber(kib, 10, width, char(" "));
    this.put(" kB\n");
  }
}
export function freeText(text: ptr<Text>): void {
  free(text.bytes);
  text.bytes = null;
  text.length = 0;
  text.room = 0;
}
