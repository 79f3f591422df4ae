/**
 * The memory window on configuration spaces, 4 KiB for each function (PCI Express 3.0 §7.2.2): bits 27:20 of the offset are
 * the bus, 19:15 the device, 14:12 the function. Only bus 0 has anything.
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { PciBus } from "./bus.ts";

/** Bytes of the window for each bus. */
export const ECAM_BUS_SIZE = 2 ** 20;

export class Ecam implements RegisterHandler {
  readonly widest = 4;
  readonly #bus: PciBus;

  constructor(bus: PciBus) {
    this.#bus = bus;
  }
  read(offset: number, size: AccessSize): number {
    if (offset >= ECAM_BUS_SIZE) return 2 ** (size * 8) - 1;
    return this.#bus.read(offset >>> 12, offset & 0xfff, size);
  }
  write(offset: number, size: AccessSize, value: number): void {
    if (offset < ECAM_BUS_SIZE) this.#bus.write(offset >>> 12, offset & 0xfff, size, value);
  }
}
