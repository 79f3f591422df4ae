/** Guest RAM as devices reach it: copies, never views, and processors learn of every write. */
import type { GuestMemory } from "../devices/guest-memory.ts";
import { PAGE, type PhysicalMemory } from "./physical.ts";

export class BusMaster implements GuestMemory {
  readonly #physical: PhysicalMemory;
  readonly #written: (address: number, size: number) => void;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** `written` is told of each write, in pieces that lie in one page. */
  constructor(physical: PhysicalMemory, written: (address: number, size: number) => void) {
    this.#physical = physical;
    this.#written = written;
    this.#bytes = new Uint8Array(physical.memory.buffer);
    this.#view = new DataView(physical.memory.buffer);
  }

  /** Place in linear memory if the bytes are all RAM of one region, else −1. Regions lie apart, with holes between. */
  #place(address: number, length: number, forWrite = false): number {
    if (!Number.isSafeInteger(address) || address < 0) return -1;
    const first = this.#physical.host(address, forWrite);
    if (first < 0 || length <= 1) return first;
    return this.#physical.host(address + length - 1, forWrite) === first + length - 1 ? first : -1;
  }
  contains(address: number, length: number): boolean {
    return length === 0 || this.#place(address, length) >= 0;
  }
  read(address: number, length: number): Uint8Array | undefined {
    if (length === 0) return new Uint8Array(0);
    const at = this.#place(address, length);
    return at < 0 ? undefined : this.#bytes.slice(at, at + length);
  }
  write(address: number, data: Uint8Array): boolean {
    if (data.length === 0) return true;
    const at = this.#place(address, data.length, true);
    if (at < 0) return false;
    this.#bytes.set(data, at);
    for (let done = 0; done < data.length; ) {
      const piece = Math.min(data.length - done, PAGE - ((address + done) % PAGE));
      this.#written(address + done, piece);
      done += piece;
    }
    return true;
  }
  read16(address: number): number {
    const at = this.#place(address, 2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }
  read32(address: number): number {
    const at = this.#place(address, 4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }
  read64(address: number): number {
    const at = this.#place(address, 8);
    return at < 0 ? 0 : this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }
  write16(address: number, value: number): void {
    const at = this.#place(address, 2, true);
    if (at < 0) return;
    this.#view.setUint16(at, value, true);
    this.#note(address, 2);
  }
  write32(address: number, value: number): void {
    const at = this.#place(address, 4, true);
    if (at < 0) return;
    this.#view.setUint32(at, value, true);
    this.#note(address, 4);
  }
  #note(address: number, size: number): void {
    const here = Math.min(size, PAGE - (address % PAGE));
    this.#written(address, here);
    if (here < size) this.#written(address + here, size - here);
  }
}
