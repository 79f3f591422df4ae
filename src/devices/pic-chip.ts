/**
 * One 8259A programmable interrupt controller, in the 8086 and MCS-80 modes (Intel 8259A data sheet, 231468-003). Two of
 * them make the pair of a PC (pic.ts), which has the cascade and the ELCR.
 *
 * Edge or level is by input (`levelInputs`, the ELCR's byte) as in PC chipsets, so LTIM of ICW1 is ignored. Buffered mode
 * changes nothing: it is about a pin.
 */
import type { State } from "./device.ts";

/** What `acknowledge` gives where nothing waits any more: the chip answers with IR7 and puts nothing in service. */
const SPURIOUS = 7;
/** Where the next write to the odd port goes. */
type Step = "operational" | "icw2" | "icw3" | "icw4";

const OCW2_NON_SPECIFIC_EOI = 1;
const OCW2_SPECIFIC_EOI = 3;
const OCW2_ROTATE_IN_AUTO_EOI = 4;
const OCW2_ROTATE_ON_NON_SPECIFIC_EOI = 5;
const OCW2_SET_PRIORITY = 6;
const OCW2_ROTATE_ON_SPECIFIC_EOI = 7;
const OCW2_STOP_ROTATING_IN_AUTO_EOI = 0;

export class PicChip {
  /** Called when INT changes, with its new level. */
  onOutput: ((level: boolean) => void) | undefined;
  /** Inputs as they are now, a bit each. */
  #lines = 0;
  /** Edge-triggered inputs that rose and have not been acknowledged since. */
  #edges = 0;
  #levelInputs = 0;
  #mask = 0xff;
  #inService = 0;
  /** ICW1 to ICW4 as written. */
  #icw1 = 0;
  #icw2 = 0;
  #icw3 = 0;
  #icw4 = 0;
  #step: Step = "operational";
  /** The input of lowest priority; the one after it has the highest. */
  #lowest = 7;
  #rotateInAutoEoi = false;
  #specialMask = false;
  #readInService = false;
  #poll = false;
  #output = false;

  /** After power-up the chip is undefined until ICW1; here it has everything masked. */
  reset(): void {
    this.#lines = 0;
    this.#edges = 0;
    this.#levelInputs = 0;
    this.#icw2 = 0;
    this.#icw3 = 0;
    this.#rotateInAutoEoi = false;
    this.#initialize(0);
    this.#mask = 0xff;
    this.#step = "operational";
    this.#update();
  }
  state(): State {
    return {
      lines: this.#lines,
      edges: this.#edges,
      levelInputs: this.#levelInputs,
      mask: this.#mask,
      inService: this.#inService,
      icw: [this.#icw1, this.#icw2, this.#icw3, this.#icw4],
      step: this.#step,
      lowest: this.#lowest,
      rotateInAutoEoi: this.#rotateInAutoEoi,
      specialMask: this.#specialMask,
      readInService: this.#readInService,
      poll: this.#poll,
      output: this.#output,
    };
  }

  /** The INT pin. */
  get output(): boolean {
    return this.#output;
  }
  /** ICW3: of a master, the inputs that have slaves; of a slave, its number in bits 2–0. 0 in single mode. */
  get cascade(): number {
    return (this.#icw1 & 2) !== 0 ? 0 : this.#icw3;
  }

  /** Inputs that are level-triggered, a bit each: the ELCR's byte. */
  get levelInputs(): number {
    return this.#levelInputs;
  }
  set levelInputs(inputs: number) {
    this.#levelInputs = inputs;
    this.#edges &= ~inputs;
    this.#update();
  }

  setInput(input: number, level: boolean): void {
    const bit = 1 << input;
    const before = this.#lines;
    this.#lines = level ? before | bit : before & ~bit;
    if (this.#lines === before) return;
    // A request lasts until it is acknowledged, but not longer than its input is high.
    this.#edges = level ? this.#edges | (bit & ~this.#levelInputs) : this.#edges & ~bit;
    this.#update();
  }

  /** A read of the port at A0 = `odd`. */
  read(odd: boolean): number {
    if (this.#poll) {
      this.#poll = false;
      const input = this.#highest();
      if (input < 0) return 0;
      this.#serve(input);
      return 0x80 | input;
    }
    if (odd) return this.#mask;
    return this.#readInService ? this.#inService : this.#requests;
  }
  /** A write of a byte to the port at A0 = `odd`. */
  write(odd: boolean, value: number): void {
    if (odd) this.#writeOdd(value);
    else if ((value & 0x10) !== 0) this.#initialize(value);
    else if ((value & 0x08) !== 0) this.#ocw3(value);
    else this.#ocw2(value >> 5, value & 7);
    this.#update();
  }

  /**
   * The pulses of INTA: the input that is answered for, which is in service now; 7, and nothing in service, if all
   * requests have gone.
   */
  acknowledge(): number {
    const input = this.#highest();
    if (input < 0) return SPURIOUS;
    this.#serve(input);
    return input;
  }
  /** The byte on the bus after an acknowledge of `input`: in MCS-80 mode the low byte of the CALL's address. */
  vector(input: number): number {
    if ((this.#icw4 & 1) !== 0) return (this.#icw2 & 0xf8) | input;
    const everyFourBytes = (this.#icw1 & 4) !== 0;
    return everyFourBytes ? (this.#icw1 & 0xe0) | (input << 2) : (this.#icw1 & 0xc0) | (input << 3);
  }

  /** The interrupt request register. */
  get #requests(): number {
    return (this.#edges & ~this.#levelInputs) | (this.#lines & this.#levelInputs);
  }

  /** The first of `inputs` by priority, or −1. */
  #first(inputs: number): number {
    for (let i = 1; i <= 8; i++) {
      const input = (this.#lowest + i) & 7;
      if ((inputs & (1 << input)) !== 0) return input;
    }
    return -1;
  }
  /** In-service inputs that hold back others: not masked ones in special mask mode. */
  get #blocking(): number {
    return this.#specialMask ? this.#inService & ~this.#mask : this.#inService;
  }
  /** The request that may interrupt what is in service, or −1. */
  #highest(): number {
    const input = this.#first(this.#requests & ~this.#mask);
    if (input < 0) return -1;
    const served = this.#first(this.#blocking);
    if (served < 0) return input;
    const rank = (n: number): number => (n - this.#lowest - 1) & 7;
    if (rank(input) < rank(served)) return input;
    // Special fully nested mode: a slave in service may ask again.
    const again = input === served && (this.#icw4 & 0x10) !== 0 && (this.cascade & (1 << input)) !== 0;
    return again ? input : -1;
  }

  #serve(input: number): void {
    const bit = 1 << input;
    this.#edges &= ~bit;
    if ((this.#icw4 & 2) === 0) this.#inService |= bit;
    else if (this.#rotateInAutoEoi) this.#lowest = input;
    // INT falls at the acknowledge, and rises again for what still waits: an edge for a master.
    this.#drive(false);
    this.#update();
  }

  #initialize(icw1: number): void {
    this.#icw1 = icw1;
    this.#icw4 = 0;
    this.#edges = 0;
    this.#mask = 0;
    this.#inService = 0;
    this.#lowest = 7;
    this.#specialMask = false;
    this.#readInService = false;
    this.#poll = false;
    this.#step = "icw2";
  }

  #writeOdd(value: number): void {
    const last = (this.#icw1 & 1) !== 0 ? "icw4" : "operational";
    switch (this.#step) {
      case "icw2":
        this.#icw2 = value;
        this.#step = (this.#icw1 & 2) !== 0 ? last : "icw3";
        return;
      case "icw3":
        this.#icw3 = value;
        this.#step = last;
        return;
      case "icw4":
        this.#icw4 = value & 0x1f;
        this.#step = "operational";
        return;
      case "operational":
        this.#mask = value;
    }
  }

  #ocw2(command: number, level: number): void {
    switch (command) {
      case OCW2_NON_SPECIFIC_EOI:
      case OCW2_ROTATE_ON_NON_SPECIFIC_EOI: {
        const input = this.#first(this.#blocking);
        if (input < 0) return;
        this.#inService &= ~(1 << input);
        if (command === OCW2_ROTATE_ON_NON_SPECIFIC_EOI) this.#lowest = input;
        return;
      }
      case OCW2_SPECIFIC_EOI:
      case OCW2_ROTATE_ON_SPECIFIC_EOI:
        this.#inService &= ~(1 << level);
        if (command === OCW2_ROTATE_ON_SPECIFIC_EOI) this.#lowest = level;
        return;
      case OCW2_SET_PRIORITY:
        this.#lowest = level;
        return;
      case OCW2_ROTATE_IN_AUTO_EOI:
      case OCW2_STOP_ROTATING_IN_AUTO_EOI:
        this.#rotateInAutoEoi = command === OCW2_ROTATE_IN_AUTO_EOI;
    }
  }
  #ocw3(value: number): void {
    if ((value & 0x40) !== 0) this.#specialMask = (value & 0x20) !== 0;
    if ((value & 4) !== 0) this.#poll = true;
    else if ((value & 2) !== 0) this.#readInService = (value & 1) !== 0;
  }

  /** Nothing is asked for in the middle of an initialization: the chip takes requests after its last ICW (figure 6). */
  #update(): void {
    this.#drive(this.#step === "operational" && this.#highest() >= 0);
  }
  #drive(output: boolean): void {
    if (output === this.#output) return;
    this.#output = output;
    this.onOutput?.(output);
  }
}
