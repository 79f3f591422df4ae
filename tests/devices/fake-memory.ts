/** RAM from address 0 without a machine, for tests of devices that are bus masters. */
import type { GuestMemory } from "../../src/devices/guest-memory.ts";

export class FakeMemory implements GuestMemory {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** `size` bytes of zeros at address 0; nothing beyond. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  contains(address: number, length: number): boolean {
    return Number.isInteger(address) && address >= 0 && length >= 0 && address + length <= this.bytes.length;
  }
  read(address: number, length: number): Uint8Array | undefined {
    return this.contains(address, length) ? this.bytes.slice(address, address + length) : undefined;
  }
  write(address: number, data: Uint8Array): boolean {
    if (!this.contains(address, data.length)) return false;
    this.bytes.set(data, address);
    return true;
  }
  read16(address: number): number {
    return this.contains(address, 2) ? this.#view.getUint16(address, true) : 0;
  }
  read32(address: number): number {
    return this.contains(address, 4) ? this.#view.getUint32(address, true) : 0;
  }
  read64(address: number): number {
    if (!this.contains(address, 8)) return 0;
    return this.#view.getUint32(address + 4, true) * 2 ** 32 + this.#view.getUint32(address, true);
  }
  write16(address: number, value: number): void {
    if (this.contains(address, 2)) this.#view.setUint16(address, value, true);
  }
  write32(address: number, value: number): void {
    if (this.contains(address, 4)) this.#view.setUint32(address, value, true);
  }
}
