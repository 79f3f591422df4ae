/**
 * Builds the page tables of a flat machine (flat.ts), as firmware would: four levels for 64-bit mode, two for 32-bit,
 * always 4 KiB pages. It writes tables; translating through them is paging.ts.
 */
import type { PhysicalMemory } from "./physical.ts";
import { PAGE } from "./physical.ts";

const PRESENT_WRITE_USER = 7;
const PRESENT_WRITE = 3;

export class PageTables {
  /** Physical address of the top table, for cr3. */
  readonly root: number;
  readonly #physical: PhysicalMemory;
  readonly #allocate: () => number;
  readonly #levels: 2 | 4;

  /** `allocate` gives the physical address of a zeroed page of RAM. */
  constructor(physical: PhysicalMemory, mode: 32 | 64, allocate: () => number) {
    this.#physical = physical;
    this.#allocate = allocate;
    this.#levels = mode === 64 ? 4 : 2;
    this.root = allocate();
  }

  /** Maps whole pages: `linear` (as an unsigned number of 32 or 48 bits, without sign extension) to `physical`. */
  map(linear: number, physical: number, size: number, user: boolean): void {
    const bits = this.#levels === 4 ? 9 : 10;
    const entrySize = this.#levels === 4 ? 8 : 4;
    const perTable = 2 ** bits;
    const flags = user ? PRESENT_WRITE_USER : PRESENT_WRITE;
    let table = 0;
    for (let done = 0; done < size; done += PAGE) {
      const page = (linear + done) / PAGE;
      const index = page % perTable;
      if (done === 0 || index === 0) table = this.#table(page, bits, entrySize);
      this.#put(table + index * entrySize, physical + done, flags);
    }
  }

  /** The lowest table for page number `page`, made if it is not there. */
  #table(page: number, bits: number, entrySize: number): number {
    let table = this.root;
    for (let level = this.#levels - 1; level > 0; level--) {
      const index = Math.floor(page / 2 ** (bits * level)) % 2 ** bits;
      const at = table + index * entrySize;
      const low = this.#physical.read32(at);
      if ((low & 1) !== 0) {
        const high = entrySize === 8 ? this.#physical.read32(at + 4) & 0xffff : 0;
        table = ((low & ~0xfff) >>> 0) + high * 2 ** 32;
      } else {
        table = this.#allocate();
        this.#put(at, table, PRESENT_WRITE_USER);
      }
    }
    return table;
  }
  #put(at: number, address: number, flags: number): void {
    const value = BigInt(address) | BigInt(flags);
    this.#physical.write(at, this.#levels === 4 ? 8 : 4, value);
  }
}
