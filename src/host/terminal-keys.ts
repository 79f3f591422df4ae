/**
 * Keys that are meant for Vitrine and not for the guest: Ctrl-A and the key after it, as in QEMU and screen. Pure TypeScript.
 */

export const CTRL_A = 0x01;

export const HELP = [
  "Ctrl-A x       leaves: the machine stops at once",
  "Ctrl-A Ctrl-A  sends Ctrl-A to the guest (so does Ctrl-A a)",
  "Ctrl-A h       shows this",
];

export class TerminalKeys {
  readonly #leave: () => void;
  readonly #help: () => void;
  /** Ctrl-A was the last key. */
  #escaped = false;

  constructor(leave: () => void, help: () => void) {
    this.#leave = leave;
    this.#help = help;
  }
  /** What of `typed` is for the guest. Nothing typed behind Ctrl-A x is. After Ctrl-A, a key of no meaning is dropped. */
  filter(typed: Uint8Array): Uint8Array {
    const out = new Uint8Array(typed.length);
    let count = 0;
    for (const key of typed) {
      if (!this.#escaped) {
        if (key === CTRL_A) this.#escaped = true;
        else out[count++] = key;
        continue;
      }
      this.#escaped = false;
      switch (String.fromCharCode(key)) {
        case "x":
          this.#leave();
          return out.subarray(0, count);
        case "h":
        case "?":
          this.#help();
          break;
        case "a":
        case "\x01":
          out[count++] = CTRL_A;
          break;
      }
    }
    return out.subarray(0, count);
  }
}
