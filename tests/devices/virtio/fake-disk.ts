/** A disk in memory that notes what is done to it and fails on demand, for tests of the block device. */
import type { BlockBackend } from "../../../src/host/backends.ts";

export class FakeDisk implements BlockBackend {
  readonly bytes: Uint8Array;
  readonly readOnly: boolean;
  /** Calls, in order: name, offset, length. */
  readonly calls: [string, number, number][] = [];
  failing = false;

  constructor(sectors: number, readOnly = false) {
    this.bytes = new Uint8Array(sectors * 512);
    for (let i = 0; i < this.bytes.length; i++) this.bytes[i] = (i >> 9) ^ i;
    this.readOnly = readOnly;
  }
  get size(): number {
    return this.bytes.length;
  }
  read(offset: number, length: number): Uint8Array | undefined {
    return this.#note("read", offset, length) ? this.bytes.slice(offset, offset + length) : undefined;
  }
  write(offset: number, data: Uint8Array): boolean {
    if (!this.#note("write", offset, data.length)) return false;
    this.bytes.set(data, offset);
    return true;
  }
  flush(): boolean {
    return this.#note("flush", 0, 0);
  }
  discard(offset: number, length: number): boolean {
    return this.#note("discard", offset, length);
  }
  writeZeroes(offset: number, length: number): boolean {
    if (!this.#note("zero", offset, length)) return false;
    this.bytes.fill(0, offset, offset + length);
    return true;
  }
  #note(name: string, offset: number, length: number): boolean {
    if (offset < 0 || offset + length > this.size)
      throw new Error(`${name} at ${offset}+${length} of ${this.size}`);
    this.calls.push([name, offset, length]);
    return !this.failing;
  }
}
