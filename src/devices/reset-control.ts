/**
 * The reset control register at port 0xCF9 (Intel ICH9 data sheet §13.7.5; the FADT's RESET_REG, ACPI 6.3 §4.8.3.6).
 * The port lies within those of PCI configuration, so that device passes bytes on to this one.
 */
import type { RegisterHandler } from "./bus.ts";
import type { Device, State } from "./device.ts";

export const RESET_PORT = 0xcf9;
/** What resets the whole machine. */
export const RESET_VALUE = 6;

/** SYS_RST: the whole system, rather than the processors only. */
const SYSTEM = 1 << 1;
/** RST_CPU: resets when it changes from 0 to 1. */
const START = 1 << 2;
/** FULL_RST keeps its value: power is not cycled here. */
const WRITABLE = SYSTEM | START | (1 << 3);

export class ResetControl implements RegisterHandler, Device {
  readonly name = "reset-control";
  readonly #onReset: (scope: "system" | "processors") => void;
  #value = 0;

  /** `onReset` is called after a write has asked for it; `reset` of this device follows if the whole system is. */
  constructor(onReset: (scope: "system" | "processors") => void) {
    this.#onReset = onReset;
  }

  reset(): void {
    this.#value = 0;
  }
  read(): number {
    return this.#value;
  }
  write(_offset: number, _size: number, value: number): void {
    const starts = (value & ~this.#value & START) !== 0;
    this.#value = value & WRITABLE;
    if (starts) this.#onReset((value & SYSTEM) !== 0 ? "system" : "processors");
  }
  state(): State {
    return { value: this.#value };
  }
}
