/**
 * Random bytes that repeat: the key stream of ChaCha20 (RFC 8439 §2.3, the original with a 64-bit block counter), its key
 * made of the seed. Equal seeds give equal bytes, however the reads are cut. No secret is safe with it. Pure TypeScript.
 */
import type { EntropyBackend } from "./backends.ts";

const BLOCK = 64;
/** "expand 32-byte k". */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const ROUNDS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

export class SeededEntropy implements EntropyBackend {
  /** Constants, key, counter of blocks, nonce 0. */
  readonly #state = new Uint32Array(16);
  readonly #block = new Uint8Array(BLOCK);
  #used = BLOCK;

  /** The key's first 8 bytes are the seed modulo 2^64, little-endian; the others are 0. */
  constructor(seed: bigint) {
    this.#state.set(CONSTANTS);
    this.#state[4] = Number(BigInt.asUintN(32, seed));
    this.#state[5] = Number(BigInt.asUintN(32, seed >> 32n));
  }
  read(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#used === BLOCK) this.#next();
      const part = this.#block.subarray(this.#used, this.#used + length - at);
      bytes.set(part, at);
      at += part.length;
      this.#used += part.length;
    }
    return bytes;
  }

  #next(): void {
    const state = this.#state;
    const x = state.slice();
    for (let i = 0; i < 10; i++) for (const [a, b, c, d] of ROUNDS) quarterRound(x, a, b, c, d);
    const view = new DataView(this.#block.buffer);
    for (let i = 0; i < 16; i++) view.setUint32(i * 4, x[i]! + state[i]!, true);
    this.#used = 0;
    state[12]!++;
    if (state[12] === 0) state[13]!++;
  }
}

/** RFC 8439 §2.1. */
function quarterRound(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[a]! += x[b]!;
  x[d] = rotate(x[d]! ^ x[a]!, 16);
  x[c]! += x[d]!;
  x[b] = rotate(x[b]! ^ x[c]!, 12);
  x[a]! += x[b]!;
  x[d] = rotate(x[d]! ^ x[a]!, 8);
  x[c]! += x[d]!;
  x[b] = rotate(x[b]! ^ x[c]!, 7);
}
const rotate = (v: number, by: number): number => (v << by) | (v >>> (32 - by));
