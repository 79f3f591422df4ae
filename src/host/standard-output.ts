/**
 * The process's standard output or standard error as the far end of a line that only sends. Standard input and the terminal's mode are
 * left alone; terminal.ts and standard-streams.ts take those.
 */
import type { CharacterBackend } from "./backends.ts";
import { errorCode, HostError, systemReason } from "./errors.ts";
import { writeAll } from "./write-all.ts";

const NAMES = { 1: "standard output", 2: "standard error" } as const;
const NOTHING = new Uint8Array(0);

export class StandardOutput implements CharacterBackend {
  onReady: (() => void) | undefined;
  /** There is no input. */
  readonly ended = true;
  readonly #lost: (error?: HostError) => void;
  readonly #descriptor: keyof typeof NAMES;
  #isLost = false;
  #written = 0;

  /** `lost` is called once at most: nobody reads the output any more or, with the error, it cannot be written. */
  constructor(lost: (error?: HostError) => void, descriptor: keyof typeof NAMES = 1) {
    this.#lost = lost;
    this.#descriptor = descriptor;
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
      const quiet = errorCode(error) === "EPIPE";
      this.#lost(quiet ? undefined : new HostError(`${NAMES[this.#descriptor]}: ${systemReason(error)}`));
    }
  }
  read(_most: number): Uint8Array {
    return NOTHING;
  }
}
