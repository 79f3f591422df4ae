/**
 * A chain of buffers in guest RAM (virtio 1.2 §2.6): readable ones, then writable ones. It is filled by a ring, which learns
 * what is wrong with a buffer; devices see it as a `Chain`. It knows nothing of descriptors.
 */
import type { GuestMemory } from "../guest-memory.ts";
import type { Chain } from "./device.ts";

/** The most that one `read` copies. */
export const MOST_READ = 2 ** 20;
/** Lengths of a whole chain stay below this (§2.7.5: no more than 2^32 bytes). */
const MOST_BYTES = 2 ** 32 - 1;

/** A range of memory. */
export interface Area {
  readonly address: number;
  readonly length: number;
}

/** Where a chain comes from. */
export interface ChainSource {
  readonly memory: GuestMemory;
  /** False once the queue was reset, and while the device may not use memory. */
  readonly live: boolean;
  /** The ring's own parts: no buffer to write may touch them, or a device's answers could make new requests. */
  readonly areas: readonly Area[];
}

export class BufferChain implements Chain {
  readonly source: ChainSource;
  /** What the ring knows it by: the head's index, or the buffer id. */
  readonly id: number;
  /** Places of the ring that it takes. */
  slots = 1;
  /** Whether it has gone back to the driver. */
  returned = false;
  readable = 0;
  writable = 0;
  written = 0;
  readonly #read: Area[] = [];
  readonly #write: Area[] = [];
  /** Where `write` goes on: a buffer, and the chain's offset at its start. */
  #current = 0;
  #currentStart = 0;

  constructor(source: ChainSource, id: number) {
    this.source = source;
    this.id = id;
  }

  /** Adds a buffer. Returns what is wrong with it, or undefined. */
  add(address: number, length: number, write: boolean): string | undefined {
    if (length === 0) return undefined;
    if (!write && this.#write.length > 0) return "a readable buffer behind a writable one";
    if (!this.source.memory.contains(address, length))
      return `a buffer at ${hex(address)}+${hex(length)} outside RAM`;
    const total = length + (write ? this.writable : this.readable);
    if (total > MOST_BYTES) return "a chain of 4 GiB or more";
    if (write) {
      if (this.source.areas.some((a) => address < a.address + a.length && a.address < address + length)) {
        return `a writable buffer at ${hex(address)} over its own ring`;
      }
      this.writable = total;
    } else this.readable = total;
    (write ? this.#write : this.#read).push({ address, length });
    return undefined;
  }

  read(offset: number, length: number): Uint8Array {
    const { memory } = this.source;
    const most = Math.max(0, Math.min(length, MOST_READ, this.readable - offset));
    if (most === 0 || !this.#open) return new Uint8Array(0);
    let bytes: Uint8Array | undefined;
    let start = 0;
    let done = 0;
    for (const area of this.#read) {
      const skip = offset + done - start;
      start += area.length;
      if (skip >= area.length) continue;
      const piece = memory.read(area.address + skip, Math.min(area.length - skip, most - done));
      if (piece === undefined) break;
      // All in one buffer, as most requests are: no second copy.
      if (piece.length === most) return piece;
      bytes ??= new Uint8Array(most);
      bytes.set(piece, done);
      done += piece.length;
      if (done === most) break;
    }
    return (bytes ?? new Uint8Array(0)).subarray(0, done);
  }

  write(bytes: Uint8Array): number {
    const count = this.#put(this.#current, this.#currentStart, this.written, bytes);
    this.written += count;
    for (;;) {
      const area = this.#write[this.#current];
      if (area === undefined || this.written - this.#currentStart < area.length) return count;
      this.#currentStart += area.length;
      this.#current++;
    }
  }

  writeAt(offset: number, bytes: Uint8Array): number {
    return this.#put(0, 0, offset, bytes);
  }

  get #open(): boolean {
    return !this.returned && this.source.live;
  }

  /** Writes at `offset`, looking from buffer `first`, which starts at offset `start`. */
  #put(first: number, start: number, offset: number, bytes: Uint8Array): number {
    if (!this.#open) return 0;
    let done = 0;
    let at = start;
    for (let i = first; i < this.#write.length && done < bytes.length; i++) {
      const area = this.#write[i]!;
      const skip = offset + done - at;
      at += area.length;
      if (skip >= area.length) continue;
      const piece = bytes.subarray(done, done + area.length - skip);
      if (!this.source.memory.write(area.address + skip, piece)) break;
      done += piece.length;
    }
    return done;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;
