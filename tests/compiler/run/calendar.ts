// Days to dates and back by the proleptic Gregorian calendar (Hinnant's algorithms), weekdays, leap years; against known dates.
// expect: 1970-01-01 Thursday
// expect: 2000-02-29 Tuesday
// expect: 1600-03-01 Wednesday
// expect: 1969-12-31 Wednesday
// expect: 9999-12-31 Friday
// expect: 0 11016 -135080 -1 2932896
// expect: 400 years have 146097 days and 97 leap years, all there and back: true
import { newline, print, printBool, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Day extends Struct {
  year: i64;
  month: u32;
  day: u32;
}
const NAMES: array<ptr<u8>, 7> = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];

function daysOf(d: Day): i64 {
  const year = d.month <= 2 ? d.year - 1 : d.year;
  const era = (year >= 0 ? year : year - 399) / 400;
  const ofEra = u64(year - era * 400);
  const month = u64(d.month > 2 ? d.month - 3 : d.month + 9);
  const ofYear = (153 * month + 2) / 5 + u64(d.day) - 1;
  return era * 146097 + i64(ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear) - 719468;
}
function dayOf(days: i64): Day {
  const shifted = days + 719468;
  const era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const ofEra = u64(shifted - era * 146097);
  const year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
  const ofYear = ofEra - (365 * year + year / 4 - year / 100);
  const month = (5 * ofYear + 2) / 153;
  const result: Day = {
    year: i64(year) + era * 400,
    month: u32(month < 10 ? month + 3 : month - 9),
    day: u32(ofYear - (153 * month + 2) / 5 + 1),
  };
  if (result.month <= 2) result.year++;
  return result;
}
const weekday = (days: i64): usize => u64(((days % 7) + 11) % 7);
const isLeap = (year: i64): bool => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function padded(value: u32): void {
  if (value < 10) print("0");
  printU64(u64(value));
}
function show(year: i64, month: u32, day: u32): i64 {
  const date: Day = { year, month, day };
  const days = daysOf(date);
  const back: Day = dayOf(days);
  printI64(back.year);
  print("-");
  padded(back.month);
  print("-");
  padded(back.day);
  print(" ");
  print(NAMES[weekday(days)]);
  newline();
  return days;
}
export function main(): i32 {
  const days: array<i64, 5> = [
    show(1970, 1, 1),
    show(2000, 2, 29),
    show(1600, 3, 1),
    show(1969, 12, 31),
    show(9999, 12, 31),
  ];
  for (let i: usize = 0; i < 5; i++) {
    if (i > 0) print(" ");
    printI64(days[i]);
  }
  newline();
  let leaps: u64 = 0;
  for (let year: i64 = 1800; year < 2200; year++) if (isLeap(year)) leaps++;
  const from: Day = { year: 1800, month: 1, day: 1 };
  const to: Day = { year: 2200, month: 1, day: 1 };
  let right = true;
  for (let day = daysOf(from); day < daysOf(to); day += 11) right = right && daysOf(dayOf(day)) === day;
  print("400 years have ");
  printI64(daysOf(to) - daysOf(from));
  print(" days and ");
  printU64(leaps);
  print(" leap years, all there and back: ");
  printBool(right);
  newline();
  return 0;
}
