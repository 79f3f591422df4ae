/** A set of interrupt vectors that knows its highest: IRR, ISR and TMR of a local APIC (SDM vol. 3A §10.8.4). */

export class VectorSet {
  /** As the registers have it: vector v is bit v mod 32 of word ⌊v/32⌋. */
  readonly words = new Uint32Array(8);
  /** −1 if it is empty. */
  #highest = -1;

  get highest(): number {
    return this.#highest;
  }
  has(vector: number): boolean {
    return ((this.words[vector >> 5]! >>> (vector & 31)) & 1) !== 0;
  }
  add(vector: number): void {
    const word = vector >> 5;
    this.words[word] = this.words[word]! | (1 << (vector & 31));
    if (vector > this.#highest) this.#highest = vector;
  }
  delete(vector: number): void {
    const word = vector >> 5;
    this.words[word] = this.words[word]! & ~(1 << (vector & 31));
    if (vector === this.#highest) this.#search(word);
  }
  clear(): void {
    this.words.fill(0);
    this.#highest = -1;
  }

  #search(from: number): void {
    for (let i = from; i >= 0; i--) {
      const word = this.words[i]!;
      if (word === 0) continue;
      this.#highest = i * 32 + 31 - Math.clz32(word);
      return;
    }
    this.#highest = -1;
  }
}
