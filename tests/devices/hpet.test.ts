/* The HPET: registers, the counter, matches to the cycle, wires, messages and the legacy route (IA-PC HPET 1.0a §2.3). */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { HPET_BLOCK_ID, Hpet } from "../../src/devices/hpet.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";

const CONFIGURATION = 0x10;
const STATUS = 0x20;
const COUNTER = 0xf0;
const CONFIG = [0x100, 0x120, 0x140] as const;
const COMPARATOR = [0x108, 0x128, 0x148] as const;
const LEVEL = 2;
const ENABLED = 4;
const PERIODIC = 8;
const VALUE_SET = 0x40;
const MODE_32 = 0x100;
const FSB = 0x4000;
const route = (input: number): number => input << 9;

/** Cycles of 3 GHz in a tick of 100 MHz. */
const TICK = 30;

let clock: FakeClock;
let lines: FakeLine[];
let legacy: [FakeLine, FakeLine];
let messages: [number, number][];
let hpet: Hpet;
const write = (offset: number, value: number): void => hpet.mmio.write(offset, 4, value);
const read = (offset: number): number => hpet.mmio.read(offset, 4);
const ticks = (n: number): void => clock.advance(n * TICK);

beforeEach(() => {
  clock = new FakeClock();
  lines = Array.from({ length: 4 }, () => new FakeLine());
  legacy = [new FakeLine(), new FakeLine()];
  messages = [];
  const inputs = [undefined, undefined, ...lines];
  const target = { message: (address: number, data: number) => messages.push([address, data]) };
  hpet = new Hpet({ clock, lines: inputs, legacy, messages: target });
  hpet.reset();
});

describe("registers", () => {
  it("say what it is", () => {
    expect(read(0).toString(16)).toBe("8086a201");
    expect(HPET_BLOCK_ID).toBe(read(0));
    expect(read(4)).toBe(10_000_000);
    expect(CONFIG.map((c) => [read(c).toString(16), read(c + 4)])).toEqual(
      [0, 1, 2].map(() => ["8030", 0b111100]),
    );
    const bare = new Hpet({ clock, lines: [], legacy });
    expect(bare.mmio.read(0x100, 4)).toBe(0x30);
  });

  it("count in 64 bits, by halves, and stand while the counter is halted", () => {
    write(COUNTER, 0xfffffff0);
    write(COUNTER + 4, 7);
    ticks(1000);
    expect([read(COUNTER), read(COUNTER + 4)]).toEqual([0xfffffff0, 7]);
    write(CONFIGURATION, 1);
    ticks(15);
    expect([read(COUNTER), read(COUNTER + 4)]).toEqual([0xffffffff, 7]);
    ticks(1);
    expect([read(COUNTER), read(COUNTER + 4)]).toEqual([0, 8]);
    clock.advance(TICK - 1);
    expect(read(COUNTER)).toBe(0);
    clock.advance(1);
    expect(read(COUNTER)).toBe(1);
    write(CONFIGURATION, 0);
    ticks(100);
    expect([read(COUNTER), read(COUNTER + 4)]).toEqual([1, 8]);
    write(COUNTER, 0xffffffff);
    write(COUNTER + 4, 0xffffffff);
    write(CONFIGURATION, 1);
    ticks(1);
    expect([read(COUNTER), read(COUNTER + 4)]).toEqual([0, 0]);
  });

  it("refuse a route that is not in the capability, and keep reserved bits zero", () => {
    write(CONFIG[1], 0xffffffff);
    expect(read(CONFIG[1]) & (0x1f << 9)).toBe(0);
    write(CONFIG[1], route(4));
    expect(read(CONFIG[1]) & (0x1f << 9)).toBe(route(4));
    write(CONFIG[1], route(6));
    expect(read(CONFIG[1]) & (0x1f << 9)).toBe(route(4));
    write(CONFIGURATION, 0xffffffff);
    expect(read(CONFIGURATION)).toBe(3);
    write(0, 0);
    expect(read(0)).toBe(HPET_BLOCK_ID);
  });

  it("read at any size; writes that are no half are lost", () => {
    expect(hpet.mmio.read(2, 2)).toBe(0x8086);
    expect(hpet.mmio.read(1, 1)).toBe(0xa2);
    hpet.mmio.write(CONFIGURATION, 1, 1);
    hpet.mmio.write(CONFIGURATION + 2, 4, 0xffffffff);
    expect(read(CONFIGURATION)).toBe(0);
  });
});

describe("a timer", () => {
  it("interrupts once, at the cycle of its match; then 2^32 ticks later in 32-bit mode", () => {
    write(CONFIG[2], ENABLED | route(3) | MODE_32);
    write(COMPARATOR[2], 1000);
    write(CONFIGURATION, 1);
    clock.advance(1000 * TICK - 1);
    expect(lines[1]!.edges).toBe(0);
    clock.advance(1);
    expect(lines[1]!.edges).toBe(1);
    ticks(2 ** 32 - 1);
    expect(lines[1]!.edges).toBe(1);
    ticks(1);
    expect(lines.map((l) => l.edges)).toEqual([0, 2, 0, 0]);
    expect(read(STATUS)).toBe(0);
  });

  it("matches all 64 bits", () => {
    write(CONFIG[0], ENABLED | route(2));
    write(COMPARATOR[0], 500);
    write(COMPARATOR[0] + 4, 1);
    write(COUNTER, 0xffffff00);
    write(CONFIGURATION, 1);
    ticks(256 + 499);
    expect(lines[0]!.edges).toBe(0);
    ticks(1);
    expect(lines[0]!.edges).toBe(1);
    expect(clock.armed).toEqual([]);
  });

  it("asks for nothing while it is not enabled", () => {
    write(CONFIG[0], route(2));
    write(COMPARATOR[0], 500);
    write(COMPARATOR[0] + 4, 0);
    write(CONFIGURATION, 1);
    expect(clock.armed).toEqual([]);
    ticks(501);
    write(CONFIG[0], ENABLED | route(2));
    ticks(500);
    expect(lines[0]!.edges).toBe(0);
  });

  it("is periodic as Linux programs it: comparator, then period", () => {
    write(CONFIGURATION, 1);
    ticks(5000);
    write(CONFIG[0], ENABLED | PERIODIC | VALUE_SET | MODE_32 | route(2));
    write(COMPARATOR[0], 6000);
    ticks(100);
    write(COMPARATOR[0], 1000);
    ticks(899);
    expect(lines[0]!.edges).toBe(0);
    ticks(1);
    expect([lines[0]!.edges, read(COMPARATOR[0])]).toEqual([1, 7000]);
    ticks(10_000);
    expect([lines[0]!.edges, read(COMPARATOR[0])]).toEqual([11, 17_000]);
  });

  it("is periodic after the one write of the specification's sequence", () => {
    write(CONFIG[1], ENABLED | PERIODIC | VALUE_SET | route(2));
    write(COMPARATOR[1], 300);
    write(CONFIG[1], ENABLED | PERIODIC | VALUE_SET | route(2));
    write(COMPARATOR[1] + 4, 0);
    write(CONFIGURATION, 1);
    ticks(3000);
    expect(lines[0]!.edges).toBe(10);
  });

  it("advances its comparator though nobody is interrupted", () => {
    write(CONFIG[0], PERIODIC | VALUE_SET | MODE_32);
    write(COMPARATOR[0], 300);
    write(CONFIGURATION, 1);
    ticks(1_000_000);
    expect(clock.armed).toEqual([]);
    expect(read(COMPARATOR[0])).toBe(1_000_200);
  });

  it("holds its wire in level mode until its status is cleared", () => {
    write(CONFIG[0], ENABLED | LEVEL | PERIODIC | VALUE_SET | MODE_32 | route(2));
    write(COMPARATOR[0], 300);
    write(CONFIGURATION, 1);
    ticks(300);
    expect([lines[0]!.level, read(STATUS), clock.armed]).toEqual([true, 1, []]);
    ticks(1000);
    expect([lines[0]!.edges, read(STATUS)]).toEqual([1, 1]);
    write(STATUS, 2);
    expect(lines[0]!.level).toBe(true);
    write(STATUS, 1);
    expect([lines[0]!.level, read(STATUS)]).toEqual([false, 0]);
    ticks(300);
    expect(lines[0]!.edges).toBe(2);
    write(CONFIG[0], LEVEL | PERIODIC | MODE_32 | route(2));
    expect([lines[0]!.level, read(STATUS)]).toEqual([false, 1]);
  });

  it("shares a wire: it is high while any timer holds it", () => {
    for (const i of [0, 1] as const) {
      write(CONFIG[i], ENABLED | LEVEL | MODE_32 | route(2));
      write(COMPARATOR[i], 300);
    }
    write(CONFIGURATION, 1);
    ticks(300);
    write(STATUS, 1);
    expect(lines[0]!.level).toBe(true);
    write(STATUS, 2);
    expect(lines[0]!.level).toBe(false);
  });

  it("sends messages in place of its wire", () => {
    write(CONFIG[0], ENABLED | FSB | PERIODIC | VALUE_SET | MODE_32 | route(2));
    write(COMPARATOR[0], 300);
    write(0x110, 0x4031);
    write(0x114, 0xfee01000);
    write(CONFIGURATION, 1);
    ticks(600);
    expect(messages).toEqual([
      [0xfee01000, 0x4031],
      [0xfee01000, 0x4031],
    ]);
    expect(lines[0]!.edges).toBe(0);
    expect([read(0x110), read(0x114)]).toEqual([0x4031, 0xfee01000]);
  });

  it("bunches the matches of periods that are too short to follow", () => {
    write(CONFIG[0], ENABLED | PERIODIC | VALUE_SET | MODE_32 | route(2));
    write(COMPARATOR[0], 3);
    write(CONFIGURATION, 1);
    ticks(129_000);
    expect(lines[0]!.edges).toBe(1000);
    write(CONFIG[0], ENABLED | PERIODIC | VALUE_SET | MODE_32 | route(2));
    write(COMPARATOR[0], 0);
    ticks(1000);
    expect(lines[0]!.edges).toBe(1000);
  });

  it("loses no match when another processor's time is ahead, and its time does not go back", () => {
    write(CONFIG[0], ENABLED | MODE_32 | route(2));
    write(COMPARATOR[0], 300);
    write(CONFIGURATION, 1);
    clock.now += 1000 * TICK;
    expect(read(COUNTER)).toBe(1000);
    expect(lines[0]!.edges).toBe(1);
    clock.now -= 900 * TICK;
    expect(read(COUNTER)).toBe(1000);
    clock.advance(2000 * TICK);
    expect(lines[0]!.edges).toBe(1);
  });
});

describe("the legacy replacement route", () => {
  it("takes the PIT's and the RTC's inputs for timers 0 and 1, and gives them back", () => {
    const [irq0, irq8] = [new FakeLine(), new FakeLine()];
    const pit = hpet.replaceable(irq0);
    const rtc = hpet.replaceable(irq8);
    pit.set(true);
    expect(irq0.level).toBe(true);
    for (const i of [0, 1, 2] as const) {
      write(CONFIG[i], ENABLED | MODE_32 | route(2));
      write(COMPARATOR[i], 300);
    }
    write(CONFIGURATION, 3);
    expect(irq0.level).toBe(false);
    rtc.set(true);
    pit.set(false);
    pit.set(true);
    ticks(300);
    expect([irq0.edges, irq8.edges]).toEqual([1, 0]);
    expect([...legacy, lines[0]!].map((l) => l.edges)).toEqual([1, 1, 1]);
    write(CONFIGURATION, 1);
    expect([irq0.level, irq8.level]).toEqual([true, true]);
    expect(legacy.map((l) => l.level)).toEqual([false, false]);
  });
});

it("survives garbage, and is as new after a reset", () => {
  const fresh = JSON.stringify(hpet.state());
  const access = fc.tuple(
    fc.oneof(
      fc.nat(0xfff),
      fc.constantFrom(...[0, 1, 2].flatMap((i) => [CONFIG[i]!, COMPARATOR[i]!, 0x10, 0x20])),
    ),
    fc.constantFrom<1 | 2 | 4>(1, 2, 4, 4, 4),
    fc.oneof(fc.nat(0xffffffff), fc.nat(0xffff)),
    fc.nat(1_000_000),
  );
  fc.assert(
    fc.property(fc.array(access, { maxLength: 60 }), (accesses) => {
      for (const [offset, size, value, cycles] of accesses) {
        hpet.mmio.write(offset, size, value % 2 ** (size * 8));
        clock.advance(cycles);
        const got = hpet.mmio.read(offset, size);
        expect(got).toSatisfy((v: number) => Number.isInteger(v) && v >= 0 && v < 2 ** (size * 8));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
  hpet.reset();
  expect([clock.armed, [...lines, ...legacy].some((l) => l.level)]).toEqual([[], false]);
  const { latest: _, ...state } = JSON.parse(JSON.stringify(hpet.state()));
  const { latest: __, ...expected } = JSON.parse(fresh);
  expect(state).toEqual(expected);
});
