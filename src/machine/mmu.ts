/**
 * Memory as one processor's instructions see it: segment checks, alignment checks, data breakpoints, and accesses
 * through paging (paging.ts), across pages (SDM vol. 3A chapters 4 and 5, §6.15 #AC, vol. 3B §17.2).
 *
 * There is no TLB here: every access walks the tables. Engines keep their own and ask `walk` when they miss.
 */
import { PAGE_GLOBAL, PAGE_LARGE } from "../engine/soft-tlb.ts";
import * as S from "../isa/state.ts";
import { isCanonicalHigh } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import type { LinearMemory } from "./linear.ts";
import { ACCESS, Paging, type Translation } from "./paging.ts";
import { PAGE, type PhysicalMemory } from "./physical.ts";

export { ACCESS, type Translation } from "./paging.ts";

/** An access to memory by an instruction, as observers see it. */
export interface MemoryAccess {
  readonly kind: "read" | "write";
  readonly linear: bigint;
  readonly physical: number;
  /** Bytes. */
  readonly size: number;
  /** What was read, or is about to be written. */
  readonly value: bigint;
}

// V8 11 (Node 20) crashes in its optimiser on asIntN(n, v >> k) where v is a choice of two asUintN; asUintN around v helps.
const hiOf = (v: bigint): number => Number(BigInt.asIntN(32, BigInt.asUintN(64, v) >> 32n));
const loOf = (v: bigint): number => Number(BigInt.asIntN(32, v));

/**
 * The page of linear hi:lo (signed halves), and where it begins: its physical address, −1 if accesses to it must be
 * seen one by one. `attributes`: PAGE_GLOBAL, PAGE_LARGE.
 */
export type TouchedPage = (
  hi: number,
  lo: number,
  write: boolean,
  physicalPage: number,
  attributes: number,
) => void;

/** PAGE_GLOBAL and PAGE_LARGE of a translation. */
export const attributesOf = (t: Translation): number =>
  (t.global ? PAGE_GLOBAL : 0) | (t.pageSize > PAGE ? PAGE_LARGE : 0);

/** Alignment that an operand of `size` bytes wants (SDM vol. 3A table 6-7): its own, but 80 bits 8, x87 environments 2 or 4. */
function alignmentOf(size: number): number {
  switch (size) {
    case 2:
    case 4:
    case 8:
    case 16:
      return size;
    case 10:
      return 8;
    case 6:
    case 14:
      return 2;
    case 28:
      return 4;
    default:
      return 1;
  }
}

const CR0_AM = 1 << 18;
/** Enable bits of the four breakpoints in dr7. */
const DR7_ENABLES = 0xff;
/** R/W field 01 (writes) or 11 (reads and writes) of breakpoint i. */
const isDataBreakpoint = (dr7: number, i: number): boolean =>
  ((dr7 >> (i * 2)) & 3) !== 0 && ((dr7 >> (16 + i * 4)) & 1) !== 0;

export class Mmu implements LinearMemory {
  readonly physical: PhysicalMemory;
  /** Told of every access that has passed its checks; while it is set, engines must come here for each. */
  observer: ((access: MemoryAccess) => void) | undefined;
  /** Told of each page that an instruction's data access has touched, after its checks. */
  touched: TouchedPage | undefined;
  /** Told of every write to physical memory made here: engines drop code they have decoded there. */
  written: ((physical: number, size: number) => void) | undefined;
  /** Breakpoints that data accesses have hit since it was last cleared: bits 0–3 of dr6. */
  breakpointsHit = 0;
  readonly #cpu: Cpu;
  readonly #paging: Paging;

  constructor(cpu: Cpu, physical: PhysicalMemory) {
    this.#cpu = cpu;
    this.physical = physical;
    this.#paging = new Paging(cpu, physical);
  }

  /** Whether each access must be seen here, so that no TLB may answer for it. */
  get watching(): boolean {
    if (this.observer !== undefined) return true;
    const dr7 = this.#cpu.u32(S.DR7);
    if ((dr7 & DR7_ENABLES) !== 0) {
      for (let i = 0; i < 4; i++) if (isDataBreakpoint(dr7, i)) return true;
    }
    return this.#checksAlignment;
  }
  get #checksAlignment(): boolean {
    const cpu = this.#cpu;
    return (cpu.u32(S.RFLAGS) & S.FLAG.ac) !== 0 && (cpu.cr0 & CR0_AM) !== 0 && cpu.cpl === 3;
  }

  // ------------------------------------------------------------------------------------------------- segments

  linear(segment: number, offset: bigint, size: number, write: boolean): bigint {
    const cpu = this.#cpu;
    const s = cpu.segment(segment);
    if (cpu.mode === 64) {
      const base = segment === S.FS || segment === S.GS ? s.base : 0n;
      const linear = BigInt.asUintN(64, base + offset);
      const last = BigInt.asUintN(64, linear + BigInt(size - 1));
      if (!isCanonicalHigh(cpu, hiOf(linear)) || !isCanonicalHigh(cpu, hiOf(last))) {
        throw new Fault(segment === S.SS ? "SS" : "GP", 0);
      }
      return linear;
    }
    const { attributes } = s;
    const outside = (): Fault => new Fault(segment === S.SS ? "SS" : "GP", 0);
    if (s.unusable) throw outside();
    // Real mode has no types: what was loaded in protected mode limits only.
    if (cpu.protectedMode && !cpu.virtual8086) {
      const code = (attributes & 8) !== 0;
      const allowed = write ? !code && (attributes & 2) !== 0 : !code || (attributes & 2) !== 0;
      if (!allowed) throw new Fault("GP", 0);
    }
    const last = offset + BigInt(size - 1);
    if ((attributes & 0xc) === 4) {
      const top = attributes & 0x4000 ? 0xffffffffn : 0xffffn;
      if (offset <= BigInt(s.limit) || last > top) throw outside();
    } else if (last > BigInt(s.limit)) throw outside();
    return BigInt.asUintN(32, s.base + offset);
  }

  // --------------------------------------------------------------------------------------------------- paging

  /**
   * Translates the byte at hi:lo (two 32-bit halves of a linear address, signed or not) for an access described by
   * ACCESS bits. Sets accessed and dirty bits; throws #PF. The result is one object, overwritten by the next call.
   */
  walk(hi: number, lo: number, access: number): Translation {
    return this.#paging.walk(hi, lo, access);
  }
  /** ACCESS bits of an access with the current privilege. */
  get privilege(): number {
    return this.#cpu.cpl === 3 ? ACCESS.user : 0;
  }
  translate(
    linear: bigint,
    access: "read" | "write" | "fetch",
    privilege: "current" | "supervisor" = "current",
  ): number {
    const kind = access === "write" ? ACCESS.write : access === "fetch" ? ACCESS.fetch : 0;
    const level = privilege === "current" ? this.privilege : ACCESS.implicit;
    return this.walk(hiOf(linear), loOf(linear), kind | level).physical;
  }

  // ------------------------------------------------------------------------------------------------- accesses

  read(linear: bigint, size: number): bigint {
    this.#align(linear, size);
    return this.#read(linear, size, this.privilege, true);
  }
  readForWrite(linear: bigint, size: number): bigint {
    this.probe(linear, size, true);
    return this.#read(linear, size, this.privilege, false);
  }
  write(linear: bigint, size: number, value: bigint): void {
    this.#align(linear, size);
    this.#write(linear, size, value, this.privilege | ACCESS.write, true);
  }
  readSystem(linear: bigint, size: number): bigint {
    return this.#read(linear, size, ACCESS.implicit, false);
  }
  writeSystem(linear: bigint, size: number, value: bigint): void {
    this.#write(linear, size, value, ACCESS.implicit | ACCESS.write, false);
  }
  probe(linear: bigint, size: number, write: boolean): void {
    this.#align(linear, size);
    const access = this.privilege | (write ? ACCESS.write : 0);
    this.#walkData(linear, size, access, true);
  }

  /** #AC comes before page faults on AMD's processors. */
  #align(linear: bigint, size: number): void {
    if (!this.#checksAlignment) return;
    if ((loOf(linear) & (alignmentOf(size) - 1)) !== 0) throw new Fault("AC", 0);
  }
  /** Physical address of the first byte in the second page of what `#walkData` translated last. */
  #second = 0;
  /** Translates an access of one or two pages; returns the first byte's physical address. `data`: an instruction's own. */
  #walkData(linear: bigint, size: number, access: number, data: boolean): number {
    const lo = loOf(linear);
    const t = this.walk(hiOf(linear), lo, access);
    const first = t.physical;
    const attributes = attributesOf(t);
    const crosses = (lo & (PAGE - 1)) + size > PAGE;
    const write = (access & ACCESS.write) !== 0;
    const touched = data ? this.touched : undefined;
    if (!crosses) {
      touched?.(hiOf(linear), lo, write, first - (lo & (PAGE - 1)), attributes);
      return first;
    }
    const next = BigInt.asUintN(this.#cpu.longMode ? 64 : 32, (linear | 0xfffn) + 1n);
    const second = this.walk(hiOf(next), loOf(next), access);
    this.#second = second.physical;
    const secondAttributes = attributesOf(second);
    touched?.(hiOf(linear), lo, write, first - (lo & (PAGE - 1)), attributes);
    touched?.(hiOf(next), loOf(next), write, this.#second, secondAttributes);
    return first;
  }

  #read(linear: bigint, size: number, access: number, data: boolean): bigint {
    const lo = loOf(linear);
    const first = this.#walkData(linear, size, access, data);
    const inPage = PAGE - (lo & (PAGE - 1));
    let value: bigint;
    if (size <= inPage) value = this.#load(first, size);
    else value = this.#load(first, inPage) | (this.#load(this.#second, size - inPage) << BigInt(inPage * 8));
    this.#watch("read", linear, first, size, value);
    return value;
  }
  #write(linear: bigint, size: number, value: bigint, access: number, data: boolean): void {
    const lo = loOf(linear);
    const first = this.#walkData(linear, size, access, data);
    const second = this.#second;
    const inPage = PAGE - (lo & (PAGE - 1));
    this.#watch("write", linear, first, size, value);
    if (size <= inPage) this.#store(first, size, value);
    else {
      this.#store(first, inPage, BigInt.asUintN(inPage * 8, value));
      this.#store(second, size - inPage, value >> BigInt(inPage * 8));
    }
  }

  /** Reads bytes of one page; a device sees accesses of 1, 2, 4 or 8 bytes. */
  #load(physical: number, size: number): bigint {
    if (size <= 8 && (size & (size - 1)) === 0) return this.physical.read(physical, size);
    if (this.physical.host(physical) >= 0) return this.physical.read(physical, size);
    let value = 0n;
    for (let done = 0; done < size; ) {
      const piece = pieceOf(size - done);
      value |= this.physical.read(physical + done, piece) << BigInt(done * 8);
      done += piece;
    }
    return value;
  }
  #store(physical: number, size: number, value: bigint): void {
    for (let done = 0; done < size; ) {
      const piece = pieceOf(size - done);
      this.physical.write(physical + done, piece, BigInt.asUintN(piece * 8, value >> BigInt(done * 8)));
      done += piece;
    }
    this.written?.(physical, size);
  }

  /** Observers and data breakpoints. */
  #watch(kind: "read" | "write", linear: bigint, physical: number, size: number, value: bigint): void {
    this.observer?.({ kind, linear, physical, size, value: BigInt.asUintN(size * 8, value) });
    const dr7 = this.#cpu.u32(S.DR7);
    if ((dr7 & DR7_ENABLES) === 0) return;
    for (let i = 0; i < 4; i++) {
      if (!isDataBreakpoint(dr7, i) || (kind === "read" && ((dr7 >> (16 + i * 4)) & 3) === 1)) continue;
      const code = (dr7 >> (18 + i * 4)) & 3;
      const length = code === 2 ? 8n : BigInt(code + 1);
      const from = this.#cpu.u64(S.DR + i * 8) & ~(length - 1n);
      if (linear < from + length && from < linear + BigInt(size)) this.breakpointsHit |= 1 << i;
    }
  }
}

/** The largest power of two, at most 8, in `size`. */
const pieceOf = (size: number): number => (size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1);
