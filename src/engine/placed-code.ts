/** Predecoded code (predecoded.ts) in one machine's code cache: which of its pages are in use, and its blocks as the interpreter knows blocks. */
import type { Instruction } from "../isa/instruction.ts";
import type { Block, BlockEnd } from "./block.ts";
import type { CodePage } from "./host.ts";
import * as L from "./layout.ts";
import type { Predecoded } from "./predecoded.ts";

const PAGE = 4096;

/** A block whose instructions are decoded when someone asks for them. */
class PredecodedBlock implements Block {
  readonly header: number;
  readonly context: number;
  readonly physical: number;
  readonly size: number;
  readonly count: number;
  readonly records: number;
  readonly end: BlockEnd;
  readonly costs: Uint16Array;
  readonly secondPage = -1;
  dropped = false;
  readonly #code: Predecoded;
  readonly #number: number;
  #instructions: readonly Instruction[] | undefined;
  #offsets: readonly number[] | undefined;

  constructor(code: Predecoded, number: number, header: number, page: number) {
    this.#code = code;
    this.#number = number;
    this.header = header;
    this.context = code.context;
    this.physical = page + (code.linear(number) % PAGE);
    this.size = code.size(number);
    this.count = code.count(number);
    this.end = code.end(number);
    this.records = this.count + (this.end.kind === "none" ? 0 : 1);
    this.costs = code.costs(number);
  }
  get extent(): number {
    return this.size;
  }
  get instructions(): readonly Instruction[] {
    this.#instructions ??= this.#code.instructions(this.#number);
    return this.#instructions;
  }
  get offsets(): readonly number[] {
    this.#offsets ??= this.#code.offsets(this.#number);
    return this.#offsets;
  }
}

/** Of a page: it has not been asked for; its bytes are others. */
const UNUSED = -1;
const REFUSED = -2;

/** Predecoded code at the beginning of one code cache. */
export class PlacedCode {
  readonly #code: Predecoded;
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  readonly #need: (chunks: number) => void;
  /** By page: the physical one that it is in use for, or UNUSED or REFUSED; and the other way round. */
  readonly #places: Float64Array;
  readonly #pages = new Map<number, number>();
  #blocks: (PredecodedBlock | undefined)[] = [];

  /** `start`: of the records; `need` sees to it that chunks of handlers are loaded. */
  constructor(code: Predecoded, memory: WebAssembly.Memory, start: number, need: (chunks: number) => void) {
    this.#code = code;
    this.#memory = memory;
    this.#start = start;
    this.#need = need;
    this.#places = new Float64Array(code.pageCount).fill(UNUSED);
  }
  /** Behind the last byte of it. */
  get end(): number {
    return (this.#start + this.#code.records.length + 15) & ~15;
  }
  /** All code is forgotten. */
  clear(): void {
    for (const block of this.#blocks) if (block !== undefined) block.dropped = true;
    this.#blocks = [];
    this.#places.fill(UNUSED);
    this.#pages.clear();
  }
  /** The block at `linear`, whose page is `page`, if there is one. */
  find(page: CodePage, linear: bigint, context: number): Block | undefined {
    const code = this.#code;
    if (context !== code.context || page.bytes === undefined) return undefined;
    const address = Number(linear);
    const number = code.pageAt(address);
    if (number < 0) return undefined;
    if (this.#places[number] !== page.physical && !this.#use(number, page.physical, page.bytes))
      return undefined;
    const block = code.blockAt(number, address);
    if (block < 0) return undefined;
    const found = this.#block(block, page.physical);
    return found.dropped ? undefined : found;
  }
  #block(number: number, page: number): PredecodedBlock {
    const known = this.#blocks[number];
    if (known !== undefined) return known;
    const made = new PredecodedBlock(this.#code, number, this.#start + this.#code.header(number), page);
    this.#blocks[number] = made;
    return made;
  }
  /** Begins to use a page for the physical one whose bytes are given. */
  #use(number: number, physical: number, bytes: Uint8Array): boolean {
    // It can be in use at one place only, and two pages of it cannot be at one.
    if (this.#places[number] !== UNUSED || this.#pages.has(physical)) return false;
    const code = this.#code;
    const same = code.isPage(number, bytes);
    this.#places[number] = same ? physical : REFUSED;
    if (!same) return false;
    this.#pages.set(physical, number);
    this.#need(code.chunksOf(number));
    const [from, to] = [code.recordsAt(number), code.recordsAt(number + 1)];
    new Uint8Array(this.#memory.buffer).set(code.records.subarray(from, to), this.#start + from);
    return true;
  }
  /** Whether a physical page is in use. */
  uses(page: number): boolean {
    return this.#pages.has(page);
  }
  /** Blocks of a physical page in use that have bytes at [address, address + size). */
  overlapping(page: number, address: number, size: number): Block[] {
    const number = this.#pages.get(page);
    if (number === undefined) return [];
    const code = this.#code;
    const found: Block[] = [];
    for (let i = code.firstBlock(number); i < code.firstBlock(number + 1); i++) {
      const start = page + (code.linear(i) % PAGE);
      if (start < address + size && address < start + code.size(i)) found.push(this.#block(i, page));
    }
    return found;
  }
  /** The block and instruction that a record at or behind `start` belongs to. */
  locate(record: number): { block: Block; index: number } | undefined {
    const code = this.#code;
    const number = code.blockOf(record - this.#start);
    const page = this.#places[code.pageAt(code.linear(number))]!;
    if (page < 0) return undefined;
    const block = this.#block(number, page);
    const index = (record - block.header - L.HEADER_SIZE) / L.RECORD_SIZE;
    return index >= 0 && index < block.records ? { block, index } : undefined;
  }
}
