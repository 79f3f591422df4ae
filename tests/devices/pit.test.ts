/*
 * The 8254: waveforms of the Intel data sheet's figures 15–20, its commands, a model that counts pulse by pulse, and
 * the wires of a PC around it.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Ticks } from "../../src/devices/clock.ts";
import { PIT_HERTZ, Pit } from "../../src/devices/pit.ts";
import { PitChannel } from "../../src/devices/pit-channel.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";

/** OUT (as H or L) and the count after each of `clocks` pulses from `from` on. */
function wave(channel: PitChannel, from: number, clocks: number): string {
  return Array.from({ length: clocks }, (_, i) => {
    const tick = from + i + 1;
    channel.latchCount(tick);
    const value = channel.read(tick);
    return `${channel.out(tick) ? "H" : "L"}${value.toString(16)}`;
  }).join(" ");
}

/** A counter with GATE at `gate`, its least significant byte only, in binary. */
function programmed(mode: number, count: number, gate = true): PitChannel {
  const channel = new PitChannel(gate);
  channel.program(0x10 | (mode << 1), 0);
  channel.write(count, 0);
  return channel;
}

describe("the modes, as the data sheet draws them", () => {
  it("0: OUT rises at the terminal count, and GATE stops the counting", () => {
    expect(wave(programmed(0, 4), 0, 7)).toBe("L4 L3 L2 L1 H0 Hff Hfe");
    const channel = programmed(0, 3);
    expect(wave(channel, 0, 2)).toBe("L3 L2");
    channel.setGate(false, 2);
    expect(wave(channel, 2, 3)).toBe("L2 L2 L2");
    channel.setGate(true, 5);
    expect(wave(channel, 5, 3)).toBe("L1 H0 Hff");
  });

  it("0: a new count starts over", () => {
    const channel = programmed(0, 3);
    expect(wave(channel, 0, 2)).toBe("L3 L2");
    channel.write(2, 2);
    expect(wave(channel, 2, 4)).toBe("L2 L1 H0 Hff");
    channel.write(2, 6);
    expect(channel.out(6)).toBe(false);
  });

  it("1: a rising GATE makes one pulse, and another begins it again", () => {
    const channel = programmed(1, 3, false);
    expect([channel.out(0), channel.out(9)]).toEqual([true, true]);
    channel.setGate(true, 10);
    expect(channel.out(10)).toBe(true);
    expect(wave(channel, 10, 5)).toBe("L3 L2 L1 H0 Hff");
    channel.setGate(false, 15);
    channel.setGate(true, 15);
    expect(wave(channel, 15, 2)).toBe("L3 L2");
    channel.setGate(false, 17);
    channel.setGate(true, 17);
    expect(channel.out(17)).toBe(false);
    expect(wave(channel, 17, 4)).toBe("L3 L2 L1 H0");
    // A new count waits for a trigger.
    channel.write(5, 21);
    expect(wave(channel, 21, 1)).toBe("Hff");
    channel.setGate(false, 22);
    channel.setGate(true, 22);
    expect(wave(channel, 22, 2)).toBe("L5 L4");
  });

  it("2: low for the last pulse of each cycle; a low GATE raises OUT, a rising one reloads", () => {
    expect(wave(programmed(2, 3), 0, 7)).toBe("H3 H2 L1 H3 H2 L1 H3");
    const channel = programmed(2, 3);
    expect(wave(channel, 0, 3)).toBe("H3 H2 L1");
    channel.setGate(false, 3);
    expect(channel.out(3)).toBe(true);
    expect(wave(channel, 3, 2)).toBe("H1 H1");
    channel.setGate(true, 5);
    expect(wave(channel, 5, 4)).toBe("H3 H2 L1 H3");
  });

  it("2: a new count waits for the end of the cycle", () => {
    const channel = programmed(2, 4);
    expect(wave(channel, 0, 2)).toBe("H4 H3");
    channel.write(5, 2);
    expect(wave(channel, 2, 8)).toBe("H2 L1 H5 H4 H3 H2 L1 H5");
  });

  it("3: a square wave, an odd count's high half longer by one", () => {
    expect(wave(programmed(3, 4), 0, 9)).toBe("H4 H2 L4 L2 H4 H2 L4 L2 H4");
    expect(wave(programmed(3, 5), 0, 8)).toBe("H4 H2 H0 L4 L2 H4 H2 H0");
  });

  it("3: a new count waits for the end of the half cycle", () => {
    const channel = programmed(3, 6);
    expect(wave(channel, 0, 2)).toBe("H6 H4");
    channel.write(4, 2);
    expect(wave(channel, 2, 6)).toBe("H2 L4 L2 H4 H2 L4");
  });

  it("4: one low pulse at the terminal count", () => {
    expect(wave(programmed(4, 3), 0, 6)).toBe("H3 H2 H1 L0 Hff Hfe");
  });

  it("5: the same, begun by GATE", () => {
    const channel = programmed(5, 3, false);
    expect(channel.out(5)).toBe(true);
    channel.setGate(true, 5);
    expect(wave(channel, 5, 5)).toBe("H3 H2 H1 L0 Hff");
  });
});

describe("a counter", () => {
  it("has counts of 2^16 and, in BCD, 10^4 for zero", () => {
    const channel = new PitChannel(true);
    channel.program(0x34, 0);
    channel.write(0, 0);
    channel.write(0, 0);
    expect([channel.out(65_536), channel.out(65_537)]).toEqual([false, true]);
    channel.program(0x35, 100_000);
    channel.write(0, 100_000);
    channel.write(0, 100_000);
    channel.latchCount(100_002);
    expect([channel.read(100_002), channel.read(100_002)]).toEqual([0x99, 0x99]);
    expect([channel.out(110_000), channel.out(110_001)]).toEqual([false, true]);
  });

  it("counts down in BCD", () => {
    const channel = new PitChannel(true);
    channel.program(0x31, 0);
    channel.write(0x00, 0);
    channel.write(0x12, 0);
    channel.latchCount(2);
    expect([channel.read(2), channel.read(2)]).toEqual([0x99, 0x11]);
  });

  it("gives bytes by its access mode, and holds a latched count until it is read", () => {
    const channel = new PitChannel(true);
    channel.program(0x34, 0);
    channel.write(0x34, 0);
    channel.write(0x12, 0);
    channel.latchCount(1);
    channel.latchCount(9);
    expect([channel.read(9), channel.read(9)]).toEqual([0x34, 0x12]);
    expect([channel.read(2), channel.read(2)]).toEqual([0x33, 0x12]);
    channel.program(0x24, 10);
    channel.write(0x12, 10);
    expect(channel.read(12)).toBe(0x11);
  });

  it("latches status: OUT, null count, the control word; and gives it before the count", () => {
    const channel = new PitChannel(true);
    channel.program(0x3a | 0xc0, 0);
    channel.latchStatus(0);
    expect(channel.read(0)).toBe(0xfa);
    channel.program(0x14, 0);
    channel.write(9, 0);
    channel.latchStatus(0);
    channel.latchCount(3);
    expect([channel.read(3), channel.read(3), channel.read(3)]).toEqual([0xd4, 7, 7]);
    channel.latchStatus(3);
    expect(channel.read(3)).toBe(0x94);
    channel.write(4, 3);
    channel.latchStatus(9);
    expect(channel.read(9)).toBe(0x54);
    channel.latchStatus(10);
    expect(channel.read(10)).toBe(0x94);
  });
});

/** The counting element pulse by pulse, as the data sheet words it: modes 0, 2, 3 and 4, binary, whole counts. */
class Counted {
  value = 0;
  out: boolean;
  gate = true;
  readonly mode: number;
  #count: number | undefined;
  #load = false;
  #loaded = 0;
  #counting = false;
  #triggered = false;
  #done = false;

  constructor(mode: number) {
    this.mode = mode;
    this.out = mode !== 0;
  }
  write(count: number): void {
    this.#count = count;
    if (this.mode === 0) this.out = false;
    if (this.mode === 0 || this.mode === 4 || !this.#counting) this.#load = true;
  }
  setGate(level: boolean): void {
    if (this.mode === 2 || this.mode === 3) {
      if (level && !this.gate) this.#triggered = true;
      if (!level) this.out = true;
    }
    this.gate = level;
  }
  #reload(): void {
    this.#loaded = this.#count ?? 0;
    this.value = this.mode === 3 ? this.#loaded & ~1 : this.#loaded;
    this.#load = false;
    this.#counting = true;
    this.#done = false;
  }
  clock(): void {
    if (this.mode === 4 && !this.out) this.out = true;
    if (this.#load || (this.#triggered && this.#count !== undefined)) {
      this.#triggered = false;
      if (this.mode > 0) this.out = true;
      this.#reload();
      return;
    }
    if (!this.#counting || !this.gate) return;
    switch (this.mode) {
      case 2:
        if (this.value === 1) {
          this.out = true;
          this.#reload();
        } else this.value--;
        if (this.value === 1) this.out = false;
        return;
      case 3: {
        const last = this.out && this.#loaded % 2 === 1 ? 0 : 2;
        if (this.value === last) {
          this.out = !this.out;
          this.#reload();
        } else this.value -= 2;
        return;
      }
      default:
        this.value = (this.value - 1) & 0xffff;
        if (this.value === 0 && !this.#done) {
          this.#done = true;
          this.out = this.mode === 0;
        }
    }
  }
}

describe("computed and counted", () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 25 }) }) },
    { weight: 1, arbitrary: fc.record({ count: fc.integer({ min: 2, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ gate: fc.boolean() }) },
  );

  it.each([0, 2, 3, 4])("agree in mode %i, whatever is written and gated", (mode) => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const counted = new Counted(mode);
        const channel = new PitChannel(true);
        channel.program(0x30 | (mode << 1), 0);
        let tick = 0;
        let change: number | undefined;
        for (const a of actions) {
          if ("count" in a) {
            counted.write(a.count);
            channel.write(a.count, tick);
            channel.write(0, tick);
          } else if ("gate" in a) {
            counted.setGate(a.gate);
            channel.setGate(a.gate, tick);
          }
          // Two changes between the same two pulses differ in what real chips do.
          const wait = "wait" in a ? a.wait : 1;
          let level = channel.out(tick);
          change = channel.nextChange(tick);
          for (let i = 0; i < wait; i++) {
            tick++;
            counted.clock();
            channel.latchCount(tick);
            const value = channel.read(tick) | (channel.read(tick) << 8);
            expect([tick, channel.out(tick), value]).toEqual([tick, counted.out, counted.value]);
            if (level !== counted.out) expect(change).toBe(tick);
            level = counted.out;
            if (change === tick) change = channel.nextChange(tick);
          }
        }
      }),
      { numRuns: 300, seed: 8254 },
    );
  });
});

describe("in a PC", () => {
  let clock: FakeClock;
  let line: FakeLine;
  let pit: Pit;
  const out = (port: number, ...bytes: number[]): void => {
    for (const b of bytes) pit.ports.write(port - 0x40, 1, b);
  };
  const input = (port: number): number => pit.ports.read(port - 0x40, 1);

  beforeEach(() => {
    clock = new FakeClock();
    line = new FakeLine();
    pit = new Pit({ clock, line });
    pit.reset();
  });

  it("interrupts at the rate that is programmed: 100 Hz as Linux has it", () => {
    out(0x43, 0x34);
    out(0x40, 11_932 & 0xff, 11_932 >> 8);
    expect(line.level).toBe(true);
    clock.advance(10 * clock.frequency);
    expect(line.edges - 1).toBe(Math.floor((10 * PIT_HERTZ - 1) / 11_932));
  });

  it("raises the line at the exact cycle, in mode 0, and then nothing is armed", () => {
    clock.advance(12_345);
    const ticks = new Ticks(clock, PIT_HERTZ);
    const rises = ticks.cycleOf(ticks.at(12_345) + 1 + 1000);
    out(0x43, 0x30);
    out(0x40, 1000 & 0xff, 1000 >> 8);
    clock.advance(rises - 1 - clock.now);
    expect([line.level, clock.armed]).toEqual([false, ["pit"]]);
    clock.advance(1);
    expect([line.level, clock.armed]).toEqual([true, []]);
  });

  it("arms nothing for channels 1 and 2", () => {
    out(0x43, 0x54);
    out(0x41, 18);
    out(0x43, 0xb6);
    out(0x42, 0x33, 0x05);
    expect(clock.armed).toEqual([]);
  });

  it("gates channel 2 at port 0x61 and shows its output there, as for calibrating a clock", () => {
    pit.control.write(0, 1, 0xff);
    expect(pit.control.read(0, 1) & 0xf).toBe(3);
    pit.control.write(0, 1, 0);
    out(0x43, 0xb0);
    out(0x42, 0xff, 0xff);
    clock.advance(clock.frequency);
    expect(pit.control.read(0, 1) & 0x20).toBe(0);
    pit.control.write(0, 1, 1);
    const whole = Math.ceil((65_535 / PIT_HERTZ) * clock.frequency);
    clock.advance(whole - 2600);
    expect(pit.control.read(0, 1) & 0x20).toBe(0);
    clock.advance(2 * 2600);
    expect(pit.control.read(0, 1) & 0x20).toBe(0x20);
  });

  it("toggles the refresh bit about every 15 µs", () => {
    let changes = 0;
    let before = pit.control.read(0, 1) & 0x10;
    for (let i = 0; i < 1000; i++) {
      clock.advance(3000);
      const now = pit.control.read(0, 1) & 0x10;
      if (now !== before) changes++;
      before = now;
    }
    expect(changes).toBe(Math.floor(PIT_HERTZ / 1000 / 18));
  });

  it("latches several counters by one read-back command", () => {
    out(0x43, 0x34);
    out(0x40, 0, 0x80);
    out(0x43, 0x74);
    out(0x41, 0, 0x40);
    clock.advance(clock.frequency / 1000);
    out(0x43, 0xc0 | (3 << 1));
    clock.advance(clock.frequency / 1000);
    expect([input(0x40), input(0x41)]).toEqual([0xb4, 0xb4]);
    // 1193 pulses in the first millisecond, and the first of them loads.
    expect([input(0x40), input(0x40)]).toEqual([0x58, 0x7b]);
    expect([input(0x41), input(0x41)]).toEqual([0x58, 0x3b]);
  });

  it("loses no edge when another processor's time is ahead", () => {
    out(0x43, 0x14);
    out(0x40, 100);
    const before = line.edges;
    // A read far ahead of the timer, which has not fired yet.
    clock.now += Math.ceil((1000 / PIT_HERTZ) * clock.frequency);
    input(0x40);
    expect(line.edges - before).toBe(9);
    const value = input(0x40);
    clock.now -= 100_000;
    expect(input(0x40)).toBe(value);
  });

  it("survives garbage, and is as new after a reset", () => {
    const fresh = JSON.stringify(new Pit({ clock: new FakeClock(), line }).state());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4), fc.nat(255), fc.nat(100_000)), { maxLength: 60 }),
        (accesses) => {
          for (const [port, value, cycles] of accesses) {
            if (port === 4) pit.control.write(0, 1, value);
            else out(0x40 + port, value);
            clock.advance(cycles);
            const read = port === 4 ? pit.control.read(0, 1) : input(0x40 + port);
            expect(read).toSatisfy((v: number) => Number.isInteger(v) && v >= 0 && v <= 255);
          }
        },
      ),
      { numRuns: 200, seed: 1 },
    );
    pit.reset();
    expect(clock.armed).toEqual([]);
    expect(line.level).toBe(false);
    const { latest: _, ...state } = JSON.parse(JSON.stringify(pit.state()));
    const { latest: __, ...expected } = JSON.parse(fresh);
    expect(state).toEqual(expected);
  });
});
