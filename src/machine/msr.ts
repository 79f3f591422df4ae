/**
 * RDMSR and WRMSR: the model-specific registers of the architecture that belong to the processor (SDM vol. 4 §2.1;
 * their uses in vol. 3A). Registers of the local APIC (x2APIC, IA32_TSC_DEADLINE) and whatever else the machine has are
 * the platform's. A register that neither knows does not exist: #GP(0).
 */
import * as S from "../isa/state.ts";
import { isCanonical } from "./canonical.ts";
import { writeEfer } from "./control-registers.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import { XSS_SUPPORTED } from "./helpers/extended-state-layout.ts";
import { PHYSICAL_BITS } from "./physical.ts";

/** Addresses. */
export const MSR = {
  TSC: 0x10,
  APIC_BASE: 0x1b,
  TSC_ADJUST: 0x3b,
  BIOS_SIGN_ID: 0x8b,
  MTRRCAP: 0xfe,
  SYSENTER_CS: 0x174,
  SYSENTER_ESP: 0x175,
  SYSENTER_EIP: 0x176,
  MCG_CAP: 0x179,
  MCG_STATUS: 0x17a,
  MISC_ENABLE: 0x1a0,
  MTRR_PHYSBASE0: 0x200,
  MTRR_FIX64K: 0x250,
  MTRR_FIX16K: 0x258,
  MTRR_FIX4K: 0x268,
  PAT: 0x277,
  MTRR_DEF_TYPE: 0x2ff,
  XSS: 0xda0,
  EFER: 0xc0000080,
  STAR: 0xc0000081,
  LSTAR: 0xc0000082,
  CSTAR: 0xc0000083,
  FMASK: 0xc0000084,
  FS_BASE: 0xc0000100,
  GS_BASE: 0xc0000101,
  KERNEL_GS_BASE: 0xc0000102,
  TSC_AUX: 0xc0000103,
  SYSCFG: 0xc0010010,
  NB_CFG: 0xc001001f,
  HWCR: 0xc0010015,
  DE_CFG: 0xc0011029,
} as const;

/** Variable-range MTRR pairs. */
const VARIABLE_RANGES = 8;
const PHYSICAL_MASK = (1n << BigInt(PHYSICAL_BITS)) - 1n;

const isCacheType = (v: bigint): boolean => v === 0n || v === 1n || (v >= 4n && v <= 6n);
/** Each byte is a memory type; PAT also knows UC− (7). */
const areTypes = (v: bigint, pat: boolean): boolean => {
  for (let i = 0n; i < 64n; i += 8n) {
    const type = (v >> i) & 0xffn;
    if (!isCacheType(type) && !(pat && type === 7n)) return false;
  }
  return true;
};

interface Register {
  read(cpu: Cpu): bigint;
  /** False refuses the value. Absent: the register cannot be written. */
  write?(cpu: Cpu, value: bigint): boolean;
}

/** A register that keeps what is written, if `valid` allows it. */
function stored(offset: number, valid: (value: bigint, cpu: Cpu) => boolean = () => true): Register {
  return {
    read: (cpu) => cpu.u64(offset),
    write: (cpu, value) => {
      if (!valid(value, cpu)) return false;
      cpu.setU64(offset, value);
      return true;
    },
  };
}

const constant = (value: bigint): Register => ({ read: () => value });
/** Reads zero; writes are accepted and lost. */
const ignored: Register = { read: () => 0n, write: () => true };

function segmentBase(index: number): Register {
  return {
    read: (cpu) => cpu.segment(index).base,
    write: (cpu, value) => {
      if (!isCanonical(cpu, value)) return false;
      cpu.segment(index).base = value;
      return true;
    },
  };
}

/** The time-stamp counter is the platform's plus an offset, which is also IA32_TSC_ADJUST (SDM vol. 3B §17.17.3). */
export const timestamp = (cpu: Cpu): bigint =>
  BigInt.asUintN(64, cpu.platform.timestamp() + cpu.u64(S.TSC_OFFSET));

const canonical = (v: bigint, cpu: Cpu): boolean => isCanonical(cpu, v);
const is32Bits = (v: bigint): boolean => v >> 32n === 0n;

const REGISTERS = new Map<number, Register>([
  [
    MSR.TSC,
    {
      read: timestamp,
      write: (cpu, value) => {
        cpu.setU64(S.TSC_OFFSET, BigInt.asUintN(64, value - cpu.platform.timestamp()));
        return true;
      },
    },
  ],
  [MSR.TSC_ADJUST, stored(S.TSC_OFFSET)],
  [
    MSR.APIC_BASE,
    {
      read: (cpu) => cpu.u64(S.APIC_BASE),
      write: (cpu, value) => {
        // Bits 8 BSP, 10 x2APIC, 11 enable, and the page. From x2APIC mode one can only disable it; x2APIC wants enable.
        if ((value & ~(PHYSICAL_MASK & ~0xfffn) & ~0xd00n) !== 0n) return false;
        const mode = (v: bigint): number => Number((v >> 10n) & 3n);
        const from = mode(cpu.u64(S.APIC_BASE));
        const to = mode(value);
        if (to === 1 || (from === 3 && to === 2) || (from === 0 && to === 3)) return false;
        if (!cpu.platform.writeMsr(MSR.APIC_BASE, value)) return false;
        cpu.setU64(S.APIC_BASE, value);
        return true;
      },
    },
  ],
  [MSR.BIOS_SIGN_ID, { read: () => 0x0a60_1203n, write: () => true }],
  [MSR.MTRRCAP, constant(0x500n | BigInt(VARIABLE_RANGES))],
  [MSR.SYSENTER_CS, stored(S.SYSENTER_CS, is32Bits)],
  [MSR.SYSENTER_ESP, stored(S.SYSENTER_ESP, canonical)],
  [MSR.SYSENTER_EIP, stored(S.SYSENTER_EIP, canonical)],
  [MSR.MCG_CAP, constant(0n)],
  [MSR.MCG_STATUS, { read: () => 0n, write: (_cpu, value) => value === 0n }],
  [MSR.MISC_ENABLE, { read: () => 1n, write: (_cpu, value) => value === 1n }],
  [MSR.PAT, stored(S.PAT, (v) => areTypes(v, true))],
  [
    MSR.EFER,
    {
      read: (cpu) => cpu.u64(S.EFER),
      write: (cpu, value) => {
        writeEfer(cpu, value);
        return true;
      },
    },
  ],
  [MSR.STAR, stored(S.STAR)],
  [MSR.LSTAR, stored(S.LSTAR, canonical)],
  [MSR.CSTAR, stored(S.CSTAR, canonical)],
  [MSR.FMASK, stored(S.FMASK, is32Bits)],
  [MSR.FS_BASE, segmentBase(S.FS)],
  [MSR.GS_BASE, segmentBase(S.GS)],
  [MSR.KERNEL_GS_BASE, stored(S.KERNEL_GS_BASE, canonical)],
  [MSR.TSC_AUX, stored(S.TSC_AUX, is32Bits)],
  // No supervisor state component exists (SDM vol. 1 §13.3).
  [MSR.XSS, { read: () => XSS_SUPPORTED, write: (_cpu, value) => (value & ~XSS_SUPPORTED) === 0n }],
  // AMD's: MtrrFixDramEn and kin, and the northbridge's settings, are accepted and do nothing; HWCR says that the TSC is invariant (bit 24),
  // DE_CFG that LFENCE serialises (bit 1).
  [MSR.SYSCFG, ignored],
  [MSR.NB_CFG, ignored],
  [MSR.HWCR, { read: () => 1n << 24n, write: () => true }],
  [MSR.DE_CFG, { read: () => 1n << 1n, write: () => true }],
]);

/** MTRRs, kept for those who read them back: memory types have no effect here (SDM vol. 3A §11.11). */
function addStored(index: number, slot: number, valid: (value: bigint) => boolean): void {
  REGISTERS.set(index, stored(S.STORED_MSRS + slot * 8, valid));
}
let slot = 0;
addStored(MSR.MTRR_DEF_TYPE, slot++, (v) => (v & ~0xcffn) === 0n && isCacheType(v & 0xffn));
for (let i = 0; i < VARIABLE_RANGES; i++) {
  const base = MSR.MTRR_PHYSBASE0 + i * 2;
  addStored(base, slot++, (v) => (v & ~(PHYSICAL_MASK & ~0xf00n)) === 0n && isCacheType(v & 0xffn));
  addStored(base + 1, slot++, (v) => (v & ~(PHYSICAL_MASK & ~0x7ffn)) === 0n);
}
for (const [first, count] of [
  [MSR.MTRR_FIX64K, 1],
  [MSR.MTRR_FIX16K, 2],
  [MSR.MTRR_FIX4K, 8],
] as const) {
  for (let i = 0; i < count; i++) addStored(first + i, slot++, (v) => areTypes(v, false));
}

/** RDMSR. Throws #GP(0) where there is no such register. */
export function readMsr(cpu: Cpu, index: number): bigint {
  const register = REGISTERS.get(index);
  const value = register !== undefined ? register.read(cpu) : cpu.platform.readMsr(index);
  if (value === undefined) throw new Fault("GP", 0);
  return value;
}

/** WRMSR. Throws #GP(0) where the register does not exist, is read-only, or refuses the value. */
export function writeMsr(cpu: Cpu, index: number, value: bigint): void {
  const register = REGISTERS.get(index);
  const done =
    register !== undefined ? (register.write?.(cpu, value) ?? false) : cpu.platform.writeMsr(index, value);
  if (!done) throw new Fault("GP", 0);
}

/**
 * MTRRs as a BIOS leaves them for RAM below `lowEnd` and from 4 GiB on (SDM vol. 3A §11.11): write-back, but for what
 * lies between and for the VGA window.
 */
export function setMtrrs(cpu: Cpu, lowEnd: number): void {
  const ENABLED = 0xc00n;
  const VALID = 0x800n;
  const WRITE_BACK = 6n;
  const all = WRITE_BACK * 0x0101010101010101n;
  writeMsr(cpu, MSR.MTRR_DEF_TYPE, ENABLED | WRITE_BACK);
  writeMsr(cpu, MSR.MTRR_PHYSBASE0, BigInt(lowEnd));
  writeMsr(cpu, MSR.MTRR_PHYSBASE0 + 1, (PHYSICAL_MASK & ~BigInt(2 ** 32 - lowEnd - 1)) | VALID);
  writeMsr(cpu, MSR.MTRR_FIX64K, all);
  writeMsr(cpu, MSR.MTRR_FIX16K, all);
  writeMsr(cpu, MSR.MTRR_FIX16K + 1, 0n);
  for (let i = 0; i < 8; i++) writeMsr(cpu, MSR.MTRR_FIX4K + i, all);
}

/** Values after RESET of those that are not zero (SDM vol. 3A table 9-1, §11.12.4). */
export function resetMsrs(cpu: Cpu): void {
  cpu.bytes.fill(0, S.STORED_MSRS, S.STORED_MSRS + S.STORED_MSRS_SIZE);
  cpu.setU64(S.PAT, 0x0007040600070406n);
  cpu.setU64(S.APIC_BASE, 0xfee00900n);
}
