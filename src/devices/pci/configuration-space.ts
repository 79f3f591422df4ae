/**
 * The 4 KiB of configuration space of a PCI function: bytes of which software may write some, bit by bit (PCI Local Bus
 * 3.0 §6.1, PCI Express 3.0 §7.2). It says nothing of what the bits do.
 */

/** Offsets in the header of type 0 (PCI Local Bus 3.0 figure 6-1). */
export const HEADER = {
  vendor: 0x00,
  device: 0x02,
  command: 0x04,
  status: 0x06,
  revision: 0x08,
  classCode: 0x09,
  cacheLineSize: 0x0c,
  headerType: 0x0e,
  bar0: 0x10,
  subsystemVendor: 0x2c,
  subsystemDevice: 0x2e,
  capabilities: 0x34,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
} as const;

export const COMMAND = { io: 1, memory: 2, busMaster: 4, interruptDisable: 0x400 } as const;
export const STATUS = { interrupt: 8, capabilities: 0x10 } as const;

/** Bytes of conventional configuration space, where capabilities live. */
export const CONVENTIONAL = 256;
const SIZE = 4096;

export class ConfigurationSpace {
  readonly #bytes = new Uint8Array(SIZE);
  readonly #writable = new Uint8Array(SIZE);

  /** The unsigned value of 1, 2 or 4 bytes; those beyond the end read as ones. */
  read(offset: number, size: number): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.#bytes[offset + i] ?? 0xff);
    return value;
  }
  /** As software writes: only bits that are writable change. */
  write(offset: number, size: number, value: number): void {
    for (let i = 0; i < size && offset + i < SIZE; i++) {
      const mask = this.#writable[offset + i] ?? 0;
      const old = this.#bytes[offset + i] ?? 0;
      this.#bytes[offset + i] = (old & ~mask) | ((value >>> (i * 8)) & mask);
    }
  }
  /** As the function itself sets its bits, writable or not. */
  set(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) this.#bytes[offset + i] = value >>> (i * 8);
  }
  /** Lets software write the bits of `mask`, besides those it may already. They are 0 after reset. */
  allow(offset: number, size: number, mask: number): void {
    for (let i = 0; i < size; i++) this.#writable[offset + i]! |= mask >>> (i * 8);
  }
  /** Clears whatever software can have set. */
  reset(): void {
    for (let i = 0; i < SIZE; i++) this.#bytes[i]! &= ~this.#writable[i]!;
  }
  /** Its bytes in hexadecimal, without the zeros at the end. */
  hex(): string {
    let end = SIZE;
    while (end > 0 && this.#bytes[end - 1] === 0) end--;
    return Array.from(this.#bytes.subarray(0, end), (b) => b.toString(16).padStart(2, "0")).join("");
  }
}
