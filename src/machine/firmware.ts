/**
 * What a BIOS would have left for the kernel: ACPI tables in its memory, MTRRs, and the first processor's APIC passing on
 * what the PICs ask for. It runs no code in the guest.
 */

import type { AcpiNode } from "../devices/acpi/platform.ts";
import { type AcpiTables, buildAcpiTables } from "../devices/acpi/tables.ts";
import type { GuestMemory } from "../devices/guest-memory.ts";
import { HPET_ADDRESS, HPET_BLOCK_ID } from "../devices/hpet.ts";
import { HPET_MINIMUM_TICK } from "../devices/hpet-timer.ts";
import { IO_APIC_BASE } from "../devices/io-apic.ts";
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
  readonly cpus: number;
  /** Which of COM1 to COM4 there are. */
  readonly serial: readonly boolean[];
  readonly numa: readonly NumaNode[] | undefined;
}

const MIB = 2 ** 20;
/** Index of the century in the clock's memory. */
const CENTURY = 0x32;

export class Firmware {
  readonly #tables: AcpiTables;

  /** Throws RangeError if the nodes are not all of the memory and each processor once. */
  constructor({ memory, cpus, serial, numa }: FirmwareOptions) {
    this.#tables = buildAcpiTables(FIRMWARE_START, FIRMWARE_END, {
      cpus: Array.from({ length: cpus }, (_, apicId) => ({ apicId })),
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
      ...(numa === undefined ? {} : { numa: { nodes: nodesOf(numa, memory, cpus), ...distancesOf(numa) } }),
    });
  }
  /** Physical address of the RSDP. */
  get rsdp(): number {
    return this.#tables.rsdp;
  }
  get rsdpBytes(): Uint8Array {
    return this.#tables.bytes.subarray(0, 36);
  }
  /** Puts the tables where they belong, and sets the processors up. */
  install(memory: GuestMemory, vcpus: readonly Vcpu[]): void {
    memory.write(this.#tables.address, this.#tables.bytes);
    for (const { cpu } of vcpus) setMtrrs(cpu, LOW_RAM_END);
    vcpus[0]?.apic.virtualWire();
  }
}

/** Gives each node its share of RAM from address 0 on, around the holes. */
function nodesOf(numa: readonly NumaNode[], memory: number, cpus: number): AcpiNode[] {
  const sum = numa.reduce((bytes, node) => bytes + node.memory, 0);
  if (sum !== memory)
    throw new RangeError(`NUMA nodes have ${sum} bytes of memory together, the machine ${memory}`);
  const named = numa.flatMap((node) => node.cpus).sort((a, b) => a - b);
  if (named.length !== cpus || named.some((cpu, i) => cpu !== i))
    throw new RangeError(
      `NUMA nodes name processors ${named.join(", ")}; the machine has each of 0 to ${cpus - 1} once`,
    );
  let at = 0;
  return numa.map((node) => {
    if (node.memory % MIB !== 0) throw new RangeError("a NUMA node's memory is a multiple of 1 MiB");
    const ranges: { start: number; size: number }[] = [];
    for (let left = node.memory; left > 0; ) {
      const low = at < LOW_RAM_END;
      const size = low ? Math.min(left, LOW_RAM_END - at) : left;
      ranges.push({ start: low ? at : HIGH_RAM_START + at - LOW_RAM_END, size });
      at += size;
      left -= size;
    }
    return { memory: ranges, apicIds: node.cpus };
  });
}

function distancesOf(numa: readonly NumaNode[]): { readonly distances?: readonly (readonly number[])[] } {
  if (numa.every((node) => node.distances === undefined)) return {};
  return {
    distances: numa.map((node, i) => node.distances ?? numa.map((_, j) => (i === j ? 10 : 20))),
  };
}
