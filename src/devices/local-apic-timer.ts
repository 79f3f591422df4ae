/**
 * The timer of a local APIC: one-shot and periodic by counting the bus clock, TSC-deadline by the time-stamp counter (SDM
 * vol. 3A §10.5.4). It knows nothing of vectors and of other masks than that a masked periodic timer need not run.
 *
 * The divider starts with the count. Periods that pass without a chance to fire count as one. While expiries change nothing,
 * because the last one's interrupt still waits, periods shorter than `LEAST_PERIOD` come in bunches, so that a guest cannot
 * make the machine do nothing else. A deadline that lies more
 * than 2^53 cycles ahead is never reached.
 */
import { type Clock, Ticks, type Timer } from "./clock.ts";
import type { State } from "./device.ts";

/** Bits 18–17 of the timer's LVT entry. */
export const TIMER_MODE = { ONE_SHOT: 0, PERIODIC: 1, DEADLINE: 2 } as const;

/** In ticks of the bus clock: 1.28 µs of 1 GHz, as the HPET has. */
const LEAST_PERIOD = 1280;

export interface LocalApicTimerOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Of the bus clock, before the divider: a whole number of Hz. */
  readonly busHertz: number;
  /** The time-stamp counter minus the clock's cycles, signed; a whole number. */
  readonly timestampOffset: () => number;
  /** The count has reached zero, or the TSC its deadline. False: that has changed nothing, and will not before `taken` is called. */
  readonly expire: () => boolean;
}

export class LocalApicTimer {
  readonly #options: LocalApicTimerOptions;
  readonly #clock: Clock;
  readonly #bus: Ticks;
  readonly #timer: Timer;
  #mode: number = TIMER_MODE.ONE_SHOT;
  #masked = true;
  /** The divide configuration register. */
  #divide = 0;
  #initial = 0;
  /** Whether it counts. */
  #running = false;
  /** The count was `from` at the bus clock's tick `base`. */
  #from = 0;
  #base = 0;
  /** 0: not armed. */
  #deadline = 0n;

  constructor(options: LocalApicTimerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#bus = new Ticks(options.clock, options.busHertz);
    this.#timer = options.clock.timer(options.name, (deadline) => this.#fire(deadline));
  }

  reset(): void {
    this.#mode = TIMER_MODE.ONE_SHOT;
    this.#masked = true;
    this.#divide = 0;
    this.#stop();
  }
  state(): State {
    return {
      mode: this.#mode,
      masked: this.#masked,
      divide: this.#divide,
      initial: this.#initial,
      running: this.#running,
      from: this.#from,
      base: this.#base,
      deadline: this.#deadline.toString(),
      fires: this.#timer.deadline ?? null,
    };
  }

  /** From the LVT entry. A change of mode disarms; the reserved mode (3) never fires. */
  configure(mode: number, masked: boolean): void {
    if (mode !== this.#mode) this.#stop();
    this.#mode = mode;
    this.#masked = masked;
    this.#armCount();
  }

  get divide(): number {
    return this.#divide;
  }
  set divide(value: number) {
    const count = this.currentCount;
    this.#divide = value & 0b1011;
    if (!this.#running || count === 0) return;
    this.#from = count;
    this.#base = this.#bus.at(this.#clock.now);
    this.#armCount();
  }
  /** Bus clocks a count: 0 is 2, 1 is 4, up to 6, 128; 7 is 1 (figure 10-10). */
  get #divisor(): number {
    const code = ((this.#divide >> 1) & 4) | (this.#divide & 3);
    return code === 7 ? 1 : 2 << code;
  }

  get initialCount(): number {
    return this.#initial;
  }
  /** Starts the count anew; 0 stops it. Ignored in TSC-deadline mode. */
  set initialCount(value: number) {
    if (!this.#counts) return;
    this.#stop();
    if (value === 0) return;
    this.#initial = value;
    this.#running = true;
    this.#from = value;
    this.#base = this.#bus.at(this.#clock.now);
    this.#armCount();
  }
  get currentCount(): number {
    if (!this.#running) return 0;
    const elapsed = this.#elapsed(this.#clock.now);
    if (elapsed < this.#from) return this.#from - elapsed;
    if (this.#mode !== TIMER_MODE.PERIODIC) return 0;
    return this.#initial - ((elapsed - this.#from) % this.#initial);
  }

  /** IA32_TSC_DEADLINE: 0 where it is not armed or not in that mode. */
  get deadline(): bigint {
    return this.#deadline;
  }
  /** Arms, or disarms by 0. Ignored outside TSC-deadline mode. */
  set deadline(value: bigint) {
    if (this.#mode !== TIMER_MODE.DEADLINE) return;
    this.#deadline = value;
    this.#armDeadline();
  }
  /** Call when the time-stamp counter's offset has changed. */
  timestampChanged(): void {
    if (this.#mode === TIMER_MODE.DEADLINE) this.#armDeadline();
  }

  /** Call when the interrupt of an expiry has been taken: the next one counts again. */
  taken(): void {
    if (this.#mode === TIMER_MODE.PERIODIC) this.#armCount();
  }

  get #counts(): boolean {
    return this.#mode === TIMER_MODE.ONE_SHOT || this.#mode === TIMER_MODE.PERIODIC;
  }
  #stop(): void {
    this.#initial = 0;
    this.#running = false;
    this.#from = 0;
    this.#base = 0;
    this.#deadline = 0n;
    this.#timer.disarm();
  }
  /** Counts since `base`. */
  #elapsed(cycle: number): number {
    return Math.floor((this.#bus.at(cycle) - this.#base) / this.#divisor);
  }

  #armCount(): void {
    if (!this.#running) return;
    if (this.#mode === TIMER_MODE.PERIODIC) {
      this.#skipPeriods(this.#clock.now);
      if (this.#masked) {
        this.#timer.disarm();
        return;
      }
    }
    this.#timer.arm(this.#bus.cycleOf(this.#base + this.#from * this.#divisor));
  }
  /** Moves `base` to the last reload that has happened at `cycle`, if one has. */
  #skipPeriods(cycle: number): void {
    const past = this.#elapsed(cycle) - this.#from;
    if (past < 0) return;
    const counts = this.#from + Math.floor(past / this.#initial) * this.#initial;
    this.#base += counts * this.#divisor;
    this.#from = this.#initial;
  }
  #armDeadline(): void {
    this.#timer.disarm();
    if (this.#deadline === 0n) return;
    const { now } = this.#clock;
    const timestamp = BigInt.asUintN(64, BigInt(now) + BigInt(this.#options.timestampOffset()));
    const ahead = this.#deadline > timestamp ? Number(this.#deadline - timestamp) : 0;
    if (ahead <= Number.MAX_SAFE_INTEGER - now) this.#timer.arm(now + ahead);
  }

  #fire(deadline: number): void {
    if (this.#mode === TIMER_MODE.PERIODIC) {
      this.#skipPeriods(Math.max(deadline, this.#clock.now));
      const period = this.#initial * this.#divisor;
      const periods = this.#options.expire() ? 1 : Math.ceil(LEAST_PERIOD / period);
      this.#timer.arm(this.#bus.cycleOf(this.#base + periods * period));
    } else {
      this.#running = false;
      this.#deadline = 0n;
      this.#options.expire();
    }
  }
}
