/**
 * One counter of the 8254 programmable interval timer (Intel 8254 data sheet, "Mode Definitions", "Read Operations").
 *
 * It does not count: what it holds is when the counting element was loaded and with what, and its OUT pin and its
 * value are functions of the tick at which they are asked. Ticks are CLK pulses since power-up and must not go back
 * from one call to the next. It knows neither ports nor interrupts; device pit.ts does.
 */
import type { State } from "./device.ts";

/** Bits of a control word that a counter keeps; the status byte gives them back as they were written. */
const KEPT = 0x3f;
/** RW field, bits 5–4. */
const LSB_ONLY = 1;
const MSB_ONLY = 2;

const fromBcd = (v: number): number =>
  (v & 15) + ((v >> 4) & 15) * 10 + ((v >> 8) & 15) * 100 + ((v >> 12) & 15) * 1000;
const toBcd = (v: number): number =>
  (v % 10) +
  ((Math.floor(v / 10) % 10) << 4) +
  ((Math.floor(v / 100) % 10) << 8) +
  (Math.floor(v / 1000) << 12);

/** A count that takes over at the end of the (half) cycle that runs: modes 2 and 3. */
interface Next {
  readonly tick: number;
  /** The tick at which its first cycle counts as begun. */
  readonly start: number;
  readonly count: number;
}

export class PitChannel {
  #control = 0;
  #gate: boolean;
  readonly #gateAtReset: boolean;
  /** The count register: 1 to 65,536 CLKs; undefined until a whole count has been written. */
  #count: number | undefined;
  /** The least significant byte of a two-byte count whose other byte has not come. */
  #lsb: number | undefined;

  /** The count in the counting element, and the tick it was, or will be, loaded at; undefined while nothing counts. */
  #loaded = 0;
  #start: number | undefined;
  /** CLKs counted when GATE stopped the counting. */
  #stopped: number | undefined;
  #next: Next | undefined;
  /** OUT and value until `#start`. */
  #outBefore = false;
  #valueBefore = 0;
  /** From this tick on the count register's content is in the counting element. */
  #loadedAt = Number.POSITIVE_INFINITY;

  #latchedStatus: number | undefined;
  #latchedCount: number | undefined;
  /** The next byte read is the second of two. */
  #readSecond = false;

  constructor(gate: boolean) {
    this.#gateAtReset = gate;
    this.#gate = gate;
  }

  reset(): void {
    this.#control = 0;
    this.#gate = this.#gateAtReset;
    this.#loaded = 0;
    this.#valueBefore = 0;
    this.#latchedStatus = undefined;
    this.#clear();
  }

  /** As a control word leaves it: no count, OUT at its initial level. */
  #clear(): void {
    this.#count = undefined;
    this.#lsb = undefined;
    this.#start = undefined;
    this.#stopped = undefined;
    this.#next = undefined;
    this.#outBefore = false;
    this.#loadedAt = Number.POSITIVE_INFINITY;
    this.#latchedCount = undefined;
    this.#readSecond = false;
  }

  get #access(): number {
    return this.#control >> 4;
  }
  /** 0 to 5: the high bit is ignored in modes 2 and 3. */
  get #mode(): number {
    const mode = (this.#control >> 1) & 7;
    return mode > 5 ? mode & 3 : mode;
  }
  get #bcd(): boolean {
    return (this.#control & 1) !== 0;
  }
  get #periodic(): boolean {
    return this.#mode === 2 || this.#mode === 3;
  }
  /** The trigger is a rising GATE: modes 1 and 5. */
  get #triggered(): boolean {
    return this.#mode === 1 || this.#mode === 5;
  }

  /** A control word that programs this counter: its RW field is not 0. */
  program(control: number, tick: number): void {
    this.#valueBefore = this.#value(tick);
    this.#control = control & KEPT;
    this.#clear();
  }

  /** One byte of a count. */
  write(byte: number, tick: number): void {
    if (this.#access === LSB_ONLY) this.#setCount(byte, tick);
    else if (this.#access === MSB_ONLY) this.#setCount(byte << 8, tick);
    else if (this.#access === 0) return;
    else if (this.#lsb === undefined) {
      this.#lsb = byte;
      // The first byte stops mode 0, with OUT low.
      if (this.#mode === 0) {
        this.#valueBefore = this.#value(tick);
        this.#start = undefined;
      }
    } else {
      const lsb = this.#lsb;
      this.#lsb = undefined;
      this.#setCount((byte << 8) | lsb, tick);
    }
  }

  #setCount(written: number, tick: number): void {
    this.#settle(tick);
    const count = this.#bcd ? fromBcd(written) || 10_000 : written || 65_536;
    this.#count = count;
    if (this.#triggered) {
      this.#loadedAt = Number.POSITIVE_INFINITY;
      return;
    }
    const start = this.#start;
    if (!this.#periodic || start === undefined || tick < start) {
      this.#load(count, tick);
    } else if (this.#stopped !== undefined) {
      this.#loadedAt = Number.POSITIVE_INFINITY;
    } else {
      const half = Math.ceil(this.#loaded / 2);
      const inFirstHalf = this.#mode === 3 && tick - start < half;
      const end = start + (inFirstHalf ? half : this.#loaded);
      this.#next = { tick: end, start: inFirstHalf ? end - Math.ceil(count / 2) : end, count };
      this.#loadedAt = end;
    }
  }

  /** The next CLK moves the count register into the counting element. */
  #load(count: number, tick: number): void {
    this.#outBefore = this.#mode === 0 ? false : this.#periodic || this.out(tick);
    this.#valueBefore = this.#value(tick);
    this.#loaded = count;
    this.#start = tick + 1;
    this.#loadedAt = tick + 1;
    this.#next = undefined;
    this.#stopped = this.#gate || this.#triggered ? undefined : 0;
  }

  setGate(level: boolean, tick: number): void {
    if (level === this.#gate) return;
    this.#settle(tick);
    this.#gate = level;
    if (this.#triggered || this.#periodic) {
      if (level) {
        if (this.#count !== undefined) this.#load(this.#count, tick);
        return;
      }
      if (this.#triggered) return;
      if (this.#next !== undefined) this.#loadedAt = Number.POSITIVE_INFINITY;
      this.#next = undefined;
    }
    if (this.#start === undefined) return;
    if (level) {
      this.#start = tick - (this.#stopped ?? 0);
      this.#stopped = undefined;
    } else {
      this.#stopped = Math.max(0, tick - this.#start);
    }
  }

  /** Counter latch command; without effect while an earlier one has not been read. */
  latchCount(tick: number): void {
    this.#latchedCount ??= this.#value(tick);
  }

  /** Read-back command for the status: bit 7 OUT, 6 null count, 5–0 as programmed. */
  latchStatus(tick: number): void {
    this.#latchedStatus ??= (this.out(tick) ? 0x80 : 0) | (tick < this.#loadedAt ? 0x40 : 0) | this.#control;
  }

  /** One byte: of the latched status, the latched count, or the count as it is, in this order. */
  read(tick: number): number {
    const status = this.#latchedStatus;
    if (status !== undefined) {
      this.#latchedStatus = undefined;
      return status;
    }
    const value = this.#latchedCount ?? this.#value(tick);
    const both = this.#access !== LSB_ONLY && this.#access !== MSB_ONLY;
    const high = both ? this.#readSecond : this.#access === MSB_ONLY;
    if (both) this.#readSecond = !this.#readSecond;
    if (!both || high) this.#latchedCount = undefined;
    return high ? value >> 8 : value & 0xff;
  }

  /** Rolls periodic modes to the cycle that runs at `tick`. */
  #settle(tick: number): void {
    if (!this.#periodic || this.#stopped !== undefined) return;
    if (this.#next !== undefined && tick >= this.#next.tick) {
      this.#start = this.#next.start;
      this.#loaded = this.#next.count;
      this.#next = undefined;
    }
    if (this.#start !== undefined && tick > this.#start) {
      this.#start += Math.floor((tick - this.#start) / this.#loaded) * this.#loaded;
    }
  }

  /** The counting element, 16 bits as a guest reads it. */
  #value(tick: number): number {
    this.#settle(tick);
    if (this.#start === undefined || (tick < this.#start && this.#stopped === undefined)) {
      return this.#valueBefore;
    }
    const elapsed = this.#stopped ?? tick - this.#start;
    const n = this.#loaded;
    const half = Math.ceil(n / 2);
    // Mode 3 counts by two, twice a cycle, from the next lower even number.
    const value =
      this.#mode === 3 ? n - (n % 2) - 2 * (elapsed < half ? elapsed : elapsed - half) : n - elapsed;
    const modulus = this.#bcd ? 10_000 : 65_536;
    const wrapped = ((value % modulus) + modulus) % modulus;
    return this.#bcd ? toBcd(wrapped) : wrapped;
  }

  /** The OUT pin. */
  out(tick: number): boolean {
    this.#settle(tick);
    if (this.#start === undefined) return this.#mode !== 0;
    if (this.#periodic && !this.#gate) return true;
    const elapsed = this.#stopped ?? tick - this.#start;
    return elapsed < 0 ? this.#outBefore : this.#outAfter(elapsed);
  }

  #outAfter(elapsed: number): boolean {
    const n = this.#loaded;
    switch (this.#mode) {
      case 0:
      case 1:
        return elapsed >= n;
      case 2:
        return elapsed !== n - 1;
      case 3:
        return elapsed < Math.ceil(n / 2);
      default:
        return elapsed !== n;
    }
  }

  /** A tick after `tick` up to which OUT stays as it is; undefined if it stays for good unless the guest acts. */
  nextChange(tick: number): number | undefined {
    this.#settle(tick);
    if (this.#start === undefined || this.#stopped !== undefined) return undefined;
    if (tick < this.#start && this.#outAfter(0) !== this.#outBefore) return this.#start;
    const change = this.#changeAfter(Math.max(0, tick - this.#start));
    const at = change === undefined ? undefined : this.#start + change;
    return this.#next === undefined ? at : Math.min(at ?? this.#next.tick, this.#next.tick);
  }

  #changeAfter(elapsed: number): number | undefined {
    const n = this.#loaded;
    if (!this.#periodic) {
      if (elapsed < n) return n;
      return this.#mode > 3 && elapsed === n ? n + 1 : undefined;
    }
    // A count of 1 is not allowed in these modes: OUT never moves.
    if (n === 1) return undefined;
    const middle = this.#mode === 2 ? n - 1 : Math.ceil(n / 2);
    return elapsed < middle ? middle : n;
  }

  state(): State {
    return {
      control: this.#control,
      gate: this.#gate,
      count: this.#count,
      lsb: this.#lsb,
      loaded: this.#loaded,
      start: this.#start,
      stopped: this.#stopped,
      next: this.#next === undefined ? undefined : { ...this.#next },
      outBefore: this.#outBefore,
      valueBefore: this.#valueBefore,
      loadedAt: Number.isFinite(this.#loadedAt) ? this.#loadedAt : null,
      latchedStatus: this.#latchedStatus,
      latchedCount: this.#latchedCount,
      readSecond: this.#readSecond,
    };
  }
}
