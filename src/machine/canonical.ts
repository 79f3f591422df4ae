/**
 * Canonical form of linear addresses: bits above the highest implemented one repeat it. Addresses have 48 bits, or 57
 * where cr4.LA57 is on (SDM vol. 1 §3.3.7.1, vol. 3A §4.5). Which fault follows, and whether 64-bit mode is on at all,
 * is the callers' business.
 */
import type { Cpu } from "./cpu.ts";

/** cr4.LA57: five-level paging in IA-32e mode. */
export const CR4_LA57 = 1 << 12;

/** Bits of a linear address in 64-bit mode: 48 or 57. */
export const linearBits = (cpu: Cpu): 48 | 57 => ((cpu.cr4 & CR4_LA57) !== 0 ? 57 : 48);

/** Whether an unsigned 64-bit address is canonical. */
export const isCanonical = (cpu: Cpu, address: bigint): boolean =>
  BigInt.asUintN(64, BigInt.asIntN(linearBits(cpu), address)) === address;

/** The same of the upper 32 bits of an address, as a signed number: bits 47–63 (56–63) alike. */
export const isCanonicalHigh = (cpu: Cpu, hi: number): boolean => hi >> (linearBits(cpu) - 33) === hi >> 31;
