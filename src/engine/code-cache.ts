/**
 * Decoded code: blocks of records in a part of linear memory, found by physical address and context.
 *
 * What a block is says block.ts. Writes to a page drop exactly the blocks that overlap them: their records are turned
 * into `stale` ones, and their memory is reused only when the whole cache is emptied, which never happens while a
 * block runs.
 */
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import { type Block, type BlockEnd, type FormedBlock, formBlock, MAX_BLOCK, overlaps } from "./block.ts";
import { EXCEPTION_VECTOR, RAISED_WITH_ERROR } from "./exceptions.ts";
import type { Handlers } from "./handlers.ts";
import type { CodePage, EngineHost } from "./host.ts";
import * as L from "./layout.ts";
import { PlacedCode } from "./placed-code.ts";
import type { Predecoded } from "./predecoded.ts";
import { fixedHandler } from "./runtime.ts";
import { memoryForm, memoryOf } from "./shape.ts";
import { fopOf } from "./x87-paths.ts";

const PAGE = 4096;
/** Where blocks begin, from the start of the cache. */
export const FIRST_BLOCK = 256;
/** Bytes of a granule: a few blocks of the shortest. */
const GRANULE_BITS = 7;
const GRANULE = 1 << GRANULE_BITS;
/** Cost of a block that no budget has room for. */
const NEVER_FITS = 0x7fffffff;
/** The handler that goes on behind a block, by mode (bits 0–1 of a context). */
const CONTINUE = ["continue16", "continue32", "continue64"] as const;

export class CodeCache {
  readonly #memory: WebAssembly.Memory;
  #view: DataView;
  /** Where the first block is, and the first that is not predecoded. */
  readonly #first: number;
  readonly #start: number;
  readonly #end: number;
  readonly #handlers: Handlers;
  /** At the start of the cache. */
  readonly #predecoded: PlacedCode | undefined;
  #next: number;
  /** Context → physical address → block. */
  readonly #blocks = new Map<number, Map<number, Block>>();
  /** Physical page → blocks with bytes in it. */
  readonly #pages = new Map<number, Set<Block>>();
  /** By header order, for finding a record's block: the number of the one that each granule's first byte is in. */
  #order: Block[] = [];
  readonly #numbers: Int32Array;
  /** Header that never fits, and one that goes on through the jump cache. */
  readonly unlinked: number;
  readonly indirect: number;
  /** Two records for single steps. */
  readonly scratch: number;
  /** Called when a page begins to hold code, so that it leaves the write TLBs. */
  onCodePage: (page: number) => void = () => {};
  /** Called when all blocks have gone, so that nothing leads to them. */
  onClear: () => void = () => {};

  /** `predecoded` is used if it is made for a cache at `start`, and costs that are these. */
  constructor(
    memory: WebAssembly.Memory,
    start: number,
    end: number,
    handlers: Handlers,
    predecoded?: Predecoded,
  ) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#handlers = handlers;
    this.unlinked = start;
    this.indirect = start + 64;
    this.scratch = start + 128;
    const first = start + FIRST_BLOCK;
    this.#first = first;
    if (predecoded?.cacheStart === start && first + 2 * predecoded.records.length < end) {
      const need = (chunks: number): void => handlers.need(chunks);
      this.#predecoded = new PlacedCode(predecoded, memory, first, need);
    }
    this.#start = this.#predecoded?.end ?? first;
    this.#end = end;
    this.#next = this.#start;
    this.#numbers = new Int32Array(((end - this.#start) >>> GRANULE_BITS) + 1);
    this.refresh();
  }
  /** Call after linear memory has grown. */
  refresh(): void {
    const v = new DataView(this.#memory.buffer);
    this.#view = v;
    v.setUint32(this.unlinked + L.HEADER_COST, NEVER_FITS, true);
    v.setUint32(this.unlinked + L.HEADER_COST + 4, 0, true);
    v.setBigUint64(this.indirect + L.HEADER_COST, 0n, true);
    v.setUint32(this.indirect + L.HEADER_SIZE + L.RECORD_HANDLER, fixedHandler("dispatch"), true);
  }

  hasCode(page: number): boolean {
    return this.#pages.has(page);
  }
  get size(): number {
    return this.#order.length;
  }

  /** Forgets every block. Not while one runs. */
  clear(): void {
    for (const block of this.#order) block.dropped = true;
    this.onClear();
    this.#next = this.#start;
    this.#predecoded?.clear();
    this.#blocks.clear();
    this.#pages.clear();
    this.#order = [];
  }

  /** The block at `linear` as `host` fetches it, decoded now if it is new. Throws the host's fault if its first byte cannot be fetched. */
  find(host: EngineHost, linear: bigint, context: number): Block {
    const page = host.codePage(linear);
    const physical = page.physical + Number(linear & 0xfffn);
    const known = this.#blocks.get(context)?.get(physical);
    if (known !== undefined) {
      if (known.secondPage < 0) return known;
      const second = host.codePage((linear | 0xfffn) + 1n);
      if (second.physical === known.secondPage) return known;
      this.drop(known);
    }
    const block = this.#ready(page, linear, context) ?? this.#place(host, formBlock(host, linear), context);
    let byAddress = this.#blocks.get(context);
    if (byAddress === undefined) {
      byAddress = new Map();
      this.#blocks.set(context, byAddress);
    }
    byAddress.set(physical, block);
    return block;
  }

  #ready(page: CodePage, linear: bigint, context: number): Block | undefined {
    const block = this.#predecoded?.find(page, linear, context);
    if (block !== undefined) this.#claim(page.physical, block);
    return block;
  }
  #place(host: EngineHost, formed: FormedBlock, context: number): Block {
    const { instructions, offsets, size, end, secondPage } = formed;
    // Room for the longest block, so that allocation cannot fail half-way.
    if (this.#next + L.HEADER_SIZE + (MAX_BLOCK + 2) * L.RECORD_SIZE > this.#end) this.clear();
    const costs = host.cost(instructions);
    const header = this.#next;
    const v = this.#view;
    const total = instructions.length === 0 ? 0 : (costs[instructions.length - 1] ?? 0);
    v.setUint32(header + L.HEADER_COST, total, true);
    v.setUint32(header + L.HEADER_COST + 4, instructions.length, true);
    let record = header + L.HEADER_SIZE;
    instructions.forEach((insn, i) => {
      this.#writeRecord(record, insn, offsets[i] ?? 0);
      record += L.RECORD_SIZE;
    });
    if (end.kind !== "none") {
      this.#writeEnd(record, end, size, context);
      record += L.RECORD_SIZE;
    }
    this.#next = (record + 15) & ~15;
    const records = (record - header - L.HEADER_SIZE) / L.RECORD_SIZE;
    const block: Block = {
      ...formed,
      header,
      context,
      costs,
      records,
      count: instructions.length,
      dropped: false,
    };
    const places = (at: number): number => (at - this.#start + GRANULE - 1) >>> GRANULE_BITS;
    this.#numbers.fill(this.#order.length, places(header), places(this.#next));
    this.#order.push(block);
    this.#claim(formed.physical - (formed.physical % PAGE), block);
    if (secondPage >= 0) this.#claim(secondPage, block);
    return block;
  }
  /** The record behind the last instruction, `size` bytes from the block's start. */
  #writeEnd(record: number, end: BlockEnd, size: number, context: number): void {
    const v = this.#view;
    v.setUint16(record + L.RECORD_START, size, true);
    v.setUint16(record + L.RECORD_NEXT, size, true);
    switch (end.kind) {
      case "continue":
        v.setUint32(record, fixedHandler(CONTINUE[context & 3] ?? "continue64"), true);
        v.setInt32(record + L.RECORD_NEXT_DELTA, size, true);
        v.setUint32(record + L.RECORD_NEXT_LINK, this.unlinked, true);
        return;
      case "leave":
        v.setUint32(record, fixedHandler("leave"), true);
        return;
      case "trap": {
        const { decoded } = end;
        const vector =
          decoded.kind === "exception" ? EXCEPTION_VECTOR[decoded.exception] : EXCEPTION_VECTOR.UD;
        const error = decoded.kind === "exception" && decoded.errorCode !== undefined ? RAISED_WITH_ERROR : 0;
        v.setUint32(record, fixedHandler("trap"), true);
        v.setUint32(record + L.RECORD_IMMEDIATE, vector | error, true);
        return;
      }
      case "none":
        return;
    }
  }
  #claim(page: number, block: Block): void {
    let set = this.#pages.get(page);
    if (set === undefined) {
      set = new Set();
      this.#pages.set(page, set);
      this.onCodePage(page);
    }
    set.add(block);
  }
  /** Writes the record of `insn`, `offset` bytes into its block, at `record`. */
  #writeRecord(record: number, insn: Instruction, offset: number): void {
    const v = this.#view;
    v.setUint32(record + L.RECORD_HANDLER, this.#handlers.indexOf(insn), true);
    v.setUint16(record + L.RECORD_START, offset, true);
    v.setUint16(record + L.RECORD_NEXT, offset + insn.length, true);
    for (let i = 16; i < L.RECORD_SIZE; i += 4) v.setUint32(record + i, 0, true);
    if (insn.row.unit === "x87") v.setUint32(record + L.RECORD_IMMEDIATE, fopOf(insn), true);
    let immediates = 0;
    insn.operands.forEach((operand, i) => {
      switch (operand.kind) {
        case "register": {
          const place =
            operand.file === "gpr"
              ? S.gprOffset(operand.index) + (operand.high ? 1 : 0)
              : operand.file === "xmm"
                ? S.ymmOffset(operand.index)
                : S.X87 + operand.index * 16;
          v.setUint16(record + L.RECORD_REGISTERS + i * 2, place, true);
          break;
        }
        case "memory":
          if (operand === memoryOf(insn)) this.#writeMemory(record, insn, operand, offset);
          break;
        case "immediate": {
          if (operand.width === 64 && insn.row.operands[i]?.code.endsWith("v")) {
            v.setBigUint64(record + L.RECORD_DISPLACEMENT, operand.value, true);
          } else if (insn.operands.filter((o) => o.kind === "immediate").length > 1) {
            v.setUint16(record + L.RECORD_IMMEDIATE + 2 * immediates, Number(operand.value), true);
          } else {
            v.setUint32(record + L.RECORD_IMMEDIATE, Number(operand.value & 0xffffffffn), true);
          }
          immediates++;
          break;
        }
        case "relative":
          v.setInt32(record + L.RECORD_TAKEN_DELTA, offset + insn.length + operand.displacement, true);
          v.setInt32(record + L.RECORD_NEXT_DELTA, offset + insn.length, true);
          v.setUint32(record + L.RECORD_TAKEN_LINK, this.unlinked, true);
          v.setUint32(record + L.RECORD_NEXT_LINK, this.unlinked, true);
          break;
        default:
          break;
      }
    });
  }
  #writeMemory(record: number, insn: Instruction, m: MemoryOperand, offset: number): void {
    const v = this.#view;
    const slot = (register: number): number => (register < 0 ? S.ZERO : S.gprOffset(register));
    v.setUint16(record + L.RECORD_BASE, m.ripRelative ? S.RIP : slot(m.base), true);
    v.setUint16(record + L.RECORD_INDEX, slot(m.index), true);
    const segmented = insn.mode !== 64 || m.segment === S.FS || m.segment === S.GS;
    v.setUint16(record + L.RECORD_SEGMENT, segmented ? S.segmentOffset(m.segment) : S.ZERO, true);
    v.setUint8(record + L.RECORD_SCALE, m.scale);
    v.setUint8(record + L.RECORD_SCALE + 1, m.segment);
    if (memoryForm(insn) === "offset") {
      v.setBigUint64(record + L.RECORD_DISPLACEMENT, BigInt.asUintN(64, m.displacement), true);
      return;
    }
    const relative = m.ripRelative && memoryForm(insn) !== "rip";
    const fromStart = relative ? m.displacement + BigInt(offset + insn.length) : m.displacement;
    v.setInt32(record + L.RECORD_DISPLACEMENT, Number(BigInt.asIntN(32, fromStart)), true);
  }

  /** The block and instruction that record `record` belongs to; scratch records belong to none. */
  locate(record: number): { block: Block; index: number } | undefined {
    if (record < this.#first || record >= this.#next) return undefined;
    if (record < this.#start) return this.#predecoded?.locate(record);
    let number = this.#numbers[(record - this.#start) >>> GRANULE_BITS]!;
    for (let behind = this.#order[number + 1]; behind !== undefined && behind.header <= record; )
      behind = this.#order[++number + 1];
    const block = this.#order[number];
    if (block === undefined) return undefined;
    const index = (record - block.header - L.HEADER_SIZE) / L.RECORD_SIZE;
    return index >= 0 && index < block.records ? { block, index } : undefined;
  }

  /** Lets the branch record lead straight to `target`; only within one page, where translation cannot come between. */
  link(record: number, which: "taken" | "next", from: Block, target: Block): void {
    const at = record + (which === "taken" ? L.RECORD_TAKEN_LINK : L.RECORD_NEXT_LINK);
    const near =
      from.secondPage < 0 &&
      target.secondPage < 0 &&
      Math.floor(from.physical / PAGE) === Math.floor(target.physical / PAGE);
    const direct = near && from.context === target.context && !from.dropped && !target.dropped;
    if (!from.dropped) this.#view.setUint32(at, direct ? target.header : this.indirect, true);
  }

  /** Drops the blocks that overlap physical bytes [address, address + size). */
  written(address: number, size: number): void {
    const page = address - (address % PAGE);
    const set = this.#pages.get(page);
    if (set === undefined) return;
    for (const block of set) if (overlaps(block, address, size)) this.drop(block);
    if (this.#predecoded?.uses(page)) {
      // What others of its blocks lead to has not been asked for yet, but can run.
      for (const block of this.#predecoded.overlapping(page, address, size))
        if (!block.dropped) this.drop(block);
    } else if (set.size === 0) this.#pages.delete(page);
  }
  drop(block: Block): void {
    block.dropped = true;
    // Links to it do not fit any more, and are made anew.
    this.#view.setUint32(block.header + L.HEADER_COST, NEVER_FITS, true);
    const stale = fixedHandler("stale");
    for (let i = 0; i < block.records; i++) {
      this.#view.setUint32(block.header + L.HEADER_SIZE + i * L.RECORD_SIZE, stale, true);
    }
    const byAddress = this.#blocks.get(block.context);
    if (byAddress?.get(block.physical) === block) byAddress.delete(block.physical);
    this.#pages.get(block.physical - (block.physical % PAGE))?.delete(block);
    if (block.secondPage >= 0) this.#pages.get(block.secondPage)?.delete(block);
  }

  /** Lets function `handler` of the table stand in for the block's first record. */
  install(block: Block, handler: number): void {
    if (!block.dropped) this.#view.setUint32(block.header + L.HEADER_SIZE + L.RECORD_HANDLER, handler, true);
  }

  /** Copies instruction `index` of `block` to the scratch records, followed by one that leaves. */
  prepareStep(block: Block, index: number): number {
    const v = this.#view;
    const bytes = new Uint8Array(this.#memory.buffer);
    const from = block.header + L.HEADER_SIZE + index * L.RECORD_SIZE;
    bytes.copyWithin(this.scratch, from, from + L.RECORD_SIZE);
    const after = this.scratch + L.RECORD_SIZE;
    v.setUint32(after + L.RECORD_HANDLER, fixedHandler("leave"), true);
    v.setUint16(after + L.RECORD_START, v.getUint16(from + L.RECORD_NEXT, true), true);
    v.setUint16(after + L.RECORD_NEXT, v.getUint16(from + L.RECORD_NEXT, true), true);
    const insn = block.instructions[index];
    if (insn !== undefined) v.setUint32(this.scratch + L.RECORD_HANDLER, this.#handlers.indexOf(insn), true);
    if (insn?.operands[0]?.kind === "relative") {
      v.setUint32(this.scratch + L.RECORD_TAKEN_LINK, this.unlinked, true);
      v.setUint32(this.scratch + L.RECORD_NEXT_LINK, this.unlinked, true);
    }
    return this.scratch;
  }
}
