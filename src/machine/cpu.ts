/**
 * One logical processor as TypeScript sees it: typed accessors over its CPU block (isa/state.ts), and memory and
 * operand access for helpers and for the evaluator. All 64-bit values are unsigned bigints: this is the cold path.
 *
 * Conventions for helpers (machine/helpers/): on entry `rip` is the address of the instruction and `nextRip` of the
 * one after it; a helper that branches sets `nextRip`. A helper raises an exception by throwing a Fault before it
 * has changed anything. After changing what translation or decoding depends on it calls `contextChanged` or
 * `flushTlb`.
 */
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import { Fault } from "./fault.ts";
import type { LinearMemory } from "./linear.ts";
import type { PhysicalMemory } from "./physical.ts";
import type { Platform } from "./platform.ts";
import type { ProcessorPlace } from "./topology.ts";

const FLAG = S.FLAG;

/** A segment register with its hidden part, as a view of the CPU block. */
export class Segment {
  readonly #view: DataView;
  readonly #at: number;
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }
  get base(): bigint {
    return this.#view.getBigUint64(this.#at + S.SEGMENT_BASE, true);
  }
  set base(v: bigint) {
    this.#view.setBigUint64(this.#at + S.SEGMENT_BASE, v, true);
  }
  /** Last valid offset in bytes (already scaled by G). */
  get limit(): number {
    return this.#view.getUint32(this.#at + S.SEGMENT_LIMIT, true);
  }
  set limit(v: number) {
    this.#view.setUint32(this.#at + S.SEGMENT_LIMIT, v, true);
  }
  get attributes(): number {
    return this.#view.getUint32(this.#at + S.SEGMENT_ATTRIBUTES, true);
  }
  set attributes(v: number) {
    this.#view.setUint32(this.#at + S.SEGMENT_ATTRIBUTES, v, true);
  }
  get selector(): number {
    return this.#view.getUint32(this.#at + S.SEGMENT_SELECTOR, true);
  }
  set selector(v: number) {
    this.#view.setUint32(this.#at + S.SEGMENT_SELECTOR, v, true);
  }
  get unusable(): boolean {
    return (this.attributes & 0x10000) !== 0;
  }
}

/** What the engine does when the processor's context changes; set by the engine that runs this processor. */
export interface EngineHooks {
  /** Paging structures or cr3 changed. "all" includes global pages; "page" only the one holding `address`. */
  flushTlb(kind: "all" | "nonglobal" | "page", address?: bigint): void;
  /** cr3 names the address space of a PCID now; `keep`: what is known of it still holds. */
  switchSpace(pcid: number, keep: boolean): void;
  /** Mode, privilege, segment, cr0/cr4/efer bits that decoding and permission checks look at. */
  contextChanged(): void;
}

/** What CPUID tells that is not the processor's own (cpuid.ts). */
export interface ProcessorIdentity extends ProcessorPlace {
  /** Of the time-stamp counter, in Hz. */
  readonly frequency: number;
  /** Of the local APIC's timer, in Hz; 0 where it has none. */
  readonly busFrequency: number;
  /** Features whose hardware is outside the processor. */
  readonly features: readonly ("apic" | "x2apic" | "tsc_deadline_timer" | "eff_freq_ro")[];
}
const DEFAULT_IDENTITY: ProcessorIdentity = {
  apicId: 0,
  coreBits: 0,
  cores: 1,
  frequency: 3e9,
  busFrequency: 0,
  features: [],
};

const NO_HOOKS: EngineHooks = { flushTlb() {}, switchSpace() {}, contextChanged() {} };

export class Cpu {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** The same bytes as 32-bit words. */
  readonly words: Uint32Array;
  /** Byte offset of the CPU block in the linear memory. */
  readonly base: number;
  readonly segments: readonly Segment[];
  /** Address of the instruction after the one in progress; a helper branches by setting it. */
  nextRip = 0n;
  /** Set by HLT and MWAIT: the processor waits for an interrupt. */
  halted = false;
  /** Interrupts (and, after MOV SS and POP SS, debug traps) are held off for one instruction (SDM vol. 3A §6.8). */
  interruptShadow: "none" | "sti" | "mov ss" = "none";
  /** Non-maskable interrupts are held off until the next IRET (SDM vol. 3A §6.7.1). */
  nmiBlocked = false;
  /** What MONITOR armed: physical address of a 64-byte line and its contents then (helpers/system-wait.ts). */
  monitor: { readonly address: number; readonly contents: bigint } | undefined;
  /** What CPUID tells of the computer around; set by the machine. */
  identity: ProcessorIdentity = DEFAULT_IDENTITY;
  memory!: LinearMemory;
  /** Physical memory, for what goes past translation (PDPTEs, the line that MONITOR watches). */
  physical!: PhysicalMemory;
  platform!: Platform;
  hooks: EngineHooks = NO_HOOKS;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.base = base;
    this.view = new DataView(memory.buffer, base, S.STATE_SIZE);
    this.bytes = new Uint8Array(memory.buffer, base, S.STATE_SIZE);
    this.words = new Uint32Array(memory.buffer, base, S.STATE_SIZE / 4);
    this.segments = S.SEGMENT_NAMES.map((_, i) => new Segment(this.view, S.segmentOffset(i)));
  }

  // ------------------------------------------------------------------------------------------------ registers

  u64(offset: number): bigint {
    return this.view.getBigUint64(offset, true);
  }
  setU64(offset: number, value: bigint): void {
    this.view.setBigUint64(offset, value, true);
  }
  u32(offset: number): number {
    return this.view.getUint32(offset, true);
  }
  setU32(offset: number, value: number): void {
    this.view.setUint32(offset, value, true);
  }
  u16(offset: number): number {
    return this.view.getUint16(offset, true);
  }
  setU16(offset: number, value: number): void {
    this.view.setUint16(offset, value, true);
  }

  /** Low `width` bits of general-purpose register `index`. */
  reg(index: number, width: 8 | 16 | 32 | 64 = 64): bigint {
    return BigInt.asUintN(width, this.u64(S.gprOffset(index)));
  }
  /** Writes as x86 does: 32 bits zero-extend, 8 and 16 keep the rest. */
  setReg(index: number, value: bigint, width: 8 | 16 | 32 | 64 = 64): void {
    const at = S.gprOffset(index);
    if (width === 64) this.view.setBigUint64(at, value, true);
    else if (width === 32) this.view.setBigUint64(at, BigInt.asUintN(32, value), true);
    else if (width === 16) this.view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
    else this.view.setUint8(at, Number(BigInt.asUintN(8, value)));
  }
  get rip(): bigint {
    return this.u64(S.RIP);
  }
  set rip(v: bigint) {
    this.setU64(S.RIP, v);
  }
  get cr0(): number {
    return this.u32(S.CR0);
  }
  get cr3(): bigint {
    return this.u64(S.CR3);
  }
  get cr4(): number {
    return this.u32(S.CR4);
  }
  get efer(): number {
    return this.u32(S.EFER);
  }
  segment(index: number): Segment {
    const s = this.segments[index];
    if (s === undefined) throw new RangeError(`segment ${index}`);
    return s;
  }
  xmm(index: number): bigint {
    const at = S.ymmOffset(index);
    return (this.u64(at + 8) << 64n) | this.u64(at);
  }
  setXmm(index: number, value: bigint): void {
    const at = S.ymmOffset(index);
    this.setU64(at, BigInt.asUintN(64, value));
    this.setU64(at + 8, BigInt.asUintN(64, value >> 64n));
  }

  // ---------------------------------------------------------------------------------------------------- flags

  get rflags(): number {
    const zf = this.u64(S.ZF_SOURCE) === 0n ? FLAG.zf : 0;
    const sf = this.bytes[S.SP_SOURCE + 7] ?? 0;
    const of = this.bytes[S.OF_SOURCE + 7] ?? 0;
    let p = this.bytes[S.SP_SOURCE] ?? 0;
    p ^= p >> 4;
    p ^= p >> 2;
    p ^= p >> 1;
    return (
      this.u32(S.RFLAGS) |
      zf |
      (sf & 0x80) |
      (of & 0x80 ? FLAG.of : 0) |
      (p & 1 ? 0 : FLAG.pf) |
      (this.u32(S.CF_SOURCE) & 1) |
      (this.u32(S.AF_SOURCE) & FLAG.af)
    );
  }
  /** All of rflags; bit 1 is forced to 1. */
  set rflags(v: number) {
    this.setU32(S.RFLAGS, (v & ~S.STATUS_MASK) | 2);
    this.setU64(S.ZF_SOURCE, v & FLAG.zf ? 0n : 1n);
    this.setU64(S.SP_SOURCE, (v & FLAG.sf ? 1n << 63n : 0n) | (v & FLAG.pf ? 0n : 1n));
    this.setU64(S.OF_SOURCE, v & FLAG.of ? 1n << 63n : 0n);
    this.setU32(S.CF_SOURCE, v & FLAG.cf);
    this.setU32(S.AF_SOURCE, v & FLAG.af);
  }

  // ----------------------------------------------------------------------------------------------------- modes

  /** Current privilege level: the DPL of ss (SDM vol. 3A §5.5); 0 in real mode, 3 in virtual-8086 mode. */
  get cpl(): number {
    return (this.segment(S.SS).attributes >> 5) & 3;
  }
  get protectedMode(): boolean {
    return (this.cr0 & 1) !== 0;
  }
  get virtual8086(): boolean {
    return (this.u32(S.RFLAGS) & FLAG.vm) !== 0;
  }
  /** IA-32e mode is active (EFER.LMA). */
  get longMode(): boolean {
    return (this.efer & 0x400) !== 0;
  }
  /** Code size: 64 only in 64-bit mode, else by cs.D. */
  get mode(): 16 | 32 | 64 {
    const attributes = this.segment(S.CS).attributes;
    if (this.longMode && attributes & 0x2000) return 64;
    return attributes & 0x4000 ? 32 : 16;
  }
  /** Width of stack-pointer arithmetic. */
  get stackWidth(): 16 | 32 | 64 {
    if (this.mode === 64) return 64;
    return this.segment(S.SS).attributes & 0x4000 ? 32 : 16;
  }

  // ---------------------------------------------------------------------------------------------------- memory

  /**
   * Linear address of segment:offset after the segment's checks for an access of `size` bytes (SDM vol. 3A §5.3):
   * limit and type outside 64-bit mode, canonical form in it. Throws #GP(0), or #SS(0) for the stack segment.
   */
  linear(segment: number, offset: bigint, size: number, write: boolean): bigint {
    return this.memory.linear(segment, offset, size, write);
  }
  /** Reads `size` bytes (1–64) at a linear address with this processor's privilege. Throws Fault. */
  read(linear: bigint, size: number): bigint {
    return this.memory.read(linear, size);
  }
  write(linear: bigint, size: number, value: bigint): void {
    this.memory.write(linear, size, value);
  }
  /** Reads what will be written back: checked for writing first. */
  readForWrite(linear: bigint, size: number): bigint {
    return this.memory.readForWrite(linear, size);
  }
  /** Throws the fault that an access of `size` bytes would, and makes none. */
  probe(linear: bigint, size: number, write: boolean): void {
    this.memory.probe(linear, size, write);
  }
  /** Pushes at the current stack width, as `size` bytes; commits rsp only after the store. */
  push(value: bigint, size: number): void {
    const width = this.stackWidth;
    const sp = BigInt.asUintN(width, this.reg(S.RSP, width) - BigInt(size));
    this.write(this.linear(S.SS, sp, size, true), size, BigInt.asUintN(size * 8, value));
    this.setReg(S.RSP, sp, width === 32 && this.longMode ? 32 : width);
  }

  // -------------------------------------------------------------------------------------------------- operands

  /** Effective address (offset in its segment) of a memory operand. */
  effectiveAddress(insn: Instruction, m: MemoryOperand): bigint {
    let a = m.displacement;
    if (m.ripRelative) a += this.nextRip;
    if (m.base >= 0) a += this.reg(m.base);
    if (m.index >= 0) a += this.reg(m.index) << BigInt(m.scale);
    return BigInt.asUintN(insn.addressSize, a);
  }
  memoryOperand(insn: Instruction, i: number): MemoryOperand {
    const operand = insn.operands[i];
    if (operand?.kind !== "memory") throw new Error(`operand ${i} of ${insn.mnemonic} is not memory`);
    return operand;
  }
  /** Linear address of memory operand `i`, checked for `size` bytes (default: the operand's). */
  operandLinear(insn: Instruction, i: number, write: boolean, size?: number): bigint {
    const m = this.memoryOperand(insn, i);
    return this.linear(m.segment, this.effectiveAddress(insn, m), size ?? m.width / 8, write);
  }
  /** Value of operand `i`: general-purpose, segment or xmm register, memory, immediate. */
  readOperand(insn: Instruction, i: number): bigint {
    const operand = insn.operands[i];
    switch (operand?.kind) {
      case "register":
        switch (operand.file) {
          case "gpr": {
            const v = this.reg(operand.index);
            return BigInt.asUintN(operand.width, operand.high ? v >> 8n : v);
          }
          case "xmm":
            return BigInt.asUintN(operand.width, this.xmm(operand.index));
          case "mm":
            return BigInt.asUintN(operand.width, this.u64(S.X87 + operand.index * 16));
          case "sreg":
            return BigInt(this.segment(operand.index).selector);
          default:
            throw new Error(`operand ${i} of ${insn.mnemonic}: no plain value`);
        }
      case "memory":
        return this.read(this.operandLinear(insn, i, false), operand.width / 8);
      case "immediate":
        return operand.value;
      default:
        throw new Error(`operand ${i} of ${insn.mnemonic} has no value`);
    }
  }
  /** Writes operand `i` (general-purpose register or memory) at its own width. */
  writeOperand(insn: Instruction, i: number, value: bigint): void {
    const operand = insn.operands[i];
    if (operand?.kind === "memory") {
      this.write(this.operandLinear(insn, i, true), operand.width / 8, BigInt.asUintN(operand.width, value));
    } else if (operand?.kind === "register" && operand.file === "gpr") {
      if (operand.high) this.view.setUint8(S.gprOffset(operand.index) + 1, Number(value & 0xffn));
      else {
        // as: the decoder gives general-purpose operands no other widths
        this.setReg(operand.index, value, operand.width as 8 | 16 | 32 | 64);
      }
    } else {
      throw new Error(`operand ${i} of ${insn.mnemonic} cannot be written by a helper`);
    }
  }

  /** Throws #GP(0) unless at privilege level 0. */
  requireCpl0(): void {
    if (this.cpl !== 0) throw new Fault("GP", 0);
  }
}
