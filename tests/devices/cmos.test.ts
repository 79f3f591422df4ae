/** The clock chip against the MC146818 data sheet (update cycle, interrupts, register C), and the PC's use of its memory. */
import { beforeEach, describe, expect, it } from "vitest";
import { Cmos } from "../../src/devices/cmos.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";
import { survivesAnything } from "./random-accesses.ts";

/** 2024-02-28 23:59:58 UTC, a Wednesday. */
const START = Date.UTC(2024, 1, 28, 23, 59, 58) / 1000;
const HZ = 3_276_800;
const TICK = 100;
const [A, B, C, D] = [0x0a, 0x0b, 0x0c, 0x0d] as const;
const [SET, PIE, AIE, UIE, BINARY, HOURS24] = [0x80, 0x40, 0x20, 0x10, 4, 2] as const;

let clock: FakeClock;
let line: FakeLine;
let cmos: Cmos;

beforeEach(() => {
  clock = new FakeClock(HZ);
  line = new FakeLine();
  cmos = new Cmos({ clock, line, time: START });
});

const get = (place: number): number => {
  cmos.write(0, 1, place);
  return cmos.read(1, 1);
};
const put = (place: number, value: number): void => {
  cmos.write(0, 1, place);
  cmos.write(1, 1, value);
};
/** Century to second, and the day of the week, as hexadecimal digits. */
const shown = (): string =>
  [0x32, 9, 8, 7, 4, 2, 0, 6].map((place) => get(place).toString(16).padStart(2, "0")).join(" ");

describe("the time of day", () => {
  it("starts where it is told, in BCD and 24 hours", () => {
    expect(shown()).toBe("20 24 02 28 23 59 58 04");
    expect([get(A), get(B), get(D)]).toEqual([0x26, 0x02, 0x80]);
  });

  it("moves with virtual time, over midnight and the leap day", () => {
    clock.advance(2 * HZ - 1);
    expect(shown()).toBe("20 24 02 28 23 59 59 04");
    clock.advance(1);
    expect(shown()).toBe("20 24 02 29 00 00 00 05");
    clock.advance(86400 * HZ);
    expect(shown()).toBe("20 24 03 01 00 00 00 06");
  });

  it("shows UIP for 2,228 µs before each update", () => {
    clock.advance((32768 - 74) * TICK);
    expect(get(A)).toBe(0x26);
    clock.advance(TICK);
    expect(get(A)).toBe(0xa6);
    clock.advance(73 * TICK - 1);
    expect([get(A), get(0)]).toEqual([0xa6, 0x58]);
    clock.advance(1);
    expect([get(A), get(0)]).toEqual([0x26, 0x59]);
  });

  it("stands still while SET, and goes on from what was written", () => {
    put(B, SET | HOURS24);
    clock.advance(10 * HZ);
    expect([shown(), get(A)]).toEqual(["20 24 02 28 23 59 58 04", 0x26]);
    for (const [place, value] of [
      [0x32, 0x19],
      [9, 0x99],
      [8, 0x12],
      [7, 0x31],
      [4, 0x23],
      [2, 0x59],
      [0, 0x59],
      [6, 6],
    ] as const) {
      put(place, value);
    }
    put(B, HOURS24);
    clock.advance(HZ);
    expect(shown()).toBe("20 00 01 01 00 00 00 07");
  });

  it("updates half a second after the dividers are let go (Linux's way to set it)", () => {
    clock.advance(12345);
    put(B, SET | HOURS24);
    put(A, 0x76);
    put(0, 0x30);
    put(B, HOURS24);
    clock.advance(10 * HZ);
    expect(get(0)).toBe(0x30);
    put(A, 0x26);
    // To a tick: the dividers were let go within one.
    clock.advance(HZ / 2 - TICK);
    expect(get(0)).toBe(0x30);
    clock.advance(TICK);
    expect(get(0)).toBe(0x31);
    clock.advance(HZ);
    expect(get(0)).toBe(0x32);
  });

  it("takes registers in the format of register B", () => {
    put(B, SET | BINARY);
    put(4, 0x8b);
    put(2, 59);
    put(0, 59);
    put(9, 24);
    put(0x32, 20);
    put(7, 31);
    put(8, 12);
    put(B, BINARY);
    clock.advance(HZ);
    // 12-hour, binary: 12 AM of the next year.
    expect([0x32, 9, 8, 7, 4, 2, 0].map(get)).toEqual([20, 25, 1, 1, 12, 0, 0]);
  });

  it("reads back garbage until the next second carries it", () => {
    put(2, 0x61);
    expect(get(2)).toBe(0x61);
    clock.advance(HZ);
    expect(shown()).toBe("20 24 02 29 00 01 59 04");
  });
});

describe("interrupts", () => {
  it("come with each update, and go when register C is read", () => {
    put(B, HOURS24 | UIE);
    expect(line.level).toBe(false);
    clock.advance(HZ);
    expect([line.level, get(C) & 0xb0]).toEqual([true, 0x90]);
    expect([line.level, get(C)]).toEqual([false, 0]);
    clock.advance(5 * HZ);
    expect(line.edges).toBe(2);
  });

  it("end when SET forbids updates", () => {
    put(B, HOURS24 | UIE);
    put(B, SET | HOURS24 | UIE);
    expect(get(B)).toBe(SET | HOURS24);
    clock.advance(5 * HZ);
    expect([line.level, get(C) & 0x10]).toEqual([false, 0]);
  });

  it.each([
    [1, 256],
    [2, 128],
    [3, 8192],
    [6, 1024],
    [15, 2],
  ])("come at rate %i, %i Hz", (rate, hertz) => {
    put(A, 0x20 | rate);
    put(B, HOURS24 | PIE);
    for (let i = 0; i < 2 * hertz; i++) {
      expect(line.level).toBe(false);
      clock.advance(HZ / hertz);
      expect(line.level).toBe(true);
      expect(get(C) & 0xc0).toBe(0xc0);
    }
    expect(line.edges).toBe(2 * hertz);
  });

  it("do not come periodically at rate 0", () => {
    put(A, 0x20);
    put(B, HOURS24 | PIE);
    expect(clock.armed).toEqual([]);
    clock.advance(10 * HZ);
    expect(get(C) & 0x40).toBe(0);
  });

  it("cost no timer while nobody reads register C", () => {
    put(A, 0x23);
    put(B, HOURS24 | PIE);
    clock.advance(HZ);
    expect([line.edges, clock.armed]).toEqual([1, []]);
  });

  it("come at the alarm, daily", () => {
    put(1, 0x05);
    put(3, 0x00);
    put(5, 0x00);
    put(B, HOURS24 | AIE);
    clock.advance(7 * HZ - 1);
    expect(line.level).toBe(false);
    clock.advance(1);
    expect([line.level, get(C) & 0xa0]).toEqual([true, 0xa0]);
    clock.advance(86400 * HZ - 1);
    expect(line.level).toBe(false);
    clock.advance(1);
    expect(line.level).toBe(true);
  });

  it("come each second for an alarm of don't-cares", () => {
    for (const place of [1, 3, 5]) put(place, 0xff);
    put(B, HOURS24 | AIE);
    for (let i = 0; i < 3; i++) {
      clock.advance(HZ);
      expect(get(C) & 0xa0).toBe(0xa0);
    }
    expect(line.edges).toBe(3);
  });

  it("leave flags without their enables; enabling raises what is pending", () => {
    for (const place of [1, 3, 5]) put(place, 0xff);
    clock.advance(HZ);
    expect(line.level).toBe(false);
    put(B, HOURS24 | AIE);
    expect(line.level).toBe(true);
    expect(get(C)).toBe(0xf0);
    expect(get(C)).toBe(0);
  });

  it("wait while the dividers are held", () => {
    put(B, HOURS24 | PIE | UIE);
    put(A, 0x76);
    expect(clock.armed).toEqual([]);
    clock.advance(10 * HZ);
    expect(get(C)).toBe(0);
    put(A, 0x26);
    clock.advance(HZ);
    expect(line.edges).toBe(1);
  });
});

describe("memory", () => {
  it("holds the sizes of RAM, in KiB and 64 KiB", () => {
    const build = (below4G: number, above4G: number): number[] => {
      cmos = new Cmos({ clock, line, time: START, memory: { below4G, above4G } });
      const word = (place: number): number => get(place) | (get(place + 1) << 8);
      return [0x15, 0x17, 0x30, 0x34, 0x5b].map(word).concat(get(0x5d));
    };
    expect(build(32 * 2 ** 20, 0)).toEqual([640, 31744, 31744, 256, 0, 0]);
    expect(build(512 * 2 ** 20, 0)).toEqual([640, 0xffff, 0xffff, 0x1f00, 0, 0]);
    expect(build(3 * 2 ** 30, 5 * 2 ** 30)).toEqual([640, 0xffff, 0xffff, 0xbf00, 0x4000, 1]);
    expect(build(2 ** 18, 0)).toEqual([256, 0, 0, 0, 0, 0]);
  });

  it("has firmware's checksum", () => {
    let sum = 0;
    for (let place = 0x10; place < 0x2e; place++) sum += get(place);
    expect((get(0x2e) << 8) | get(0x2f)).toBe(sum);
  });

  it("stores the shutdown byte and the rest, over a reset too", () => {
    put(0x0f, 0x0a);
    put(0x7f, 0xa5);
    put(B, HOURS24 | PIE | AIE | UIE | BINARY);
    clock.advance(HZ);
    cmos.reset();
    expect([get(0x0f), get(0x7f), get(B), get(C), line.level]).toEqual([
      0x0a,
      0xa5,
      HOURS24 | BINARY,
      0,
      false,
    ]);
  });

  it("takes the NMI mask with the index, and does not read the index", () => {
    cmos.write(0, 1, 0x8f);
    cmos.write(1, 1, 0x12);
    expect([get(0x0f), cmos.read(0, 1)]).toEqual([0x12, 0xff]);
  });

  it("cannot write registers C and D", () => {
    put(C, 0xff);
    put(D, 0);
    expect([get(C), get(D)]).toEqual([0, 0x80]);
  });
});

it("survives anything", () => {
  survivesAnything(() => {
    clock = new FakeClock(3e9);
    line = new FakeLine();
    cmos = new Cmos({ clock, line, time: START });
    return { clock, targets: [{ handler: cmos, count: 2 }] };
  });
});
