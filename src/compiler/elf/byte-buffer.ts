/** Little-endian bytes that grow as they are written, for the ELF and DWARF writers. Values are truncated to their field. */
const encoder = new TextEncoder();

export class ByteBuffer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }
  /** A whole number within ±2^53, or a bigint. */
  u64(value: number | bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
    return this;
  }
  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  /** UTF-8 and a zero. */
  text(text: string): this {
    return this.bytes(encoder.encode(text)).u8(0);
  }
  /** Unsigned LEB128 (DWARF 5 §7.6). */
  uleb(value: number | bigint): this {
    let rest = BigInt(value);
    if (rest < 0n) throw new RangeError(`${value} is negative`);
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      this.u8(rest === 0n ? low : low | 0x80);
    } while (rest !== 0n);
    return this;
  }
  /** Signed LEB128. */
  sleb(value: number | bigint): this {
    for (let rest = BigInt(value); ; ) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const last = rest === ((low & 0x40) === 0 ? 0n : -1n);
      this.u8(last ? low : low | 0x80);
      if (last) return this;
    }
  }
  /** `count` bytes of one value. */
  fill(count: number, value = 0): this {
    const at = this.#grow(count);
    this.#bytes.fill(value, at, at + count);
    return this;
  }
  /** Up to the next multiple of `to`. */
  align(to: number, value = 0): this {
    return this.fill(-this.#length & (to - 1), value);
  }
  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
  /** A copy. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
