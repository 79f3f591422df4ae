/**
 * Formatted output (ISO C §7.23.6.1, printf(3)): directives read from the format, and what they are of from the arguments. Floating-point numbers are exact.
 */
import { failWith } from "../errno.ts";
import { describe } from "../error-texts.ts";
import { lengthOf } from "../text.ts";
import type { Arguments } from "../variadic.ts";
import { type Directive, putNumber, type Sink, Size } from "./directive.ts";
import { formatFloat, formatLong } from "./format-float.ts";
import { formatCharacter, formatText, putText } from "./format-text.ts";
import type { Numeral } from "./numeral.ts";

const MOST_PLACES = 64;
const EINVAL: i32 = 22;
const EOVERFLOW: i32 = 75;
const EILSEQ: i32 = 84;

function isDigit(byte: u8): bool {
  return byte >= char("0") && byte <= char("9");
}
class Scan extends Struct {
  at: ptr<u8>;

  number(): i64 {
    let number: i64 = 0;
    for (; isDigit(this.at[0]); this.at = this.at.offset(1))
      if (number < 0x1_0000_0000) number = number * 10 + i64(this.at[0] - char("0"));
    return number;
  }
  /** "n$" if it is there; else 0. */
  place(): i32 {
    let end: usize = 0;
    while (isDigit(this.at[end])) end++;
    if (end === 0 || this.at[end] !== char("$")) return 0;
    const number = this.number();
    this.at = this.at.offset(1);
    return number > 0 && number < i64(MOST_PLACES) ? i32(number) : -2;
  }
  flags(d: ptr<Directive>): void {
    for (; ; this.at = this.at.offset(1)) {
      const byte = this.at[0];
      if (byte === char("-")) d.minus = true;
      else if (byte === char("+")) d.plus = true;
      else if (byte === char(" ")) d.space = true;
      else if (byte === char("#")) d.hash = true;
      else if (byte === char("0")) d.zero = true;
      else if (byte !== char("'") && byte !== char("I")) return;
    }
  }
  size(): Size {
    const first = this.at[0];
    const second = first === 0 ? 0 : this.at[1];
    if (first === char("h")) {
      this.at = this.at.offset(second === char("h") ? u32(2) : 1);
      return second === char("h") ? Size.Char : Size.Short;
    }
    if (first === char("l") || first === char("q")) {
      this.at = this.at.offset(second === char("l") ? u32(2) : 1);
      return Size.Long;
    }
    if (first === char("L")) {
      this.at = this.at.offset(1);
      return Size.LongDouble;
    }
    if (first === char("j") || first === char("z") || first === char("t") || first === char("Z")) {
      this.at = this.at.offset(1);
      return Size.Long;
    }
    return Size.Int;
  }
  /** Behind "%". */
  directive(d: ptr<Directive>): void {
    d.value = init({ precision: -1 });
    d.place = this.place();
    this.flags(d);
    if (this.at[0] === char("*")) {
      this.at = this.at.offset(1);
      const place = this.place();
      d.widthPlace = place === 0 ? -1 : place;
    } else d.width = this.number();
    if (this.at[0] === char(".")) {
      this.at = this.at.offset(1);
      d.precision = 0;
      if (this.at[0] === char("*")) {
        this.at = this.at.offset(1);
        const place = this.place();
        d.precisionPlace = place === 0 ? -1 : place;
      } else if (this.at[0] === char("-")) {
        this.at = this.at.offset(1);
        this.number();
        d.precision = -1;
      } else d.precision = this.number();
    }
    d.size = this.size();
    d.conversion = this.at[0];
    if (d.conversion !== 0) this.at = this.at.offset(1);
    if (d.conversion === char("C") || d.conversion === char("S")) {
      d.size = Size.Long;
      d.conversion += 32;
    }
  }
}
export function isFloat(conversion: u8): bool {
  const low = conversion | 32;
  return low === char("a") || low === char("e") || low === char("f") || low === char("g");
}
/** Arguments by their numbers: each is read once, in order, as the directives that name them say. */
class Places extends Struct {
  isUsed: bool;
  words: array<u64, typeof MOST_PLACES>;
  /** 0: nobody names it; 1: a word; 2: a double; 3: a long double, of which the word is the address. */
  kinds: array<u8, typeof MOST_PLACES>;
}
function collect(format: ptr<u8>, args: ptr<Arguments>, places: ptr<Places>): void {
  const scan: Scan = init({ at: format });
  const d: Directive = zeroed();
  let most: i32 = 0;
  while (scan.at[0] !== 0) {
    const byte = scan.at[0];
    scan.at = scan.at.offset(1);
    if (byte !== char("%")) continue;
    scan.directive(addressOf(d));
    if (d.place > 0) places.kinds[d.place] = isFloat(d.conversion) ? (d.size === Size.LongDouble ? 3 : 2) : 1;
    if (d.widthPlace > 0) places.kinds[d.widthPlace] = 1;
    if (d.precisionPlace > 0) places.kinds[d.precisionPlace] = 1;
    if (d.place > most) most = d.place;
    if (d.widthPlace > most) most = d.widthPlace;
    if (d.precisionPlace > most) most = d.precisionPlace;
  }
  places.isUsed = most > 0;
  for (let i: i32 = 1; i <= most; i++) {
    if (places.kinds[i] === 3) places.words[i] = address(args.long());
    else if (places.kinds[i] === 2) {
      const float = args.float();
      places.words[i] = cast<u64>(addressOf(float)).value;
    } else places.words[i] = args.word();
  }
}
function hasPlaces(format: ptr<u8>): bool {
  for (let i: usize = 0; format[i] !== 0; i++) if (format[i] === char("$")) return true;
  return false;
}
class Source extends Struct {
  args: ptr<Arguments>;
  places: ptr<Places>;

  word(place: i32): u64 {
    return place > 0 ? this.places.words[place] : this.args.word();
  }
  float(place: i32): f64 {
    if (place <= 0) return this.args.float();
    return cast<f64>(addressOf(this.places.words[place])).value;
  }
  long(place: i32): ptr<u8> {
    return place > 0 ? pointer<u8>(this.places.words[place]) : this.args.long();
  }
}
/** A signed argument of a directive's size, in 64 bits. */
function signed(word: u64, size: Size): i64 {
  if (size === Size.Char) return i64(truncate<i8>(word));
  if (size === Size.Short) return i64(truncate<i16>(word));
  if (size === Size.Int) return i64(truncate<i32>(word));
  return truncate<i64>(word);
}
function unsigned(word: u64, size: Size): u64 {
  if (size === Size.Char) return word & 0xff;
  if (size === Size.Short) return word & 0xffff;
  if (size === Size.Int) return word & 0xffff_ffff;
  return word;
}
function formatInteger(sink: ptr<Sink>, d: ptr<Directive>, word: u64): void {
  const number: Numeral = zeroed();
  const digits: array<u8, 72> = zeroed();
  const conversion = d.conversion;
  const isSigned = conversion === char("d") || conversion === char("i");
  let value = unsigned(word, d.size);
  if (isSigned) {
    const now = signed(word, d.size);
    if (now < 0) number.sign(char("-"));
    else if (d.plus) number.sign(char("+"));
    else if (d.space) number.sign(char(" "));
    value = now < 0 ? 0 - truncate<u64>(now) : truncate<u64>(now);
  }
  const base: u64 =
    conversion === char("o")
      ? 8
      : conversion === char("b") || conversion === char("B")
        ? 2
        : (conversion | 32) === char("x")
          ? 16
          : 10;
  const letter: u8 = conversion === char("X") ? char("A") - 10 : char("a") - 10;
  let at: usize = 72;
  for (let rest = value; rest !== 0; rest /= base) {
    const digit = u8(rest % base);
    at--;
    digits[at] = digit < 10 ? digit + char("0") : digit + letter;
  }
  if (d.hash && value !== 0 && (base === 16 || base === 2)) {
    number.sign(char("0"));
    number.sign(conversion);
  }
  const length = i64(72 - at);
  const least: i64 = d.precision < 0 ? 1 : d.precision;
  number.zeros = least > length ? least - length : 0;
  if (base === 8 && d.hash && number.zeros === 0 && (value !== 0 || least === 0)) number.zeros = 1;
  number.padsZeros = d.zero && d.precision < 0;
  number.digits = addressOf(digits[at]);
  number.length = usize(length);
  putNumber(sink, d, addressOf(number));
}
function formatPointer(sink: ptr<Sink>, d: ptr<Directive>, word: u64): void {
  if (word === 0) {
    putText(sink, d, "(nil)", 5);
    return;
  }
  d.hash = true;
  d.size = Size.Long;
  d.conversion = char("x");
  const plus = d.plus;
  if (plus || d.space) {
    const number: Numeral = zeroed();
    number.sign(plus ? char("+") : char(" "));
  }
  formatInteger(sink, d, word);
}
function storeCount(at: u64, size: Size, count: usize): void {
  if (size === Size.Char) pointer<u8>(at).value = truncate<u8>(count);
  else if (size === Size.Short) pointer<u16>(at).value = truncate<u16>(count);
  else if (size === Size.Int) pointer<u32>(at).value = truncate<u32>(count);
  else pointer<u64>(at).value = count;
}
function formatOne(sink: ptr<Sink>, d: ptr<Directive>, source: ptr<Source>, error: i32): bool {
  switch (d.conversion) {
    case char("d"):
    case char("i"):
    case char("u"):
    case char("x"):
    case char("X"):
    case char("o"):
    case char("b"):
    case char("B"):
      formatInteger(sink, d, source.word(d.place));
      return true;
    case char("c"):
      if (formatCharacter(sink, d, truncate<u32>(source.word(d.place)))) return true;
      failWith(EILSEQ);
      return false;
    case char("s"):
      if (formatText(sink, d, source.word(d.place))) return true;
      failWith(EILSEQ);
      return false;
    case char("p"):
      formatPointer(sink, d, source.word(d.place));
      return true;
    case char("n"):
      storeCount(source.word(d.place), d.size, sink.count);
      return true;
    case char("m"): {
      const text = describe(error);
      let length = lengthOf(text);
      if (d.precision >= 0 && usize(d.precision) < length) length = usize(d.precision);
      putText(sink, d, text, length);
      return true;
    }
    default:
      break;
  }
  if (isFloat(d.conversion)) {
    if (d.size === Size.LongDouble) return formatLong(sink, d, source.long(d.place));
    return formatFloat(sink, d, source.float(d.place));
  }
  return false;
}
/** What a directive that is none says itself: it is printed as it stands. */
function putUnknown(sink: ptr<Sink>, from: ptr<u8>, to: ptr<u8>): void {
  sink.put(from, address(to) - address(from));
}
/** How many bytes; -1: an error. */
export function formatTo(sink: ptr<Sink>, format: ptr<u8>, args: ptr<Arguments>, error: i32): i32 {
  const places: Places = zeroed();
  const source: Source = init({ args, places: addressOf(places) });
  const scan: Scan = init({ at: format });
  const d: Directive = zeroed();
  if (hasPlaces(format)) collect(format, args, addressOf(places));
  for (;;) {
    let plain: usize = 0;
    while (scan.at[plain] !== 0 && scan.at[plain] !== char("%")) plain++;
    if (plain > 0) sink.put(scan.at, plain);
    scan.at = scan.at.offset(plain);
    if (scan.at[0] === 0) break;
    const start = scan.at;
    scan.at = scan.at.offset(1);
    scan.directive(addressOf(d));
    if (d.place === -2 || d.conversion === 0) return failWith(EINVAL);
    if (d.widthPlace !== 0) d.width = i64(truncate<i32>(source.word(d.widthPlace)));
    if (d.precisionPlace !== 0) {
      const precision = i64(truncate<i32>(source.word(d.precisionPlace)));
      d.precision = precision < 0 ? -1 : precision;
    }
    if (d.width < 0) {
      d.minus = true;
      d.width = 0 - d.width;
    }
    if (d.width > 0x7fff_fffe || d.precision > 0x7fff_fffe) return failWith(EOVERFLOW);
    if (d.conversion === char("%")) sink.put("%", 1);
    else if (!formatOne(sink, addressOf(d), addressOf(source), error)) {
      if (d.conversion === char("s") || d.conversion === char("c") || isFloat(d.conversion)) return -1;
      putUnknown(sink, start, scan.at);
    }
  }
  if (sink.failed) return -1;
  if (sink.count > 0x7fff_ffff) return failWith(EOVERFLOW);
  return i32(sink.count);
}
