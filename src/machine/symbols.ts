/** Addresses as people name them: a symbol, and how far behind it. */
import type { ElfSymbol } from "./boot/elf-symbols.ts";

/** How far a symbol without a size reaches. */
const REACH = 0x10000n;

export class Symbols {
  /** Sorted by address. */
  readonly #symbols: readonly ElfSymbol[];

  constructor(symbols: readonly ElfSymbol[]) {
    this.#symbols = symbols;
  }
  get known(): boolean {
    return this.#symbols.length > 0;
  }
  /** The symbol that an address lies in; one without a size reaches to the next, or 64 KiB. */
  at(address: bigint): ElfSymbol | undefined {
    let low = 0;
    let high = this.#symbols.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#symbols[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#symbols[low - 1];
    if (found === undefined) return undefined;
    const reach = found.size > 0n ? found.size : REACH;
    return address - found.address < reach ? found : undefined;
  }
  /** "name+0x12"; undefined where no symbol is. */
  name(address: bigint): string | undefined {
    const symbol = this.at(address);
    if (symbol === undefined) return undefined;
    const offset = address - symbol.address;
    return offset === 0n ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }
}
