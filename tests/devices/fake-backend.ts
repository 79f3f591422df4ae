/** The far end of a serial line, for tests: keeps what is written in pieces, and holds what is to come. */
import type { CharacterBackend } from "../../src/host/backends.ts";

export class FakeBackend implements CharacterBackend {
  onReady: (() => void) | undefined;
  /** One string for each call of `write`, a character for a byte. */
  readonly written: string[] = [];
  #arrived: number[] = [];

  write(bytes: Uint8Array): void {
    this.written.push(String.fromCharCode(...bytes));
  }
  read(most: number): Uint8Array {
    return Uint8Array.from(this.#arrived.splice(0, most));
  }
  /** Bytes arrive, a character each, and are announced. */
  arrive(text: string): void {
    this.#arrived.push(...[...text].map((c) => c.charCodeAt(0)));
    this.onReady?.();
  }
  /** Bytes that nobody took yet. */
  get waiting(): number {
    return this.#arrived.length;
  }
}
