// LZ4's block format: a greedy compressor with a hash table, and the decompressor; what it makes is compared with a block written by hand.
// expect: Hello, Hello, Hello, Hello,! again
// expect: abcabcabcabcabcabcabcabc
// expect: 3000 bytes come back, from less than 100: true true
// expect: 2048 bytes of noise come back: true, and take at most 10 more
// expect: false false
import { newline, print, printBool, printU64, writeAll } from "../../../kernel/lib/linux.ts";

const LEAST = 4;
const HASH_BITS = 12;
const SIZE = 4096;
const source: array<u8, typeof SIZE> = zeroed();
const packed: array<u8, 8192> = zeroed();
const unpacked: array<u8, typeof SIZE> = zeroed();

class Output extends Struct {
  to: ptr<u8>;
  length: usize;
  room: usize;
  put(byte: u8): bool {
    if (this.length === this.room) return false;
    this.to[this.length] = byte;
    this.length++;
    return true;
  }
  /** What does not fit four bits. */
  more(length: usize): bool {
    let rest = length;
    for (; rest >= 255; rest -= 255) if (!this.put(255)) return false;
    return this.put(u8(rest));
  }
  sequence(literals: ptr<u8>, count: usize, distance: usize, length: usize): bool {
    const high = count < 15 ? count : 15;
    const extra = distance === 0 ? 0 : length - LEAST;
    const low = extra < 15 ? extra : 15;
    if (!this.put(u8((high << 4) | low))) return false;
    if (high === 15 && !this.more(count - 15)) return false;
    for (let i: usize = 0; i < count; i++) if (!this.put(literals[i])) return false;
    if (distance === 0) return true;
    if (!this.put(truncate<u8>(distance)) || !this.put(u8(distance >> 8))) return false;
    return low < 15 || this.more(extra - 15);
  }
}
function compress(from: ptr<u8>, length: usize, out: ptr<Output>): bool {
  const last: array<u32, 4096> = zeroed();
  let anchor: usize = 0;
  let at: usize = 0;
  // The last five bytes are literals, and no match begins in the last twelve.
  while (at + 12 < length) {
    const word = cast<u32>(from.offset(at)).value;
    const slot = (word * 2654435761) >> (32 - HASH_BITS);
    const candidate = usize(last[slot]);
    last[slot] = u32(at) + 1;
    const before = candidate - 1;
    if (candidate === 0 || at - before > 65535 || cast<u32>(from.offset(before)).value !== word) {
      at++;
      continue;
    }
    let count: usize = LEAST;
    while (at + count < length - 5 && from[before + count] === from[at + count]) count++;
    if (!out.sequence(from.offset(anchor), at - anchor, at - before, count)) return false;
    at += count;
    anchor = at;
  }
  return out.sequence(from.offset(anchor), length - anchor, 0, 0);
}
/** Gives the length, or -1 for what is no block. */
function decompress(from: ptr<u8>, length: usize, out: ptr<Output>): i64 {
  let at: usize = 0;
  while (at < length) {
    const token = from[at++];
    let count = usize(token >> 4);
    if (count === 15) {
      let byte: u8 = 255;
      while (byte === 255) {
        if (at >= length) return -1;
        byte = from[at++];
        count += usize(byte);
      }
    }
    if (at + count > length) return -1;
    for (let i: usize = 0; i < count; i++) if (!out.put(from[at + i])) return -1;
    at += count;
    if (at === length) break;
    if (at + 2 > length) return -1;
    const distance = usize(cast<u16>(from.offset(at)).value);
    at += 2;
    if (distance === 0 || distance > out.length) return -1;
    count = usize(token & 15);
    if (count === 15) {
      let byte: u8 = 255;
      while (byte === 255) {
        if (at >= length) return -1;
        byte = from[at++];
        count += usize(byte);
      }
    }
    // One by one: it may overlap itself.
    for (let i: usize = 0; i < count + LEAST; i++) if (!out.put(out.to[out.length - distance])) return -1;
  }
  return i64(out.length);
}
function unpack(from: ptr<u8>, length: usize): i64 {
  const out: Output = init({ to: addressOf(unpacked[0]), room: SIZE });
  return decompress(from, length, addressOf(out));
}
function roundTrip(length: usize): usize {
  const out: Output = init({ to: addressOf(packed[0]), room: packed.length });
  if (!compress(addressOf(source[0]), length, addressOf(out))) return 0;
  if (unpack(addressOf(packed[0]), out.length) !== i64(length)) return 0;
  for (let i: usize = 0; i < length; i++) if (source[i] !== unpacked[i]) return 0;
  return out.length;
}
export function main(): i32 {
  // Seven literals, 15 + 4 + 1 from seven back, seven literals more.
  const block: array<u8, 19> = bytes("\x7fHello, \x07\x00\x01\x70! again");
  writeAll(1, addressOf(unpacked[0]), u64(unpack(addressOf(block[0]), block.length)));
  newline();
  const overlapping: array<u8, 13> = [0x3f, 97, 98, 99, 3, 0, 1, 0x10, 99, 0, 0, 0, 0];
  writeAll(1, addressOf(unpacked[0]), u64(unpack(addressOf(overlapping[0]), 9)));
  newline();
  for (let i: usize = 0; i < 3000; i++) source[i] = "the cat sat on the mat. "[i % 24];
  let size = roundTrip(3000);
  print("3000 bytes come back, from less than 100: ");
  printBool(size > 0);
  print(" ");
  printBool(size < 100);
  newline();
  let seed: u32 = 1;
  for (let i: usize = 0; i < 2048; i++) {
    seed = seed * 1664525 + 1013904223;
    source[i] = u8(seed >> 24);
  }
  size = roundTrip(2048);
  print("2048 bytes of noise come back: ");
  printBool(size > 2000);
  print(", and take at most ");
  printU64(size - 2048 <= 10 ? 10 : size - 2048);
  print(" more\n");
  const far: array<u8, 8> = [0x10, 65, 2, 0, 0, 0, 0, 0];
  printBool(unpack(addressOf(far[0]), 5) >= 0);
  print(" ");
  printBool(unpack(addressOf(block[0]), 5) >= 0);
  newline();
  return 0;
}
