/**
 * Locales (ISO C §7.11, POSIX <locale.h>): "C", and "C.UTF-8", which differs by its character set alone. What one is set to is told apart by category, but only
 * LC_CTYPE is ever asked.
 */
import { ctypeTables } from "./ctype.ts";
import { lookUp } from "./environment.ts";
import { failWith } from "./errno.ts";
import { describe } from "./error-texts.ts";
import { find, type Line, same, startsWith } from "./text.ts";
import { thisThread } from "./thread-block.ts";
import { days, months } from "./time.ts";

type Text = ptr<u8>;
const ENOENT: i32 = 2;
const EINVAL: i32 = 22;
const MAX: u8 = 127;
const LC_CTYPE = 0;
const LC_ALL: i32 = 6;
const CATEGORIES = 13;
const names: array<Text, typeof CATEGORIES> = [
  "LC_CTYPE",
  "LC_NUMERIC",
  "LC_TIME",
  "LC_COLLATE",
  "LC_MONETARY",
  "LC_MESSAGES",
  "LC_ALL",
  "LC_PAPER",
  "LC_NAME",
  "LC_ADDRESS",
  "LC_TELEPHONE",
  "LC_MEASUREMENT",
  "LC_IDENTIFICATION",
];

/** A locale_t. The fields up to the names are glibc's, since libstdc++ reads the tables. */
export class Locale extends Struct {
  categories: array<usize, typeof CATEGORIES>;
  kinds: ptr<u16>;
  lowers: ptr<i32>;
  uppers: ptr<i32>;
  names: array<Text, typeof CATEGORIES>;
  isUtf8: bool;
}
static_assert(offsetof<Locale>("kinds") === 104 && offsetof<Locale>("names") === 128);
const plain: Locale = zeroed();
const utf8: Locale = init({ isUtf8: true });
const GLOBAL: usize = 0xffff_ffff_ffff_ffff;

/** What setlocale has set, by category. */
const current: array<Text, typeof CATEGORIES> = [
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
  "C",
];
let isGlobalUtf8 = false;
const composite: Line = zeroed();

function fillLocale(locale: ptr<Locale>, name: Text): void {
  const tables = ctypeTables();
  locale.kinds = tables.kinds;
  locale.lowers = tables.lowers;
  locale.uppers = tables.uppers;
  for (let i: usize = 0; i < locale.names.length; i++) locale.names[i] = name;
}
export function fillLocales(): void {
  fillLocale(addressOf(plain), "C");
  fillLocale(addressOf(utf8), "C.UTF-8");
}
/** Whether the calling thread's character set is UTF-8; else it is ASCII. */
export function isUtf8(): bool {
  const own = thisThread().locale;
  return own === 0 ? isGlobalUtf8 : pointer<Locale>(own).isUtf8;
}
export function isUtf8In(locale: usize): bool {
  return locale === GLOBAL ? isGlobalUtf8 : pointer<Locale>(locale).isUtf8;
}
function isUtf8Name(name: Text): bool {
  return same(name, "C.UTF-8") || same(name, "C.utf8");
}
/** The name as it stays; null: there is no such locale. */
function known(name: Text): Text | null {
  if (same(name, "C") || same(name, "POSIX")) return "C";
  if (same(name, "C.UTF-8")) return "C.UTF-8";
  return same(name, "C.utf8") ? "C.utf8" : null;
}
/** What the environment says of a category (POSIX, "Environment Variables" 8.2). */
function fromEnvironment(category: usize): Text {
  const all = lookUp("LC_ALL");
  if (all !== null && all[0] !== 0) return all;
  const own = lookUp(names[category]);
  if (own !== null && own[0] !== 0) return own;
  const lang = lookUp("LANG");
  return lang !== null && lang[0] !== 0 ? lang : "C";
}
/** Of "LC_CTYPE=C.UTF-8;LC_NUMERIC=C;…" a category's part, in `part`; else the name itself. */
function partOf(name: Text, category: usize, part: ptr<Line>): Text {
  if (!startsWith(name, "LC_")) return name;
  for (let at: Text | null = name; at !== null; ) {
    const own = names[category];
    let length: usize = 0;
    while (own[length] !== 0) length++;
    if (startsWith(at, own) && at[length] === char("=")) {
      for (let i = length + 1; at[i] !== 0 && at[i] !== char(";"); i++) part.byte(at[i]);
      return addressOf(part.text[0]);
    }
    const next = find(at, char(";"));
    at = next === null ? null : next.offset(1);
  }
  return "";
}
function told(): Text {
  let isOne = true;
  for (let i: usize = 1; i < current.length; i++) if (!same(current[i], current[0]) && i !== 6) isOne = false;
  if (isOne) return current[0];
  composite.length = 0;
  for (let i: usize = 0; i < current.length; i++) {
    if (i === 6) continue;
    if (i > 0) composite.byte(char(";"));
    composite.add(names[i]);
    composite.byte(char("="));
    composite.add(current[i]);
  }
  return addressOf(composite.text[0]);
}
/** @export */
export function setlocale(category: i32, name: Text): Text | null {
  if (category < 0 || category >= i32(CATEGORIES)) {
    failWith(EINVAL);
    return null;
  }
  if (address(name) === 0) return category === LC_ALL ? told() : current[category];
  const wanted: array<Text, typeof CATEGORIES> = current;
  for (let i: usize = 0; i < wanted.length; i++) {
    if (category !== LC_ALL && usize(category) !== i) continue;
    const part: Line = zeroed();
    const found = known(name[0] === 0 ? fromEnvironment(i) : partOf(name, i, addressOf(part)));
    if (found === null && i === 6) continue;
    if (found === null) {
      failWith(ENOENT);
      return null;
    }
    wanted[i] = found;
  }
  for (let i: usize = 0; i < wanted.length; i++) current[i] = wanted[i];
  isGlobalUtf8 = isUtf8Name(current[LC_CTYPE]);
  return category === LC_ALL ? told() : current[category];
}
/** struct lconv. */
class Conventions extends Struct {
  texts: array<Text, 10>;
  numbers: array<u8, 16>;
}
const conventions: Conventions = init({
  texts: [".", "", "", "", "", "", "", "", "", ""],
  numbers: [MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, 0, 0],
});
/** @export */
export function localeconv(): ptr<Conventions> {
  return addressOf(conventions);
}
const shortDays: array<Text, 7> = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const shortMonths: array<Text, 12> = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
const timeTexts: array<Text, 6> = ["AM", "PM", "%a %b %e %H:%M:%S %Y", "%m/%d/%y", "%H:%M:%S", "%I:%M:%S %p"];
function ofTime(index: u32): Text {
  if (index < 7) return shortDays[index];
  if (index < 14) return days[index - 7];
  if (index < 26) return shortMonths[index - 14];
  if (index < 38) return months[index - 26];
  return index < 44 ? timeTexts[index - 38] : "";
}
function informationOf(item: i32, withUtf8: bool): Text {
  const index = u32(item) & 0xffff;
  switch (u32(item) >> 16) {
    case 0:
      return index !== 14 ? "" : withUtf8 ? "UTF-8" : "ANSI_X3.4-1968";
    case 1:
      return index === 0 ? "." : "";
    case 2:
      return ofTime(index);
    case 4:
      return index === 15 ? "-" : "";
    case 5:
      return index === 0 ? "^[yY]" : index === 1 ? "^[nN]" : "";
    default:
      return "";
  }
}
/** @export */
export function nl_langinfo(item: i32): Text {
  return informationOf(item, isUtf8());
}
/** @export */
export function nl_langinfo_l(item: i32, locale: usize): Text {
  return informationOf(item, isUtf8In(locale));
}
/** @export @naked */
export function __nl_langinfo_l(): void {
  asm`jmp ${nl_langinfo_l}`;
}
/** @export */
export function newlocale(mask: i32, name: Text, base: usize): usize {
  let withUtf8 = base !== 0 && isUtf8In(base);
  // LC_ALL's own bit stands for all, as in glibc.
  const wanted: u32 = (u32(mask) & (u32(1) << u32(LC_ALL))) !== 0 ? u32(0x1fff) : u32(mask);
  for (let i: usize = 0; i < names.length; i++) {
    if (i === 6 || (wanted & (u32(1) << u32(i))) === 0) continue;
    const part: Line = zeroed();
    const found = known(name[0] === 0 ? fromEnvironment(i) : partOf(name, i, addressOf(part)));
    if (found === null) {
      failWith(ENOENT);
      return 0;
    }
    if (i === 0) withUtf8 = isUtf8Name(found);
  }
  return address(withUtf8 ? addressOf(utf8) : addressOf(plain));
}
/** @export @naked */
export function __newlocale(): void {
  asm`jmp ${newlocale}`;
}
/** @export */
export function duplocale(locale: usize): usize {
  return address(isUtf8In(locale) ? addressOf(utf8) : addressOf(plain));
}
/** @export @naked */
export function __duplocale(): void {
  asm`jmp ${duplocale}`;
}
/** @export */
export function uselocale(locale: usize): usize {
  const before = thisThread().locale;
  if (locale !== 0) thisThread().locale = locale === GLOBAL ? 0 : locale;
  return before === 0 ? GLOBAL : before;
}
/** @export @naked */
export function __uselocale(): void {
  asm`jmp ${uselocale}`;
}
/** @export */
export function freelocale(_locale: usize): void {}
/** @export */
export function __freelocale(_locale: usize): void {}
/** @export */
export function __ctype_get_mb_cur_max(): usize {
  return isUtf8() ? 6 : 1;
}
/** @export */
export function strerror_l(error: i32, _locale: usize): Text {
  return describe(error);
}
