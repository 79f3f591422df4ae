/**
 * One comparator of the HPET: when it meets the main counter, and what it holds after (IA-PC HPET 1.0a §2.3.8–2.3.9).
 *
 * Registers of 64 bits are two halves of 32, and times are ticks of the main counter's clock since power-up. It drives
 * no wire and knows no processor; device hpet.ts does.
 */
import type { State } from "./device.ts";

/** Timer N Configuration and Capability register, bits of the low half. */
export const INT_TYPE_LEVEL = 1 << 1;
export const INT_ENABLE = 1 << 2;
const PERIODIC = 1 << 3;
const PERIODIC_CAPABLE = 1 << 4;
const SIZE_64_CAPABLE = 1 << 5;
const VALUE_SET = 1 << 6;
const MODE_32 = 1 << 8;
const ROUTE_SHIFT = 9;
const ROUTE = 0x1f << ROUTE_SHIFT;
export const FSB_ENABLE = 1 << 14;
const FSB_CAPABLE = 1 << 15;

const TWO_32 = 2 ** 32;
/** Ticks that never come: 2^52 of 10 ns are more than a year. */
const NEVER = 2 ** 52;
/**
 * The fewest ticks between two matches: those of a shorter period come in bunches, so that a guest cannot make the
 * machine do nothing else. The HPET table gives it as the minimum clock tick in periodic mode.
 */
export const HPET_MINIMUM_TICK = 128;

/** 64 bits: each half an unsigned number of 32. */
export interface Halves {
  readonly low: number;
  readonly high: number;
}
const ONES: Halves = { low: TWO_32 - 1, high: TWO_32 - 1 };
export const ZERO: Halves = { low: 0, high: 0 };

/** `value` + `ticks`, modulo 2^64. `ticks` is a whole number below 2^53 − 2^32. */
export function add(value: Halves, ticks: number): Halves {
  const low = value.low + ticks;
  return { low: low % TWO_32, high: (value.high + Math.floor(low / TWO_32)) % TWO_32 };
}
export const withHalf = (value: Halves, high: boolean, half: number): Halves =>
  high ? { low: value.low, high: half } : { low: half, high: value.high };

/** Ticks from one count to the next that is equal to `to`, in 32 or 64 bits; inexact where it is `NEVER`. */
function distance(from: Halves, to: Halves, short: boolean): number {
  const low = to.low - from.low;
  const high = short ? 0 : to.high - from.high - (low < 0 ? 1 : 0);
  return (low < 0 ? low + TWO_32 : low) + (high < 0 ? high + TWO_32 : high) * TWO_32;
}

export class HpetTimer {
  readonly #capabilities: number;
  /** Inputs of the I/O APIC that it can be routed to, a bit each. */
  readonly #routes: number;
  /** Writable bits. */
  #config = 0;
  #comparator = ONES;
  #period = ZERO;
  /** The tick of the next match; undefined while the counter is halted, or if it will not come. */
  #match: number | undefined;
  /** FSB Interrupt Route register. */
  message = { data: 0, address: 0 };

  /** `routes`: inputs of the I/O APIC, a bit each. `fsb`: whether it may send messages. */
  constructor(routes: number, fsb: boolean) {
    this.#routes = routes >>> 0;
    this.#capabilities = PERIODIC_CAPABLE | SIZE_64_CAPABLE | (fsb ? FSB_CAPABLE : 0);
  }

  reset(): void {
    this.#config = 0;
    this.#comparator = ONES;
    this.#period = ZERO;
    this.#match = undefined;
    this.message = { data: 0, address: 0 };
  }

  get level(): boolean {
    return (this.#config & INT_TYPE_LEVEL) !== 0;
  }
  get enabled(): boolean {
    return (this.#config & INT_ENABLE) !== 0;
  }
  get byMessage(): boolean {
    return (this.#config & FSB_ENABLE) !== 0;
  }
  /** The input of the I/O APIC. */
  get route(): number {
    return (this.#config & ROUTE) >> ROUTE_SHIFT;
  }
  get match(): number | undefined {
    return this.#match;
  }
  get #periodic(): boolean {
    return (this.#config & PERIODIC) !== 0;
  }
  get #short(): boolean {
    return (this.#config & MODE_32) !== 0;
  }

  readConfig(high: boolean): number {
    return high ? this.#routes : (this.#config | this.#capabilities) >>> 0;
  }

  /** Low half. A route that this timer has not is not taken; the caller starts it again if it counts otherwise now. */
  writeConfig(value: number): void {
    const fsb = (this.#capabilities & FSB_CAPABLE) !== 0 ? FSB_ENABLE : 0;
    let config = value & (INT_TYPE_LEVEL | INT_ENABLE | PERIODIC | MODE_32 | fsb);
    if ((config & PERIODIC) !== 0) config |= value & VALUE_SET;
    const route = (value & ROUTE) >> ROUTE_SHIFT;
    config |= ((this.#routes >>> route) & 1) !== 0 ? value & ROUTE : this.#config & ROUTE;
    this.#config = config;
  }

  /** Whether another value of the low half would make it match at other times. */
  countsAlike(value: number): boolean {
    return ((value ^ this.#config) & (PERIODIC | MODE_32)) === 0;
  }

  readComparator(high: boolean): number {
    if (high) return this.#short ? 0 : this.#comparator.high;
    return this.#comparator.low;
  }

  /**
   * In periodic mode this is the period, and the comparator too if VAL_SET is set, which that clears: so says the
   * sequence of §2.3.9.2.2, and software that writes both in turn is served as well.
   */
  writeComparator(high: boolean, value: number): void {
    if (!this.#periodic || (this.#config & VALUE_SET) !== 0) {
      this.#comparator = withHalf(this.#comparator, high, value);
    }
    if (this.#periodic) this.#period = withHalf(this.#period, high, value);
    this.#config &= ~VALUE_SET;
  }

  /** The main counter runs and is `counter` at `tick`. */
  start(counter: Halves, tick: number): void {
    this.#meet(tick + distance(counter, this.#comparator, this.#short));
  }
  stop(): void {
    this.#match = undefined;
  }

  #meet(match: number): void {
    this.#match = match < NEVER ? match : undefined;
  }

  /** Ticks between two matches. */
  get #interval(): number {
    const period = this.#period.low + (this.#short ? 0 : this.#period.high * TWO_32);
    if (this.#periodic && period !== 0) return period * Math.max(1, Math.ceil(HPET_MINIMUM_TICK / period));
    return this.#short ? TWO_32 : NEVER;
  }

  /** Passes the matches up to `tick`; whether there was one. */
  pass(tick: number): boolean {
    const match = this.#match;
    if (match === undefined || match > tick) return false;
    const interval = this.#interval;
    const matches = Math.floor((tick - match) / interval) + 1;
    if (this.#periodic && interval < NEVER) this.#comparator = add(this.#comparator, matches * interval);
    this.#meet(match + matches * interval);
    return true;
  }

  state(): State {
    return {
      config: this.#config,
      comparator: [this.#comparator.low, this.#comparator.high],
      period: [this.#period.low, this.#period.high],
      match: this.#match,
      message: { ...this.message },
    };
  }
}
