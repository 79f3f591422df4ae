/**
 * Pure functions: the steps of SHA-1 and SHA-256 (FIPS 180-4; SDM vol. 2B, SHA1RNDS4 and kin, for which dword is what).
 *
 * Vectors are four dwords, number 0 the least significant. Arithmetic is modulo 2^32.
 */
import type { PureFunction } from "./function.ts";

type Words = [number, number, number, number];

const word = (v: bigint, i: number): number => Number(BigInt.asIntN(32, v >> BigInt(32 * i)));
const words = (v: bigint): Words => [word(v, 0), word(v, 1), word(v, 2), word(v, 3)];
const vector = (w: readonly number[]): bigint =>
  w.reduceRight((out, n) => (out << 32n) | BigInt(n >>> 0), 0n);

const rotateLeft = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const rotateRight = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

const choose = (x: number, y: number, z: number): number => (x & y) ^ (~x & z);
const parity = (x: number, y: number, z: number): number => x ^ y ^ z;
const majority = (x: number, y: number, z: number): number => (x & y) ^ (x & z) ^ (y & z);

const SHA1_FUNCTIONS_OF = [choose, parity, majority, parity] as const;
const SHA1_CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const;

/** Four rounds: A B C D from the top; the sums of E and message words, the first of them on top; which twenty rounds. */
function sha1rnds4(state: bigint, message: bigint, imm8: bigint): bigint {
  const which = Number(imm8 & 3n);
  const f = SHA1_FUNCTIONS_OF[which]!;
  const k = SHA1_CONSTANTS[which]!;
  let [d, c, b, a] = words(state);
  let e = 0;
  for (let i = 3; i >= 0; i--) {
    const next = (f(b, c, d) + rotateLeft(a, 5) + word(message, i) + e + k) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  return vector([d, c, b, a]);
}

/** The next E, from A of four rounds before, added to the first message word. */
const sha1nexte = (state: bigint, message: bigint): bigint => {
  const [w0, w1, w2, w3] = words(message);
  return vector([w0, w1, w2, w3 + rotateLeft(word(state, 3), 30)]);
};

const sha1msg1 = (a: bigint, b: bigint): bigint => {
  const [w3, w2, w1, w0] = words(a);
  const [, , w5, w4] = words(b);
  return vector([w5 ^ w3, w4 ^ w2, w3 ^ w1, w2 ^ w0]);
};

const sha1msg2 = (a: bigint, b: bigint): bigint => {
  const [a0, a1, a2, a3] = words(a);
  const [w15, w14, w13] = words(b);
  const w16 = rotateLeft(a3 ^ w13, 1);
  const w17 = rotateLeft(a2 ^ w14, 1);
  const w18 = rotateLeft(a1 ^ w15, 1);
  return vector([rotateLeft(a0 ^ w16, 1), w18, w17, w16]);
};

/** Two rounds: C D G H and A B E F from the top down, and the sums of message words and constants in dwords 0 and 1. */
function sha256rnds2(cdgh: bigint, abef: bigint, sums: bigint): bigint {
  let [h, g, d, c] = words(cdgh);
  let [f, e, b, a] = words(abef);
  for (let i = 0; i < 2; i++) {
    const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const t = (choose(e, f, g) + s1 + word(sums, i) + h) | 0;
    const next = (t + majority(a, b, c) + s0) | 0;
    h = g;
    g = f;
    f = e;
    e = (t + d) | 0;
    d = c;
    c = b;
    b = a;
    a = next;
  }
  return vector([f, e, b, a]);
}

const sigma0 = (x: number): number => rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
const sigma1 = (x: number): number => rotateRight(x, 17) ^ rotateRight(x, 19) ^ (x >>> 10);

const sha256msg1 = (a: bigint, b: bigint): bigint => {
  const [w0, w1, w2, w3] = words(a);
  const w4 = word(b, 0);
  return vector([w0 + sigma0(w1), w1 + sigma0(w2), w2 + sigma0(w3), w3 + sigma0(w4)]);
};

const sha256msg2 = (a: bigint, b: bigint): bigint => {
  const [a0, a1, a2, a3] = words(a);
  const [, , w14, w15] = words(b);
  const w16 = a0 + sigma1(w14);
  const w17 = a1 + sigma1(w15);
  return vector([w16, w17, a2 + sigma1(w16), a3 + sigma1(w17)]);
};

export const SHA_FUNCTIONS = {
  sha1rnds4: { args: [128, 128, 8], result: 128, evaluate: sha1rnds4 },
  sha1nexte: { args: [128, 128], result: 128, evaluate: sha1nexte },
  sha1msg1: { args: [128, 128], result: 128, evaluate: sha1msg1 },
  sha1msg2: { args: [128, 128], result: 128, evaluate: sha1msg2 },
  /** Destination, source, XMM0. */
  sha256rnds2: { args: [128, 128, 128], result: 128, evaluate: sha256rnds2 },
  sha256msg1: { args: [128, 128], result: 128, evaluate: sha256msg1 },
  sha256msg2: { args: [128, 128], result: 128, evaluate: sha256msg2 },
} as const satisfies Record<string, PureFunction>;
