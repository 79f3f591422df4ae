/*
 * Signals that the process gets go to the program that it runs. Who asks twice for the end, and the program says nothing to it, ends the
 * machine.
 */
import type { CharacterBackend } from "../host/backends.ts";

/** Those that are handed on, by their numbers on Linux. */
const HANDED_ON = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGWINCH: 28,
} as const;
type Name = keyof typeof HANDED_ON;
/** Of these a second one within so many milliseconds counts. */
const ENDING: ReadonlySet<string> = new Set<Name>(["SIGINT", "SIGTERM", "SIGQUIT"]);
const IMPATIENCE = 1000;

export interface SignalEvents {
  /** One has been handed on. */
  heard(): void;
  /** The same one has come twice, and the program has written nothing between. */
  insisted(name: string, number: number): void;
  /** Milliseconds since any moment. */
  now(): number;
  /** Bytes that the program has written. */
  written(): number;
}

/** A console port whose bytes are numbers of signals. */
export class Signals implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #events: SignalEvents;
  readonly #waiting: number[] = [];
  #last: { readonly name: string; readonly time: number; readonly written: number } | undefined;

  constructor(events: SignalEvents) {
    this.#events = events;
  }
  /** Takes the process's signals until the function that it returns is called. */
  listen(): () => void {
    const handlers = Object.entries(HANDED_ON).map(([name, number]) => {
      const handler = (): void => this.send(name, number);
      process.on(name, handler);
      return () => process.off(name, handler);
    });
    return () => {
      for (const off of handlers) off();
    };
  }
  send(name: string, number: number): void {
    const now = { name, time: this.#events.now(), written: this.#events.written() };
    const last = this.#last;
    const isSecond = last?.name === name && now.time - last.time < IMPATIENCE && now.written === last.written;
    if (isSecond && ENDING.has(name)) {
      this.#events.insisted(name, number);
      return;
    }
    this.#last = now;
    this.#waiting.push(number);
    this.onReady?.();
    this.#events.heard();
  }

  write(_bytes: Uint8Array): void {}
  read(most: number): Uint8Array {
    return Uint8Array.from(this.#waiting.splice(0, most));
  }
}
