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

/**
 * A counter of `hertz` ticks a second, driven by a clock: exact in both directions, for any rate below the clock's whose
 * product with it, both divided by what divides both, is below 2^53.
 */
export class Ticks {
  readonly hertz: number;
  /** Ticks, and cycles, of the shortest time in which both are whole. */
  readonly #ticks: number;
  readonly #cycles: number;

  constructor(clock: Clock, hertz: number) {
    this.hertz = hertz;
    const divisor = greatestCommonDivisor(hertz, clock.frequency);
    this.#ticks = hertz / divisor;
    this.#cycles = clock.frequency / divisor;
  }
  /** Whole ticks that have passed at `cycle`. */
  at(cycle: number): number {
    const periods = Math.floor(cycle / this.#cycles);
    const rest = cycle - periods * this.#cycles;
    return periods * this.#ticks + Math.floor((rest * this.#ticks) / this.#cycles);
  }
  /** The first cycle at which `at` gives `tick`. */
  cycleOf(tick: number): number {
    const periods = Math.floor(tick / this.#ticks);
    const rest = tick - periods * this.#ticks;
    return periods * this.#cycles + Math.ceil((rest * this.#cycles) / this.#ticks);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
