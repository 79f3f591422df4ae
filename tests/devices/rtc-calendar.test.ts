/** The clock's calendar against JavaScript's own, in all four formats, and its alarm against a search second by second. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advanceTime,
  type Format,
  readTime,
  secondsToAlarm,
  TIME,
  writeTime,
  writeWeekday,
} from "../../src/devices/rtc-calendar.ts";

const FORMATS: Format[] = [
  { binary: false, hours24: true },
  { binary: true, hours24: true },
  { binary: false, hours24: false },
  { binary: true, hours24: false },
];
const format = fc.constantFrom(...FORMATS);
/** From the year 0 to 9999. */
const seconds = fc.integer({ min: Date.UTC(2000, 0, 1) / 1000 - 2000 * 365.2425 * 86400, max: 253402300799 });
const fresh = (): Uint8Array => new Uint8Array(128);
/** Registers in BCD and 24 hours, as digits. */
const shown = (r: Uint8Array): string => {
  const hex = (place: number): string => r[place]!.toString(16).padStart(2, "0");
  const { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, CENTURY } = TIME;
  return `${hex(CENTURY)}${hex(YEAR)}-${hex(MONTH)}-${hex(DAY)}T${hex(HOUR)}:${hex(MINUTE)}:${hex(SECOND)}`;
};

describe("the calendar", () => {
  it("shows the time that JavaScript shows", () => {
    const property = fc.property(seconds, (s) => {
      const r = fresh();
      writeTime(r, s, FORMATS[0]!);
      expect(shown(r)).toBe(new Date(s * 1000).toISOString().slice(0, 19));
      writeWeekday(r, s, FORMATS[0]!);
      expect(r[TIME.WEEKDAY]).toBe(new Date(s * 1000).getUTCDay() + 1);
    });
    fc.assert(property, { numRuns: 2000, seed: 3 });
  });

  it("reads back what it wrote", () => {
    const property = fc.property(seconds, format, (s, f) => {
      const r = fresh();
      writeTime(r, s, f);
      expect(readTime(r, f)).toBe(s);
    });
    fc.assert(property, { numRuns: 2000, seed: 3 });
  });

  it.each([
    [0, 0x12, 12],
    [1, 0x01, 1],
    [11, 0x11, 11],
    [12, 0x92, 0x8c],
    [13, 0x81, 0x81],
    [23, 0x91, 0x8b],
  ])(
    "writes hour %i of 12 as %i in BCD, %i in binary (data sheet, table of formats)",
    (hour, bcd, binary) => {
      const r = fresh();
      writeTime(r, hour * 3600, FORMATS[2]!);
      expect(r[TIME.HOUR]).toBe(bcd);
      writeTime(r, hour * 3600, FORMATS[3]!);
      expect(r[TIME.HOUR]).toBe(binary);
    },
  );

  it("carries what is out of range", () => {
    const r = fresh();
    writeTime(r, 0, FORMATS[1]!);
    r[TIME.MONTH] = 14;
    r[TIME.DAY] = 31;
    r[TIME.MINUTE] = 61;
    expect(new Date(readTime(r, FORMATS[1]!) * 1000).toISOString()).toBe("1971-03-03T01:01:00.000Z");
  });

  it("survives any registers", () => {
    const property = fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), format, (r, f) => {
      expect(Number.isInteger(readTime(r, f))).toBe(true);
      const alarm = secondsToAlarm(r, f) ?? 1;
      expect(alarm).toBeGreaterThan(0);
      expect(alarm).toBeLessThanOrEqual(86400);
      advanceTime(r, 100_000, f);
    });
    fc.assert(property, { numRuns: 500, seed: 3 });
  });

  it("moves the day of the week at midnight, whatever it was", () => {
    const r = fresh();
    writeTime(r, 86399, FORMATS[0]!);
    r[TIME.WEEKDAY] = 7;
    advanceTime(r, 1, FORMATS[0]!);
    expect(r[TIME.WEEKDAY]).toBe(1);
    advanceTime(r, 86399, FORMATS[0]!);
    expect(r[TIME.WEEKDAY]).toBe(1);
    advanceTime(r, 9 * 86400, FORMATS[0]!);
    expect(r[TIME.WEEKDAY]).toBe(3);
  });
});

describe("the alarm", () => {
  const field = (limit: number): fc.Arbitrary<number> => fc.oneof(fc.nat(limit), fc.constant(0xff));

  it("is due when a search second by second finds it", () => {
    const property = fc.property(fc.nat(86399), field(61), field(60), field(24), (now, s, m, h) => {
      const r = fresh();
      const f = FORMATS[1]!;
      writeTime(r, now, f);
      r[TIME.SECOND_ALARM] = s;
      r[TIME.MINUTE_ALARM] = m;
      r[TIME.HOUR_ALARM] = h;
      let found: number | undefined;
      const is = (alarm: number, value: number): boolean => alarm === 0xff || alarm === value;
      for (let later = 1; later <= 86400 && found === undefined; later++) {
        const t = (now + later) % 86400;
        if (is(s, t % 60) && is(m, Math.floor(t / 60) % 60) && is(h, Math.floor(t / 3600))) found = later;
      }
      expect(secondsToAlarm(r, f)).toBe(found);
    });
    fc.assert(property, { numRuns: 300, seed: 3 });
  });

  it("compares hours in the clock's own format", () => {
    const r = fresh();
    writeTime(r, 0, FORMATS[2]!);
    r[TIME.HOUR_ALARM] = 0x92;
    expect(secondsToAlarm(r, FORMATS[2]!)).toBe(12 * 3600);
    r[TIME.HOUR_ALARM] = 0x12;
    expect(secondsToAlarm(r, FORMATS[2]!)).toBe(86400);
    r[TIME.HOUR_ALARM] = 0x13;
    expect(secondsToAlarm(r, FORMATS[2]!)).toBeUndefined();
  });
});
