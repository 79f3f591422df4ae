/**
 * The process's standard streams as a program's: input as it comes, with its end; output to standard output or standard error. Nothing is
 * translated, and a terminal keeps its own line editing.
 */
import { fstatSync } from "node:fs";
import type { CharacterBackend } from "./backends.ts";
import { HostError } from "./errors.ts";
import { readInputFile, WaitingInput } from "./standard-input.ts";
import { StandardOutput } from "./standard-output.ts";

const INPUT = 0;
/** Bytes that wait for the guest before the sender is made to wait. */
const MOST_WAITING = 1 << 18;
const NOTHING = new Uint8Array(0);

export interface StreamEvents {
  /** Input has come, or its end. */
  heard(): void;
  /** Nobody reads the output any more or, with the error, it cannot be written. */
  lost(error?: HostError): void;
}

/** Standard input and output. */
export class StandardStreams implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #output: StandardOutput;
  readonly #events: StreamEvents;
  readonly #isFile: boolean;
  readonly #waiting = new WaitingInput(MOST_WAITING);
  #ended = false;

  /** Takes standard input over until `close`. One at a time. */
  constructor(events: StreamEvents) {
    this.#events = events;
    this.#output = new StandardOutput((error) => events.lost(error));
    this.#isFile = isPlain(INPUT);
    if (this.#isFile) return;
    const { stdin } = process;
    stdin.on("data", this.#arrived);
    for (const event of ["end", "close", "error"] as const) stdin.on(event, this.#end);
  }
  /** No input will come any more, and all has been read. */
  get ended(): boolean {
    return this.#ended && this.#waiting.count === 0;
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
    return this.#waiting.take(most);
  }
  /** Gives standard input back, so that the process can end. */
  close(): void {
    if (this.#isFile) return;
    process.stdin.off("data", this.#arrived);
    process.stdin.pause();
  }

  readonly #arrived = (bytes: Buffer): void => {
    this.#waiting.push(bytes);
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
    const bytes = readInputFile(most);
    if (bytes.length === 0) this.#ended = true;
    return bytes;
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
