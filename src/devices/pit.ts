/**
 * The 8254 programmable interval timer of a PC: ports 0x40–0x43, and port 0x61, which holds the gate of channel 2 and
 * shows its output (Intel 8254 data sheet; Intel ICH9 data sheet §13.3 "Timer I/O Registers", §13.7.1 "NMI_SC").
 *
 * Channel 0's OUT is the interrupt wire. Channels 1 and 2 interrupt nobody and are computed when they are read. There
 * is no speaker, and port 0x61 reports no memory parity or I/O channel errors.
 */
import type { RegisterHandler } from "./bus.ts";
import { type Clock, Ticks, type Timer } from "./clock.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";
import { PitChannel } from "./pit-channel.ts";

/** CLK of all three channels: a third of the NTSC colour clock's 3.579545 MHz. */
export const PIT_HERTZ = 1_193_182;

/** CLKs between two memory refreshes of a PC/AT, shown as a bit that toggles: about 15 µs. */
const REFRESH = 18;

/** Port 0x61. Writable: bit 0 gates channel 2, bit 1 lets its OUT through to the speaker. */
const WRITABLE = 3;
const GATE2 = 1;
const REFRESH_TOGGLE = 1 << 4;
const OUT2 = 1 << 5;

export interface PitOptions {
  readonly clock: Clock;
  /** IRQ 0: follows the OUT pin of channel 0. */
  readonly line: InterruptLine;
}

export class Pit implements Device {
  readonly name = "pit";
  /** Four ports, at 0x40. */
  readonly ports: RegisterHandler;
  /** One port, at 0x61. */
  readonly control: RegisterHandler;

  readonly #clock: Clock;
  readonly #line: InterruptLine;
  readonly #ticks: Ticks;
  readonly #timer: Timer;
  readonly #channels = [new PitChannel(true), new PitChannel(true), new PitChannel(false)] as const;
  #port61 = 0;
  /** The latest tick that anyone has seen: processors may be apart in time, but this device's time does not go back. */
  #latest = 0;
  /** The tick up to which channel 0's OUT stays as it is. */
  #change: number | undefined;

  constructor(options: PitOptions) {
    this.#clock = options.clock;
    this.#line = options.line;
    this.#ticks = new Ticks(options.clock, PIT_HERTZ);
    this.#timer = options.clock.timer("pit", () => {
      this.#follow(this.#change ?? 0);
      this.#arm();
    });
    this.ports = {
      read: (offset) => this.#read(offset),
      write: (offset, _size, value) => this.#write(offset, value),
    };
    this.control = {
      read: () => this.#readControl(),
      write: (_offset, _size, value) => {
        this.#port61 = value & WRITABLE;
        this.#channels[2].setGate((value & GATE2) !== 0, this.#tick());
      },
    };
  }

  reset(): void {
    for (const channel of this.#channels) channel.reset();
    this.#port61 = 0;
    this.#change = undefined;
    this.#timer.disarm();
    this.#line.set(false);
  }

  /** Moves the wire through the changes up to `tick`, so that no edge is lost. */
  #follow(tick: number): void {
    const channel = this.#channels[0];
    while (this.#change !== undefined && this.#change <= tick) {
      this.#line.set(channel.out(this.#change));
      this.#latest = Math.max(this.#latest, this.#change);
      this.#change = channel.nextChange(this.#change);
    }
    this.#latest = Math.max(this.#latest, tick);
  }

  #tick(): number {
    this.#follow(this.#ticks.at(this.#clock.now));
    return this.#latest;
  }

  #arm(): void {
    if (this.#change === undefined) this.#timer.disarm();
    else this.#timer.arm(this.#ticks.cycleOf(this.#change));
  }

  #read(offset: number): number {
    // Nothing drives the bus when the control word is read.
    return this.#channels[offset]?.read(this.#tick()) ?? 0xff;
  }

  #write(offset: number, value: number): void {
    const tick = this.#tick();
    if (offset === 3) this.#command(value, tick);
    else this.#channels[offset]?.write(value, tick);
    this.#line.set(this.#channels[0].out(tick));
    this.#change = this.#channels[0].nextChange(tick);
    this.#arm();
  }

  /** Port 0x43: bits 7–6 choose a counter or, if both are set, the read-back command. */
  #command(value: number, tick: number): void {
    const index = value >> 6;
    if (index === 3) {
      // Bits 5 and 4 are active low: latch the count, the status, of the counters in bits 3–1.
      for (const [i, channel] of this.#channels.entries()) {
        if ((value & (2 << i)) === 0) continue;
        if ((value & 0x20) === 0) channel.latchCount(tick);
        if ((value & 0x10) === 0) channel.latchStatus(tick);
      }
      return;
    }
    const channel = this.#channels[index];
    if ((value & 0x30) === 0) channel?.latchCount(tick);
    else channel?.program(value, tick);
  }

  #readControl(): number {
    const tick = this.#tick();
    const refresh = Math.floor(tick / REFRESH) % 2 === 1 ? REFRESH_TOGGLE : 0;
    return this.#port61 | refresh | (this.#channels[2].out(tick) ? OUT2 : 0);
  }

  state(): State {
    return {
      channels: this.#channels.map((channel) => channel.state()),
      port61: this.#port61,
      latest: this.#latest,
      change: this.#change,
      deadline: this.#timer.deadline,
    };
  }
}
