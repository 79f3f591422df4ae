/**
 * The two 8259A interrupt controllers of a PC: the slave's INT is the master's input 2; edge or level by ELCR (Intel 8259A
 * data sheet; cascade: "Cascade Mode"; ELCR and its fixed bits: Intel 82371SB (PIIX3) §2.5.15). The chip itself is
 * pic-chip.ts.
 *
 * It does not choose who takes INTR: that is LINT0 of a local APIC (local-apic.ts), asked by the machine.
 */
import type { PortSpace, RegisterHandler } from "./bus.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";
import { PicChip } from "./pic-chip.ts";

const CASCADE = 2;
/** Inputs that may be level-triggered: not the timer, the keyboard, the cascade; not the clock, not the coprocessor. */
const MAY_BE_LEVEL = [0xf8, 0xde] as const;
/** What is read from the bus where no chip answers an acknowledge. */
const FLOATING = 0xff;

/** The ports of one chip: even and odd. */
function portsOf(chip: PicChip): RegisterHandler {
  return {
    read: (offset) => chip.read((offset & 1) !== 0),
    write: (offset, _size, value) => chip.write((offset & 1) !== 0, value & 0xff),
  };
}

export class Pics implements Device {
  readonly name = "pic";
  /** Called when INTR changes, with its new level. It falls for a moment at each acknowledge. */
  onOutput: ((level: boolean) => void) | undefined;
  /** Ports 0x20 and 0x21. */
  readonly master: RegisterHandler;
  /** Ports 0xA0 and 0xA1. */
  readonly slave: RegisterHandler;
  /** Ports 0x4D0 and 0x4D1: a bit for each input, 1 is level-triggered. */
  readonly elcr: RegisterHandler;
  readonly #chips = [new PicChip(), new PicChip()] as const;

  constructor() {
    const [master, slave] = this.#chips;
    slave.onOutput = (level) => master.setInput(CASCADE, level);
    master.onOutput = (level) => this.onOutput?.(level);
    this.master = portsOf(master);
    this.slave = portsOf(slave);
    this.elcr = {
      read: (offset) => this.#chips[offset & 1]!.levelInputs,
      write: (offset, _size, value) => {
        this.#chips[offset & 1]!.levelInputs = value & MAY_BE_LEVEL[offset & 1]!;
      },
    };
  }

  /** Puts the ports where a PC has them. */
  attach(ports: PortSpace): void {
    ports.add(0x20, 2, this.master);
    ports.add(0xa0, 2, this.slave);
    ports.add(0x4d0, 2, this.elcr);
  }
  reset(): void {
    for (const chip of this.#chips) chip.reset();
  }
  state(): State {
    return this.#chips.map((chip) => chip.state());
  }

  /**
   * The input of an ISA interrupt, 0–15. There is one wire: whoever shares an input combines the levels
   * (interrupt-router.ts). Input 2 is the slave's. Throws RangeError for other numbers.
   */
  line(irq: number): InterruptLine {
    if (!(Number.isInteger(irq) && irq >= 0 && irq < 16 && irq !== CASCADE)) {
      throw new RangeError(`the PICs have no free input ${irq}`);
    }
    const chip = this.#chips[irq < 8 ? 0 : 1];
    return { set: (level) => chip.setInput(irq & 7, level) };
  }

  /** INTR, towards the processor. */
  get output(): boolean {
    return this.#chips[0].output;
  }

  /**
   * The processor's interrupt acknowledge: its vector, 0–255. Where every request has gone it is the spurious one: input 7
   * of the chip that was asked, with no bit in service there.
   */
  acknowledge(): number {
    const [master, slave] = this.#chips;
    const input = master.acknowledge();
    if ((master.cascade & (1 << input)) === 0) return master.vector(input);
    // The master leaves the bus to the slave of that number.
    if (input !== CASCADE || (slave.cascade & 7) !== CASCADE) return FLOATING;
    return slave.vector(slave.acknowledge());
  }
}
