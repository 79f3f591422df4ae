/**
 * The memory of the IR interpreter: flat bytes from 0 on, of which the first 64 KiB are not there. Data pieces come first, each
 * laid out with its relocations; then a heap for hosts; then the stack, which grows upwards. Functions have addresses beyond the
 * end, where no bytes are.
 */
import type { ObjectPiece } from "../object.ts";
import type { Scalar } from "./arithmetic.ts";
import { bytesOf } from "./construct.ts";
import type { IrProgram, IrType } from "./ir.ts";

const DATA = 0x10000;
/** What fresh frames are filled with, so that reads of undefined contents show. */
const JUNK = 0xa5;

/** An access to bytes that are not there. */
export class MemoryFault extends Error {
  readonly address: bigint;
  constructor(address: bigint) {
    super(`no memory at 0x${address.toString(16)}`);
    this.address = address;
  }
}
export class StackOverflow extends Error {}

const alignUp = (n: number, align: number): number => Math.ceil(n / align) * align;

export class Memory {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #symbols = new Map<string, number>();
  readonly #functions = new Map<number, string>();
  /** First and last-but-one byte of what neither data nor stack uses. */
  readonly heapStart: number;
  readonly heapEnd: number;
  /** The next frame's lowest address. */
  #top: number;

  /** `size`: bytes in all; the stack has the last quarter. Throws RangeError if the data does not fit, or a relocation has no symbol. */
  constructor(program: IrProgram, externs: Iterable<string>, size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    let at = DATA;
    for (const piece of program.data) {
      at = alignUp(at, piece.align);
      this.#symbols.set(piece.symbol, at);
      at += Math.max(1, piece.bytes.length);
    }
    const stack = size - size / 4;
    if (at > stack) throw new RangeError(`the data takes ${at} bytes of ${stack}`);
    let code = alignUp(size, 0x10000);
    const aligned = new Map(program.functions.map((fn) => [fn.symbol, fn.attributes.align ?? 1]));
    for (const symbol of [...aligned.keys(), ...externs]) {
      if (this.#symbols.has(symbol)) continue;
      code = alignUp(code, aligned.get(symbol) ?? 1);
      this.#symbols.set(symbol, code);
      this.#functions.set(code, symbol);
      code += 16;
    }
    for (const piece of program.data) this.#fill(piece);
    this.heapStart = alignUp(at, 4096);
    this.heapEnd = stack;
    this.#top = stack;
  }

  #fill(piece: ObjectPiece): void {
    const start = this.#symbols.get(piece.symbol)!;
    if (piece.kind !== "zeros") this.bytes.set(piece.bytes, start);
    for (const { offset, kind, symbol, addend } of piece.relocations) {
      const at = start + offset;
      const target = this.symbol(symbol) + addend;
      if (kind === "R_X86_64_64") this.#view.setBigUint64(at, BigInt(target), true);
      else if (kind === "R_X86_64_32" || kind === "R_X86_64_32S") this.#view.setUint32(at, target, true);
      else this.#view.setInt32(at, target - at, true);
    }
  }

  /** Throws RangeError for what nobody defines. */
  symbol(name: string): number {
    const address = this.#symbols.get(name);
    if (address === undefined) throw new RangeError(`nothing is called ${name}`);
    return address;
  }
  /** The function whose address this is. */
  functionAt(address: bigint): string | undefined {
    return this.#functions.get(Number(address));
  }

  /** Where the stack ends now; `release` goes back to it. */
  get top(): number {
    return this.#top;
  }
  /** Junk of so many bytes on top of the stack. Throws StackOverflow. */
  allocate(size: number, align: number): number {
    const start = alignUp(this.#top, Math.max(1, align));
    // Never of no bytes: slots have addresses of their own.
    const end = start + Math.max(1, size);
    if (end > this.bytes.length) throw new StackOverflow();
    this.bytes.fill(JUNK, start, end);
    this.#top = end;
    return start;
  }
  release(top: number): void {
    this.#top = top;
  }

  /** The index of `size` bytes. Throws MemoryFault unless all are there. */
  range(address: bigint, size: number): number {
    if (address < DATA || address + BigInt(size) > this.bytes.length) throw new MemoryFault(address);
    return Number(address);
  }
  load(type: IrType, address: bigint): Scalar {
    const at = this.range(address, bytesOf(type));
    switch (type) {
      case "i8":
        return BigInt(this.bytes[at]!);
      case "i16":
        return BigInt(this.#view.getUint16(at, true));
      case "i32":
        return BigInt(this.#view.getUint32(at, true));
      case "f64":
        return this.#view.getFloat64(at, true);
      default:
        return this.#view.getBigUint64(at, true);
    }
  }
  store(type: IrType, address: bigint, value: Scalar): void {
    const at = this.range(address, bytesOf(type));
    if (typeof value === "number") this.#view.setFloat64(at, value, true);
    else if (type === "i64") this.#view.setBigUint64(at, value, true);
    else if (type === "i32") this.#view.setUint32(at, Number(value), true);
    else if (type === "i16") this.#view.setUint16(at, Number(value), true);
    else this.bytes[at] = Number(value);
  }
  /** As by memmove. */
  copy(to: bigint, from: bigint, size: bigint): void {
    if (size === 0n) return;
    const length = this.#length(from, size);
    this.bytes.copyWithin(this.range(to, length), this.range(from, length), Number(from) + length);
  }
  fill(to: bigint, byte: bigint, size: bigint): void {
    if (size === 0n) return;
    const length = this.#length(to, size);
    const at = this.range(to, length);
    this.bytes.fill(Number(byte), at, at + length);
  }
  #length(address: bigint, size: bigint): number {
    if (size > this.bytes.length) throw new MemoryFault(address);
    return Number(size);
  }
}
