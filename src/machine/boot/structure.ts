/** Structures in memory, written field by field at the byte offsets that their specifications give. Little-endian. */

const utf8 = new TextEncoder();

export class Structure {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** `size` bytes, all zero. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }
  u8(at: number, value: number): this {
    this.#view.setUint8(at, value);
    return this;
  }
  u16(at: number, value: number): this {
    this.#view.setUint16(at, value, true);
    return this;
  }
  u32(at: number, value: number): this {
    this.#view.setUint32(at, value, true);
    return this;
  }
  /** A whole number below 2^53. */
  u64(at: number, value: number): this {
    this.#view.setUint32(at, value % 2 ** 32, true);
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
    return this;
  }
  copy(at: number, bytes: Uint8Array): this {
    this.bytes.set(bytes, at);
    return this;
  }
}

/** A string in UTF-8 with the zero that ends it. */
export function zeroTerminated(text: string): Uint8Array {
  return utf8.encode(`${text}\0`);
}
