/**
 * A port by which a guest ends the machine with a status: QEMU's isa-debug-exit, four I/O ports, usually at 0xF4.
 *
 * A write of `v` ends it with status (v << 1) | 1: always odd, so that it is never mistaken for an orderly power-off.
 * Reads give 0. A process's status has 8 bits: cutting it is left to who ends the process.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Device, State } from "./device.ts";

export interface DebugExitOptions {
  /** Called with the status, an odd number below 2^32. It may return: the guest runs on until the machine stops. */
  readonly exit: (status: number) => void;
  readonly name?: string;
}

/** Four ports; a write of 1, 2 or 4 bytes to any of them counts. */
export class DebugExit implements Device, RegisterHandler {
  readonly name: string;
  readonly widest = 4;
  readonly #exit: (status: number) => void;

  constructor({ exit, name = "debug-exit" }: DebugExitOptions) {
    this.name = name;
    this.#exit = exit;
  }

  read(_offset: number, _size: AccessSize): number {
    return 0;
  }
  write(_offset: number, _size: AccessSize, value: number): void {
    this.#exit(((value << 1) | 1) >>> 0);
  }
  /** It holds nothing. */
  reset(): void {}
  state(): State {
    return {};
  }
}
