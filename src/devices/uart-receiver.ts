/**
 * The receiving half of the UART: its FIFO, and the line of bytes from outside that wait for room.
 *
 * The sender outside is a careful one: a byte counts as sent only when the guest has read it. `withdraw` puts unread
 * bytes from outside back at the head of the line, so that a driver which clears the FIFO while probing loses nothing.
 * What came by loopback is the guest's own, and is cleared as the data sheet says.
 *
 * TI TL16C550C (SLLS177), "FIFO operation" and "line status register".
 */
import type { CharacterBackend } from "../host/backends.ts";
import type { State } from "./device.ts";

export const FIFO_SIZE = 16;

/** LSR bits that belong to a character. */
export const BREAK = 1 << 4;
/** Where a character came from; above its status bits. */
const OUTSIDE = 1 << 16;

/** A character: its byte, its LSR error bits from bit 8, and where it came from. */
const byteOf = (character: number): number => character & 0xff;
const errorsOf = (character: number): number => (character >> 8) & 0xff;

export class UartReceiver {
  readonly #backend: CharacterBackend | undefined;
  /** Oldest first; at most 16. */
  #fifo: number[] = [];
  /** Characters from outside that were withdrawn, oldest first; they come before anything the backend has. */
  #waiting: number[] = [];

  constructor(backend: CharacterBackend | undefined) {
    this.#backend = backend;
  }

  get length(): number {
    return this.#fifo.length;
  }
  /** LSR error bits of the oldest character. */
  get errors(): number {
    return errorsOf(this.#fifo[0] ?? 0);
  }
  /** Whether any character after the oldest has an error. */
  get laterErrors(): boolean {
    return this.#fifo.some((character, i) => i > 0 && errorsOf(character) !== 0);
  }
  /** The errors of the oldest character have been read. */
  forgetErrors(): void {
    if (this.#fifo.length > 0) this.#fifo[0]! &= ~0xff00;
  }

  /** The oldest byte; 0 if there is none. */
  take(): number {
    return byteOf(this.#fifo.shift() ?? 0);
  }

  /** A byte by loopback, into a FIFO of `depth`. False if it overran. */
  loop(byte: number, depth: number): boolean {
    if (this.#fifo.length < depth) {
      this.#fifo.push(byte);
      return true;
    }
    // With one register the new byte replaces the old one; with a FIFO the shift register is lost.
    if (depth === 1) this.#fifo[0] = byte;
    return false;
  }

  /** A break from outside: one zero byte. It waits like every other character. */
  addBreak(): void {
    // A line that breaks and breaks again says no more than one that broke 16 times.
    if (this.#waiting.length < FIFO_SIZE) this.#waiting.push(OUTSIDE | (BREAK << 8));
  }

  /** Fills a FIFO of `depth` from outside. Whether anything came. */
  fill(depth: number): boolean {
    const before = this.#fifo.length;
    while (this.#fifo.length < depth && this.#waiting.length > 0) this.#fifo.push(this.#waiting.shift()!);
    const room = depth - this.#fifo.length;
    if (room > 0 && this.#backend) {
      for (const byte of this.#backend.read(room)) this.#fifo.push(OUTSIDE | byte);
    }
    return this.#fifo.length > before;
  }

  /** Puts unread bytes from outside back. */
  withdraw(): void {
    this.#waiting = [...this.#fifo.filter((c) => (c & OUTSIDE) !== 0), ...this.#waiting];
    this.#fifo = this.#fifo.filter((c) => (c & OUTSIDE) === 0);
  }

  /** Empties the FIFO; what came from outside waits. */
  clear(): void {
    this.withdraw();
    this.#fifo = [];
  }

  state(): State {
    return { fifo: [...this.#fifo], waiting: [...this.#waiting] };
  }
}
