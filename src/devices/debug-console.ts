/**
 * The debug console at I/O port 0xE9: each byte written appears outside at once, without set-up.
 *
 * Bochs's port_e9_hack, and QEMU's isa-debugcon. Reads give 0xE9, by which a guest knows that it is there. No input.
 */
import type { CharacterBackend } from "../host/backends.ts";
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { Device, State } from "./device.ts";
import { OutputBuffer } from "./output-buffer.ts";

const PRESENT = 0xe9;

export interface DebugConsoleOptions {
  readonly clock: Clock;
  /** Without one, output is lost. */
  readonly backend?: CharacterBackend | undefined;
  readonly name?: string;
}

/** One port, usually 0xE9. */
export class DebugConsole implements Device, RegisterHandler {
  readonly name: string;
  readonly #output: OutputBuffer;

  constructor({ clock, backend, name = "debugcon" }: DebugConsoleOptions) {
    this.name = name;
    this.#output = new OutputBuffer({ clock, backend, name: `${name} output` });
  }

  read(_offset: number, _size: AccessSize): number {
    return PRESENT;
  }
  write(_offset: number, _size: AccessSize, value: number): void {
    this.#output.put(value & 0xff);
  }
  /** Hands gathered output to the backend: before the host's program ends, or shows what the guest wrote. */
  flush(): void {
    this.#output.show();
  }
  reset(): void {
    this.#output.flush();
  }
  state(): State {
    return { output: this.#output.state() };
  }
}
