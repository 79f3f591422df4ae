// SHA-256 (FIPS 180-4) of "abc".
// expect: 0xba7816bf 0x8f01cfea 0x414140de 0x5dae2223 0xb00361a3 0x96177a9c 0xb410ff61 0xf20015ad
import { newline, print, printHex } from "../../../kernel/lib/linux.ts";

const K: array<u32, 64> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];
const state: array<u32, 8> = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
function compress(block: ptr<u32>): void {
  const w: array<u32, 64> = zeroed();
  for (let i: usize = 0; i < 16; i++) w[i] = byteSwap(block[i]);
  for (let i: usize = 16; i < 64; i++) {
    const a = w[i - 15];
    const b = w[i - 2];
    const s0 = rotateRight(a, 7) ^ rotateRight(a, 18) ^ (a >> 3);
    const s1 = rotateRight(b, 17) ^ rotateRight(b, 19) ^ (b >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  const v: array<u32, 8> = state;
  for (let i: usize = 0; i < 64; i++) {
    const s1 = rotateRight(v[4], 6) ^ rotateRight(v[4], 11) ^ rotateRight(v[4], 25);
    const choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const t1 = v[7] + s1 + choice + K[i] + w[i];
    const s0 = rotateRight(v[0], 2) ^ rotateRight(v[0], 13) ^ rotateRight(v[0], 22);
    const majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    for (let j: usize = 7; j > 0; j--) v[j] = v[j - 1];
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (let i: usize = 0; i < 8; i++) state[i] += v[i];
}
export function main(): i32 {
  const block: array<u8, 64> = bytes("abc\u{0}");
  block[3] = 0x80;
  block[63] = 24;
  compress(cast<u32>(addressOf(block)));
  for (let i: usize = 0; i < 8; i++) {
    if (i > 0) print(" ");
    printHex(u64(state[i]));
  }
  newline();
  return 0;
}
