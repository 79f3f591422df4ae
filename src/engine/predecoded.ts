/**
 * Code that was decoded when the package was built: the blocks of an image that many machines run, laid out as the code cache (code-cache.ts)
 * would have done it, at the place that they have there.
 *
 * It is used a page at a time, and only where a page's bytes are the ones it was made from, in the context it was made for; so nothing has to be
 * known of the guest, and what is not found is decoded. predecode.ts makes it.
 *
 *     header   8 words: see HEADER
 *     pages    4 words each, and one more for the end: linear address, number of the first block, place of the first byte of records, the chunks of
 *              handlers that it needs as bits by their number
 *     blocks   4 words each, by linear address: it, place of the header in the records, number of the first cost, size << 16 | end << 8 | instructions
 *     costs    a half word for each instruction: cycles of the block up to its end; filled up to a word
 *     text     the pages' bytes
 *     records  as they are in the code cache
 */
import { decode, isFailure } from "../isa/decode.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { BlockEnd } from "./block.ts";
import * as L from "./layout.ts";

/** Words of the header. */
export const HEADER = { magic: 0, build: 1, context: 2, cache: 3, pages: 4, blocks: 5, costs: 6, size: 7 };
export const HEADER_WORDS = 8;
export const PAGE_WORDS = 4;
export const BLOCK_WORDS = 4;
export const MAGIC = 0x63_64_74_76;
/** Numbers of the ends that such blocks have. */
export const ENDS = ["continue", "leave", "none"] as const;
const ENDS_AS: readonly BlockEnd[] = ENDS.map((kind) => ({ kind }));

const PAGE = 4096;
const PAGE_INTS = PAGE / 4;

/** The file. Immutable, and shared by all machines. */
export class Predecoded {
  readonly context: number;
  /** Where the code cache begins that it fits. */
  readonly cacheStart: number;
  readonly pageCount: number;
  readonly blockCount: number;
  readonly #pages: Uint32Array;
  readonly #blocks: Uint32Array;
  readonly #costs: Uint16Array;
  readonly #text: Uint8Array;
  readonly records: Uint8Array;

  private constructor(words: Uint32Array) {
    const word = (name: keyof typeof HEADER): number => words[HEADER[name]]!;
    this.context = word("context");
    this.cacheStart = word("cache");
    this.pageCount = word("pages");
    this.blockCount = word("blocks");
    const { buffer, byteOffset } = words;
    let at = byteOffset + HEADER_WORDS * 4;
    const take = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    const pageWords = (this.pageCount + 1) * PAGE_WORDS;
    this.#pages = new Uint32Array(buffer, take(pageWords * 4), pageWords);
    const blockWords = this.blockCount * BLOCK_WORDS;
    this.#blocks = new Uint32Array(buffer, take(blockWords * 4), blockWords);
    const costs = word("costs");
    this.#costs = new Uint16Array(buffer, take((costs * 2 + 3) & ~3), costs);
    this.#text = new Uint8Array(buffer, take(this.pageCount * PAGE), this.pageCount * PAGE);
    this.records = new Uint8Array(buffer, take(word("size")), word("size"));
  }
  /** `build`: of the handlers that the records name. Undefined for bytes that are nothing of this build. */
  static read(bytes: Uint8Array, build: number): Predecoded | undefined {
    // Words want a place that is a multiple of 4.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
    if (words[HEADER.magic] !== MAGIC || words[HEADER.build] !== build) return undefined;
    return new Predecoded(words);
  }

  #page(page: number, word: number): number {
    return this.#pages[page * PAGE_WORDS + word]!;
  }
  #block(block: number, word: number): number {
    return this.#blocks[block * BLOCK_WORDS + word]!;
  }
  /** Number of the page at a linear address; −1: none. */
  pageAt(linear: number): number {
    let lo = 0;
    let hi = this.pageCount - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const start = this.#page(mid, 0);
      if (linear < start) hi = mid - 1;
      else if (linear >= start + PAGE) lo = mid + 1;
      else return mid;
    }
    return -1;
  }
  firstBlock(page: number): number {
    return this.#page(page, 1);
  }
  recordsAt(page: number): number {
    return this.#page(page, 2);
  }
  chunksOf(page: number): number {
    return this.#page(page, 3);
  }
  /** Whether `bytes` are the page's. */
  isPage(page: number, bytes: Uint8Array): boolean {
    const text = this.#text;
    const mine = new Int32Array(text.buffer, text.byteOffset + page * PAGE, PAGE_INTS);
    const others = new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_INTS);
    for (let i = 0; i < PAGE_INTS; i++) if (mine[i] !== others[i]) return false;
    return true;
  }
  linear(block: number): number {
    return this.#block(block, 0);
  }
  header(block: number): number {
    return this.#block(block, 1);
  }
  count(block: number): number {
    return this.#block(block, 3) & 0xff;
  }
  end(block: number): BlockEnd {
    return ENDS_AS[(this.#block(block, 3) >>> 8) & 0xff]!;
  }
  size(block: number): number {
    return this.#block(block, 3) >>> 16;
  }
  costs(block: number): Uint16Array {
    const first = this.#block(block, 2);
    return this.#costs.subarray(first, first + this.count(block));
  }
  /** Number of the block of a page that is at a linear address; −1: none. */
  blockAt(page: number, linear: number): number {
    let lo = this.firstBlock(page);
    let hi = this.firstBlock(page + 1) - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const start = this.linear(mid);
      if (linear < start) hi = mid - 1;
      else if (linear > start) lo = mid + 1;
      else return mid;
    }
    return -1;
  }
  /** Number of the block that the byte at `place` of the records belongs to. */
  blockOf(place: number): number {
    let lo = 0;
    let hi = this.blockCount - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (place < this.header(mid)) hi = mid - 1;
      else lo = mid;
    }
    return lo;
  }
  offsets(block: number): number[] {
    const { records } = this;
    const first = this.header(block) + L.HEADER_SIZE + L.RECORD_START;
    return Array.from({ length: this.count(block) }, (_, i) => {
      const at = first + i * L.RECORD_SIZE;
      return records[at]! | (records[at + 1]! << 8);
    });
  }
  instructions(block: number): Instruction[] {
    const linear = this.linear(block);
    const page = this.pageAt(linear);
    const text = this.#text.subarray(page * PAGE, (page + 1) * PAGE);
    return this.offsets(block).map((offset) => {
      const insn = decode(text, (linear % PAGE) + offset, { mode: 64 });
      if (isFailure(insn)) throw new Error(`predecoded code at ${linear + offset} is none`);
      return insn;
    });
  }
}
