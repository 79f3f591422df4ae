/**
 * Where things are in the computer's physical address space and among its ports: a PC with a Q35-like memory map. RAM of
 * up to 3 GiB lies below the hole for devices, the rest from 4 GiB on.
 */
import type { MemoryRange } from "./boot/memory-map.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** End of RAM below 4 GiB, at most; PCI windows begin here. */
export const LOW_RAM_END = 3 * GIB;
export const HIGH_RAM_START = 4 * GIB;
/** What a graphics adapter would have; nobody answers. */
export const VGA_START = 0xa0000;
export const VGA_END = 0xc0000;
/** ACPI tables, where a BIOS has its own memory and kernels look for the RSDP (ACPI 6.5 §5.2.5.1). */
export const FIRMWARE_START = 0xe0000;
export const FIRMWARE_END = 0x100000;
/** The BIOS data area's end: below it RAM is free, from here to the VGA window reserved. */
const EBDA_START = 0x9fc00;

/** PCI configuration space in memory: 1 MiB for each of 256 buses, of which one exists. */
export const ECAM = { base: 0xe000_0000, buses: 256 } as const;
export const PCI_MEMORY = { start: 0xc000_0000, size: 0x2000_0000 } as const;
export const PCI_MEMORY_HIGH = { start: 0xf000_0000, size: 0x0ec0_0000 } as const;
export const PCI_IO = { start: 0x1000, size: 0xf000 } as const;

export const PORT = {
  pic1: 0x20,
  pit: 0x40,
  i8042Data: 0x60,
  systemControl: 0x61,
  i8042Command: 0x64,
  cmos: 0x70,
  pic2: 0xa0,
  debugConsole: 0xe9,
  debugExit: 0xf4,
  elcr: 0x4d0,
  fwCfg: 0x510,
  pm: 0x600,
  pciConfiguration: 0xcf8,
  reset: 0xcf9,
} as const;
export const SERIAL_PORTS = [
  { port: 0x3f8, irq: 4 },
  { port: 0x2f8, irq: 3 },
  { port: 0x3e8, irq: 4 },
  { port: 0x2e8, irq: 3 },
] as const;

export interface RamRange {
  readonly start: number;
  readonly size: number;
}

/** Where `memory` bytes of RAM lie, a multiple of 4 KiB of at least 2 MiB. The VGA window's share is not there. */
export function ramRanges(memory: number): readonly RamRange[] {
  const low = Math.min(memory, LOW_RAM_END);
  const ranges: RamRange[] = [
    { start: 0, size: VGA_START },
    { start: VGA_END, size: low - VGA_END },
  ];
  if (memory > low) ranges.push({ start: HIGH_RAM_START, size: memory - low });
  return ranges;
}

/** What a kernel is told of it. */
export function memoryMap(memory: number): readonly MemoryRange[] {
  const low = Math.min(memory, LOW_RAM_END);
  const map: MemoryRange[] = [
    { start: 0, size: EBDA_START, type: "ram" },
    { start: EBDA_START, size: VGA_START - EBDA_START, type: "reserved" },
    { start: FIRMWARE_START, size: FIRMWARE_END - FIRMWARE_START, type: "reserved" },
    { start: MIB, size: low - MIB, type: "ram" },
    { start: ECAM.base, size: ECAM.buses * MIB, type: "reserved" },
    { start: 0xfec0_0000, size: 0x1000, type: "reserved" },
    { start: 0xfed0_0000, size: 0x1000, type: "reserved" },
    { start: 0xfee0_0000, size: 0x1000, type: "reserved" },
  ];
  if (memory > low) map.push({ start: HIGH_RAM_START, size: memory - low, type: "ram" });
  return map;
}
