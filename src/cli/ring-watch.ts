/* Reads a machine's trace rings while it runs: between slices that are so short that no ring overflows. */
import type { Machine } from "../machine/machine.ts";
import type { TraceNews, TraceRings } from "../view/trace-rings.ts";

/** Cycles in which no ring can overflow. */
export const TRACE_SLICE = 30_000;
/** For how long a processor may stand in the middle of a record while others run, in cycles: more than one of their turns (machine.ts). */
const HELD_BACK = 60_000;

export class RingWatch {
  readonly #rings: TraceRings;
  readonly #machine: Machine;
  readonly #take: (news: TraceNews) => void;

  /** `take` is given all that is recorded, by time. */
  constructor(rings: TraceRings, machine: Machine, take: (news: TraceNews) => void) {
    this.#rings = rings;
    this.#machine = machine;
    this.#take = take;
  }
  /** After each slice of at most TRACE_SLICE cycles. */
  between(): void {
    const alone = this.#machine.vcpus.length === 1;
    this.#take(this.#rings.news(alone ? undefined : this.#machine.cycles - HELD_BACK));
  }
  /** The machine has stopped. */
  ended(): void {
    this.#take(this.#rings.news());
  }
}
