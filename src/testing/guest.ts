/**
 * A machine that a test drives: what it writes is awaited, what it reads is sent, its state is looked at while it stands still.
 */
import type { ElfSymbol } from "../machine/boot/elf-symbols.ts";
import type { Machine, MachineStop } from "../machine/machine.ts";
import { Peek } from "../machine/peek.ts";
import { getRegister, REGISTER_NAMES } from "../machine/registers.ts";
import { programStatus } from "../program/machine.ts";
import type { ScriptedLine } from "./scripted-line.ts";

export interface GuestParts {
  readonly machine: Machine;
  /** The console: a program's standard input and output, a kernel's COM1. */
  readonly console: ScriptedLine;
  /** A program's standard error. */
  readonly errors: ScriptedLine;
  /** What the unikernel says. */
  readonly log: ScriptedLine;
  /** Sends a signal to the program. */
  readonly signal?: (number: number) => void;
  /** In the order in which they are looked in. */
  readonly symbols: () => readonly ElfSymbol[];
  /** The cycle at which a run is cut off. */
  readonly maxCycles: number;
  readonly close: () => void;
}

export class Guest {
  /** For all that is not here. */
  readonly machine: Machine;
  readonly #parts: GuestParts;
  #symbols: readonly ElfSymbol[] | undefined;
  #stop: MachineStop | undefined;

  constructor(parts: GuestParts) {
    this.machine = parts.machine;
    this.#parts = parts;
  }

  /** All that has been written to the console. */
  get output(): string {
    return this.#parts.console.text;
  }
  /** All that the program has written to its standard error. */
  get errors(): string {
    return this.#parts.errors.text;
  }
  /** All that the unikernel has said of itself, system calls with `strace`. */
  get log(): string {
    return this.#parts.log.text;
  }
  /**
   * After the end: a program's exit status (128 + N after signal N), or what a kernel has written to the debug-exit port; 0 where it has
   * switched the machine off. Undefined before, and after any other end.
   */
  get status(): number | undefined {
    const stop = this.#stop;
    if (stop === undefined) return undefined;
    if (stop.kind === "power-off") return 0;
    return programStatus(stop) ?? (stop.kind === "exit" ? stop.status >>> 1 : undefined);
  }

  /**
   * Runs until that has been written to the console, and gives what has been written since the last answer, up to the end of it. Throws Error
   * if the machine stops before, or reaches its most cycles.
   */
  expect(pattern: string | RegExp): string {
    const { console, maxCycles } = this.#parts;
    const machine = {
      run: (options?: { readonly until?: number }) => this.#note(this.machine.run(options)),
      stop: () => this.machine.stop(),
    };
    return console.expect(machine, pattern, { until: maxCycles });
  }
  /** Sends text to the console. It arrives when the machine runs on. */
  send(text: string): void {
    this.#parts.console.type(text);
  }
  /** No more will be sent: the end of the program's standard input. */
  end(): void {
    this.#parts.console.end();
  }
  /** Sends the program a signal by its number. Throws Error where there is no program. */
  signal(number: number): void {
    const { signal } = this.#parts;
    if (signal === undefined) throw new Error("only a program has signals");
    signal(number);
  }
  /** Runs to the end. Gives why it stopped: "limit" at the most cycles, "idle" where all processors wait and nothing can come. */
  run(): MachineStop {
    if (this.#stop !== undefined) return this.#stop;
    return this.#note(this.machine.run({ until: this.#parts.maxCycles }));
  }
  /** Gives back what of the host is open. The end of the machine does so too. */
  close(): void {
    this.#parts.close();
  }

  /** A processor's register by the SDM's name in lower case. Throws RangeError for an unknown one. */
  register(name: string, cpu = 0): bigint {
    return getRegister(this.#cpu(cpu), name);
  }
  /** All of them. */
  registers(cpu = 0): Readonly<Record<string, bigint>> {
    return Object.fromEntries(REGISTER_NAMES.map((name) => [name, this.register(name, cpu)]));
  }
  /** Bytes at a linear address, as a processor's page tables have it now. Fewer than `length` where the rest is not mapped. */
  memory(address: bigint, length: number, cpu = 0): Uint8Array {
    return new Peek(this.#cpu(cpu), this.machine.physical).bytes(address, length);
  }
  /** The address of a symbol of the program, where that lies at fixed addresses, or of the kernel. Throws RangeError for an unknown one. */
  symbol(name: string): bigint {
    this.#symbols ??= this.#parts.symbols();
    const found = this.#symbols.find((symbol) => symbol.name === name);
    if (found === undefined) throw new RangeError(`no symbol is called ${JSON.stringify(name)}`);
    return found.address;
  }

  #cpu(index: number): Machine["vcpus"][number]["cpu"] {
    const vcpu = this.machine.vcpus[index];
    if (vcpu === undefined) throw new RangeError(`there is no processor ${index}`);
    return vcpu.cpu;
  }
  #note(stop: MachineStop): MachineStop {
    if (stop.kind !== "stopped" && stop.kind !== "limit" && stop.kind !== "idle") {
      this.#stop = stop;
      this.close();
    }
    return stop;
  }
}
