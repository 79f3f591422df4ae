/**
 * The state of a flat machine: what `vitrine exec` and library users run plain code in. Segments, a descriptor table,
 * identity-mapped paging, and registers as an operating system would have them for its program.
 *
 * 64-bit mode: its own page tables, at physical addresses from 2^47, where no identity mapping reaches; the GDT and TSS
 * in one supervisor page at linear SYSTEM_LINEAR. 32-bit protected mode: the same from SYSTEM_32 up, in the address
 * space. 16-bit mode: real mode, nothing of these. Pages may be used at both privilege levels.
 */
import * as S from "../isa/state.ts";
import { CR0_BIT, CR4_BIT, EFER_BIT } from "./control-registers.ts";
import type { Cpu } from "./cpu.ts";
import { PageTables } from "./page-tables.ts";
import { PAGE, type PhysicalMemory } from "./physical.ts";
import { fillNull, fillReal } from "./segmentation.ts";

export type FlatMode = 16 | 32 | 64;

/** Where the system page lies: physical and linear, in 64-bit mode. */
export const SYSTEM_64 = 2 ** 47;
export const SYSTEM_LINEAR = 0xffff_f800_0000_0000n;
/** In 32-bit mode: physical and linear; page tables follow. RAM may not be mapped from here up. */
export const SYSTEM_32 = 0xff80_0000;

/** First address beyond those that can be mapped, by mode. */
export const ADDRESS_END: Readonly<Record<FlatMode, number>> = {
  16: 0x11_0000,
  32: SYSTEM_32,
  64: SYSTEM_64,
};

/**
 * Selectors of the GDT, in an order that SYSCALL and SYSRET can use (STAR 0x0018_0008 in its upper half).
 * Code and data of rings 0 and 3 are flat.
 */
export const SELECTOR = {
  code: 0x08,
  data: 0x10,
  userCode32: 0x1b,
  userData: 0x23,
  userCode: 0x2b,
  code32: 0x30,
  code16: 0x38,
  data16: 0x40,
  tss: 0x48,
} as const;

/** Tables are made from RAM of this size at a time. */
const TABLE_CHUNK = 16 * PAGE;
const GDT_LIMIT = 0x5f;
const TSS_OFFSET = 0x800;
const TSS_LIMIT = 0x67;

/** Access byte and G, D, L, AVL nibble as attributes of isa/state.ts. */
const CODE64 = 0xa09b;
const CODE32 = 0xc09b;
const CODE16 = 0x009b;
const DATA = 0xc093;
const DATA16 = 0x0093;
const RING3 = 0x60;
const TSS_BUSY = 0x008b;

function descriptor(base: number, limit: number, attributes: number): bigint {
  const scaled = (attributes & 0x8000) !== 0 ? Math.floor(limit / PAGE) : limit;
  return (
    BigInt(scaled & 0xffff) |
    (BigInt(base & 0xffffff) << 16n) |
    (BigInt(attributes & 0xff) << 40n) |
    (BigInt(scaled >> 16) << 48n) |
    (BigInt((attributes >> 12) & 15) << 52n) |
    (BigInt(base >>> 24) << 56n)
  );
}

/** Code segment of ring 0 and 3 by mode, as descriptor attributes. */
const codeOf = (mode: 32 | 64, ring: 0 | 3): number =>
  (mode === 64 ? CODE64 : CODE32) | (ring === 3 ? RING3 : 0);

export interface FlatEnvironment {
  /** Undefined in real mode. */
  readonly tables: PageTables | undefined;
}

/**
 * Brings a processor that has been reset into `mode` and `ring`. `addRam` maps zeroed pages at physical addresses.
 */
export function setUpFlat(
  cpu: Cpu,
  physical: PhysicalMemory,
  mode: FlatMode,
  ring: 0 | 3,
  addRam: (physical: number, size: number) => void,
): FlatEnvironment {
  for (let i = 0; i < 16; i++) cpu.setReg(i, 0n);
  cpu.rip = 0n;
  cpu.nextRip = 0n;
  cpu.setU16(S.FCW, 0x37f);
  cpu.setU16(S.FTW, 0xffff);
  cpu.setU64(S.XCR0, 3n);
  cpu.setU64(S.IDTR, 0n);
  cpu.setU32(S.IDTR + 8, 0);
  cpu.setU64(
    S.CR4,
    BigInt(CR4_BIT.osfxsr | CR4_BIT.osxmmexcpt | CR4_BIT.osxsave | (mode === 16 ? 0 : CR4_BIT.pge)),
  );
  if (mode === 16) {
    cpu.setU64(S.CR0, BigInt(CR0_BIT.et | CR0_BIT.mp | CR0_BIT.ne));
    for (let i = 0; i < 6; i++) fillReal(cpu, i, 0);
    cpu.hooks.contextChanged();
    return { tables: undefined };
  }
  const system = mode === 64 ? SYSTEM_64 : SYSTEM_32;
  let next = system;
  let end = system;
  const allocate = (): number => {
    if (next === end) {
      addRam(end, TABLE_CHUNK);
      end += TABLE_CHUNK;
    }
    next += PAGE;
    return next - PAGE;
  };
  const page = allocate();
  const tables = new PageTables(physical, mode, allocate);
  const linear = mode === 64 ? SYSTEM_LINEAR : BigInt(SYSTEM_32);
  tables.map(Number(BigInt.asUintN(48, linear)), page, PAGE, false);
  writeGdt(physical, page, linear, mode);

  cpu.setU64(S.CR3, BigInt(tables.root));
  const cr4 = cpu.cr4;
  if (mode === 64) {
    cpu.setU64(S.CR4, BigInt(cr4 | CR4_BIT.pae | CR4_BIT.fsgsbase));
    cpu.setU64(S.EFER, BigInt(EFER_BIT.sce | EFER_BIT.lme | EFER_BIT.lma | EFER_BIT.nxe));
    cpu.setU64(S.STAR, 0x0018_0008_0000_0000n);
  } else {
    cpu.setU64(S.CR4, BigInt(cr4 | CR4_BIT.pse));
  }
  const bits = CR0_BIT.pe | CR0_BIT.mp | CR0_BIT.et | CR0_BIT.ne | CR0_BIT.wp | CR0_BIT.am | CR0_BIT.pg;
  cpu.setU64(S.CR0, BigInt(bits >>> 0));
  cpu.setU64(S.GDTR, linear);
  cpu.setU32(S.GDTR + 8, GDT_LIMIT);

  const dpl = ring === 3 ? RING3 : 0;
  const user = ring === 3;
  const code = mode === 64 ? SELECTOR.userCode : SELECTOR.userCode32;
  fill(cpu, S.CS, user ? code : mode === 64 ? SELECTOR.code : SELECTOR.code32, codeOf(mode, ring));
  for (const i of [S.SS, S.DS, S.ES, S.FS, S.GS]) {
    fill(cpu, i, user ? SELECTOR.userData : SELECTOR.data, DATA | dpl);
  }
  fillNull(cpu, S.LDTR, 0);
  const tr = cpu.segment(S.TR);
  tr.selector = SELECTOR.tss;
  tr.base = linear + BigInt(TSS_OFFSET);
  tr.limit = TSS_LIMIT;
  tr.attributes = TSS_BUSY;
  cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
  return { tables };
}

function fill(cpu: Cpu, index: number, selector: number, attributes: number): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = 0n;
  s.limit = 0xffffffff;
  s.attributes = attributes;
}

/** The GDT, and after it a TSS without stacks: `setKernelStack` gives it one. */
function writeGdt(physical: PhysicalMemory, page: number, linear: bigint, mode: 32 | 64): void {
  const entries: readonly (readonly [number, bigint])[] = [
    [SELECTOR.code, descriptor(0, 0xffffffff, mode === 64 ? CODE64 : CODE32)],
    [SELECTOR.data, descriptor(0, 0xffffffff, DATA)],
    [SELECTOR.userCode32, descriptor(0, 0xffffffff, CODE32 | RING3)],
    [SELECTOR.userData, descriptor(0, 0xffffffff, DATA | RING3)],
    [SELECTOR.userCode, descriptor(0, 0xffffffff, codeOf(mode, 3))],
    [SELECTOR.code32, descriptor(0, 0xffffffff, CODE32)],
    [SELECTOR.code16, descriptor(0, 0xffff, CODE16)],
    [SELECTOR.data16, descriptor(0, 0xffff, DATA16)],
    [SELECTOR.tss, descriptor(Number(BigInt.asUintN(32, linear)) + TSS_OFFSET, TSS_LIMIT, TSS_BUSY)],
  ];
  for (const [selector, value] of entries) physical.write(page + (selector & ~7), 8, value);
  if (mode === 64) physical.write(page + SELECTOR.tss + 8, 8, linear >> 32n);
  // No I/O permission map: its offset is past the limit.
  physical.write(page + TSS_OFFSET + 0x66, 2, BigInt(TSS_LIMIT + 1));
}

/** The stack that interrupts from ring 3 change to, until the guest loads a TSS of its own. */
export function setKernelStack(physical: PhysicalMemory, mode: FlatMode, stack: bigint): void {
  if (mode === 16) return;
  const tss = (mode === 64 ? SYSTEM_64 : SYSTEM_32) + TSS_OFFSET;
  physical.write(tss + 4, mode === 64 ? 8 : 4, stack);
  if (mode === 32) physical.write(tss + 8, 2, BigInt(SELECTOR.data));
}
