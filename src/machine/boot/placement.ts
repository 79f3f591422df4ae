/**
 * Which RAM is taken while a boot is planned: images claim the addresses that they are linked at, everything else is given
 * a free place. Nothing ever overlaps, and nothing lies outside the map's RAM.
 */
import { BootError } from "./error.ts";
import { type Interval, type MemoryRange, ramIntervals } from "./memory-map.ts";

export interface Where {
  /** A power of two; default 16. */
  readonly align?: number;
  /** Lowest address; default LOW_START. */
  readonly from?: number;
  /** The last byte is below this; default 4 GiB, which every protocol's 32-bit fields reach. */
  readonly below?: number;
}

/**
 * Where free places begin. Below lie the BIOS data area and the addresses that small kernels like to start their other
 * processors at without looking at the map (0x7000, 0x8000).
 */
const LOW_START = 0x10000;
const FOUR_GIB = 2 ** 32;

export const hex = (n: number): string => `0x${n.toString(16)}`;
const span = (start: number, end: number): string => `${hex(start)}–${hex(end - 1)}`;

/** A size as people say it: exact, in the largest unit that divides it. */
function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let n = bytes;
  let i = 0;
  for (; i < 3 && n >= 1024 && n % 1024 === 0; i++) n /= 1024;
  return `${n} ${units[i]}`;
}

export class Placement {
  readonly #ram: readonly Interval[];
  /** Sorted; no two touch a byte in common. */
  #free: Interval[];
  readonly #claims: (Interval & { readonly what: string })[] = [];

  constructor(map: readonly MemoryRange[]) {
    this.#ram = ramIntervals(map);
    this.#free = [...this.#ram];
  }

  /** First address after the last RAM; 0 if there is none. */
  get ramEnd(): number {
    return this.#ram.at(-1)?.end ?? 0;
  }

  /** Whether [start, start + size) is free RAM. */
  isFree(start: number, size: number): boolean {
    return this.#pieceAround(start, size) >= 0;
  }
  /** Index of the free piece that holds all of a range, or −1. */
  #pieceAround(start: number, size: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle]!.end <= start) low = middle + 1;
      else high = middle;
    }
    const piece = this.#free[low];
    return piece !== undefined && piece.start <= start && start + size <= piece.end ? low : -1;
  }

  /** Takes a range. Throws BootError, with `what` in its line, where it is not free RAM. */
  claim(what: string, start: number, size: number): void {
    if (size === 0) return;
    const end = start + size;
    const index = this.#pieceAround(start, size);
    const piece = this.#free[index];
    if (piece === undefined) throw new BootError(this.#whyNot(what, start, end));
    const rest = [
      { start: piece.start, end: start },
      { start: end, end: piece.end },
    ].filter((p) => p.start < p.end);
    this.#free.splice(index, 1, ...rest);
    this.#claims.push({ start, end, what });
  }
  #whyNot(what: string, start: number, end: number): string {
    const place = `${what} (${span(start, end)})`;
    if (end > this.ramEnd) {
      const needed = sizeText(Math.ceil(end / 2 ** 20) * 2 ** 20);
      return `${place} does not fit in memory: it needs RAM up to ${needed}, the machine has it up to ${sizeText(this.ramEnd)}`;
    }
    const other = this.#claims.find((c) => c.start < end && start < c.end);
    if (other !== undefined) return `${place} overlaps ${other.what} (${span(other.start, other.end)})`;
    return `${place} lies where the machine has no RAM`;
  }

  /** The lowest free place for `size` bytes, not taken yet; undefined if there is none. */
  findLowest(size: number, where: Where = {}): number | undefined {
    const { align = 16, from = LOW_START, below = FOUR_GIB } = where;
    for (const piece of this.#free) {
      const start = Math.ceil(Math.max(piece.start, from) / align) * align;
      if (start + size <= Math.min(piece.end, below)) return start;
    }
    return undefined;
  }
  /** Takes the lowest free place for `size` bytes. Throws BootError if there is none. */
  lowest(what: string, size: number, where: Where = {}): number {
    const start = this.findLowest(size, where);
    if (start === undefined) throw new BootError(this.#noRoom(what, size, where));
    this.claim(what, start, size);
    return start;
  }
  /** The highest free place; as findLowest. */
  findHighest(size: number, where: Where = {}): number | undefined {
    const { align = 16, from = LOW_START, below = FOUR_GIB } = where;
    for (const piece of this.#free.toReversed()) {
      const start = Math.floor((Math.min(piece.end, below) - size) / align) * align;
      if (start >= Math.max(piece.start, from)) return start;
    }
    return undefined;
  }
  /** Takes the highest free place. Throws BootError if there is none. */
  highest(what: string, size: number, where: Where = {}): number {
    const start = this.findHighest(size, where);
    if (start === undefined) throw new BootError(this.#noRoom(what, size, where));
    this.claim(what, start, size);
    return start;
  }
  #noRoom(what: string, size: number, { from = LOW_START, below = FOUR_GIB }: Where): string {
    const largest = this.#free.reduce(
      (most, p) => Math.max(most, Math.min(p.end, below) - Math.max(p.start, from)),
      0,
    );
    return `${what} does not fit in memory: it needs ${sizeText(size)} below ${hex(below)}, the largest free piece there has ${sizeText(largest)}`;
  }
}
