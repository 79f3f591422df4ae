/**
 * A line whose far end is held by a program: a test that waits for a prompt and types an answer. Text is UTF-8.
 *
 * It uses no clock: what is typed arrives at the machine's time, so that a script runs alike every time.
 */

import type { CharacterBackend } from "../host/backends.ts";
import { checkString } from "../isa/arguments.ts";

/** What of a machine a script needs. */
export interface Runnable {
  run(options?: { readonly until?: number }): { readonly kind: string };
  stop(): void;
}

export interface ExpectOptions {
  /** Cycle at which to give up. Default: never. */
  readonly until?: number;
}

export class ScriptedLine implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #decoder = new TextDecoder();
  #text = "";
  /** What `expect` has already answered with. */
  #seen = 0;
  #typed: Uint8Array[] = [];
  #isOver = false;
  #awaited: { readonly what: string | RegExp; readonly found: () => void } | undefined;

  /** All that the guest has written. */
  get text(): string {
    return this.#text;
  }

  /** Sends text to the guest; a newline is what Enter sends on a terminal that translates it. */
  type(text: string): void {
    checkString("text", text);
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0) return;
    this.#typed.push(bytes);
    this.onReady?.();
  }

  /** No more will be typed. */
  end(): void {
    this.#isOver = true;
    this.onReady?.();
  }
  /** Whether nothing will come any more: `end` has been called, and all has been read. */
  get ended(): boolean {
    return this.#isOver && this.#typed.length === 0;
  }

  /**
   * Runs the machine until the guest has written something, and returns what it has written since the last answer, up to the
   * end of that. Throws Error if the machine stops before, for whatever reason; the message has the last line.
   */
  expect(machine: Runnable, what: string | RegExp, options: ExpectOptions = {}): string {
    let answer = this.#take(what);
    if (answer !== undefined) return answer;
    this.#awaited = { what, found: () => machine.stop() };
    try {
      const { kind } = machine.run(options.until === undefined ? {} : { until: options.until });
      answer = this.#take(what);
      if (answer !== undefined) return answer;
      const last = this.#text.trimEnd().split("\n").at(-1) ?? "";
      throw new Error(
        `${String(what)} did not come: the machine stopped with "${kind}" after ${JSON.stringify(last)}`,
      );
    } finally {
      this.#awaited = undefined;
    }
  }

  write(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (this.#awaited !== undefined && this.#end(this.#awaited.what) !== undefined) this.#awaited.found();
  }
  read(most: number): Uint8Array {
    const [first, ...rest] = this.#typed;
    if (first === undefined) return new Uint8Array();
    this.#typed = first.length > most ? [first.subarray(most), ...rest] : rest;
    return first.subarray(0, most);
  }

  /** Where in the text it ends, if it is there. */
  #end(what: string | RegExp): number | undefined {
    const rest = this.#text.slice(this.#seen);
    const match =
      typeof what === "string" ? undefined : new RegExp(what, what.flags.replace("g", "")).exec(rest);
    const at = typeof what === "string" ? rest.indexOf(what) : (match?.index ?? -1);
    if (at < 0) return undefined;
    return this.#seen + at + (typeof what === "string" ? what.length : (match?.[0].length ?? 0));
  }
  #take(what: string | RegExp): string | undefined {
    const end = this.#end(what);
    if (end === undefined) return undefined;
    const answer = this.#text.slice(this.#seen, end);
    this.#seen = end;
    return answer;
  }
}
