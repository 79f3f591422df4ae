/**
 * Messages of 9P2000.L as bytes: little-endian numbers, strings with a length of 16 bits before them (Plan 9 manual, intro(5); Linux's
 * include/net/9p/9p.h for what ".L" adds). Reading past a message's end throws Malformed; nothing here knows what a message means.
 */

/** The number of a request; its answer has the next one, an error has RLERROR. */
export const T = {
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  xattrcreate: 32,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;
export const RLERROR = 7;
/** Size, type, tag. */
export const HEADER = 7;

/** A message that is not as long as its fields. */
export class Malformed extends Error {}

/** What a file is to a client: kind, a version that changes with it, and what no other file has. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}

export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length)
      throw new Malformed(`a message of ${this.#bytes.length} bytes ends too early`);
    this.#at += size;
    return at;
  }
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  /** The bytes themselves: names of files need not be UTF-8. */
  name(): Buffer {
    const length = this.u16();
    const at = this.#take(length);
    return Buffer.from(this.#bytes.subarray(at, at + length));
  }
  text(): string {
    return this.name().toString("utf8");
  }
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
}

export class MessageWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = HEADER;

  /** Room for a whole answer of `size` bytes at most. */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }
  /** Bytes that are left. */
  get room(): number {
    return this.#bytes.length - this.#at;
  }
  get length(): number {
    return this.#at;
  }
  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new Malformed("an answer does not fit");
    this.#at += size;
    return at;
  }
  u8(value: number): this {
    this.#view.setUint8(this.#take(1), value);
    return this;
  }
  u16(value: number): this {
    this.#view.setUint16(this.#take(2), value, true);
    return this;
  }
  u32(value: number): this {
    this.#view.setUint32(this.#take(4), value, true);
    return this;
  }
  u64(value: bigint | number): this {
    this.#view.setBigUint64(this.#take(8), BigInt.asUintN(64, BigInt(value)), true);
    return this;
  }
  name(bytes: Uint8Array): this {
    this.u16(bytes.length);
    return this.put(bytes);
  }
  text(text: string): this {
    return this.name(Buffer.from(text));
  }
  qid({ type, version, path }: Qid): this {
    return this.u8(type).u32(version).u64(path);
  }
  put(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#take(bytes.length));
    return this;
  }
  /** Takes back what has been written after so many bytes. */
  cut(length: number): void {
    this.#at = length;
  }
  /** Puts a number where something else has been written before. */
  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
  /** The whole message. */
  finish(type: number, tag: number): Uint8Array {
    this.#view.setUint32(0, this.#at, true);
    this.#view.setUint8(4, type);
    this.#view.setUint16(5, tag, true);
    return this.#bytes.subarray(0, this.#at);
  }
}
