/**
 * Control registers and EFER: which values they take, entering and leaving IA-32e mode, and what each change does to
 * translations (SDM vol. 3A §2.5, §4.1–4.10, §9.8.5; vol. 2B, MOV to and from control registers).
 *
 * The callers have checked the privilege level. Every function throws #GP(0) before it has changed anything.
 */
import * as S from "../isa/state.ts";
import { CR4_LA57 } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import { PHYSICAL_BITS } from "./physical.ts";

/** Bits of cr0 (SDM vol. 3A §2.5). */
export const CR0_BIT = {
  pe: 1 << 0,
  mp: 1 << 1,
  em: 1 << 2,
  ts: 1 << 3,
  et: 1 << 4,
  ne: 1 << 5,
  wp: 1 << 16,
  am: 1 << 18,
  nw: 1 << 29,
  cd: 1 << 30,
  pg: 1 << 31,
} as const;
const CR0_WRITABLE = Object.values(CR0_BIT).reduce((a, b) => a | b, 0) & ~CR0_BIT.et;

/** Bits of cr4 that exist here; others are reserved. */
export const CR4_BIT = {
  tsd: 1 << 2,
  de: 1 << 3,
  pse: 1 << 4,
  pae: 1 << 5,
  mce: 1 << 6,
  pge: 1 << 7,
  pce: 1 << 8,
  osfxsr: 1 << 9,
  osxmmexcpt: 1 << 10,
  umip: 1 << 11,
  la57: CR4_LA57,
  fsgsbase: 1 << 16,
  pcide: 1 << 17,
  osxsave: 1 << 18,
  smep: 1 << 20,
  smap: 1 << 21,
} as const;
const CR4_MASK = Object.values(CR4_BIT).reduce((a, b) => a | b, 0);
/** Changing these changes what a translation gives. */
const CR4_PAGING =
  CR4_BIT.pse | CR4_BIT.pae | CR4_BIT.pge | CR4_BIT.la57 | CR4_BIT.pcide | CR4_BIT.smep | CR4_BIT.smap;

/** Bits of IA32_EFER. */
/** `aibrse`: automatic IBRS (APM vol. 2 §3.1.7), which changes nothing where nothing is speculated. */
export const EFER_BIT = { sce: 1 << 0, lme: 1 << 8, lma: 1 << 10, nxe: 1 << 11, aibrse: 1 << 21 } as const;
const EFER_WRITABLE = EFER_BIT.sce | EFER_BIT.lme | EFER_BIT.nxe | EFER_BIT.aibrse;

const refuse = (): never => {
  throw new Fault("GP", 0);
};

/** Physical-address bits above what the processor has, up to bit 62. */
const RESERVED_ADDRESS = ((1n << 63n) - 1n) & ~((1n << BigInt(PHYSICAL_BITS)) - 1n);

/**
 * The four page-directory-pointer-table entries of PAE paging at `cr3`. Throws #GP(0) if a present one has reserved
 * bits set: 1–2, 5–8, and those above the physical address (SDM vol. 3A table 4-8).
 */
function readPdptes(cpu: Cpu, cr3: bigint): bigint[] {
  const at = Number(cr3 & 0xffffffe0n);
  const reserved = 0x1e6n | RESERVED_ADDRESS | (1n << 63n);
  return [0, 1, 2, 3].map((i) => {
    const entry = cpu.physical.read(at + i * 8, 8);
    if ((entry & 1n) !== 0n && (entry & reserved) !== 0n) refuse();
    return entry;
  });
}

/** PDPTEs that would be in force with these registers; undefined where paging is not PAE's. */
function pdptesFor(cpu: Cpu, cr0: number, cr3: bigint, cr4: number): bigint[] | undefined {
  if ((cr0 & CR0_BIT.pg) === 0 || (cr4 & CR4_BIT.pae) === 0 || (cpu.efer & EFER_BIT.lme) !== 0)
    return undefined;
  return readPdptes(cpu, cr3);
}

function setPdptes(cpu: Cpu, entries: readonly bigint[] | undefined): void {
  entries?.forEach((entry, i) => {
    cpu.setU64(S.PDPTE + i * 8, entry);
  });
}

/** MOV to cr0, and LMSW's and CLTS's change of it. */
export function writeCr0(cpu: Cpu, value: bigint): void {
  if (value >> 32n !== 0n) refuse();
  const old = cpu.cr0;
  const v = (Number(value) & CR0_WRITABLE) | CR0_BIT.et;
  const on = (bit: number): boolean => (v & bit) !== 0;
  const cr4 = cpu.cr4;
  const efer = cpu.efer;
  if (on(CR0_BIT.pg) && !on(CR0_BIT.pe)) refuse();
  if (on(CR0_BIT.nw) && !on(CR0_BIT.cd)) refuse();
  const enabling = on(CR0_BIT.pg) && (old & CR0_BIT.pg) === 0;
  const disabling = !on(CR0_BIT.pg) && (old & CR0_BIT.pg) !== 0;
  let newEfer = efer;
  if (enabling && (efer & EFER_BIT.lme) !== 0) {
    const tr = cpu.segment(S.TR);
    const tss16 = !tr.unusable && (tr.attributes & 0x1d) === 1;
    const codeIsLong = (cpu.segment(S.CS).attributes & 0x2000) !== 0;
    if ((cr4 & CR4_BIT.pae) === 0 || codeIsLong || tss16) refuse();
    newEfer |= EFER_BIT.lma;
  }
  if (disabling) {
    if (cpu.mode === 64 || (cr4 & CR4_BIT.pcide) !== 0) refuse();
    newEfer &= ~EFER_BIT.lma;
  }
  const changed = v ^ old;
  if ((changed & (CR0_BIT.pg | CR0_BIT.cd | CR0_BIT.nw)) !== 0)
    setPdptes(cpu, pdptesFor(cpu, v, cpu.cr3, cr4));
  cpu.setU64(S.CR0, BigInt(v >>> 0));
  cpu.setU64(S.EFER, BigInt(newEfer));
  if ((changed & (CR0_BIT.pg | CR0_BIT.pe | CR0_BIT.wp)) !== 0) cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
}

/** MOV to cr3. With PCIDs bit 63 asks to keep the translations of the new one (SDM vol. 3A §4.10.4.1). */
export function writeCr3(cpu: Cpu, value: bigint): void {
  let v = value;
  if (cpu.longMode) {
    if ((cpu.cr4 & CR4_BIT.pcide) !== 0) v &= ~(1n << 63n);
    if ((v & (RESERVED_ADDRESS | (1n << 63n))) !== 0n) refuse();
  }
  setPdptes(cpu, pdptesFor(cpu, cpu.cr0, v, cpu.cr4));
  cpu.setU64(S.CR3, v);
  if (cpu.longMode && (cpu.cr4 & CR4_BIT.pcide) !== 0) {
    cpu.hooks.switchSpace(Number(v & 0xfffn), (value & (1n << 63n)) !== 0n);
  } else cpu.hooks.flushTlb("nonglobal");
  cpu.hooks.contextChanged();
}

/** MOV to cr4. In IA-32e mode PAE stays on and LA57 as it is (SDM vol. 3A §2.5). */
export function writeCr4(cpu: Cpu, value: bigint): void {
  if ((value & ~BigInt(CR4_MASK)) !== 0n) refuse();
  const v = Number(value);
  const old = cpu.cr4;
  const changed = v ^ old;
  if (cpu.longMode && ((v & CR4_BIT.pae) === 0 || (changed & CR4_BIT.la57) !== 0)) refuse();
  if ((changed & v & CR4_BIT.pcide) !== 0 && (!cpu.longMode || (cpu.cr3 & 0xfffn) !== 0n)) refuse();
  if ((changed & CR4_PAGING) !== 0) setPdptes(cpu, pdptesFor(cpu, cpu.cr0, cpu.cr3, v));
  cpu.setU64(S.CR4, value);
  if ((changed & CR4_PAGING) !== 0) cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
}

/** MOV to cr8: the task priority of the local APIC. */
export function writeCr8(cpu: Cpu, value: bigint): void {
  if (value > 15n) refuse();
  cpu.setU64(S.CR8, value);
  cpu.platform.taskPriority = Number(value);
}

/** WRMSR to IA32_EFER: LME cannot change while paging is on; LMA is not written. */
export function writeEfer(cpu: Cpu, value: bigint): void {
  if ((value & ~BigInt(EFER_WRITABLE | EFER_BIT.lma)) !== 0n) refuse();
  const old = cpu.efer;
  const v = (Number(value) & EFER_WRITABLE) | (old & EFER_BIT.lma);
  if (((v ^ old) & EFER_BIT.lme) !== 0 && (cpu.cr0 & CR0_BIT.pg) !== 0) refuse();
  cpu.setU64(S.EFER, BigInt(v));
  if (((v ^ old) & EFER_BIT.nxe) !== 0) cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
}
