/**
 * Segment descriptors: finding them in the GDT and LDT, checking them, and loading segment registers in real,
 * virtual-8086, protected and IA-32e mode (SDM vol. 3A chapters 3 and 5; vol. 2, MOV and the far transfers).
 *
 * It refuses to check ordinary accesses to memory: that is linear.ts. Control transfers are in helpers/system-far.ts
 * and interrupts.ts, which use what is here. Attributes are kept as isa/state.ts says: present read/write data of
 * real mode is 0x93; a null selector leaves the bit "unusable".
 *
 * The privilege level is the DPL of ss, so every load of ss or cs here leaves it equal to the new CPL.
 */
import * as S from "../isa/state.ts";
import { isCanonical } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";

export const UNUSABLE = 0x10000;
/** Attribute bits. */
export const ATTR = { accessed: 1, system: 0x10, present: 0x80, long: 0x2000, big: 0x4000 } as const;
const REAL_DATA = 0x93;
const V86_DATA = 0xf3;

/** Types of system descriptors (SDM vol. 3A table 3-2). */
export const SYSTEM_TYPE = {
  tss16: 1,
  ldt: 2,
  tss16Busy: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  tss32: 9,
  tss32Busy: 0xb,
  callGate32: 0xc,
  interruptGate32: 0xe,
  trapGate32: 0xf,
} as const;

/** An eight-byte descriptor of the GDT, LDT or IDT. */
export class Descriptor {
  readonly selector: number;
  /** Linear address of its first byte. */
  readonly address: bigint;
  readonly raw: bigint;
  /** Bits 40–55 without the limit (isa/state.ts). */
  readonly attributes: number;

  constructor(selector: number, address: bigint, raw: bigint) {
    this.selector = selector;
    this.address = address;
    this.raw = raw;
    this.attributes = Number((raw >> 40n) & 0xf0ffn);
  }
  get type(): number {
    return this.attributes & 15;
  }
  /** Code or data, not a system descriptor (S). */
  get isSegment(): boolean {
    return (this.attributes & ATTR.system) !== 0;
  }
  get isCode(): boolean {
    return (this.attributes & 0x18) === 0x18;
  }
  get conforming(): boolean {
    return (this.attributes & 0x1c) === 0x1c;
  }
  /** Data that can be written. */
  get isWritableData(): boolean {
    return (this.attributes & 0x1a) === 0x12;
  }
  /** Data, or code that can be read. */
  get readable(): boolean {
    return this.isSegment && (!this.isCode || (this.attributes & 2) !== 0);
  }
  get dpl(): number {
    return (this.attributes >> 5) & 3;
  }
  get present(): boolean {
    return (this.attributes & ATTR.present) !== 0;
  }
  get long(): boolean {
    return (this.attributes & ATTR.long) !== 0;
  }
  get big(): boolean {
    return (this.attributes & ATTR.big) !== 0;
  }
  get base(): bigint {
    return ((this.raw >> 16n) & 0xffffffn) | (((this.raw >> 56n) & 0xffn) << 24n);
  }
  /** Last valid offset in bytes. */
  get limit(): number {
    const pages = Number(this.raw & 0xffffn) | (Number((this.raw >> 48n) & 15n) << 16);
    return this.attributes & 0x8000 ? ((pages << 12) | 0xfff) >>> 0 : pages;
  }
  // Of a gate: selector, offset (without the upper half of a 16-byte gate), parameter count.
  get gateSelector(): number {
    return Number((this.raw >> 16n) & 0xffffn);
  }
  get gateOffset(): bigint {
    return (this.raw & 0xffffn) | ((this.raw >> 32n) & 0xffff0000n);
  }
  get gateCount(): number {
    return Number((this.raw >> 32n) & 31n);
  }
}

/** A selector as an error code, with the EXT bit where the event is external (SDM vol. 3A §6.13). */
export const selectorError = (selector: number, ext = 0): number => (selector & 0xfffc) | ext;

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;

/** Linear addresses are 32 bits wide outside IA-32e mode. */
export const linearAddress = (cpu: Cpu, address: bigint): bigint =>
  BigInt.asUintN(cpu.longMode ? 64 : 32, address);

function table(cpu: Cpu, selector: number): { base: bigint; limit: number } | undefined {
  if ((selector & 4) === 0) return { base: cpu.u64(S.GDTR), limit: cpu.u32(S.GDTR + 8) };
  const ldtr = cpu.segment(S.LDTR);
  return ldtr.unusable ? undefined : ldtr;
}

/** The descriptor of a selector; undefined if it lies outside its table. Throws page faults. */
export function findDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
  const t = table(cpu, selector);
  const offset = selector & 0xfff8;
  if (t === undefined || offset + 7 > t.limit) return undefined;
  const address = linearAddress(cpu, t.base + BigInt(offset));
  return new Descriptor(selector, address, cpu.memory.readSystem(address, 8));
}

/** The descriptor of a selector that is not null; #GP(0) if it is, #GP(selector) if outside its table. */
export function requireDescriptor(cpu: Cpu, selector: number, ext = 0): Descriptor {
  if (isNull(selector)) throw new Fault("GP", ext);
  const d = findDescriptor(cpu, selector);
  if (d === undefined) throw new Fault("GP", selectorError(selector, ext));
  return d;
}

/**
 * Upper eight bytes of a 16-byte system descriptor of IA-32e mode; undefined if outside the table or if its type
 * field (bits 40–44) is not zero (SDM vol. 3A §5.8.3.1).
 */
export function upperHalf(cpu: Cpu, d: Descriptor): bigint | undefined {
  const t = table(cpu, d.selector);
  if (t === undefined || (d.selector & 0xfff8) + 15 > t.limit) return undefined;
  const upper = cpu.memory.readSystem(linearAddress(cpu, d.address + 8n), 8);
  return ((upper >> 40n) & 31n) !== 0n ? undefined : upper;
}

/** Marks a code or data descriptor as accessed, in memory. */
export function setAccessed(cpu: Cpu, d: Descriptor): void {
  if ((d.attributes & ATTR.accessed) === 0) {
    cpu.memory.writeSystem(linearAddress(cpu, d.address + 5n), 1, BigInt((d.attributes & 0xff) | 1));
  }
}

/** Fills a segment register from a descriptor that has passed its checks. Nothing here faults. */
export function fillSegment(cpu: Cpu, index: number, selector: number, d: Descriptor): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = d.base;
  s.limit = d.limit;
  s.attributes = d.attributes | ATTR.accessed;
}

/** A null selector: unusable; ss keeps the privilege level. */
export function fillNull(cpu: Cpu, index: number, selector: number, dpl = 0): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = 0n;
  s.limit = 0;
  s.attributes = UNUSABLE | (dpl << 5);
}

/** Loads a segment register in real mode: the base follows the selector, limit and attributes stay (SDM vol. 3B §20.1.1). */
export function fillReal(cpu: Cpu, index: number, selector: number): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = BigInt(selector << 4);
  if (s.unusable) {
    s.limit = 0xffff;
    s.attributes = REAL_DATA;
  }
}

/** Loads a segment register in virtual-8086 mode: 64 KiB of read/write data at DPL 3 (SDM vol. 3B §20.2). */
export function fillVirtual8086(cpu: Cpu, index: number, selector: number): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = BigInt(selector << 4);
  s.limit = 0xffff;
  s.attributes = V86_DATA;
}

/** Checks for loading ss in protected mode (SDM vol. 2B, MOV). `exception` is #TS where a task or stack switch loads it. */
export function checkStackSegment(
  cpu: Cpu,
  selector: number,
  cpl: number,
  exception: "GP" | "TS" = "GP",
  ext = 0,
): Descriptor {
  const bad = () => new Fault(exception, selectorError(selector, ext));
  if (isNull(selector)) throw bad();
  const d = findDescriptor(cpu, selector);
  if (d === undefined || (selector & 3) !== cpl || !d.isWritableData || d.dpl !== cpl) throw bad();
  if (!d.present) throw new Fault("SS", selectorError(selector, ext));
  return d;
}

/** Checks for loading ds, es, fs or gs with a selector that is not null. */
export function checkDataSegment(
  cpu: Cpu,
  selector: number,
  cpl: number,
  exception: "GP" | "TS" = "GP",
  ext = 0,
): Descriptor {
  const bad = () => new Fault(exception, selectorError(selector, ext));
  const d = findDescriptor(cpu, selector);
  if (d === undefined || !d.readable) throw bad();
  if (!d.conforming && ((selector & 3) > d.dpl || cpl > d.dpl)) throw bad();
  if (!d.present) throw new Fault("NP", selectorError(selector, ext));
  return d;
}

/** Loads es, ss, ds, fs or gs as MOV, POP and LDS do, in every mode, with all checks. */
export function loadSegment(cpu: Cpu, index: number, selector: number): void {
  if (!cpu.protectedMode) {
    fillReal(cpu, index, selector);
  } else if (cpu.virtual8086) {
    fillVirtual8086(cpu, index, selector);
  } else if (index === S.SS) {
    const cpl = cpu.cpl;
    if (isNull(selector)) {
      if (cpu.mode !== 64 || cpl === 3 || (selector & 3) !== cpl) throw new Fault("GP", 0);
      fillNull(cpu, index, selector, cpl);
    } else {
      const d = checkStackSegment(cpu, selector, cpl);
      setAccessed(cpu, d);
      fillSegment(cpu, index, selector, d);
    }
  } else if (isNull(selector)) {
    fillNull(cpu, index, selector);
  } else {
    const d = checkDataSegment(cpu, selector, cpu.cpl);
    setAccessed(cpu, d);
    fillSegment(cpu, index, selector, d);
  }
  cpu.hooks.contextChanged();
}

/** A code segment's size bits as a mode; L and D together are reserved in IA-32e mode. */
export function codeMode(cpu: Cpu, d: Descriptor): 16 | 32 | 64 {
  if (cpu.longMode && d.long) return 64;
  return d.big ? 32 : 16;
}

/** Privilege and presence checks for a far JMP or CALL straight to a code segment (SDM vol. 3A §5.8.1). */
export function checkCodeSegment(cpu: Cpu, selector: number, d: Descriptor): void {
  const cpl = cpu.cpl;
  const bad =
    !d.isCode ||
    (cpu.longMode && d.long && d.big) ||
    (d.conforming ? d.dpl > cpl : (selector & 3) > cpl || d.dpl !== cpl);
  if (bad) throw new Fault("GP", selectorError(selector));
  if (!d.present) throw new Fault("NP", selectorError(selector));
}

/** Throws #GP(0) unless `offset` can be fetched from code segment `d`: within its limit, or canonical in 64-bit mode. */
export function checkTarget(cpu: Cpu, d: Descriptor, offset: bigint, ext = 0): void {
  const good = codeMode(cpu, d) === 64 ? isCanonical(cpu, offset) : offset <= BigInt(d.limit);
  if (!good) throw new Fault("GP", ext);
}

/** Loads cs with the given privilege level as RPL. The accessed bit is written before by the caller (setAccessed). */
export function fillCode(cpu: Cpu, selector: number, d: Descriptor, cpl: number): void {
  fillSegment(cpu, S.CS, (selector & 0xfffc) | cpl, d);
}

/** Sets the privilege level in ss, where its descriptor's DPL is not loaded anew (conforming code, SYSRET). */
export function setCpl(cpu: Cpu, cpl: number): void {
  const ss = cpu.segment(S.SS);
  ss.attributes = (ss.attributes & ~0x60) | (cpl << 5);
}

/**
 * After a return to an outer level: data segments the new level may not use become null (SDM vol. 3A §5.8.6).
 */
export function dropInnerSegments(cpu: Cpu, cpl: number): void {
  for (const index of [S.ES, S.FS, S.GS, S.DS]) {
    const s = cpu.segment(index);
    const conforming = (s.attributes & 0x1c) === 0x1c;
    if (!s.unusable && ((s.attributes >> 5) & 3) < cpl && !conforming) fillNull(cpu, index, 0);
  }
}
