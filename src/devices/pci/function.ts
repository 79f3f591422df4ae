/**
 * A PCI function with a header of type 0: identity, base address registers, capabilities, its interrupt pin and its place
 * as bus master (PCI Local Bus 3.0 chapter 6). What it does beyond that is told by the handlers of its windows. It has
 * no expansion ROM, no power management, and reports no parity or system errors.
 */
import type { RegisterHandler } from "../bus.ts";
import type { Device, State } from "../device.ts";
import type { InterruptLine, MessageTarget } from "../interrupts.ts";
import { Bar, type BarKind } from "./bar.ts";
import { COMMAND, CONVENTIONAL, ConfigurationSpace, HEADER, STATUS } from "./configuration-space.ts";

export interface Identity {
  readonly vendor: number;
  readonly device: number;
  readonly revision: number;
  /** Base class, subclass, programming interface: 24 bits. */
  readonly classCode: number;
  readonly subsystemVendor?: number;
  readonly subsystemDevice?: number;
}

/** What a function asks of the bus it is on. */
export interface FunctionHost {
  /** Command bits or base addresses have changed. */
  remap(): void;
  readonly messages: MessageTarget;
}

/** What stands behind a function, where there is more than handlers. */
export interface FunctionBehaviour {
  /** The function was reset; its configuration space is already as after reset. */
  reset?(): void;
  state?(): State;
}

/** Something that watches configuration space: a capability with a life of its own. */
export interface ConfigurationWatch {
  /** Software is about to read. */
  beforeRead?(offset: number, size: number): void;
  /** Software has written. */
  afterWrite?(offset: number, size: number): void;
}

/** Bytes of the header; capabilities follow. */
const HEADER_SIZE = 0x40;

export class PciFunction implements Device {
  readonly name: string;
  /** 1 to 4 for INTA# to INTD#, 0 for none. */
  readonly pin: number;
  readonly config = new ConfigurationSpace();
  readonly #bars: Bar[] = [];
  readonly #watches: ConfigurationWatch[] = [];
  readonly #behaviour: FunctionBehaviour;
  #host: FunctionHost | undefined;
  #line: InterruptLine | undefined;
  #asserted = false;
  #lastCapability: number = HEADER.capabilities;
  #freeCapability = HEADER_SIZE;

  constructor(
    name: string,
    identity: Identity,
    pin: 0 | 1 | 2 | 3 | 4 = 0,
    behaviour: FunctionBehaviour = {},
  ) {
    this.name = name;
    this.pin = pin;
    this.#behaviour = behaviour;
    const { config } = this;
    config.set(HEADER.vendor, 2, identity.vendor);
    config.set(HEADER.device, 2, identity.device);
    config.set(HEADER.revision, 1, identity.revision);
    config.set(HEADER.classCode, 3, identity.classCode);
    config.set(HEADER.subsystemVendor, 2, identity.subsystemVendor ?? 0);
    config.set(HEADER.subsystemDevice, 2, identity.subsystemDevice ?? 0);
    config.set(HEADER.interruptPin, 1, pin);
    config.allow(HEADER.command, 2, COMMAND.busMaster | (pin === 0 ? 0 : COMMAND.interruptDisable));
    config.allow(HEADER.cacheLineSize, 1, 0xff);
    config.allow(HEADER.interruptLine, 1, 0xff);
  }

  /** Its windows, in order of their registers. */
  get bars(): readonly Bar[] {
    return this.#bars;
  }

  /** Adds a window of `size` bytes or ports. Throws RangeError if its registers are taken or the size cannot be. */
  addBar(index: number, kind: BarKind, size: number, handler: RegisterHandler): Bar {
    const last = kind === "memory64" ? index + 1 : index;
    if (this.#bars.some((b) => b.index <= last && index <= b.index + (b.kind === "memory64" ? 1 : 0))) {
      throw new RangeError(`${this.name}: BAR ${index} is taken`);
    }
    const bar = new Bar(this.config, index, kind, size, handler);
    this.#bars.push(bar);
    this.#bars.sort((a, b) => a.index - b.index);
    return bar;
  }

  /**
   * Adds a capability behind those that are there: its id, the link, then `body` (§6.7). Returns its offset. Throws RangeError
   * where the 256 bytes are full.
   */
  addCapability(id: number, body: Uint8Array): number {
    const at = this.#freeCapability;
    if (at + 2 + body.length > CONVENTIONAL)
      throw new RangeError(`${this.name}: no room for capability ${id}`);
    this.#freeCapability = (at + 2 + body.length + 3) & ~3;
    this.config.set(this.#lastCapability, 1, at);
    this.#lastCapability = at + 1;
    this.config.set(at, 1, id);
    for (const [i, byte] of body.entries()) this.config.set(at + 2 + i, 1, byte);
    this.config.set(HEADER.status, 2, this.config.read(HEADER.status, 2) | STATUS.capabilities);
    return at;
  }

  watch(watch: ConfigurationWatch): void {
    this.#watches.push(watch);
  }

  /** Puts it on a bus; `line` is its own end of the wire its pin is on. */
  attach(host: FunctionHost, line: InterruptLine | undefined): void {
    this.#host = host;
    this.#line = line;
  }

  readConfig(offset: number, size: number): number {
    for (const watch of this.#watches) watch.beforeRead?.(offset, size);
    return this.config.read(offset, size);
  }

  writeConfig(offset: number, size: number, value: number): void {
    this.config.write(offset, size, value);
    if (offset < HEADER.subsystemVendor) {
      this.#drive();
      this.#host?.remap();
    }
    for (const watch of this.#watches) watch.afterWrite?.(offset, size);
  }

  /** Whether it may use memory and send messages. */
  get busMaster(): boolean {
    return (this.config.read(HEADER.command, 2) & COMMAND.busMaster) !== 0;
  }

  /** Whether it asks for attention by its pin. The status bit says so; the wire only where that is not disabled. */
  interrupt(asserted: boolean): void {
    this.#asserted = asserted;
    const status = this.config.read(HEADER.status, 2);
    this.config.set(HEADER.status, 2, asserted ? status | STATUS.interrupt : status & ~STATUS.interrupt);
    this.#drive();
  }

  /** Sends a message-signalled interrupt. */
  message(address: number, data: number): void {
    this.#host?.messages.message(address, data);
  }

  reset(): void {
    this.config.reset();
    this.interrupt(false);
    this.#host?.remap();
    this.#behaviour.reset?.();
  }

  state(): State {
    return {
      config: this.config.hex(),
      ...(this.#behaviour.state && { behaviour: this.#behaviour.state() }),
    };
  }

  #drive(): void {
    this.#line?.set(this.#asserted && (this.config.read(HEADER.command, 2) & COMMAND.interruptDisable) === 0);
  }
}
