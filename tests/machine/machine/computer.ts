/* A machine with a test kernel in it, and what has come out of it. */
import { Machine, type MachineOptions, type MachineStop } from "../../../src/machine/machine.ts";
import { FakeBackend } from "../../devices/fake-backend.ts";

const MIB = 2 ** 20;
/** Enough for every kernel, and little to hash. */
export const SMALL = { memory: 4 * MIB, codeCache: MIB } as const;
/** Ten seconds of virtual time: no kernel takes so long. */
export const LIMIT = 30e9;

export interface ComputerOptions extends Omit<MachineOptions, "serial" | "debugConsole"> {
  /** What comes to COM1; without it, there is none. */
  readonly serialInput?: string | undefined;
}

export class Computer {
  readonly machine: Machine;
  readonly #console = new FakeBackend();
  readonly #serial = new FakeBackend();

  constructor(image: Uint8Array, { serialInput, ...options }: ComputerOptions = {}) {
    this.#serial.arrive(serialInput ?? "");
    this.machine = new Machine({
      ...SMALL,
      ...options,
      debugConsole: this.#console,
      ...(serialInput === undefined ? {} : { serial: [this.#serial] }),
    });
    this.machine.boot({ kernel: image, commandLine: "" });
  }
  /** All that the kernel has written to the debug console after its first line, which has to be there. */
  get output(): string {
    const all = this.#console.written.join("");
    return all.startsWith("kernel:\n") ? all.slice("kernel:\n".length) : `no kernel: ${all}`;
  }
  get serial(): string {
    return this.#serial.written.join("");
  }
  /** Runs to the kernel's end. */
  run(until = LIMIT): MachineStop {
    return this.machine.run({ until });
  }
}

/** Output without the lines that only this machine's time explains: those that begin with "#". */
export const fixed = (output: string): string => output.replace(/^#.*\n/gm, "");
/** The number in each "#" line. */
export const measured = (output: string): number[] =>
  [...output.matchAll(/^#.*?(\d+)$/gm)].map((m) => Number(m[1]));
