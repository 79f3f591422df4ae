// sfc32, a small generator of 32-bit numbers (Chris Doty-Humphrey, PractRand), seeded for each case by itself.

export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #count = 1;

  seed(a: number, b: number, c: number): void {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#count = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A number of 32 bits, signed, as JavaScript's operators like it. */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t;
  }

  /** An integer of 0 ≤ n < limit, for limit ≤ 65536. */
  below(limit: number): number {
    return ((this.next() >>> 16) * limit) >>> 16;
  }

  /** An integer of low ≤ n ≤ high. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True `n` times of 256. */
  chance(n: number): boolean {
    return this.next() >>> 24 < n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** FNV-1a. */
export function hash(bytes: Uint8Array, seed = 0x811c9dc5): number {
  let h = seed | 0;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h;
}
