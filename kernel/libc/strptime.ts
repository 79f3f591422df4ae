/** strptime(3): a date read as strftime writes it. */
import { strtol } from "./integers.ts";
import { isDigit, isLetter, isSpace, lower } from "./letters.ts";
import { type BrokenTime, days, gmtime_r, months, timegm } from "./time.ts";

type Text = ptr<u8>;

class Reading extends Struct {
  at: Text;
  to: ptr<BrokenTime>;
  hasDate: bool;
  hasYearDay: bool;
  isAfternoon: bool;
  hasHalf: bool;
  century: i32;

  /** False: no number from `least` to `most` of at most `digits` digits. */
  number(least: i32, most: i32, digits: i32, place: ptr<i32>): bool {
    while (isSpace(this.at[0])) this.at = this.at.offset(1);
    let value: i32 = 0;
    let count: i32 = 0;
    for (; count < digits && isDigit(this.at[0]); count++) {
      value = value * 10 + i32(this.at[0] - char("0"));
      this.at = this.at.offset(1);
    }
    place.value = value;
    return count > 0 && value >= least && value <= most;
  }
  /** A name in full or its first three letters; gives which. */
  name(names: ptr<Text>, count: i32): i32 {
    for (let i: i32 = 0; i < count; i++) {
      let length: usize = 0;
      while (names[i][length] !== 0 && lower(names[i][length]) === lower(this.at[length])) length++;
      const isWhole = names[i][length] === 0;
      if (!isWhole && length < 3) continue;
      if (!isWhole && isLetter(this.at[3]) && length > 3) length = 3;
      this.at = this.at.offset(isWhole ? length : 3);
      return i;
    }
    return -1;
  }
}
function each(r: ptr<Reading>, format: Text): bool {
  for (let f = format; f[0] !== 0; f = f.offset(1)) {
    if (isSpace(f[0])) {
      while (isSpace(r.at[0])) r.at = r.at.offset(1);
      continue;
    }
    if (f[0] !== char("%")) {
      if (f[0] !== r.at[0]) return false;
      r.at = r.at.offset(1);
      continue;
    }
    f = f.offset(1);
    while (
      f[0] === char("E") ||
      f[0] === char("O") ||
      f[0] === char("-") ||
      f[0] === char("_") ||
      f[0] === char("^") ||
      f[0] === char("#")
    )
      f = f.offset(1);
    if (f[0] === 0 || !one(r, f[0])) return false;
  }
  return true;
}
function one(r: ptr<Reading>, conversion: u8): bool {
  const to = r.to;
  const n: i32 = 0;
  const place = addressOf(n);
  switch (conversion) {
    case char("%"):
      r.at = r.at.offset(1);
      return r.at.offset(-1)[0] === char("%");
    case char("a"):
    case char("A"):
      to.weekDay = r.name(addressOf(days[0]), 7);
      return to.weekDay >= 0;
    case char("b"):
    case char("B"):
    case char("h"):
      to.month = r.name(addressOf(months[0]), 12);
      r.hasDate = true;
      return to.month >= 0;
    case char("c"):
      return each(r, "%a %b %e %H:%M:%S %Y");
    case char("C"):
      if (!r.number(0, 99, 2, place)) return false;
      r.century = n + 1;
      return true;
    case char("d"):
    case char("e"):
      if (!r.number(1, 31, 2, place)) return false;
      to.day = n;
      r.hasDate = true;
      return true;
    case char("D"):
    case char("x"):
      return each(r, "%m/%d/%y");
    case char("F"):
      return each(r, "%Y-%m-%d");
    case char("H"):
    case char("k"):
      if (!r.number(0, 23, 2, place)) return false;
      to.hour = n;
      return true;
    case char("I"):
    case char("l"):
      if (!r.number(1, 12, 2, place)) return false;
      to.hour = n % 12;
      r.hasHalf = true;
      return true;
    case char("j"):
      if (!r.number(1, 366, 3, place)) return false;
      to.yearDay = n - 1;
      r.hasYearDay = true;
      return true;
    case char("m"):
      if (!r.number(1, 12, 2, place)) return false;
      to.month = n - 1;
      r.hasDate = true;
      return true;
    case char("M"):
      if (!r.number(0, 59, 2, place)) return false;
      to.minute = n;
      return true;
    case char("n"):
    case char("t"):
      while (isSpace(r.at[0])) r.at = r.at.offset(1);
      return true;
    case char("p"):
    case char("P"): {
      const letter = lower(r.at[0]);
      if ((letter !== char("a") && letter !== char("p")) || lower(r.at[1]) !== char("m")) return false;
      r.isAfternoon = letter === char("p");
      r.at = r.at.offset(2);
      return true;
    }
    case char("r"):
      return each(r, "%I:%M:%S %p");
    case char("R"):
      return each(r, "%H:%M");
    case char("s"): {
      const seconds: i64 = strtol(r.at, addressOf(r.at), 10);
      gmtime_r(addressOf(seconds), to);
      return true;
    }
    case char("S"):
      if (!r.number(0, 61, 2, place)) return false;
      to.second = n;
      return true;
    case char("T"):
    case char("X"):
      return each(r, "%H:%M:%S");
    case char("u"):
      if (!r.number(1, 7, 1, place)) return false;
      to.weekDay = n % 7;
      return true;
    case char("U"):
    case char("W"):
    case char("V"):
      return r.number(0, 53, 2, place);
    case char("w"):
      if (!r.number(0, 6, 1, place)) return false;
      to.weekDay = n;
      return true;
    case char("y"):
      if (!r.number(0, 99, 2, place)) return false;
      to.year = r.century > 0 ? (r.century - 1) * 100 + n - 1900 : n < 69 ? n + 100 : n;
      r.hasDate = true;
      return true;
    case char("Y"):
      if (!r.number(0, 9999, 4, place)) return false;
      to.year = n - 1900;
      r.hasDate = true;
      return true;
    case char("z"):
      return readOffset(r);
    case char("Z"):
      while (isLetter(r.at[0])) r.at = r.at.offset(1);
      return true;
    default:
      return false;
  }
}
/** "Z", or hours and minutes east of UTC. */
function readOffset(r: ptr<Reading>): bool {
  if (r.at[0] === char("Z")) {
    r.at = r.at.offset(1);
    r.to.offsetFromUtc = 0;
    return true;
  }
  const negative = r.at[0] === char("-");
  const hours: i32 = 0;
  const minutes: i32 = 0;
  if (!negative && r.at[0] !== char("+")) return false;
  r.at = r.at.offset(1);
  if (!r.number(0, 14, 2, addressOf(hours))) return false;
  if (r.at[0] === char(":")) r.at = r.at.offset(1);
  if (isDigit(r.at[0]) && !r.number(0, 59, 2, addressOf(minutes))) return false;
  const seconds = i64(hours) * 3600 + i64(minutes) * 60;
  r.to.offsetFromUtc = negative ? 0 - seconds : seconds;
  return true;
}
/** Behind what was read; null: the text is another. Days of the week and year come of the date. @export */
export function strptime(text: Text, format: Text, to: ptr<BrokenTime>): Text | null {
  const r: Reading = init({ at: text, to });
  if (!each(addressOf(r), format)) return null;
  if (r.hasHalf && r.isAfternoon) to.hour += 12;
  if (r.hasDate || r.hasYearDay) {
    const own: BrokenTime = to.value;
    if (r.hasYearDay && !r.hasDate) {
      own.month = 0;
      own.day = own.yearDay + 1;
    }
    const seconds: i64 = timegm(addressOf(own));
    const whole: BrokenTime = zeroed();
    gmtime_r(addressOf(seconds), addressOf(whole));
    to.weekDay = whole.weekDay;
    to.yearDay = whole.yearDay;
    if (r.hasYearDay && !r.hasDate) {
      to.month = whole.month;
      to.day = whole.day;
    }
  }
  return r.at;
}
