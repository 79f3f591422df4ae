/**
 * The real-time clock and its 128 bytes of battery-backed memory: MC146818 data sheet, with the PC's additions.
 *
 * The registers themselves hold the time and are brought up to date when someone looks: what a guest writes reads back as
 * written until the next second. The chain of dividers counts 32,768 Hz of virtual time. It runs while register A selects
 * that crystal (DV = 010) and is held otherwise; half a second after it is let go comes the first update. Update in
 * progress (UIP) shows for the 244 µs before an update and its 1,984 µs.
 *
 * Memory sizes stand where PC firmware leaves them (as QEMU's hw/i386/pc.c does): 0x15 base, 0x17 and 0x30 above 1 MiB
 * in KiB; 0x34 above 16 MiB and 0x5B above 4 GiB in 64 KiB. The shutdown byte, 0x0F, is plain storage. Bit 7 of port 0x70
 * masks NMIs in a PC: kept, without effect. No square wave, no daylight saving time.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import { type Clock, Ticks, type Timer } from "./clock.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";
import { advanceTime, type Format, secondsToAlarm, writeTime, writeWeekday } from "./rtc-calendar.ts";

const SIZE = 128;
const REGISTER = { A: 0x0a, B: 0x0b, C: 0x0c, D: 0x0d } as const;

/** Register A: update in progress, divider control, rate of the periodic interrupt. */
const A = { UIP: 0x80, DV: 0x70, RS: 0x0f, RUNNING: 0x20 } as const;
const B = { SET: 0x80, PIE: 0x40, AIE: 0x20, UIE: 0x10, SQWE: 0x08, BINARY: 0x04, HOURS24: 0x02 } as const;
/** Register C's flags stand where B has their enables. */
const C = { IRQF: 0x80, PF: 0x40, AF: 0x20, UF: 0x10 } as const;
const VALID = 0x80;

/** Ticks of the divider chain a second. */
const SECOND = 32_768;
/** 244 µs + 1,984 µs. */
const UPDATE_TICKS = 73;

/** Equipment: a mathematics coprocessor and a PS/2 mouse. */
const EQUIPMENT = 0x06;

export interface CmosOptions {
  readonly clock: Clock;
  /** IRQ 8. */
  readonly line: InterruptLine;
  /** What the clock shows at power-up: whole seconds since 1970-01-01 00:00 UTC, up to the year 9999. */
  readonly time: number;
  /** Bytes of RAM below and above 4 GiB. */
  readonly memory?: { readonly below4G: number; readonly above4G: number };
  readonly name?: string;
}

/** Two ports, usually at 0x70: index, data. */
export class Cmos implements Device, RegisterHandler {
  readonly name: string;
  readonly #clock: Clock;
  readonly #ticks: Ticks;
  readonly #line: InterruptLine;
  readonly #timer: Timer;
  /** Everything but register C. */
  readonly #bytes = new Uint8Array(SIZE);
  /** As written to the index port, with the NMI mask in bit 7. */
  #index = 0;
  /** Register C without IRQF. */
  #flags = 0;
  /** The tick at which the chain stood at 0. It stands still if undefined. */
  #origin: number | undefined;
  /** How far the chain's count has gone into registers and flags. */
  #counted = 0;

  constructor({ clock, line, time, memory, name = "cmos" }: CmosOptions) {
    this.name = name;
    this.#clock = clock;
    this.#ticks = new Ticks(clock, SECOND);
    this.#line = line;
    this.#timer = clock.timer(name, () => {
      this.#count();
      this.#update();
    });
    const bytes = this.#bytes;
    bytes[REGISTER.A] = A.RUNNING | 6;
    bytes[REGISTER.B] = B.HOURS24;
    bytes[REGISTER.D] = VALID;
    writeTime(bytes, Math.floor(time), this.#format);
    writeWeekday(bytes, Math.floor(time), this.#format);
    bytes[0x14] = EQUIPMENT;
    if (memory) this.#setMemory(memory.below4G, memory.above4G);
    // Firmware's checksum over 0x10–0x2D.
    const sum = bytes.subarray(0x10, 0x2e).reduce((a, b) => a + b, 0);
    bytes[0x2e] = sum >> 8;
    bytes[0x2f] = sum & 0xff;
    this.#origin = this.#ticks.at(clock.now);
  }

  read(offset: number, _size: AccessSize): number {
    // The index cannot be read.
    if (offset !== 1) return 0xff;
    this.#count();
    const place = this.#index & 0x7f;
    if (place === REGISTER.A) return this.#bytes[place]! | (this.#updating ? A.UIP : 0);
    if (place !== REGISTER.C) return this.#bytes[place]!;
    const value = this.#flags | (this.#requested ? C.IRQF : 0);
    this.#flags = 0;
    this.#update();
    return value;
  }

  write(offset: number, _size: AccessSize, value: number): void {
    if (offset === 0) {
      this.#index = value;
      return;
    }
    this.#count();
    const place = this.#index & 0x7f;
    switch (place) {
      case REGISTER.A:
        this.#bytes[place] = value & ~A.UIP;
        this.#setRunning((value & A.DV) === A.RUNNING);
        break;
      case REGISTER.B:
        // Setting the time forbids update interrupts.
        this.#bytes[place] = (value & B.SET) !== 0 ? value & ~B.UIE : value;
        break;
      case REGISTER.C:
      case REGISTER.D:
        break;
      default:
        this.#bytes[place] = value;
    }
    this.#update();
  }

  /** The chip's RESET pin: no interrupts. Time, alarm and memory live on the battery. */
  reset(): void {
    this.#count();
    this.#bytes[REGISTER.B]! &= ~(B.PIE | B.AIE | B.UIE | B.SQWE);
    this.#index = 0;
    this.#flags = 0;
    this.#update();
  }

  state(): State {
    return {
      bytes: [...this.#bytes],
      index: this.#index,
      flags: this.#flags,
      origin: this.#origin,
      counted: this.#counted,
      timer: this.#timer.deadline,
    };
  }

  get #b(): number {
    return this.#bytes[REGISTER.B]!;
  }
  get #format(): Format {
    return { binary: (this.#b & B.BINARY) !== 0, hours24: (this.#b & B.HOURS24) !== 0 };
  }
  get #setting(): boolean {
    return (this.#b & B.SET) !== 0;
  }
  /** The chain's count, while it runs. */
  get #chain(): number {
    return this.#ticks.at(this.#clock.now) - (this.#origin ?? 0);
  }
  get #updating(): boolean {
    return this.#origin !== undefined && !this.#setting && this.#chain % SECOND >= SECOND - UPDATE_TICKS;
  }
  /** Ticks between periodic interrupts; 0 for none. Rates 1 and 2 are those of 8 and 9. */
  get #period(): number {
    const rate = this.#bytes[REGISTER.A]! & A.RS;
    return rate === 0 ? 0 : rate <= 2 ? 1 << (rate + 6) : 1 << (rate - 1);
  }
  get #requested(): boolean {
    return (this.#flags & this.#b & (C.PF | C.AF | C.UF)) !== 0;
  }

  /** Brings registers and flags up to now. */
  #count(): void {
    if (this.#origin === undefined) return;
    const from = this.#counted;
    const to = this.#chain;
    this.#counted = to;
    const passed = (unit: number): number => Math.floor(to / unit) - Math.floor(from / unit);
    const period = this.#period;
    if (period > 0 && passed(period) > 0) this.#flags |= C.PF;
    const seconds = passed(SECOND);
    if (seconds === 0 || this.#setting) return;
    if ((secondsToAlarm(this.#bytes, this.#format) ?? Infinity) <= seconds) this.#flags |= C.AF;
    this.#flags |= C.UF;
    advanceTime(this.#bytes, seconds, this.#format);
  }

  /** The line, and when to look next: while it is high, not before register C is read. */
  #update(): void {
    this.#line.set(this.#requested);
    const next = this.#requested ? undefined : this.#nextRequest();
    if (next === undefined) this.#timer.disarm();
    else this.#timer.arm(this.#ticks.cycleOf(next));
  }

  /** The tick of the next interrupt that is enabled. Registers must be up to date. */
  #nextRequest(): number | undefined {
    if (this.#origin === undefined) return undefined;
    const chain = this.#counted;
    const next = (unit: number): number => (Math.floor(chain / unit) + 1) * unit;
    let soonest = Infinity;
    if ((this.#b & B.PIE) !== 0 && this.#period > 0) soonest = next(this.#period);
    if (!this.#setting) {
      if ((this.#b & B.UIE) !== 0) soonest = Math.min(soonest, next(SECOND));
      if ((this.#b & B.AIE) !== 0) {
        const seconds = secondsToAlarm(this.#bytes, this.#format) ?? Infinity;
        soonest = Math.min(soonest, next(SECOND) + (seconds - 1) * SECOND);
      }
    }
    return soonest === Infinity ? undefined : this.#origin + soonest;
  }

  #setRunning(running: boolean): void {
    if (running === (this.#origin !== undefined)) return;
    this.#counted = SECOND / 2;
    this.#origin = running ? this.#ticks.at(this.#clock.now) - SECOND / 2 : undefined;
  }

  #setMemory(below4G: number, above4G: number): void {
    const put = (place: number, count: number, units: number): void => {
      const value = Math.max(0, Math.min(Math.floor(units), 256 ** count - 1));
      for (let i = 0; i < count; i++) this.#bytes[place + i] = Math.floor(value / 256 ** i) & 0xff;
    };
    put(0x15, 2, Math.min(below4G / 1024, 640));
    put(0x17, 2, below4G / 1024 - 1024);
    put(0x30, 2, below4G / 1024 - 1024);
    put(0x34, 2, (below4G - 16 * 2 ** 20) / 0x10000);
    put(0x5b, 3, above4G / 0x10000);
  }
}
