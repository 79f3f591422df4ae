/** Dates (ISO C §7.29, POSIX <time.h>), in UTC: there are no time zones. */
import { systemCall } from "./system.ts";

type Text = ptr<u8>;
const DAY: i64 = 86400;

/** struct tm. */
export class BrokenTime extends Struct {
  second: i32;
  minute: i32;
  hour: i32;
  day: i32;
  month: i32;
  year: i32;
  weekDay: i32;
  yearDay: i32;
  summer: i32;
  offsetFromUtc: i64;
  zone: Text;
}
static_assert(sizeof<BrokenTime>() === 56);
const date: BrokenTime = zeroed();
const text: array<u8, 64> = zeroed();
/** @export */
export let timezone: i64 = 0;
/** @export */
export let daylight: i32 = 0;
/** @export */
export let tzname: array<Text, 2> = ["UTC", "UTC"];

export const days: array<Text, 7> = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
export const months: array<Text, 12> = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
/** Days from 1970 to a date of the proleptic Gregorian calendar; months from 0, any number. */
function daysTo(year: i64, month: i64, day: i64): i64 {
  let y = year + month / 12;
  let m = month % 12;
  if (m < 0) {
    m += 12;
    y--;
  }
  // Years that begin in March, so that a leap day is the last.
  const from = m < 2 ? y - 1 : y;
  const era = (from >= 0 ? from : from - 399) / 400;
  const ofEra = from - era * 400;
  const ofYear = (153 * (m < 2 ? m + 10 : m - 2) + 2) / 5 + day - 1;
  return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468;
}
function fill(seconds: i64, to: ptr<BrokenTime>): void {
  let day = seconds / DAY;
  let rest = seconds % DAY;
  if (rest < 0) {
    rest += DAY;
    day--;
  }
  to.hour = i32(rest / 3600);
  to.minute = i32((rest / 60) % 60);
  to.second = i32(rest % 60);
  to.weekDay = i32((((day + 4) % 7) + 7) % 7);
  const shifted = day + 719_468;
  const era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
  const ofEra = shifted - era * 146_097;
  const year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
  const ofYear = ofEra - (365 * year + year / 4 - year / 100);
  const month = (5 * ofYear + 2) / 153;
  to.day = i32(ofYear - (153 * month + 2) / 5 + 1);
  to.month = i32(month < 10 ? month + 2 : month - 10);
  const full = year + era * 400 + (to.month < 2 ? 1 : 0);
  to.year = i32(full - 1900);
  to.yearDay = i32(day - daysTo(full, 0, 1));
  to.summer = 0;
  to.offsetFromUtc = 0;
  to.zone = "UTC";
}
/** @export */
export function gmtime_r(seconds: ptr<i64>, to: ptr<BrokenTime>): ptr<BrokenTime> {
  fill(seconds.value, to);
  to.zone = "GMT";
  return to;
}
/** @export */
export function localtime_r(seconds: ptr<i64>, to: ptr<BrokenTime>): ptr<BrokenTime> {
  fill(seconds.value, to);
  return to;
}
/** @export */
export function gmtime(seconds: ptr<i64>): ptr<BrokenTime> {
  return gmtime_r(seconds, addressOf(date));
}
/** @export */
export function localtime(seconds: ptr<i64>): ptr<BrokenTime> {
  return localtime_r(seconds, addressOf(date));
}
/** @export */
export function timegm(from: ptr<BrokenTime>): i64 {
  const day = daysTo(i64(from.year) + 1900, i64(from.month), i64(from.day));
  const seconds = day * DAY + i64(from.hour) * 3600 + i64(from.minute) * 60 + i64(from.second);
  fill(seconds, from);
  return seconds;
}
/** @export */
export function mktime(from: ptr<BrokenTime>): i64 {
  return timegm(from);
}
/** @export */
export function tzset(): void {}
/** @export */
export function difftime(a: i64, b: i64): f64 {
  return f64(a - b);
}
/** Nanoseconds of the program's on processors, as microseconds. @export */
export function clock(): i64 {
  const time: array<i64, 2> = zeroed();
  systemCall(228, 2, address(addressOf(time[0])), 0);
  return time[0] * 1_000_000 + time[1] / 1000;
}
class Output extends Struct {
  to: Text;
  room: usize;
  length: usize;

  byte(byte: u8): void {
    if (this.length < this.room) this.to[this.length] = byte;
    this.length++;
  }
  text(from: Text, most: usize): void {
    for (let i: usize = 0; from[i] !== 0 && i < most; i++) this.byte(from[i]);
  }
  number(value: i64, width: u32, pad: u8): void {
    let scale: i64 = 1;
    const size = value < 0 ? 0 - value : value;
    if (value < 0) this.byte(char("-"));
    for (let i: u32 = 1; i < width; i++) scale *= 10;
    let padding = true;
    while (size / scale >= 10) scale *= 10;
    for (; scale > 0; scale /= 10) {
      const digit = (size / scale) % 10;
      if (digit !== 0 || scale === 1) padding = false;
      this.byte(padding ? pad : truncate<u8>(digit) + char("0"));
    }
  }
}
const ALL: usize = 100;
/** ISO 8601's week and its year (strftime's %G and %V). */
class Week extends Struct {
  year: i64;
  week: i64;
}
function isLeap(year: i64): bool {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
function weekOf(from: ptr<BrokenTime>): Week {
  const monday = (i64(from.weekDay) + 6) % 7;
  let year = i64(from.year) + 1900;
  let week = (i64(from.yearDay) - monday + 10) / 7;
  if (week < 1) {
    year--;
    const last = i64(from.yearDay) + (isLeap(year) ? 366 : 365);
    week = (last - monday + 10) / 7;
  } else if (week === 53 && i64(from.yearDay) - monday + 3 >= (isLeap(year) ? 366 : 365)) {
    week = 1;
    year++;
  }
  return { year, week };
}
function hour12(from: ptr<BrokenTime>): i64 {
  return from.hour % 12 === 0 ? 12 : i64(from.hour % 12);
}
function put(out: ptr<Output>, conversion: u8, from: ptr<BrokenTime>): bool {
  const year = i64(from.year) + 1900;
  const month = from.month >= 0 && from.month < 12 ? months[from.month] : "?";
  const day = from.weekDay >= 0 && from.weekDay < 7 ? days[from.weekDay] : "?";
  switch (conversion) {
    case char("a"):
      out.text(day, 3);
      return true;
    case char("A"):
      out.text(day, ALL);
      return true;
    case char("b"):
    case char("h"):
      out.text(month, 3);
      return true;
    case char("B"):
      out.text(month, ALL);
      return true;
    case char("C"):
      out.number(year / 100, 2, char("0"));
      return true;
    case char("d"):
      out.number(i64(from.day), 2, char("0"));
      return true;
    case char("e"):
      out.number(i64(from.day), 2, char(" "));
      return true;
    case char("g"):
      out.number(weekOf(from).year % 100, 2, char("0"));
      return true;
    case char("G"):
      out.number(weekOf(from).year, 1, char("0"));
      return true;
    case char("V"):
      out.number(weekOf(from).week, 2, char("0"));
      return true;
    case char("H"):
      out.number(i64(from.hour), 2, char("0"));
      return true;
    case char("k"):
      out.number(i64(from.hour), 2, char(" "));
      return true;
    case char("I"):
      out.number(hour12(from), 2, char("0"));
      return true;
    case char("l"):
      out.number(hour12(from), 2, char(" "));
      return true;
    case char("j"):
      out.number(i64(from.yearDay) + 1, 3, char("0"));
      return true;
    case char("m"):
      out.number(i64(from.month) + 1, 2, char("0"));
      return true;
    case char("M"):
      out.number(i64(from.minute), 2, char("0"));
      return true;
    case char("n"):
      out.byte(10);
      return true;
    case char("t"):
      out.byte(9);
      return true;
    case char("p"):
      out.text(from.hour < 12 ? "AM" : "PM", 2);
      return true;
    case char("P"):
      out.text(from.hour < 12 ? "am" : "pm", 2);
      return true;
    case char("s"): {
      const copy: BrokenTime = from.value;
      out.number(timegm(addressOf(copy)), 1, char("0"));
      return true;
    }
    case char("S"):
      out.number(i64(from.second), 2, char("0"));
      return true;
    case char("u"):
      out.number(from.weekDay === 0 ? 7 : i64(from.weekDay), 1, char("0"));
      return true;
    case char("w"):
      out.number(i64(from.weekDay), 1, char("0"));
      return true;
    case char("U"):
      out.number((i64(from.yearDay) + 7 - i64(from.weekDay)) / 7, 2, char("0"));
      return true;
    case char("W"):
      out.number((i64(from.yearDay) + 7 - ((i64(from.weekDay) + 6) % 7)) / 7, 2, char("0"));
      return true;
    case char("y"):
      out.number(((year % 100) + 100) % 100, 2, char("0"));
      return true;
    case char("Y"):
      out.number(year, 1, char("0"));
      return true;
    case char("z"):
      out.text("+0000", ALL);
      return true;
    case char("Z"):
      out.text(address(from.zone) === 0 ? "UTC" : from.zone, ALL);
      return true;
    case char("%"):
      out.byte(char("%"));
      return true;
    default:
      return false;
  }
}
/** What stands for several others; null: it does not. */
function longForm(conversion: u8): Text | null {
  switch (conversion) {
    case char("c"):
      return "%a %b %e %H:%M:%S %Y";
    case char("D"):
    case char("x"):
      return "%m/%d/%y";
    case char("F"):
      return "%Y-%m-%d";
    case char("r"):
      return "%I:%M:%S %p";
    case char("R"):
      return "%H:%M";
    case char("T"):
    case char("X"):
      return "%H:%M:%S";
    case char("+"):
      return "%a %b %e %H:%M:%S %Z %Y";
    default:
      return null;
  }
}
function format(out: ptr<Output>, from: Text, when: ptr<BrokenTime>): void {
  for (let i: usize = 0; from[i] !== 0; i++) {
    if (from[i] !== char("%") || from[i + 1] === 0) {
      out.byte(from[i]);
      continue;
    }
    i++;
    while (from[i] === char("E") || from[i] === char("O") || from[i] === char("-") || from[i] === char("_"))
      i++;
    const long = longForm(from[i]);
    if (long !== null) format(out, long, when);
    else if (!put(out, from[i], when)) {
      out.byte(char("%"));
      out.byte(from[i]);
    }
  }
}
/** @export */
export function strftime(to: Text, room: usize, from: Text, when: ptr<BrokenTime>): usize {
  const out: Output = init({ to, room });
  format(addressOf(out), from, when);
  if (out.length >= room) return 0;
  to[out.length] = 0;
  return out.length;
}
/** @export */
export function asctime_r(when: ptr<BrokenTime>, to: Text): Text {
  strftime(to, 64, "%a %b %e %H:%M:%S %Y\n", when);
  return to;
}
/** @export */
export function asctime(when: ptr<BrokenTime>): Text {
  return asctime_r(when, addressOf(text[0]));
}
/** @export */
export function ctime_r(seconds: ptr<i64>, to: Text): Text {
  const local: BrokenTime = zeroed();
  return asctime_r(localtime_r(seconds, addressOf(local)), to);
}
/** @export */
export function ctime(seconds: ptr<i64>): Text {
  return ctime_r(seconds, addressOf(text[0]));
}
/** @export */
export function timespec_get(time: ptr<i64>, base: i32): i32 {
  return base === 1 && systemCall(228, 0, address(time), 0) === 0 ? 1 : 0;
}
/** @export */
export function sleep(seconds: u32): u32 {
  const time: array<i64, 2> = [i64(seconds), 0];
  const status = systemCall(35, address(addressOf(time[0])), address(addressOf(time[0])), 0);
  return status === 0 ? 0 : u32(time[0]);
}
/** @export */
export function usleep(microseconds: u32): i32 {
  const time: array<i64, 2> = [i64(microseconds / 1_000_000), i64(microseconds % 1_000_000) * 1000];
  return systemCall(35, address(addressOf(time[0])), 0, 0) === 0 ? 0 : -1;
}
