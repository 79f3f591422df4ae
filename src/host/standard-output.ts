/**
 * The process's standard output as the far end of a line that only sends: the debug console. Standard input and the
 * terminal's mode are left alone; terminal.ts takes both.
 */
import type { CharacterBackend } from "./backends.ts";
import { errorCode, HostError, systemReason } from "./errors.ts";
import { writeAll } from "./write-all.ts";

const OUTPUT = 1;
const NOTHING = new Uint8Array(0);

export class StandardOutput implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #leave: (error?: HostError) => void;
  #lost = false;

  /** `leave` is called once at most: nobody reads the output any more or, with the error, it cannot be written. */
  constructor(leave: (error?: HostError) => void) {
    this.#leave = leave;
  }
  /** Returns once the bytes are the operating system's. After a failure they are lost. */
  write(bytes: Uint8Array): void {
    if (this.#lost) return;
    try {
      writeAll(OUTPUT, bytes);
    } catch (error) {
      this.#lost = true;
      this.#leave(
        errorCode(error) === "EPIPE" ? undefined : new HostError(`standard output: ${systemReason(error)}`),
      );
    }
  }
  read(_most: number): Uint8Array {
    return NOTHING;
  }
}
