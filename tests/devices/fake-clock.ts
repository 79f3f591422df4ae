/**
 * The wires of a machine without the machine, for tests of devices: a clock that moves only when the test says so, and
 * an interrupt line that remembers.
 */
import type { Clock, Timer } from "../../src/devices/clock.ts";
import type { InterruptLine } from "../../src/devices/interrupts.ts";

/** Firings in one `advance` that tell a timer in a circle from a busy one. */
const MOST_FIRINGS = 1_000_000;

interface Armed extends Timer {
  readonly name: string;
  deadline: number | undefined;
  fire(deadline: number): void;
}

/** Virtual time. Timers fire in `advance` only, in order of deadline, then of creation, with `now` at their deadline. */
export class FakeClock implements Clock {
  now = 0;
  readonly frequency: number;
  readonly #timers: Armed[] = [];

  /** `frequency` in cycles a second. */
  constructor(frequency = 3e9) {
    this.frequency = frequency;
  }

  /** Lets `cycles` pass; 0 fires what is due already. */
  advance(cycles: number): void {
    const end = this.now + cycles;
    for (let firings = 0; ; firings++) {
      const next = this.#next();
      if (next?.deadline === undefined || next.deadline > end) break;
      if (firings === MOST_FIRINGS) throw new Error(`timer "${next.name}" fires without end`);
      const { deadline } = next;
      next.deadline = undefined;
      this.now = Math.max(this.now, deadline);
      next.fire(deadline);
    }
    this.now = end;
  }

  timer(name: string, fire: (deadline: number) => void): Timer {
    const timer: Armed = {
      name,
      fire,
      deadline: undefined,
      arm(cycle: number): void {
        if (!(Number.isInteger(cycle) && cycle >= 0)) throw new Error(`timer "${name}" armed at ${cycle}`);
        timer.deadline = cycle;
      },
      disarm(): void {
        timer.deadline = undefined;
      },
    };
    this.#timers.push(timer);
    return timer;
  }

  /** Names of the timers that are armed. */
  get armed(): string[] {
    return this.#timers.filter((t) => t.deadline !== undefined).map((t) => t.name);
  }

  #next(): Armed | undefined {
    let next: Armed | undefined;
    for (const t of this.#timers) {
      if (t.deadline !== undefined && (next?.deadline === undefined || t.deadline < next.deadline)) next = t;
    }
    return next;
  }
}

/** An interrupt wire: its level now, and how often it rose. */
export class FakeLine implements InterruptLine {
  level = false;
  /** Rising edges. */
  edges = 0;

  set(level: boolean): void {
    if (level && !this.level) this.edges++;
    this.level = level;
  }
}
