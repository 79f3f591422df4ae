/**
 * The wires from devices to the interrupt controllers: global system interrupts 0–23 (ACPI 6.5 §5.2.13). GSIs 0–15 are the
 * ISA interrupts, which go to a PIC and to the I/O APIC's input of the same number; but ISA interrupt 0, the timer, goes to
 * the I/O APIC's input 2, as the MADT's interrupt source override has to say. 16–23 go to the I/O APIC alone.
 *
 * Nothing is wired to PIC input 2 (the slave) and I/O APIC input 0.
 */
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";

const GSIS = 24;
const ISA = 16;
const TIMER = 0;
const CASCADE = 2;
/** The I/O APIC's input of the timer. */
export const TIMER_GSI = 2;

/** A controller with numbered inputs. */
interface Inputs {
  line(input: number): InterruptLine;
}

/** An input and how many ends hold it high. */
interface Input {
  readonly line: InterruptLine;
  holders: number;
}

interface End extends InterruptLine {
  level: boolean;
}

export interface InterruptRouterOptions {
  readonly pics: Inputs;
  readonly ioApic: Inputs;
}

export class InterruptRouter implements Device {
  readonly name = "interrupt-router";
  readonly #pic: (Input | undefined)[] = [];
  readonly #io: Input[] = [];
  readonly #ends: End[] = [];

  constructor(options: InterruptRouterOptions) {
    const input = (inputs: Inputs, n: number): Input => ({ line: inputs.line(n), holders: 0 });
    for (let n = 0; n < ISA; n++) this.#pic.push(n === CASCADE ? undefined : input(options.pics, n));
    for (let n = 0; n < GSIS; n++) this.#io.push(input(options.ioApic, n));
  }

  /** All ends low. */
  reset(): void {
    for (const end of this.#ends) end.set(false);
  }
  /** Which ends are high, in the order they were asked for. */
  state(): State {
    return this.#ends.map((end) => end.level);
  }

  /**
   * A new end of a wire, low at first. Its inputs are high while any end is. 0–15 are ISA interrupts; 2 reaches the I/O APIC
   * only, by the input it shares with 0. Throws RangeError for other numbers than 0–23.
   */
  line(gsi: number): InterruptLine {
    if (!(Number.isInteger(gsi) && gsi >= 0 && gsi < GSIS)) {
      throw new RangeError(`there is no global system interrupt ${gsi}`);
    }
    const targets = [this.#pic[gsi], this.#io[gsi === TIMER ? TIMER_GSI : gsi]].filter(
      (t) => t !== undefined,
    );
    const end: End = {
      level: false,
      set(level) {
        if (level === end.level) return;
        end.level = level;
        for (const target of targets) {
          target.holders += level ? 1 : -1;
          target.line.set(target.holders > 0);
        }
      },
    };
    this.#ends.push(end);
    return end;
  }
}
