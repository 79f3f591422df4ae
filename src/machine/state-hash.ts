/** A 64-bit number for a machine's whole state, so that two runs can be compared: memory, registers, devices, time. */
import { PAGE } from "./physical.ts";

const MIX_A = 0x85ebca6b;
const MIX_B = 0xc2b2ae35;

/** Mixes words in; the order matters. Not for secrets: equal hashes of different states can be made. */
export class StateHash {
  #a = 0x243f6a88;
  #b = 0x13198a2e;

  word(w: number): void {
    this.#a = Math.imul(this.#a ^ w, MIX_A);
    this.#b = Math.imul((this.#b << 13) | (this.#b >>> 19), MIX_B) ^ (this.#a >>> 15) ^ w;
  }
  words(words: Uint32Array): void {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < words.length; i++) {
      const w = words[i]!;
      a = Math.imul(a ^ w, MIX_A);
      b = Math.imul((b << 13) | (b >>> 19), MIX_B) ^ (a >>> 15) ^ w;
    }
    this.#a = a;
    this.#b = b;
  }
  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }
  /** Memory by pages; those that are all zero only count by not being there. */
  memory(buffer: ArrayBufferLike, start: number, size: number): void {
    for (let at = 0; at < size; at += PAGE) {
      const words = new Uint32Array(buffer, start + at, Math.min(PAGE, size - at) / 4);
      if (words.every((w) => w === 0)) continue;
      this.word(at / PAGE);
      this.words(words);
    }
  }
  /** Sixteen hexadecimal digits. */
  digest(): string {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < 2; i++) {
      a = Math.imul(a ^ (a >>> 16), MIX_A) ^ b;
      b = Math.imul(b ^ (b >>> 13), MIX_B) ^ a;
    }
    return [a, b].map((w) => (w >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
