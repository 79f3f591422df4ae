/**
 * The calendar of the real-time clock: seconds since 1970 to and from its time registers, in BCD or binary, 24 or 12
 * hours. Proleptic Gregorian, without leap seconds or time zones.
 *
 * MC146818 data sheet, "time, calendar and alarm locations"; the century at 0x32 is the PC's addition. A guest may write
 * anything into the registers: what is out of range carries over into the next larger unit.
 */

/** Places of the registers. */
export const TIME = {
  SECOND: 0,
  SECOND_ALARM: 1,
  MINUTE: 2,
  MINUTE_ALARM: 3,
  HOUR: 4,
  HOUR_ALARM: 5,
  WEEKDAY: 6,
  DAY: 7,
  MONTH: 8,
  YEAR: 9,
  CENTURY: 0x32,
} as const;

export const DAY_SECONDS = 86_400;
/** The upper half of an hour register in 12-hour format. */
const PM = 0x80;
/** An alarm register with both upper bits set matches every value. */
const ANY = 0xc0;

/** How values stand in the registers: register B's DM and 24/12 bits. */
export interface Format {
  readonly binary: boolean;
  readonly hours24: boolean;
}

const fromRegister = (value: number, { binary }: Format): number =>
  binary ? value : (value >> 4) * 10 + (value & 15);
const toRegister = (value: number, { binary }: Format): number =>
  binary ? value & 0xff : ((Math.floor(value / 10) % 10) << 4) | (value % 10);

const hourFromRegister = (value: number, format: Format): number =>
  format.hours24
    ? fromRegister(value, format)
    : (fromRegister(value & ~PM, format) % 12) + ((value & PM) !== 0 ? 12 : 0);
const hourToRegister = (hour: number, format: Format): number =>
  format.hours24
    ? toRegister(hour, format)
    : toRegister(hour % 12 === 0 ? 12 : hour % 12, format) | (hour >= 12 ? PM : 0);

/**
 * Days from 1970-01-01 to a date; months and days out of range carry over. Years are counted from March, so that the
 * leap day is the last of its year, and the months' lengths follow 153 days for each five of them.
 */
function daysOf(year: number, month: number, day: number): number {
  const months = year * 12 + month - 3;
  const y = Math.floor(months / 12);
  const m = months - y * 12;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468;
}

/** The date that many days after 1970-01-01, a number not before the year 0. */
function dateOf(days: number): { year: number; month: number; day: number } {
  // Guess the year from its mean length; the guess is at most one off.
  let year = Math.floor(days / 365.2425) + 1970;
  while (daysOf(year, 1, 1) > days) year--;
  while (daysOf(year + 1, 1, 1) <= days) year++;
  let month = 12;
  while (daysOf(year, month, 1) > days) month--;
  return { year, month, day: days - daysOf(year, month, 1) + 1 };
}

/** Seconds since 1970 that the registers show. */
export function readTime(registers: Uint8Array, format: Format): number {
  const get = (place: number): number => fromRegister(registers[place]!, format);
  const days = daysOf(get(TIME.CENTURY) * 100 + get(TIME.YEAR), get(TIME.MONTH), get(TIME.DAY));
  const hour = hourFromRegister(registers[TIME.HOUR]!, format);
  return days * DAY_SECONDS + hour * 3600 + get(TIME.MINUTE) * 60 + get(TIME.SECOND);
}

/** Sets time and date, not the day of the week. Of the century the last two digits, or 8 bits, are kept. */
export function writeTime(registers: Uint8Array, seconds: number, format: Format): void {
  const days = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - days * DAY_SECONDS;
  const { year, month, day } = dateOf(days);
  const century = Math.floor(year / 100);
  registers[TIME.SECOND] = toRegister(rest % 60, format);
  registers[TIME.MINUTE] = toRegister(Math.floor(rest / 60) % 60, format);
  registers[TIME.HOUR] = hourToRegister(Math.floor(rest / 3600), format);
  registers[TIME.DAY] = toRegister(day, format);
  registers[TIME.MONTH] = toRegister(month, format);
  registers[TIME.YEAR] = toRegister(year % 100, format);
  registers[TIME.CENTURY] = toRegister(century, format);
}

/** Lets `seconds` more pass. The day of the week is a counter of its own: it moves with each midnight. */
export function advanceTime(registers: Uint8Array, seconds: number, format: Format): void {
  const before = readTime(registers, format);
  const after = before + seconds;
  const midnights = Math.floor(after / DAY_SECONDS) - Math.floor(before / DAY_SECONDS);
  writeTime(registers, after, format);
  if (midnights > 0) {
    const weekday = fromRegister(registers[TIME.WEEKDAY]!, format);
    registers[TIME.WEEKDAY] = toRegister(((weekday + 6 + midnights) % 7) + 1, format);
  }
}

/** Sunday is 1; 1970-01-01 was a Thursday. */
export function writeWeekday(registers: Uint8Array, seconds: number, format: Format): void {
  const days = Math.floor(seconds / DAY_SECONDS);
  registers[TIME.WEEKDAY] = toRegister(((((days + 4) % 7) + 7) % 7) + 1, format);
}

/** Seconds, 1 to 86,400, until the time of day next equals the alarm; undefined if it never does. */
export function secondsToAlarm(registers: Uint8Array, format: Format): number | undefined {
  const matches = (place: number, value: number): boolean =>
    registers[place]! >= ANY || registers[place] === value;
  const secondMatches = (s: number): boolean => matches(TIME.SECOND_ALARM, toRegister(s, format));
  /** The first matching second of a minute from `from` on. */
  const nextSecond = (from: number): number | undefined => {
    for (let s = from; s < 60; s++) if (secondMatches(s)) return s;
    return undefined;
  };
  const first = nextSecond(0);
  if (first === undefined) return undefined;
  const time = readTime(registers, format);
  const ofDay = time - Math.floor(time / DAY_SECONDS) * DAY_SECONDS;
  const second = ofDay % 60;
  const minute = Math.floor(ofDay / 60);
  for (let later = 0; later <= 1440; later++) {
    const at = (minute + later) % 1440;
    if (!matches(TIME.MINUTE_ALARM, toRegister(at % 60, format))) continue;
    if (!matches(TIME.HOUR_ALARM, hourToRegister(Math.floor(at / 60), format))) continue;
    const s = later === 0 ? nextSecond(second + 1) : first;
    if (s !== undefined) return later * 60 + s - second;
  }
  return undefined;
}
