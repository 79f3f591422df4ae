// SHA-1 (FIPS 180-4): the standard's own examples, the empty message, and one that needs a block more for its length.
// expect: da39a3ee5e6b4b0d3255bfef95601890afd80709
// expect: a9993e364706816aba3e25717850c26c9cd0d89d
// expect: 84983e441c3bd26ebaae4aa1f95129e5e54670f1
// expect: 0098ba824b5c16427bd7a1122a5a442a25ec644d
import { textLength } from "../../../kernel/lib/linux.ts";
import { showBytes, showLine } from "./support/show.ts";

class Sha1 extends Struct {
  state: array<u32, 5>;
  block: array<u8, 64>;
  length: u64;

  static begin(): Sha1 {
    return init<Sha1>({ state: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] });
  }
  add(from: ptr<u8>, count: usize): void {
    for (let i: usize = 0; i < count; i++) {
      this.block[this.length & 63] = from[i];
      this.length++;
      if ((this.length & 63) === 0) this.compress();
    }
  }
  compress(): void {
    const w: array<u32, 80> = zeroed();
    const words = cast<u32>(addressOf(this.block));
    for (let i: usize = 0; i < 16; i++) w[i] = byteSwap(words[i]);
    for (let i: usize = 16; i < 80; i++) w[i] = rotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    let a = this.state[0];
    let b = this.state[1];
    let c = this.state[2];
    let d = this.state[3];
    let e = this.state[4];
    for (let i: usize = 0; i < 80; i++) {
      let f: u32 = 0;
      let k: u32 = 0;
      switch (i / 20) {
        case 0:
          f = (b & c) | (~b & d);
          k = 0x5a827999;
          break;
        case 1:
          f = b ^ c ^ d;
          k = 0x6ed9eba1;
          break;
        case 2:
          f = (b & c) | (b & d) | (c & d);
          k = 0x8f1bbcdc;
          break;
        default:
          f = b ^ c ^ d;
          k = 0xca62c1d6;
      }
      const next = rotateLeft(a, 5) + f + e + k + w[i];
      e = d;
      d = c;
      c = rotateLeft(b, 30);
      b = a;
      a = next;
    }
    this.state[0] += a;
    this.state[1] += b;
    this.state[2] += c;
    this.state[3] += d;
    this.state[4] += e;
  }
  finish(digest: ptr<u32>): void {
    const bits = this.length * 8;
    const mark: u8 = 0x80;
    const zero: u8 = 0;
    this.add(addressOf(mark), 1);
    while ((this.length & 63) !== 56) this.add(addressOf(zero), 1);
    const big = byteSwap(bits);
    this.add(cast<u8>(addressOf(big)), 8);
    for (let i: usize = 0; i < 5; i++) digest[i] = byteSwap(this.state[i]);
  }
}
function show(text: ptr<u8>, times: u32): void {
  const sha: Sha1 = Sha1.begin();
  for (let i: u32 = 0; i < times; i++) sha.add(text, textLength(text));
  const digest: array<u32, 5> = zeroed();
  sha.finish(addressOf(digest[0]));
  showBytes(addressOf(digest), sizeof<array<u32, 5>>());
  showLine();
}
export function main(): i32 {
  show("", 1);
  show("abc", 1);
  show("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1);
  show("a", 64);
  return 0;
}
