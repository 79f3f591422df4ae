/**
 * A virtio device's configuration as bytes (virtio 1.2 §2.5): little-endian fields at fixed offsets, for devices to keep
 * and to answer `readConfig` from. It says nothing of which fields a driver may write.
 */

export class ConfigBytes {
  readonly size: number;
  readonly #bytes: Uint8Array;

  /** All zero at first. */
  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }
  /** The unsigned value of `size` (1, 2 or 4) bytes; bytes beyond the end are 0. */
  read(offset: number, size: number): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.#bytes[offset + i] ?? 0);
    return value;
  }
  /** Sets `size` (1, 2, 4 or 8) bytes to a whole number below 2^53; what lies beyond the end is lost. */
  set(offset: number, size: number, value: number): void {
    let rest = value;
    for (let i = 0; i < size; i++) {
      this.#bytes[offset + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  setBytes(offset: number, bytes: Uint8Array): void {
    for (const [i, byte] of bytes.entries()) this.#bytes[offset + i] = byte;
  }
}
