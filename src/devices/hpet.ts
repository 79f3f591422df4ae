/**
 * The high precision event timer: a 64-bit counter at 100 MHz and three comparators, each one-shot or periodic, of 32 or
 * 64 bits (IA-PC HPET Specification 1.0a §2.3). One page of memory, at 0xFED00000 by custom.
 *
 * Registers are read at any size; they are written by whole aligned 32-bit halves, and other writes are lost. Messages
 * (FSB delivery) are offered in the capabilities only where the machine gives a target for them.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import { type Clock, Ticks, type Timer } from "./clock.ts";
import type { Device, State } from "./device.ts";
import { add, type Halves, HpetTimer, withHalf, ZERO } from "./hpet-timer.ts";
import type { InterruptLine, MessageTarget } from "./interrupts.ts";

export const HPET_ADDRESS = 0xfed0_0000;
/** Bytes of its window. */
export const HPET_SIZE = 0x1000;

const HERTZ = 100_000_000;
/** COUNTER_CLK_PERIOD, in femtoseconds. */
const PERIOD = 1e15 / HERTZ;
const TIMERS = 3;

/**
 * The low half of General Capabilities and ID, which the HPET table repeats: revision 1, the last timer's number, a
 * 64-bit counter (bit 13), legacy replacement (bit 15), the vendor.
 */
export const HPET_BLOCK_ID = ((0x8086 << 16) | (1 << 15) | (1 << 13) | ((TIMERS - 1) << 8) | 1) >>> 0;

/** Offsets of registers, and of timers' within each timer's 32 bytes. */
const CAPABILITIES = 0x00;
const CONFIGURATION = 0x10;
const STATUS = 0x20;
const COUNTER = 0xf0;
const FIRST_TIMER = 0x100;
const TIMER_STRIDE = 0x20;
const TIMER_CONFIG = 0x00;
const TIMER_COMPARATOR = 0x08;
const TIMER_MESSAGE = 0x10;

/** General Configuration. */
const ENABLE = 1;
const LEGACY = 2;

export interface HpetOptions {
  readonly clock: Clock;
  /** The wires of the I/O APIC's inputs 0–31 that timers may be routed to, at their numbers. */
  readonly lines: readonly (InterruptLine | undefined)[];
  /** Where the legacy replacement route sends timers 0 and 1: in place of the PIT (IRQ 0) and of the RTC (IRQ 8). */
  readonly legacy: readonly [timer0: InterruptLine, timer1: InterruptLine];
  readonly messages?: MessageTarget;
}

/** A timer and what it does to its wire. */
interface Channel {
  readonly timer: HpetTimer;
  /** Matched in edge mode. The wire stays high until the next match: an 8259 forgets requests that fall too early. */
  matched: boolean;
  driving: InterruptLine | undefined;
}

/** A wire to an input that the legacy replacement route takes over. */
class ReplaceableLine implements InterruptLine {
  readonly #line: InterruptLine;
  #level = false;
  #cut = false;

  constructor(line: InterruptLine) {
    this.#line = line;
  }
  set(level: boolean): void {
    this.#level = level;
    if (!this.#cut) this.#line.set(level);
  }
  cut(cut: boolean): void {
    if (cut === this.#cut) return;
    this.#cut = cut;
    this.#line.set(this.#level && !cut);
  }
}

export class Hpet implements Device {
  readonly name = "hpet";
  readonly mmio: RegisterHandler;

  readonly #clock: Clock;
  readonly #ticks: Ticks;
  readonly #timer: Timer;
  readonly #lines: readonly (InterruptLine | undefined)[];
  readonly #legacy: readonly [InterruptLine, InterruptLine];
  readonly #messages: MessageTarget | undefined;
  readonly #replaced: ReplaceableLine[] = [];
  readonly #channels: readonly Channel[];

  #configuration = 0;
  #status = 0;
  /** The main counter was this at that tick; while it is halted, it still is. */
  #counter = ZERO;
  #counterTick = 0;
  /** The latest tick that anyone has seen: this device's time does not go back. */
  #latest = 0;
  /** The tick the clock's timer is armed for. */
  #armed = 0;

  constructor(options: HpetOptions) {
    this.#clock = options.clock;
    this.#ticks = new Ticks(options.clock, HERTZ);
    this.#timer = options.clock.timer("hpet", () => {
      this.#pass(this.#armed);
      this.#arm();
    });
    this.#lines = options.lines;
    this.#legacy = options.legacy;
    this.#messages = options.messages;
    let routes = 0;
    for (let i = 0; i < 32; i++) if (options.lines[i] !== undefined) routes |= 1 << i;
    this.#channels = Array.from({ length: TIMERS }, () => ({
      timer: new HpetTimer(routes, options.messages !== undefined),
      matched: false,
      driving: undefined,
    }));
    this.mmio = {
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => {
        if (size === 4 && offset % 4 === 0) this.#write(offset, value);
      },
    };
  }

  /** The wire to give to the PIT or RTC: it reaches `line` unless the legacy replacement route is on. */
  replaceable(line: InterruptLine): InterruptLine {
    const replaced = new ReplaceableLine(line);
    this.#replaced.push(replaced);
    return replaced;
  }

  reset(): void {
    this.#configuration = 0;
    this.#status = 0;
    this.#counter = ZERO;
    this.#counterTick = 0;
    for (const channel of this.#channels) {
      channel.timer.reset();
      channel.matched = false;
    }
    for (const line of this.#replaced) line.cut(false);
    this.#settle();
  }

  get #running(): boolean {
    return (this.#configuration & ENABLE) !== 0;
  }

  /** The time now, with the matches up to it passed. */
  #now(): number {
    this.#pass(this.#ticks.at(this.#clock.now));
    return this.#latest;
  }

  #counterAt(tick: number): Halves {
    return this.#running ? add(this.#counter, tick - this.#counterTick) : this.#counter;
  }

  #pass(tick: number): void {
    this.#latest = Math.max(this.#latest, tick);
    for (const [i, channel] of this.#channels.entries()) {
      const { timer } = channel;
      if (!timer.pass(this.#latest)) continue;
      if (timer.level) this.#status |= 1 << i;
      else channel.matched = timer.enabled && !timer.byMessage;
      if (timer.enabled && timer.byMessage) {
        this.#messages?.message(timer.message.address, timer.message.data);
      } else if (!timer.level) this.#drive(channel, undefined);
      this.#drive(channel, this.#wanted(i, channel));
    }
  }

  /** The wire that a timer wants high. */
  #wanted(index: number, { timer, matched }: Channel): InterruptLine | undefined {
    if (!this.#running || !timer.enabled || timer.byMessage) return undefined;
    if (timer.level ? (this.#status & (1 << index)) === 0 : !matched) return undefined;
    const legacy = (this.#configuration & LEGACY) !== 0 ? this.#legacy[index] : undefined;
    return legacy ?? this.#lines[timer.route];
  }

  #drive(channel: Channel, line: InterruptLine | undefined): void {
    const before = channel.driving;
    if (before === line) return;
    channel.driving = line;
    if (before !== undefined && !this.#channels.some((c) => c.driving === before)) before.set(false);
    line?.set(true);
  }

  /** After registers have changed: wires and the next deadline. */
  #settle(): void {
    for (const [i, channel] of this.#channels.entries()) this.#drive(channel, this.#wanted(i, channel));
    this.#arm();
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const [i, { timer }] of this.#channels.entries()) {
      // A level that is up already changes nothing by matching again.
      if (!timer.enabled || (timer.level && !timer.byMessage && (this.#status & (1 << i)) !== 0)) continue;
      next = Math.min(next, timer.match ?? next);
    }
    if (Number.isFinite(next)) {
      this.#armed = next;
      this.#timer.arm(this.#ticks.cycleOf(next));
    } else this.#timer.disarm();
  }

  #read(offset: number, size: AccessSize): number {
    const word = this.#readHalf(offset & ~7, (offset & 4) !== 0) >>> ((offset & 3) * 8);
    return size === 4 ? word : word & ((1 << (size * 8)) - 1);
  }

  #readHalf(register: number, high: boolean): number {
    switch (register) {
      case CAPABILITIES:
        return high ? PERIOD : HPET_BLOCK_ID;
      case CONFIGURATION:
        return high ? 0 : this.#configuration;
      case STATUS:
        this.#now();
        return high ? 0 : this.#status;
      case COUNTER: {
        const counter = this.#counterAt(this.#now());
        return high ? counter.high : counter.low;
      }
    }
    const timer = this.#channelAt(register)?.timer;
    if (timer === undefined) return 0;
    switch ((register - FIRST_TIMER) % TIMER_STRIDE) {
      case TIMER_CONFIG:
        return timer.readConfig(high);
      case TIMER_COMPARATOR:
        this.#now();
        return timer.readComparator(high);
      case TIMER_MESSAGE:
        return high ? timer.message.address : timer.message.data;
      default:
        return 0;
    }
  }

  #channelAt(register: number): Channel | undefined {
    return this.#channels[Math.floor((register - FIRST_TIMER) / TIMER_STRIDE)];
  }

  #write(offset: number, value: number): void {
    const register = offset & ~7;
    const high = (offset & 4) !== 0;
    const tick = this.#now();
    if (register === COUNTER) {
      this.#counter = withHalf(this.#counterAt(tick), high, value);
      this.#counterTick = tick;
      for (const channel of this.#channels) this.#start(channel, tick);
    } else if (register === CONFIGURATION && !high) this.#configure(value, tick);
    else if (register === STATUS && !high) this.#status &= ~value;
    else {
      const index = Math.floor((register - FIRST_TIMER) / TIMER_STRIDE);
      const channel = this.#channels[index];
      if (channel === undefined) return;
      this.#writeTimer(channel, register - FIRST_TIMER - index * TIMER_STRIDE, high, value, tick);
      if (!channel.timer.level) this.#status &= ~(1 << index);
    }
    this.#settle();
  }

  #writeTimer(channel: Channel, register: number, high: boolean, value: number, tick: number): void {
    const { timer } = channel;
    if (register === TIMER_CONFIG && !high) {
      const alike = timer.countsAlike(value);
      const route = timer.route;
      timer.writeConfig(value);
      if (!timer.enabled || timer.level || timer.route !== route) channel.matched = false;
      if (!alike) this.#start(channel, tick);
    } else if (register === TIMER_COMPARATOR) {
      timer.writeComparator(high, value);
      this.#start(channel, tick);
    } else if (register === TIMER_MESSAGE) {
      timer.message = high
        ? { data: timer.message.data, address: value }
        : { data: value, address: timer.message.address };
    }
  }

  #configure(value: number, tick: number): void {
    const counter = this.#counterAt(tick);
    const before = this.#configuration;
    this.#configuration = value & (ENABLE | LEGACY);
    this.#counter = counter;
    this.#counterTick = tick;
    for (const line of this.#replaced) line.cut((value & LEGACY) !== 0);
    if (before === this.#configuration) return;
    for (const channel of this.#channels) {
      channel.matched = false;
      this.#start(channel, tick);
    }
  }

  #start({ timer }: Channel, tick: number): void {
    if (this.#running) timer.start(this.#counterAt(tick), tick);
    else timer.stop();
  }

  state(): State {
    return {
      configuration: this.#configuration,
      status: this.#status,
      counter: [this.#counter.low, this.#counter.high],
      counterTick: this.#counterTick,
      latest: this.#latest,
      timers: this.#channels.map(({ timer, matched }) => ({ matched, timer: timer.state() })),
      deadline: this.#timer.deadline,
    };
  }
}
