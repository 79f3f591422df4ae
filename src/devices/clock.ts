/**
 * Virtual time as devices see it: cycles of the processors' clock since power-up, and timers that fire at a cycle.
 *
 * Time moves only with the cycles that processors execute, never with the host's clock. The machine implements `Clock`
 * (machine/event-queue.ts).
 */

export interface Clock {
  /** Cycles since power-up: a whole number, at the instruction that asks. Never goes back on one processor. */
  readonly now: number;
  /** Cycles a second. */
  readonly frequency: number;
  /** A timer that calls `fire` at its deadline, with the deadline. It starts disarmed. */
  timer(name: string, fire: (deadline: number) => void): Timer;
}

export interface Timer {
  /** Fires once when `now` reaches `cycle`; at once, before the next instruction, if that has passed. Replaces an earlier deadline. */
  arm(cycle: number): void;
  disarm(): void;
  /** When it will fire; undefined while it is disarmed. */
  readonly deadline: number | undefined;
}

/** A counter of `hertz` ticks a second, driven by a clock: exact in both directions, for any rate below the clock's. */
export class Ticks {
  readonly hertz: number;
  readonly #frequency: number;

  constructor(clock: Clock, hertz: number) {
    this.hertz = hertz;
    this.#frequency = clock.frequency;
  }
  /** Whole ticks that have passed at `cycle`. */
  at(cycle: number): number {
    const seconds = Math.floor(cycle / this.#frequency);
    const rest = cycle - seconds * this.#frequency;
    return seconds * this.hertz + Math.floor((rest * this.hertz) / this.#frequency);
  }
  /** The first cycle at which `at` gives `tick`. */
  cycleOf(tick: number): number {
    const seconds = Math.floor(tick / this.hertz);
    const rest = tick - seconds * this.hertz;
    return seconds * this.#frequency + Math.ceil((rest * this.#frequency) / this.hertz);
  }
}
