// ChaCha20 (RFC 8439): the block of §2.3.2 and the beginning of the text of §2.4.2.
// expect: 10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e
// expect: 6e2e359a2568f98041ba0728dd0d6981
// expect: Ladies and Gentl
import { writeAll } from "../../../kernel/lib/linux.ts";
import { showBytes, showLine } from "./support/show.ts";

class ChaCha extends Struct {
  input: array<u32, 16>;
  block: array<u32, 16>;

  static quarter(x: ptr<array<u32, 16>>, a: usize, b: usize, c: usize, d: usize): void {
    const v = addressOf(x.value[0]);
    v[a] += v[b];
    v[d] = rotateLeft(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotateLeft(v[b] ^ v[c], 12);
    v[a] += v[b];
    v[d] = rotateLeft(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotateLeft(v[b] ^ v[c], 7);
  }
  next(): void {
    this.block = this.input;
    const x = addressOf(this.block);
    for (let i: u32 = 0; i < 10; i++) {
      for (let j: usize = 0; j < 4; j++) ChaCha.quarter(x, j, j + 4, j + 8, j + 12);
      for (let j: usize = 0; j < 4; j++) {
        ChaCha.quarter(x, j, 4 + ((j + 1) & 3), 8 + ((j + 2) & 3), 12 + ((j + 3) & 3));
      }
    }
    for (let i: usize = 0; i < 16; i++) this.block[i] += this.input[i];
    this.input[12]++;
  }
  crypt(text: ptr<u8>, length: usize): void {
    const stream = cast<u8>(addressOf(this.block));
    for (let i: usize = 0; i < length; i++) {
      if (i % 64 === 0) this.next();
      text[i] ^= stream[i % 64];
    }
  }
}
function withNonce(counter: u32, a: u32, b: u32, c: u32): ChaCha {
  const made: ChaCha = init({ input: [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] });
  const key = cast<u8>(addressOf(made.input[4]));
  for (let i: usize = 0; i < 32; i++) key[i] = u8(i);
  made.input[12] = counter;
  made.input[13] = a;
  made.input[14] = b;
  made.input[15] = c;
  return made;
}
export function main(): i32 {
  const first: ChaCha = withNonce(1, 0x09000000, 0x4a000000, 0);
  first.next();
  showBytes(addressOf(first.block), 64);
  showLine();
  const text: array<u8, 16> = bytes("Ladies and Gentl");
  const second: ChaCha = withNonce(1, 0, 0x4a000000, 0);
  second.crypt(addressOf(text[0]), text.length);
  showBytes(addressOf(text), text.length);
  showLine();
  const third: ChaCha = withNonce(1, 0, 0x4a000000, 0);
  third.crypt(addressOf(text[0]), text.length);
  writeAll(1, addressOf(text[0]), text.length);
  showLine();
  return 0;
}
