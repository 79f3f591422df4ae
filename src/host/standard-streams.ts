/**
 * The process's standard streams as a program's: input as it comes, with its end; output to standard output or standard error. Nothing is
 * translated, and a terminal keeps its own line editing.
 */
import { fstatSync, readSync } from "node:fs";
import type { CharacterBackend } from "./backends.ts";
import { errorCode, HostError, systemReason } from "./errors.ts";
import { writeAll } from "./write-all.ts";

const INPUT = 0;
const OUTPUT = 1;
const ERRORS = 2;
/** Bytes that wait for the guest before the sender is made to wait. */
const MOST_WAITING = 1 << 18;
const NOTHING = new Uint8Array(0);

export interface StreamEvents {
  /** Input has come, or its end. */
  heard(): void;
  /** Nobody reads the output any more or, with the error, it cannot be written. */
  lost(error?: HostError): void;
}

/** Writes to a descriptor of the process; gives nothing. */
export class OutputStream implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly ended = true;
  readonly #descriptor: typeof OUTPUT | typeof ERRORS;
  readonly #lost: StreamEvents["lost"];
  #isLost = false;
  #written = 0;

  constructor(descriptor: 1 | 2, lost: StreamEvents["lost"]) {
    this.#descriptor = descriptor;
    this.#lost = lost;
  }
  /** Bytes so far. */
  get written(): number {
    return this.#written;
  }
  /** Returns once the bytes are the operating system's. After a failure they are lost. */
  write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    if (this.#isLost) return;
    try {
      writeAll(this.#descriptor, bytes);
    } catch (error) {
      this.#isLost = true;
      const name = this.#descriptor === OUTPUT ? "standard output" : "standard error";
      this.#lost(errorCode(error) === "EPIPE" ? undefined : new HostError(`${name}: ${systemReason(error)}`));
    }
  }
  read(_most: number): Uint8Array {
    return NOTHING;
  }
}

/** Standard input and output. */
export class StandardStreams implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #output: OutputStream;
  readonly #events: StreamEvents;
  readonly #isFile: boolean;
  readonly #waiting: Uint8Array[] = [];
  #count = 0;
  #ended = false;

  /** Takes standard input over until `close`. One at a time. */
  constructor(events: StreamEvents) {
    this.#events = events;
    this.#output = new OutputStream(OUTPUT, (error) => events.lost(error));
    this.#isFile = isPlain(INPUT);
    if (this.#isFile) return;
    const { stdin } = process;
    stdin.on("data", this.#arrived);
    for (const event of ["end", "close", "error"] as const) stdin.on(event, this.#end);
  }
  /** No input will come any more, and all has been read. */
  get ended(): boolean {
    return this.#ended && this.#count === 0;
  }
  /** Whether something may still come. */
  get live(): boolean {
    return !this.#isFile && !this.#ended;
  }
  /** Bytes of output so far. */
  get written(): number {
    return this.#output.written;
  }
  write(bytes: Uint8Array): void {
    this.#output.write(bytes);
  }
  read(most: number): Uint8Array {
    if (most <= 0) return NOTHING;
    if (this.#isFile) return this.#readFile(Math.min(most, MOST_WAITING));
    const first = this.#waiting[0];
    if (first === undefined) return NOTHING;
    const bytes = first.subarray(0, most);
    if (bytes.length === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(bytes.length);
    this.#count -= bytes.length;
    if (this.#count < MOST_WAITING && process.stdin.isPaused()) process.stdin.resume();
    return bytes;
  }
  /** Gives standard input back, so that the process can end. */
  close(): void {
    if (this.#isFile) return;
    process.stdin.off("data", this.#arrived);
    process.stdin.pause();
  }

  readonly #arrived = (bytes: Buffer): void => {
    this.#waiting.push(bytes);
    this.#count += bytes.length;
    if (this.#count >= MOST_WAITING) process.stdin.pause();
    this.#tell();
  };
  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#tell();
  };
  #tell(): void {
    try {
      this.onReady?.();
    } catch (error) {
      this.#events.lost(new HostError(`standard input: ${String(error)}`));
    }
    this.#events.heard();
  }
  #readFile(most: number): Uint8Array {
    if (this.#ended) return NOTHING;
    const bytes = new Uint8Array(most);
    let count = 0;
    try {
      count = readSync(INPUT, bytes, 0, most, null);
    } catch {
      // A descriptor that is closed, or a directory: no input.
    }
    if (count === 0) this.#ended = true;
    return bytes.subarray(0, count);
  }
}

/** Whether a read never waits: a file, a device without end, nothing at all. */
function isPlain(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() || (stat.isCharacterDevice() && !process.stdin.isTTY);
  } catch {
    return true;
  }
}
