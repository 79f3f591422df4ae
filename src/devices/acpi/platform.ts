/**
 * What the ACPI tables describe: the machine's processors, interrupt controllers, buses and fixed devices, in the terms of
 * the tables. What is left out is not there.
 */
import type { Window } from "./resources.ts";

/** A processor. Its number in the list is its ACPI processor UID. */
export interface AcpiProcessor {
  /** Below 2^32. Those of 255 and more are reached in x2APIC mode only. */
  readonly apicId: number;
}

export interface AcpiIoApic {
  /** As in its identification register. */
  readonly id: number;
  readonly address: number;
  /** The global system interrupt of its input 0. */
  readonly firstInterrupt: number;
}

/** A range of bytes of physical memory. */
export interface MemoryRange {
  readonly start: number;
  readonly size: number;
}

/** PCI segment 0 with its host bridge. */
export interface AcpiPci {
  /** Configuration space in memory: 1 MiB a bus, from bus 0, below 4 GiB. */
  readonly ecam: { readonly base: number; readonly busCount: number };
  /** Ports of BARs. */
  readonly ioWindow: Window;
  /** Memory of BARs: each window wholly below 4 GiB or wholly above. */
  readonly memoryWindows: readonly Window[];
  /** The global system interrupt of a pin (0 INTA to 3 INTD) of a slot (0–31) on bus 0. Default: 16 + (slot + pin) mod 8. */
  readonly interrupt?: (slot: number, pin: number) => number;
}

/** A 16550 UART. */
export interface AcpiSerial {
  readonly port: number;
  readonly irq: number;
}

/** A proximity domain. */
export interface AcpiNode {
  readonly memory: readonly MemoryRange[];
  /** Of processors, by APIC identifier. */
  readonly apicIds: readonly number[];
}

export interface AcpiNuma {
  /** Domain numbers are places in the list. */
  readonly nodes: readonly AcpiNode[];
  /** From each node to each, 10 to itself, up to 254. Default: 20 to others. */
  readonly distances?: readonly (readonly number[])[];
}

export interface AcpiPlatform {
  readonly cpus: readonly AcpiProcessor[];
  /** Default 0xFEE00000. */
  readonly localApicAddress?: number;
  readonly ioApic: AcpiIoApic;
  /** The port of the power-management block (acpi-pm.ts), and its interrupt. Default 0x600 and 9. */
  readonly pm?: { readonly base: number; readonly irq: number };
  readonly pci?: AcpiPci;
  /** `blockId` is the low half of its capability register, `minimumTick` in ticks of its counter. */
  readonly hpet?: { readonly address: number; readonly blockId: number; readonly minimumTick: number };
  /** COM1 and so on. */
  readonly serial?: readonly AcpiSerial[];
  /** CMOS clock at port 0x70; `century` is the index of its century register. */
  readonly rtc?: { readonly century?: number };
  /** i8042: what is plugged in. */
  readonly keyboard?: boolean;
  readonly mouse?: boolean;
  /** The first port of fw_cfg with its DMA registers, 12 in all. */
  readonly fwCfg?: number;
  /** Whether there is VGA hardware. */
  readonly vga?: boolean;
  readonly numa?: AcpiNuma;
}

export const DEFAULT_PM = { base: 0x600, irq: 9 } as const;
