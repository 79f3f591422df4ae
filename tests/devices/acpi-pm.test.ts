/* Fixed ACPI hardware: the timer, events and the SCI, sleeping, the power button (ACPI 6.3 §4.8). */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { AcpiPm, PM_PORTS, PM_TIMER_HERTZ } from "../../src/devices/acpi-pm.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";

const STATUS = 0;
const ENABLE = 2;
const CONTROL = 4;
const TIMER = 8;
const GPE_STATUS = 0x20;
const GPE_ENABLE = 0x24;

let clock: FakeClock;
let line: FakeLine;
let offs: number;
let pm: AcpiPm;
const write = (offset: number, size: 1 | 2 | 4, value: number): void => pm.ports.write(offset, size, value);
const read = (offset: number, size: 1 | 2 | 4): number => pm.ports.read(offset, size);

beforeEach(() => {
  clock = new FakeClock();
  line = new FakeLine();
  offs = 0;
  pm = new AcpiPm({ clock, line, powerOff: () => offs++ });
  pm.reset();
});

describe("the timer", () => {
  it("counts 3,579,545 ticks a second, in 32 bits", () => {
    clock.advance(10 * clock.frequency);
    expect(read(TIMER, 4)).toBe(10 * PM_TIMER_HERTZ);
    expect(read(TIMER, 1)).toBe((10 * PM_TIMER_HERTZ) & 0xff);
    expect(read(TIMER + 2, 2)).toBe((10 * PM_TIMER_HERTZ) >>> 16);
    clock.advance(1200 * clock.frequency);
    expect(read(TIMER, 4)).toBe((1210 * PM_TIMER_HERTZ) % 2 ** 32);
    write(TIMER, 4, 0);
    expect(read(TIMER, 4)).toBe((1210 * PM_TIMER_HERTZ) % 2 ** 32);
  });

  it("sets TMR_STS each time its most significant bit changes, and interrupts if it may", () => {
    const half = Math.ceil((2 ** 31 / PM_TIMER_HERTZ) * clock.frequency);
    expect(clock.armed).toEqual([]);
    clock.advance(half - 10_000);
    expect(read(STATUS, 2)).toBe(0);
    clock.advance(20_000);
    expect([read(STATUS, 2), line.level]).toEqual([1, false]);
    write(STATUS, 2, 1);
    write(ENABLE, 2, 1);
    expect([read(STATUS, 4), clock.armed]).toEqual([0x10000, ["acpi-pm"]]);
    clock.advance(half - 20_000);
    expect(line.level).toBe(false);
    clock.advance(20_000);
    expect([line.level, clock.armed]).toEqual([true, []]);
    write(STATUS, 1, 1);
    expect([line.level, clock.armed]).toEqual([false, ["acpi-pm"]]);
  });
});

describe("events", () => {
  it("hold the SCI while both status and enable are set; writing ones clears status", () => {
    pm.pressPower();
    expect([read(STATUS, 2), line.level]).toEqual([0x100, false]);
    write(ENABLE + 1, 1, 1);
    expect([read(ENABLE, 2), line.level]).toEqual([0x100, true]);
    write(STATUS, 2, 0xfeff);
    expect(line.level).toBe(true);
    write(STATUS, 2, 0x100);
    expect([read(STATUS, 2), line.level]).toEqual([0, false]);
    pm.pressPower();
    expect(line.edges).toBe(2);
  });

  it("are those of timer, global lock, power button and RTC; other enable bits stay 0", () => {
    write(ENABLE, 2, 0xffff);
    expect([read(ENABLE, 2), read(STATUS, 2), line.level]).toEqual([0x521, 0, false]);
  });

  it("of a general purpose do so too", () => {
    pm.raise(17);
    expect([read(GPE_STATUS, 4), line.level]).toEqual([1 << 17, false]);
    write(GPE_ENABLE + 2, 1, 2);
    expect(line.level).toBe(true);
    write(GPE_STATUS + 2, 1, 2);
    expect([read(GPE_STATUS, 4), read(GPE_ENABLE, 4), line.level]).toEqual([0, 1 << 17, false]);
    expect(() => pm.raise(32)).toThrow(RangeError);
  });
});

describe("control", () => {
  it("is in ACPI mode, whatever is written", () => {
    expect(read(CONTROL, 2)).toBe(1);
    write(CONTROL, 2, 0);
    expect(read(CONTROL, 2)).toBe(1);
    write(CONTROL, 2, 0x1c02);
    expect(read(CONTROL, 4)).toBe(0x1c03);
  });

  it("enters S5 when SLP_EN is written with its type, and no other state", () => {
    write(CONTROL, 2, 0x0001);
    for (const type of [1, 2, 3, 4, 5, 6, 7]) write(CONTROL, 2, 0x2001 | (type << 10));
    expect(offs).toBe(0);
    write(CONTROL, 2, 0x2001);
    expect([offs, read(CONTROL, 2)]).toEqual([1, 1]);
    write(CONTROL + 1, 1, 0x20);
    write(0, 4, 0x20002000);
    expect(offs).toBe(2);
  });
});

it("survives garbage, and is as new after a reset", () => {
  const { latest: _, carry: __, ...fresh } = JSON.parse(JSON.stringify(pm.state()));
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat(PM_PORTS + 8),
          fc.constantFrom<1 | 2 | 4>(1, 2, 4),
          fc.nat(0xffffffff),
          fc.nat(2 ** 40),
        ),
        { maxLength: 60 },
      ),
      (accesses) => {
        for (const [offset, size, value, cycles] of accesses) {
          write(offset, size, value % 2 ** (size * 8));
          clock.advance(cycles);
          const got = read(offset, size);
          expect(got).toSatisfy((v: number) => Number.isInteger(v) && v >= 0 && v < 2 ** (size * 8));
        }
      },
    ),
    { numRuns: 200, seed: 1 },
  );
  pm.reset();
  const { latest: ___, carry: ____, ...state } = JSON.parse(JSON.stringify(pm.state()));
  expect(state).toEqual(fresh);
  expect([line.level, clock.armed]).toEqual([false, []]);
});
