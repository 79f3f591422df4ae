// SipHash-2-4 (Aumasson and Bernstein): some of the authors' vectors, key and messages 00 01 02 ….
// expect: 310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 e545be4961ca29a1 724506eb4c328a95
import { print } from "../../../kernel/lib/linux.ts";
import { showBytes, showLine } from "./support/show.ts";

class State extends Struct {
  v: array<u64, 4>;
  round(): void {
    const v = addressOf(this.v[0]);
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotateLeft(v[1], 13) ^ v[0];
    v[3] = rotateLeft(v[3], 16) ^ v[2];
    v[0] = rotateLeft(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotateLeft(v[1], 17) ^ v[2];
    v[3] = rotateLeft(v[3], 21) ^ v[0];
    v[2] = rotateLeft(v[2], 32);
  }
  word(m: u64): void {
    this.v[3] ^= m;
    this.round();
    this.round();
    this.v[0] ^= m;
  }
}
function hash(key: ptr<u64>, text: ptr<u8>, length: usize): u64 {
  const s: State = init({
    v: [
      key[0] ^ 0x736f6d6570736575,
      key[1] ^ 0x646f72616e646f6d,
      key[0] ^ 0x6c7967656e657261,
      key[1] ^ 0x7465646279746573,
    ],
  });
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) s.word(cast<u64>(text.offset(at)).value);
  let last = length << 56;
  for (let i: usize = 0; at < length; at++, i++) last |= u64(text[at]) << (8 * i);
  s.word(last);
  s.v[2] ^= 0xff;
  for (let i: u32 = 0; i < 4; i++) s.round();
  return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
export function main(): i32 {
  const key: array<u8, 16> = zeroed();
  const text: array<u8, 64> = zeroed();
  for (let i: usize = 0; i < text.length; i++) {
    text[i] = u8(i);
    if (i < key.length) key[i] = u8(i);
  }
  const lengths: array<usize, 6> = [0, 1, 2, 3, 15, 63];
  for (let i: usize = 0; i < lengths.length; i++) {
    const found = hash(cast<u64>(addressOf(key)), addressOf(text[0]), lengths[i]);
    if (i > 0) print(" ");
    showBytes(addressOf(found), 8);
  }
  showLine();
  return 0;
}
