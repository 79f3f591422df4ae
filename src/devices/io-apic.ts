/**
 * The I/O APIC: 24 interrupt inputs, each with a redirection entry that says what message goes to which local APICs
 * (Intel 82093AA data sheet, 290566). One page of memory, usually at 0xFEC00000.
 *
 * The version is 0x20, with the EOI register of later chipsets (Intel 6300ESB data sheet, "EOI Register"), not the 82093AA's
 * 0x11: Linux then ends an interrupt by that register instead of switching its entry to edge and back, and QEMU says the
 * same, so that logs of boots compare.
 *
 * A line that is set is asserted, whatever its voltage on a board would be: the polarity bit is kept and means nothing.
 * ExtINT messages reach nobody: the PICs are wired to LINT0. Messages of level-triggered entries that no processor
 * accepts are tried again when the input or its entry changes.
 */
import type { ApicBus, IoUnit } from "./apic-bus.ts";
import { DELIVERY } from "./apic-bus.ts";
import type { AccessSize, MemorySpace, RegisterHandler } from "./bus.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";

export const IO_APIC_BASE = 0xfec0_0000;
export const IO_APIC_INPUTS = 24;
const VERSION = 0x20;

/** Offsets in the window. */
const IOREGSEL = 0x00;
const IOWIN = 0x10;
const EOI = 0x40;
/** Registers behind the window. */
const ID = 0;
const VER = 1;
const ARB = 2;
const REDIRECTION = 0x10;

/** Bits of an entry's low half. */
const LOGICAL = 1 << 11;
const REMOTE_IRR = 1 << 14;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;
/** Vector, delivery mode, destination mode, polarity, trigger mode, mask. */
const WRITABLE = 0x1afff;

export interface IoApicOptions {
  readonly bus: ApicBus;
  /** Its id after reset, 0–15. Default 0. */
  readonly id?: number;
}

export class IoApic implements Device, RegisterHandler, IoUnit {
  readonly name = "io-apic";
  readonly widest = 4;
  readonly #bus: ApicBus;
  readonly #firstId: number;
  #id = 0;
  #select = 0;
  /** Inputs that are asserted, a bit each. */
  #inputs = 0;
  /** Halves of the redirection entries. */
  readonly #low = new Uint32Array(IO_APIC_INPUTS);
  readonly #high = new Uint32Array(IO_APIC_INPUTS);

  constructor(options: IoApicOptions) {
    this.#bus = options.bus;
    this.#firstId = (options.id ?? 0) & 15;
    this.#bus.connectIo(this);
    this.reset();
  }

  /** Puts its page where a PC has it. */
  attach(memory: MemorySpace): void {
    memory.addMmio(IO_APIC_BASE, 4096, this);
  }
  reset(): void {
    this.#id = this.#firstId;
    this.#select = 0;
    this.#inputs = 0;
    this.#low.fill(MASKED);
    this.#high.fill(0);
  }
  state(): State {
    return {
      id: this.#id,
      select: this.#select,
      inputs: this.#inputs,
      low: [...this.#low],
      high: [...this.#high],
    };
  }

  /**
   * An input, 0–23. There is one wire: whoever shares it combines the levels (interrupt-router.ts). Throws RangeError for
   * other numbers.
   */
  line(input: number): InterruptLine {
    if (!(Number.isInteger(input) && input >= 0 && input < IO_APIC_INPUTS)) {
      throw new RangeError(`the I/O APIC has no input ${input}`);
    }
    return { set: (level) => this.#setInput(input, level) };
  }

  #setInput(input: number, level: boolean): void {
    const bit = 1 << input;
    const before = this.#inputs;
    this.#inputs = level ? before | bit : before & ~bit;
    if (this.#inputs === before || !level) return;
    const entry = this.#low[input]!;
    if ((entry & LEVEL) !== 0) this.#assertLevel(input);
    // An edge on a masked input is not kept (§3.2.4, bit 16).
    else if ((entry & MASKED) === 0) this.#send(input);
  }

  /** Sends a level-triggered input's message, unless one is under way. */
  #assertLevel(input: number): void {
    const entry = this.#low[input]!;
    if ((entry & (LEVEL | MASKED | REMOTE_IRR)) !== LEVEL || (this.#inputs & (1 << input)) === 0) return;
    const mode = (entry >> 8) & 7;
    const ends = mode === DELIVERY.FIXED || mode === DELIVERY.LOWEST_PRIORITY;
    // SMI, NMI and INIT have no end, so their entries are edge-triggered by rule.
    if (ends && this.#send(input)) this.#low[input] = this.#low[input]! | REMOTE_IRR;
  }
  #send(input: number): boolean {
    const entry = this.#low[input]!;
    const mode = (entry >> 8) & 7;
    if (mode === DELIVERY.STARTUP || mode === DELIVERY.EXT_INT) return false;
    return this.#bus.send({
      mode,
      vector: entry & 0xff,
      level: (entry & LEVEL) !== 0,
      logical: (entry & LOGICAL) !== 0,
      destination: this.#high[input]! >>> 24,
      wide: false,
    });
  }

  /** Ends the level-triggered interrupts of that vector, and sends again for those still asserted. */
  endOfInterrupt(vector: number): void {
    for (let i = 0; i < IO_APIC_INPUTS; i++) {
      const entry = this.#low[i]!;
      if ((entry & REMOTE_IRR) === 0 || (entry & 0xff) !== vector) continue;
      this.#low[i] = entry & ~REMOTE_IRR;
      this.#assertLevel(i);
    }
  }

  /** Registers are 32 bits wide; a narrower read gives its bytes of one. */
  read(offset: number, size: AccessSize): number {
    const register = offset & 0xffc;
    const value = register === IOREGSEL ? this.#select : register === IOWIN ? this.#readRegister() : 0;
    const shifted = value >>> ((offset & 3) * 8);
    return size === 4 ? shifted : shifted & (2 ** (size * 8) - 1);
  }
  /** Narrower writes reach IOREGSEL and EOI, which have eight bits, and nothing else. */
  write(offset: number, size: AccessSize, value: number): void {
    if (offset === IOREGSEL) this.#select = value & 0xff;
    else if (offset === EOI) this.endOfInterrupt(value & 0xff);
    else if (offset === IOWIN && size === 4) this.#writeRegister(value);
  }

  #readRegister(): number {
    switch (this.#select) {
      case ID:
      case ARB:
        return this.#id << 24;
      case VER:
        return ((IO_APIC_INPUTS - 1) << 16) | VERSION;
    }
    const input = (this.#select - REDIRECTION) >> 1;
    if (input < 0 || input >= IO_APIC_INPUTS) return 0;
    return (this.#select & 1) === 0 ? this.#low[input]! : this.#high[input]!;
  }
  #writeRegister(value: number): void {
    if (this.#select === ID) this.#id = (value >>> 24) & 15;
    const input = (this.#select - REDIRECTION) >> 1;
    if (input < 0 || input >= IO_APIC_INPUTS) return;
    if ((this.#select & 1) === 1) {
      this.#high[input] = (value & 0xff00_0000) >>> 0;
    } else {
      // An edge-triggered entry has no remote IRR: switching to edge and back clears it, as drivers of version 0x11 do.
      const remoteIrr = (value & LEVEL) !== 0 ? this.#low[input]! & REMOTE_IRR : 0;
      this.#low[input] = (value & WRITABLE) | remoteIrr;
    }
    this.#assertLevel(input);
  }
}
