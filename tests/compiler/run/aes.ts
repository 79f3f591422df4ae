// AES-128 (FIPS 197): appendix B's and C.1's blocks, there and back; the S-box is computed, not written down.
// expect: 3925841d02dc09fbdc118597196a0b32
// expect: 3243f6a8885a308d313198a2e0370734
// expect: 69c4e0d86a7b0430d8cdb78070b4c55a
// expect: 00112233445566778899aabbccddeeff
import { showBytes, showLine } from "./support/show.ts";

type Block = array<u8, 16>;
const ROUNDS = 10;
const box: array<u8, 256> = zeroed();
const inverse: array<u8, 256> = zeroed();
const keys: array<Block, 11> = zeroed();

const twice = (a: u8): u8 => (a << 1) ^ (a >= 0x80 ? 0x1b : 0);

/** In GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1. */
function multiply(a: u8, b: u8): u8 {
  let product: u8 = 0;
  let power = a;
  for (let rest = b; rest !== 0; rest >>= 1) {
    if ((rest & 1) !== 0) product ^= power;
    power = twice(power);
  }
  return product;
}
function makeBoxes(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let reciprocal: u8 = 0;
    for (let j: u32 = 1; j < 256; j++) if (multiply(u8(i), u8(j)) === 1) reciprocal = u8(j);
    let value: u8 = 0x63;
    for (let n: u8 = 0; n < 5; n++) value ^= rotateLeft(reciprocal, n);
    box[i] = value;
    inverse[value] = u8(i);
  }
}
function expandKey(key: Block): void {
  keys[0] = key;
  let constant: u8 = 1;
  for (let round: usize = 1; round <= ROUNDS; round++) {
    const before = addressOf(keys[round - 1]);
    for (let i: usize = 0; i < 4; i++) {
      const turned = box[before.value[12 + ((i + 1) & 3)]] ^ (i === 0 ? constant : 0);
      keys[round][i] = before.value[i] ^ turned;
    }
    for (let i: usize = 4; i < 16; i++) keys[round][i] = before.value[i] ^ keys[round][i - 4];
    constant = twice(constant);
  }
}
function addKey(state: ptr<Block>, round: usize): void {
  for (let i: usize = 0; i < 16; i++) state.value[i] ^= keys[round][i];
}
function shiftRows(state: ptr<Block>, by: usize): void {
  const old: Block = state.value;
  for (let i: usize = 0; i < 16; i++) state.value[i] = old[(i + (i & 3) * 4 * by) & 15];
}
function mixColumns(state: ptr<Block>, a: u8, b: u8, c: u8, d: u8): void {
  for (let column: usize = 0; column < 4; column++) {
    const p = addressOf(state.value[column * 4]);
    const old: array<u8, 4> = [p[0], p[1], p[2], p[3]];
    for (let i: usize = 0; i < 4; i++) {
      p[i] =
        multiply(old[i], a) ^
        multiply(old[(i + 1) & 3], b) ^
        multiply(old[(i + 2) & 3], c) ^
        multiply(old[(i + 3) & 3], d);
    }
  }
}
function substitute(state: ptr<Block>, by: ptr<array<u8, 256>>): void {
  for (let i: usize = 0; i < 16; i++) state.value[i] = by.value[state.value[i]];
}
function encrypt(state: ptr<Block>): void {
  addKey(state, 0);
  for (let round: usize = 1; round <= ROUNDS; round++) {
    substitute(state, addressOf(box));
    shiftRows(state, 1);
    if (round < ROUNDS) mixColumns(state, 2, 3, 1, 1);
    addKey(state, round);
  }
}
function decrypt(state: ptr<Block>): void {
  for (let round: usize = ROUNDS; round >= 1; round--) {
    addKey(state, round);
    if (round < ROUNDS) mixColumns(state, 14, 11, 13, 9);
    shiftRows(state, 3);
    substitute(state, addressOf(inverse));
  }
  addKey(state, 0);
}
function run(key: Block, text: Block): void {
  expandKey(key);
  const state: Block = text;
  encrypt(addressOf(state));
  showBytes(addressOf(state), sizeof<Block>());
  showLine();
  decrypt(addressOf(state));
  showBytes(addressOf(state), sizeof<Block>());
  showLine();
}
export function main(): i32 {
  makeBoxes();
  run(
    [0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c],
    [0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d, 0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34],
  );
  const key: Block = zeroed();
  const text: Block = zeroed();
  for (let i: usize = 0; i < 16; i++) {
    key[i] = u8(i);
    text[i] = u8(i * 0x11);
  }
  run(key, text);
  return 0;
}
