/**
 * PCI bus 0: which functions are where, and access to their configuration spaces (PCI Local Bus 3.0 chapter 3.2.2.3). There are
 * no bridges to other buses. Where no function is, configuration reads as ones and writes are lost.
 */
import type { MemorySpace, PortSpace } from "../bus.ts";
import type { Device, State } from "../device.ts";
import type { InterruptLine, MessageTarget } from "../interrupts.ts";
import { HEADER } from "./configuration-space.ts";
import type { FunctionHost, PciFunction } from "./function.ts";

export interface PciBusOptions {
  readonly ports: PortSpace;
  readonly memory: MemorySpace;
  /** Where MSI-X messages go. */
  readonly messages: MessageTarget;
  /** A new end of the wire that pin 1 to 4 of device 0 to 31 is on. Called once for each function with a pin. */
  wire(device: number, pin: number): InterruptLine;
}

/** A function and its place. */
export interface Placed {
  /** 0 to 31. */
  readonly device: number;
  /** 0 to 7. */
  readonly number: number;
  readonly function: PciFunction;
}

const MULTIFUNCTION = 0x80;

export class PciBus implements Device, FunctionHost {
  readonly name = "pci";
  readonly messages: MessageTarget;
  readonly #options: PciBusOptions;
  readonly #functions: (PciFunction | undefined)[] = new Array<undefined>(256).fill(undefined);

  constructor(options: PciBusOptions) {
    this.#options = options;
    this.messages = options.messages;
  }

  /** Throws RangeError if the place is taken or does not exist. A device needs a function 0 to be found. */
  add(device: number, number: number, f: PciFunction): void {
    if (!(device >= 0 && device < 32 && number >= 0 && number < 8)) {
      throw new RangeError(`no PCI place ${device}.${number}`);
    }
    const at = device * 8 + number;
    if (this.#functions[at] !== undefined) throw new RangeError(`PCI ${device}.${number} is taken`);
    this.#functions[at] = f;
    f.attach(this, f.pin === 0 ? undefined : this.#options.wire(device, f.pin));
    if (number > 0 || this.#functions.slice(at + 1, (device + 1) * 8).some((other) => other !== undefined)) {
      for (const other of this.#functions.slice(device * 8, device * 8 + 8)) {
        other?.config.set(HEADER.headerType, 1, other.config.read(HEADER.headerType, 1) | MULTIFUNCTION);
      }
    }
  }

  /** All functions, in order of place. */
  get functions(): Placed[] {
    return this.#functions.flatMap((f, at) =>
      f === undefined ? [] : [{ device: at >> 3, number: at & 7, function: f }],
    );
  }

  /** `place` is device × 8 + function, 0 to 255; `register` 0 to 4095. */
  read(place: number, register: number, size: number): number {
    return this.#functions[place]?.readConfig(register, size) ?? 2 ** (size * 8) - 1;
  }
  write(place: number, register: number, size: number, value: number): void {
    this.#functions[place]?.writeConfig(register, size, value);
  }

  /** Moves all windows to where software wants them; of two that overlap, the one that was there stays. */
  remap(): void {
    const { memory, ports } = this.#options;
    for (const f of this.#functions) for (const bar of f?.bars ?? []) bar.unmap(memory, ports);
    for (const f of this.#functions) for (const bar of f?.bars ?? []) bar.map(memory, ports);
  }

  reset(): void {
    for (const f of this.#functions) f?.reset();
  }

  state(): State {
    return Object.fromEntries(
      this.functions.map((p) => [
        `${p.device.toString(16).padStart(2, "0")}.${p.number} ${p.function.name}`,
        p.function.state(),
      ]),
    );
  }
}
