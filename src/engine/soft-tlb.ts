/**
 * The soft TLB and the jump cache of one processor, as JavaScript fills and flushes them; generated code only looks.
 *
 * The TLB is also the model's: what is in it decides which accesses are charged a page walk. So its contents depend on
 * what the guest does and on nothing else: two direct-mapped tables, for reading and for writing, 4 KiB entries whatever
 * the page's size, told apart by address space and privilege. Entries that generated code must not use (devices, code
 * pages, watched memory) are kept too, as special ones whose tag never matches.
 *
 * A tag is the linear page with the key in its low twelve bits: generation, and whether accesses are a user's. Another
 * address space is another generation; when those run out the tables are cleared. Global entries (SDM vol. 3A §4.10.2) hold
 * in each; generated code finds them once JavaScript has given them the present generation, at their first use in it. The
 * jump cache has a key of its own, made of generation, decoding context and privilege, and one for global pages; its
 * entries are flushed with the translations they depend on.
 */
import * as S from "../isa/state.ts";
import * as L from "./layout.ts";

const GENERATIONS = 1 << 10;
const GENERATION = GENERATIONS - 1;
const KEY = 0xfff;
const PRIVILEGE = KEY & ~GENERATION;
/** Bits of an entry's fourth word, above its key. */
const GLOBAL = 0x1000;
const LARGE = 0x2000;
const VALID = 0x8000;
const WORDS = L.TLB_ENTRY / 4;
const JUMP_WORDS = L.JUMP_ENTRY / 4;
/** The jump cache's key: context in the low bits, generation, epoch. */
const CONTEXT_BITS = 8;
const CONTEXTS = 1 << CONTEXT_BITS;
const EPOCH_SHIFT = CONTEXT_BITS + 10;
/** One less than there are, so that no key is all ones. */
const EPOCHS = (1 << (32 - EPOCH_SHIFT)) - 1;
const TABLES = L.TLB_READ / 4;
const TABLES_END = L.JUMP_CACHE / 4;

const JUMPS = L.JUMP_CACHE / 4;
const JUMPS_END = L.CPU_BLOCK_SIZE / 4;

/** Which GiB of the linear space hi:lo is in. */
const partOf = (hi: number, lo: number): number => hi * 4 + (lo >>> 30);

const PAGE = 4096;
const pageOf = (hi: number, lo: number): number => hi * 2 ** 20 + (lo >>> 12);

/** Attributes of a page, for `fill`. */
export const PAGE_GLOBAL = 1;
export const PAGE_LARGE = 2;

export class SoftTlb {
  readonly #words: Int32Array;
  #generation = 1;
  #last = 1;
  /** Generations of address spaces that may come back, by PCID. */
  readonly #spaces = new Map<number, number>();
  #pcid = 0;
  #privilege = 0;
  /** Parts of 1 GiB of the linear space in which large pages have been entered. */
  readonly #large = new Set<number>();
  /** Whole flushes since reset; part of the jump cache's key. */
  #epoch = 0;
  #context = 0;
  /** Numbers of contexts with privileges, for the jump cache's key. */
  readonly #codeKeys = new Map<number, number>();
  /** The same for the jump cache. */
  readonly #largeCode = new Set<number>();
  /** Pages that blocks of the jump cache end in which begin in the one before. */
  readonly #crossed = new Set<number>();

  /** The block of the processor at `base`. */
  constructor(memory: WebAssembly.Memory, base: number) {
    this.#words = new Int32Array(memory.buffer, base, L.CPU_BLOCK_SIZE / 4);
    this.clear();
  }
  /** Empties everything, as at the start. */
  clear(): void {
    this.#empty();
    this.flushJumps();
    this.#generation = 1;
    this.#pcid = 0;
    this.#epoch = 0;
    this.#codeKeys.clear();
    this.#publish();
  }
  #empty(): void {
    this.#words.fill(0, TABLES, TABLES_END);
    this.#spaces.clear();
    this.#last = this.#generation = 1;
    this.#large.clear();
  }
  #publish(): void {
    const w = this.#words;
    w[S.TLB_KEY / 4] = this.#generation | this.#privilege;
    w[S.TLB_KEY / 4 + 1] = 0;
    // Privileges are three bits, of which two are used.
    const name = this.#context * 4 + (this.#privilege >> 10);
    let key = this.#codeKeys.get(name);
    if (key === undefined) {
      if (this.#codeKeys.size === CONTEXTS - 1) {
        this.#codeKeys.clear();
        this.flushJumps();
      }
      key = this.#codeKeys.size + 1;
      this.#codeKeys.set(name, key);
    }
    const global = key | (this.#epoch << EPOCH_SHIFT);
    w[S.CODE_KEY / 4] = global | (this.#generation << CONTEXT_BITS);
    w[S.GLOBAL_CODE_KEY / 4] = global;
  }
  /** What data accesses with the present privilege are told apart by, and how code is decoded. */
  setPrivilege(user: boolean, smap: boolean, context: number): void {
    const privilege = (user ? 0x800 : 0) | (smap ? 0x400 : 0);
    if (privilege === this.#privilege && context === this.#context) return;
    this.#privilege = privilege;
    this.#context = context;
    this.#publish();
  }

  // ------------------------------------------------------------------------------------------------- flushing

  /** Forgets all translations. */
  flush(): void {
    this.#empty();
    if (++this.#epoch === EPOCHS) {
      this.#epoch = 0;
      this.flushJumps();
    }
    this.#publish();
  }
  /** Forgets those of the present address space that are not global. */
  flushNonglobal(): void {
    this.#spaces.delete(this.#pcid);
    this.#enter(this.#pcid);
    this.#publish();
  }
  /** Goes over to the address space of another PCID (SDM vol. 3A §4.10.4.1); `keep`: what is known of it holds. */
  switchSpace(pcid: number, keep: boolean): void {
    this.#spaces.set(this.#pcid, this.#generation);
    if (!keep) this.#spaces.delete(pcid);
    this.#pcid = pcid;
    this.#enter(pcid);
    this.#publish();
  }
  /** Forgets the page of linear hi:lo, and large pages that may reach it. */
  flushPage(hi: number, lo: number): void {
    const w = this.#words;
    const page = lo & ~0xfff;
    const index = ((lo >>> 12) & (L.TLB_ENTRIES - 1)) * WORDS;
    for (const table of [L.TLB_READ / 4, L.TLB_WRITE / 4]) {
      const at = table + index;
      if (w[at + 1] === hi && ((w[at]! ^ page) & ~0xfff) === 0) this.#drop(at);
    }
    const part = partOf(hi, lo);
    if (this.#large.has(part)) {
      for (let at = TABLES; at < TABLES_END; at += WORDS) {
        if ((w[at + 3]! & LARGE) !== 0 && partOf(w[at + 1]!, w[at]!) === part) this.#drop(at);
      }
    }
    if (this.#largeCode.has(part)) {
      for (let at = JUMPS; at < JUMPS_END; at += JUMP_WORDS)
        if (partOf(w[at + 1]!, w[at]!) === part) w[at + 2] = 0;
      return;
    }
    this.#dropJumps(hi, page);
    // Blocks of the page before it that end in it.
    if (this.#crossed.delete(pageOf(hi, page))) this.#dropJumps(hi, (page - PAGE) | 0);
  }
  #dropJumps(hi: number, page: number): void {
    const w = this.#words;
    // The page's bytes have their entries where the index of its first differs in the low twelve bits.
    const first = L.jumpIndex(page, hi) & ~0xfff;
    for (let at = JUMPS + first * JUMP_WORDS; at < JUMPS + (first + 4096) * JUMP_WORDS; at += JUMP_WORDS) {
      if (w[at + 1] === hi && ((w[at]! ^ page) & ~0xfff) === 0) w[at + 2] = 0;
    }
  }
  #drop(at: number): void {
    this.#words[at] = 0;
    this.#words[at + 3] = 0;
  }
  /** Makes the generation of `pcid` the present one. */
  #enter(pcid: number): void {
    let generation = this.#spaces.get(pcid);
    if (generation === undefined) {
      if (this.#last === GENERATION) {
        this.flush();
        return;
      }
      generation = ++this.#last;
      this.#spaces.set(pcid, generation);
    }
    this.#generation = generation;
  }
  /** Forgets where blocks are. */
  flushJumps(): void {
    this.#words.fill(0, JUMPS, JUMPS_END);
    this.#largeCode.clear();
    this.#crossed.clear();
  }
  /**
   * Enters where the block at linear hi:lo is; `attributes` of its page. `crosses`: it goes on in the page behind, and they are of both. Then it is
   * not entered where that page begins another GiB.
   */
  fillJump(hi: number, lo: number, header: number, attributes: number, crosses = false): void {
    const w = this.#words;
    if (crosses) {
      const behind = ((lo | 0xfff) + 1) | 0;
      if (behind === 0 || partOf(hi, behind) !== partOf(hi, lo)) return;
      this.#crossed.add(pageOf(hi, behind));
    }
    const at = JUMPS + L.jumpIndex(lo, hi) * JUMP_WORDS;
    w[at] = lo;
    w[at + 1] = hi;
    w[at + 2] = w[((attributes & PAGE_GLOBAL) !== 0 ? S.GLOBAL_CODE_KEY : S.CODE_KEY) / 4]!;
    w[at + 3] = header;
    if ((attributes & PAGE_LARGE) !== 0) this.#largeCode.add(partOf(hi, lo));
  }

  // -------------------------------------------------------------------------------------------- looking, filling

  /** Whether the page of linear hi:lo is in the table for writing or reading, for generated code or as a special entry. */
  has(hi: number, lo: number, write: boolean): boolean {
    const w = this.#words;
    const at = ((write ? L.TLB_WRITE : L.TLB_READ) >> 2) + ((lo >>> 12) & (L.TLB_ENTRIES - 1)) * WORDS;
    if (w[at + 1] !== hi || ((w[at]! ^ lo) & ~0xfff) !== 0) return false;
    const meta = w[at + 3]!;
    const key = VALID | w[S.TLB_KEY / 4]!;
    if ((meta & (VALID | KEY)) === key) return true;
    return (meta & GLOBAL) !== 0 && (meta & (VALID | PRIVILEGE)) === (key & ~GENERATION);
  }
  /** Enters the page of linear hi:lo; `place`: where it lies in linear memory, or −1 for a special entry. */
  fill(hi: number, lo: number, write: boolean, place: number, attributes: number): void {
    const w = this.#words;
    const at = ((write ? L.TLB_WRITE : L.TLB_READ) >> 2) + ((lo >>> 12) & (L.TLB_ENTRIES - 1)) * WORDS;
    const page = lo & ~0xfff;
    const key = w[S.TLB_KEY / 4]!;
    w[at] = place < 0 ? page : page | key;
    w[at + 1] = hi;
    w[at + 2] = place - page;
    let meta = VALID | key;
    if ((attributes & PAGE_GLOBAL) !== 0) meta |= GLOBAL;
    if ((attributes & PAGE_LARGE) !== 0) {
      meta |= LARGE;
      this.#large.add(partOf(hi, lo));
    }
    w[at + 3] = meta;
  }
  /** The page at `place` in linear memory holds code from now on: writes to it go past generated code. */
  protect(place: number): void {
    const w = this.#words;
    for (let at = L.TLB_WRITE / 4; at < TABLES_END; at += WORDS) {
      const tag = w[at]!;
      if ((tag & GENERATION) !== 0 && ((w[at + 2]! + (tag & ~0xfff)) | 0) === (place | 0)) w[at] = tag & ~KEY;
    }
  }
  /** Makes all entries special: every access must be seen from now on, or may be missed again. */
  protectAll(): void {
    const w = this.#words;
    for (let at = TABLES; at < TABLES_END; at += WORDS) w[at] = w[at]! & ~KEY;
  }
}
