/**
 * What a BIOS would have left for the kernel: ACPI and SMBIOS tables in its memory, MTRRs, and the first processor's APIC
 * passing on what the PICs ask for. It runs no code in the guest.
 */

import type { AcpiNode } from "../devices/acpi/platform.ts";
import { type AcpiTables, buildAcpiTables } from "../devices/acpi/tables.ts";
import type { GuestMemory } from "../devices/guest-memory.ts";
import { HPET_ADDRESS, HPET_BLOCK_ID } from "../devices/hpet.ts";
import { HPET_MINIMUM_TICK } from "../devices/hpet-timer.ts";
import { IO_APIC_BASE } from "../devices/io-apic.ts";
import type { SmbiosPackage } from "../devices/smbios/description.ts";
import { buildSmbiosTables, type SmbiosTables } from "../devices/smbios/tables.ts";
import { BRAND, cpuid, SIGNATURE } from "./cpuid.ts";
import {
  ECAM,
  FIRMWARE_END,
  FIRMWARE_START,
  HIGH_RAM_START,
  LOW_RAM_END,
  PCI_IO,
  PCI_MEMORY,
  PCI_MEMORY_HIGH,
  PORT,
  SERIAL_PORTS,
} from "./memory-map.ts";
import { setMtrrs } from "./msr.ts";
import type { Vcpu } from "./vcpu.ts";

/** Memory and processors that are near each other. */
export interface NumaNode {
  /** Bytes: a multiple of 1 MiB. */
  readonly memory: number;
  /** Indices of processors. */
  readonly cpus: readonly number[];
  /** To each node, itself included: 10 to 254. Default: 10 to itself, 20 to others. */
  readonly distances?: readonly number[];
}

export interface FirmwareOptions {
  readonly memory: number;
  readonly vcpus: readonly Vcpu[];
  /** Which of COM1 to COM4 there are. */
  readonly serial: readonly boolean[];
  readonly numa: readonly NumaNode[] | undefined;
}

const MIB = 2 ** 20;
/** Where kernels look for SMBIOS entry points (DSP0134 §5.2); ACPI tables are below. */
const SMBIOS_START = 0xf0000;
/** Index of the century in the clock's memory. */
const CENTURY = 0x32;

export class Firmware {
  readonly #acpi: AcpiTables;
  readonly #smbios: SmbiosTables;
  readonly #vcpus: readonly Vcpu[];

  /** Throws RangeError if the nodes are not all of the memory. */
  constructor({ memory, vcpus, serial, numa }: FirmwareOptions) {
    const nodes = numa && nodesOf(numa, memory, vcpus);
    this.#vcpus = vcpus;
    this.#acpi = buildAcpiTables(FIRMWARE_START, SMBIOS_START, {
      cpus: vcpus.map(({ cpu }) => ({ apicId: cpu.identity.apicId })),
      ioApic: { id: 0, address: IO_APIC_BASE, firstInterrupt: 0 },
      pci: {
        ecam: { base: ECAM.base, busCount: ECAM.buses },
        ioWindow: { first: PCI_IO.start, last: PCI_IO.start + PCI_IO.size - 1 },
        memoryWindows: [PCI_MEMORY, PCI_MEMORY_HIGH].map((w) => ({
          first: w.start,
          last: w.start + w.size - 1,
        })),
      },
      hpet: { address: HPET_ADDRESS, blockId: HPET_BLOCK_ID, minimumTick: HPET_MINIMUM_TICK },
      serial: SERIAL_PORTS.filter((_, i) => serial[i] === true),
      rtc: { century: CENTURY },
      keyboard: true,
      mouse: true,
      fwCfg: PORT.fwCfg,
      ...(numa && nodes && { numa: { nodes, ...distancesOf(numa) } }),
    });
    this.#smbios = buildSmbiosTables(SMBIOS_START, FIRMWARE_END, {
      firmware: { start: FIRMWARE_START, size: FIRMWARE_END - FIRMWARE_START },
      packages: packagesOf(vcpus),
      modules: (numa ?? [{ memory }]).map((node) => node.memory).filter((bytes) => bytes > 0),
      memory: backed(0, memory),
    });
  }
  /** Physical address of the RSDP. */
  get rsdp(): number {
    return this.#acpi.rsdp;
  }
  get rsdpBytes(): Uint8Array {
    return this.#acpi.bytes.subarray(0, 36);
  }
  /** Puts the tables where they belong, and sets the processors up. */
  install(memory: GuestMemory): void {
    for (const { address, bytes } of [this.#acpi, this.#smbios]) memory.write(address, bytes);
    for (const { cpu } of this.#vcpus) setMtrrs(cpu, LOW_RAM_END);
    this.#vcpus[0]?.apic.virtualWire();
  }
}

/** Gives each node its share of RAM from address 0 on, around the holes. */
function nodesOf(numa: readonly NumaNode[], memory: number, vcpus: readonly Vcpu[]): AcpiNode[] {
  const sum = numa.reduce((bytes, node) => bytes + node.memory, 0);
  if (sum !== memory)
    throw new RangeError(`NUMA nodes have ${sum} bytes of memory together, the machine ${memory}`);
  let at = 0;
  return numa.map((node) => {
    if (node.memory % MIB !== 0) throw new RangeError("a NUMA node's memory is a multiple of 1 MiB");
    const ranges = backed(at, node.memory);
    at += node.memory;
    return { memory: ranges, apicIds: node.cpus.map((cpu) => vcpus[cpu]!.cpu.identity.apicId) };
  });
}

/** Addresses of `size` bytes of RAM after the first `from`, around the hole below 4 GiB. */
function backed(from: number, size: number): { start: number; size: number }[] {
  const low = Math.max(0, Math.min(size, LOW_RAM_END - from));
  return [
    { start: from, size: low },
    { start: HIGH_RAM_START + from + low - LOW_RAM_END, size: size - low },
  ].filter((range) => range.size > 0);
}

/** What a package's first processor says of it. */
function packagesOf(vcpus: readonly Vcpu[]): SmbiosPackage[] {
  return vcpus
    .filter(({ cpu: { identity } }) => identity.apicId % 2 ** identity.coreBits === 0)
    .map(({ cpu }) => ({
      signature: SIGNATURE,
      features: cpuid(cpu, 1, 0).edx >>> 0,
      name: BRAND,
      megahertz: Math.round(cpu.identity.frequency / 1e6),
      cores: cpu.identity.cores,
    }));
}

function distancesOf(numa: readonly NumaNode[]): { readonly distances?: readonly (readonly number[])[] } {
  if (numa.every((node) => node.distances === undefined)) return {};
  return {
    distances: numa.map((node, i) => node.distances ?? numa.map((_, j) => (i === j ? 10 : 20))),
  };
}
