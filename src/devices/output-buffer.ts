/**
 * Gathers what a guest sends byte by byte, so that the host is called once for a line and not once for a byte.
 *
 * Bytes go to the backend at a newline, when 256 have gathered, one millisecond of virtual time after the first of
 * them, and at `show`. Their order and number never change, nor anything a guest can see. `show` is the host's affair and
 * changes nothing of the state: when the machine's events are due does not depend on when somebody looked.
 */
import type { CharacterBackend } from "../host/backends.ts";
import type { Clock, Timer } from "./clock.ts";
import type { State } from "./device.ts";

const CAPACITY = 256;
/** How long a byte waits at most, in seconds of virtual time. */
const PATIENCE = 0.001;
const NEWLINE = 0x0a;

export interface OutputBufferOptions {
  readonly clock: Clock;
  /** Without one, output is lost. */
  readonly backend: CharacterBackend | undefined;
  /** The timer's name. */
  readonly name: string;
}

export class OutputBuffer {
  readonly #clock: Clock;
  readonly #backend: CharacterBackend | undefined;
  readonly #timer: Timer;
  readonly #bytes = new Uint8Array(CAPACITY);
  #length = 0;
  /** Of these the backend has so many already. */
  #shown = 0;

  constructor({ clock, backend, name }: OutputBufferOptions) {
    this.#clock = clock;
    this.#backend = backend;
    this.#timer = clock.timer(name, () => this.flush());
  }

  put(byte: number): void {
    if (!this.#backend) return;
    if (this.#length === 0) this.#timer.arm(this.#clock.now + Math.ceil(this.#clock.frequency * PATIENCE));
    this.#bytes[this.#length++] = byte;
    if (byte === NEWLINE || this.#length === CAPACITY) this.flush();
  }

  /** Hands over what has gathered, as a copy, and begins anew. */
  flush(): void {
    this.#timer.disarm();
    this.show();
    this.#length = 0;
    this.#shown = 0;
  }
  /** Hands over what has gathered, ahead of its time. */
  show(): void {
    if (this.#shown === this.#length) return;
    const bytes = this.#bytes.slice(this.#shown, this.#length);
    this.#shown = this.#length;
    this.#backend?.write(bytes);
  }

  state(): State {
    return { bytes: [...this.#bytes.subarray(0, this.#length)], flush: this.#timer.deadline };
  }
}
