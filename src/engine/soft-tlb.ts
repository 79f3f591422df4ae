/**
 * The soft TLB and the jump cache of one processor, as JavaScript fills and flushes them.
 *
 * A tag is the linear page with the key in its low twelve bits: generation, and whether accesses are a user's. A
 * flush is a new generation; when those run out the arrays are cleared. The jump cache has a key of its own from the
 * same counter and the decoding context.
 */
import * as S from "../isa/state.ts";
import * as L from "./layout.ts";

const GENERATIONS = 1 << 10;

export class SoftTlb {
  readonly #base: number;
  readonly #words: Int32Array;
  readonly #memory: WebAssembly.Memory;
  #generation = 1;
  #privilege = 0;
  /** Flushes since reset; part of the jump cache's key. */
  #flushes = 0;
  #context = 0;
  readonly #codeKeys = new Map<string, number>();
  /** Misses that were filled, for statistics. */
  fills = 0;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.#memory = memory;
    this.#base = base;
    this.#words = new Int32Array(memory.buffer, base, L.CPU_BLOCK_SIZE / 4);
    this.clear();
  }
  /** Empties everything. */
  clear(): void {
    this.#words.fill(0, L.TLB_READ / 4, L.CPU_BLOCK_SIZE / 4);
    this.#generation = 1;
    this.#codeKeys.clear();
    this.#publish();
  }
  #publish(): void {
    const w = this.#words;
    w[S.TLB_KEY / 4] = this.#generation | this.#privilege;
    w[S.TLB_KEY / 4 + 1] = 0;
    const name = `${this.#flushes},${this.#context},${this.#privilege}`;
    let key = this.#codeKeys.get(name);
    if (key === undefined) {
      key = this.#codeKeys.size + 1 + (this.#flushes << 8);
      this.#codeKeys.set(name, key);
    }
    w[S.CODE_KEY / 4] = key;
  }
  setPrivilege(user: boolean, smap: boolean): void {
    this.#privilege = (user ? 0x800 : 0) | (smap ? 0x400 : 0);
    this.#publish();
  }
  setContext(context: number): void {
    this.#context = context;
    this.#publish();
  }
  /** Forgets all translations. */
  flush(): void {
    this.#flushes++;
    this.#codeKeys.clear();
    if ((this.#flushes & 0xffffff) === 0) this.flushJumps();
    if (++this.#generation === GENERATIONS) {
      this.#words.fill(0, L.TLB_READ / 4, L.JUMP_CACHE / 4);
      this.#generation = 1;
    }
    this.#publish();
  }
  /** Forgets where blocks are. */
  flushJumps(): void {
    this.#words.fill(0, L.JUMP_CACHE / 4, L.CPU_BLOCK_SIZE / 4);
  }
  /** Forgets the translations for writing. */
  flushWrites(): void {
    this.#words.fill(0, L.TLB_WRITE / 4, L.JUMP_CACHE / 4);
  }
  fillRead(hi: number, lo: number, page: number): void {
    this.#fill(L.TLB_READ, hi, lo, page);
  }
  fillWrite(hi: number, lo: number, page: number): void {
    this.#fill(L.TLB_WRITE, hi, lo, page);
  }
  #fill(table: number, hi: number, lo: number, page: number): void {
    const w = this.#words;
    const at = (table + ((lo >>> 12) & (L.TLB_ENTRIES - 1)) * L.TLB_ENTRY) / 4;
    w[at] = (lo & ~0xfff) | (w[S.TLB_KEY / 4] ?? 0);
    w[at + 1] = hi;
    w[at + 2] = page - (lo & ~0xfff);
    this.fills++;
  }
  /** After linear memory has grown the old views are dead; make a new SoftTlb. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }
  get base(): number {
    return this.#base;
  }
}
