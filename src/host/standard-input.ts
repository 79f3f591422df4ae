/**
 * What terminal.ts and standard-streams.ts have in common of the process's standard input: bytes that have come and wait for the guest, and
 * reading a file. Nothing here listens to anything.
 */
import { readSync } from "node:fs";

const INPUT = 0;
const NOTHING = new Uint8Array(0);

/** Bytes that wait for the guest. Where they are many the sender is made to wait. */
export class WaitingInput {
  readonly #most: number;
  readonly #pieces: Uint8Array[] = [];
  #count = 0;

  /** `most`: bytes that may wait before standard input is paused. */
  constructor(most: number) {
    this.#most = most;
  }
  /** Bytes. */
  get count(): number {
    return this.#count;
  }
  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#count += bytes.length;
    if (this.#count >= this.#most) process.stdin.pause();
  }
  /** At most so many; fewer where a piece ends. */
  take(most: number): Uint8Array {
    const first = this.#pieces[0];
    if (first === undefined || most <= 0) return NOTHING;
    const bytes = first.subarray(0, most);
    if (bytes.length === first.length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(bytes.length);
    this.#count -= bytes.length;
    if (this.#count < this.#most && process.stdin.isPaused()) process.stdin.resume();
    return bytes;
  }
}

/** What a read of standard input gives that never waits, of a file. Nothing at its end, and where it cannot be read: a directory, a descriptor that is closed. */
export function readInputFile(most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  try {
    return bytes.subarray(0, readSync(INPUT, bytes, 0, most, null));
  } catch {
    return NOTHING;
  }
}
