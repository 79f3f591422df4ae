// memcpy, memmove and memset of sizes known only when it runs, small ones most, and copies of structures.
const SPACE = 16384;
const from: array<u8, typeof SPACE> = zeroed();
const to: array<u8, typeof SPACE> = zeroed();

class Message extends Struct {
  head: array<u64, 6>;
  length: u32;
  kind: u32;
}
const ring: array<Message, 64> = zeroed();

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 7;
  for (let i: usize = 0; i < SPACE; i++) from[i] = truncate<u8>(i * 13);
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: u32 = 0; i < 1000; i++) {
      x = x * 1664525 + 1013904223;
      // From 0 to 63 bytes, of 1 in 16 up to 4 KiB.
      const length = usize((x >> 12) & (x >> 28 === 0 ? 4095 : 63));
      const at = usize((x >> 4) & 4095);
      memcpy(addressOf(to[at]), addressOf(from[at & 255]), length);
      memmove(addressOf(to[at + 5]), addressOf(to[at]), length);
      memset(addressOf(to[at & 1023]), truncate<u8>(x), length & 127);
      const message: Message = ring[i & 63];
      ring[(i + 1) & 63] = message;
      ring[(i + 2) & 63].length = x;
      hash = hash * 31 + u64(to[at + 1]) + u64(message.length);
    }
  }
  return hash;
}
