/**
 * The virtual clock with its timers: what happens at which cycle, in order. Timers due at the same cycle fire in the
 * order they were made in, so that equal runs are equal.
 *
 * It does not move time: the machine does, and asks for what is due.
 */
import type { Clock, Timer } from "../devices/clock.ts";

class QueuedTimer implements Timer {
  readonly name: string;
  deadline: number | undefined;
  readonly fire: (deadline: number) => void;
  readonly #changed: (timer: QueuedTimer, before: number | undefined) => void;

  constructor(
    name: string,
    fire: (deadline: number) => void,
    changed: (timer: QueuedTimer, before: number | undefined) => void,
  ) {
    this.name = name;
    this.fire = fire;
    this.#changed = changed;
  }
  arm(cycle: number): void {
    const before = this.deadline;
    this.deadline = cycle;
    this.#changed(this, before);
  }
  disarm(): void {
    const before = this.deadline;
    this.deadline = undefined;
    if (before !== undefined) this.#changed(this, before);
  }
}

export interface EventQueueOptions {
  /** Cycles a second. */
  readonly frequency: number;
  /** The present cycle. */
  readonly now: () => number;
  /** Told when a timer is armed that comes before all others. */
  readonly earlier: (cycle: number) => void;
}

export class EventQueue implements Clock {
  readonly frequency: number;
  readonly #now: () => number;
  readonly #earlier: (cycle: number) => void;
  readonly #timers: QueuedTimer[] = [];
  #next = Number.POSITIVE_INFINITY;

  constructor({ frequency, now, earlier }: EventQueueOptions) {
    this.frequency = frequency;
    this.#now = now;
    this.#earlier = earlier;
  }
  get now(): number {
    return this.#now();
  }
  timer(name: string, fire: (deadline: number) => void): Timer {
    const timer = new QueuedTimer(name, fire, (t, before) => this.#changed(t, before));
    this.#timers.push(timer);
    return timer;
  }
  #changed(timer: QueuedTimer, before: number | undefined): void {
    const { deadline } = timer;
    if (deadline !== undefined && deadline < this.#next) {
      this.#next = deadline;
      this.#earlier(deadline);
    } else if (before === this.#next) this.#next = this.#first();
  }
  #first(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#timers) if (deadline !== undefined && deadline < next) next = deadline;
    return next;
  }
  /** When the next timer is due; infinity if none is armed. */
  get next(): number {
    return this.#next;
  }
  /** Fires one timer that is due at `cycle` or before, the earliest; false if there is none. */
  fire(cycle: number): boolean {
    if (this.#next > cycle) return false;
    const due = this.#timers.find((t) => t.deadline === this.#next);
    if (due?.deadline === undefined) return false;
    const { deadline } = due;
    due.disarm();
    due.fire(deadline);
    return true;
  }
  /** Names and deadlines of armed timers, for comparing states. */
  get armed(): readonly (readonly [name: string, deadline: number])[] {
    return this.#timers.flatMap((t) => (t.deadline === undefined ? [] : [[t.name, t.deadline] as const]));
  }
}
