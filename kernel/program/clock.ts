/** The time of day: the real-time clock's at start, and from there the processor's. */
import { nanoseconds } from "../thread/time.ts";

const SECOND: u64 = 1_000_000_000;
const INDEX: u16 = 0x70;
const DATA: u16 = 0x71;
/** Registers of the MC146818 (its data sheet; IBM PC/AT). */
const SECONDS: u8 = 0;
const MINUTES: u8 = 2;
const HOURS: u8 = 4;
const DAY: u8 = 7;
const MONTH: u8 = 8;
const YEAR: u8 = 9;
const STATUS_A: u8 = 10;
const STATUS_B: u8 = 11;
const UPDATING: u8 = 0x80;
const BINARY: u8 = 4;

/** Nanoseconds from 1970 to the moment that `nanoseconds()` counts from. */
let start: u64 = 0;

function readRegister(register: u8): u8 {
  out8(INDEX, register);
  return in8(DATA);
}
function decimal(register: u8, isBinary: bool): u64 {
  const value = readRegister(register);
  return isBinary ? u64(value) : u64(value >> 4) * 10 + u64(value & 15);
}
/** Days from 1970-01-01, in the Gregorian calendar: after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
export function daysTo(year: u64, month: u64, day: u64): u64 {
  const shifted = month <= 2 ? year - 1 : year;
  const era = shifted / 400;
  const ofEra = shifted - era * 400;
  const ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468;
}
/** Once. The clock's years are of this century. */
export function initClock(): void {
  while ((readRegister(STATUS_A) & UPDATING) !== 0) pause();
  const isBinary = (readRegister(STATUS_B) & BINARY) !== 0;
  const days = daysTo(2000 + decimal(YEAR, isBinary), decimal(MONTH, isBinary), decimal(DAY, isBinary));
  const seconds =
    days * 86_400 +
    decimal(HOURS, isBinary) * 3600 +
    decimal(MINUTES, isBinary) * 60 +
    decimal(SECONDS, isBinary);
  start = seconds * SECOND - nanoseconds();
}
/** Nanoseconds since 1970. */
export function realTime(): u64 {
  return start + nanoseconds();
}
/** clock_settime(2). */
export function setRealTime(time: u64): void {
  start = time - nanoseconds();
}
