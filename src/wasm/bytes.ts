/*
 * A byte buffer that grows, and the binary format's values: LEB128 integers, IEEE floats, names.
 * Refuses a number that is no integer or does not fit its type; an unsigned 32- or 64-bit pattern may be given for a signed one.
 * WebAssembly core specification, 5.2 (Values).
 */

const utf8 = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);

/** Bytes that the LEB128 form of a u32 takes. */
export const sizeOfU32 = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

export class Bytes {
  #data: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#data = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far, in place: valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#data.subarray(0, this.#length);
  }

  /** A copy of the bytes written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }

  /** Forgets what was written and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#data.length * 2));
    larger.set(this.view());
    this.#data = larger;
  }

  /** The low eight bits of `value`. */
  u8(value: number): void {
    if (this.#length === this.#data.length) this.#room(1);
    this.#data[this.#length++] = value;
  }

  /** LEB128 of 0 … 2^32 - 1. */
  u32(value: number): void {
    if (value !== value >>> 0) throw new RangeError(`${value} is no u32`);
    while (value >= 0x80) {
      this.u8((value & 0x7f) | 0x80);
      value >>>= 7;
    }
    this.u8(value);
  }

  /** Signed LEB128 of a 32-bit pattern, -2^31 … 2^32 - 1. */
  s32(value: number | bigint): void {
    const pattern = Number(value);
    if (pattern !== (pattern | 0) && pattern !== pattern >>> 0) throw new RangeError(`${value} is no i32`);
    this.#int32(pattern | 0);
  }

  /** Signed LEB128 of a 64-bit pattern, -2^63 … 2^64 - 1. A number must be a safe integer. */
  s64(value: number | bigint): void {
    if (typeof value === "number") {
      if (value === (value | 0)) {
        this.#int32(value | 0);
        return;
      }
      if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer; give a bigint`);
      value = BigInt(value);
    }
    if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new RangeError(`${value} is no i64`);
    let rest = BigInt.asIntN(64, value);
    while (rest < -0x40n || rest >= 0x40n) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest & 0x7fn));
  }

  #int32(value: number): void {
    while (value < -0x40 || value >= 0x40) {
      this.u8((value & 0x7f) | 0x80);
      value >>= 7;
    }
    this.u8(value & 0x7f);
  }

  /** Four bytes, rounded to single. */
  f32(value: number): void {
    scratch.setFloat32(0, value, true);
    this.bytes(scratchBytes.subarray(0, 4));
  }

  f64(value: number): void {
    scratch.setFloat64(0, value, true);
    this.bytes(scratchBytes);
  }

  /** Bytes as they are, without their number. */
  bytes(source: ArrayLike<number>): void {
    this.#room(source.length);
    this.#data.set(source, this.#length);
    this.#length += source.length;
  }

  /** A name: its length in bytes, then UTF-8. Refuses half of a surrogate pair, which has no UTF-8. */
  name(text: string): void {
    if (/\p{Surrogate}/u.test(text)) throw new RangeError(`${JSON.stringify(text)} is no Unicode text`);
    const encoded = utf8.encode(text);
    this.u32(encoded.length);
    this.bytes(encoded);
  }
}
