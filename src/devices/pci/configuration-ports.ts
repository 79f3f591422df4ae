/**
 * Configuration mechanism 1: an address register at port 0xCF8 and a window of four bytes at 0xCFC (PCI Local Bus 3.0
 * §3.2.2.3.2). Only whole 32-bit accesses reach the address register. The byte at 0xCF9, which chipsets use for resetting the
 * machine, goes to whom the machine names.
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { Device, State } from "../device.ts";
import type { PciBus } from "./bus.ts";

export const CONFIGURATION_PORTS = { first: 0xcf8, count: 8 } as const;

/** Bit 31 enables; 23:16 bus, 15:11 device, 10:8 function, 7:2 register. */
const WRITABLE = 0x80fffffc;
const ENABLE = 0x80000000;
const BUS = 0x00ff0000;
const RESET_CONTROL = 1;

const ones = (size: number): number => 2 ** (size * 8) - 1;

export class ConfigurationPorts implements RegisterHandler, Device {
  readonly name = "pci-ports";
  readonly widest = 4;
  readonly #bus: PciBus;
  readonly #resetControl: RegisterHandler | undefined;
  #address = 0;

  /** `resetControl` is the handler of bytes at port 0xCF9, at its offset 0. */
  constructor(bus: PciBus, resetControl?: RegisterHandler) {
    this.#bus = bus;
    this.#resetControl = resetControl;
  }

  read(offset: number, size: AccessSize): number {
    if (offset === RESET_CONTROL && size === 1) return this.#resetControl?.read(0, 1) ?? ones(1);
    if (offset < 4) return offset === 0 && size === 4 ? this.#address : ones(size);
    const register = this.#register(offset);
    return register === undefined ? ones(size) : this.#bus.read(this.#place, register, size);
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset === RESET_CONTROL && size === 1) this.#resetControl?.write(0, 1, value);
    else if (offset === 0 && size === 4) this.#address = (value & WRITABLE) >>> 0;
    else if (offset >= 4) {
      const register = this.#register(offset);
      if (register !== undefined) this.#bus.write(this.#place, register, size, value);
    }
  }

  reset(): void {
    this.#address = 0;
  }

  state(): State {
    return { address: this.#address };
  }

  get #place(): number {
    return (this.#address >>> 8) & 0xff;
  }
  /** The register behind an offset of the data window; undefined while the window is closed or on another bus. */
  #register(offset: number): number | undefined {
    if ((this.#address & ENABLE) === 0 || (this.#address & BUS) !== 0) return undefined;
    return (this.#address & 0xfc) + (offset & 3);
  }
}
