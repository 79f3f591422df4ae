/** Formatted input (ISO C §7.23.6.2, scanf(3)): from a stream or a text, a byte at a time with one to look at. */
import { readExtended, readFloat, strtod } from "../floats.ts";
import { malloc, realloc } from "../kernel-calls.ts";
import { isDigit, isHexDigit, isSpace, lower } from "../letters.ts";
import { isUtf8 } from "../locale.ts";
import { type Arguments, variadic } from "../variadic.ts";
import { type State, take } from "../wide/multibyte.ts";
import { EOF, type File, getByte, putBack, standard } from "./file.ts";

type Text = ptr<u8>;
const NUMBER = 400;

class Input extends Struct {
  file: ptr<File> | null;
  text: Text;
  /** Bytes taken. */
  count: usize;

  get(): i32 {
    const file = this.file;
    let byte: i32 = EOF;
    if (file !== null) byte = getByte(file);
    else if (this.text[0] !== 0) {
      byte = i32(this.text[0]);
      this.text = this.text.offset(1);
    }
    if (byte !== EOF) this.count++;
    return byte;
  }
  back(byte: i32): void {
    const file = this.file;
    if (byte === EOF) return;
    this.count--;
    if (file !== null) putBack(file, byte);
    else this.text = this.text.offset(-1);
  }
  peek(): i32 {
    const byte = this.get();
    this.back(byte);
    return byte;
  }
  skipSpace(): void {
    for (;;) {
      const byte = this.get();
      if (byte !== EOF && isSpace(truncate<u8>(byte))) continue;
      this.back(byte);
      return;
    }
  }
}
class Directive extends Struct {
  ignored: bool;
  allocates: bool;
  /** 0: none given. */
  width: usize;
  /** Bytes of an integer; of floats 4, 8, 16. */
  size: u32;
  isLong: bool;
  conversion: u8;
}
/** A number's text as far as it is one. */
class Numeral extends Struct {
  text: array<u8, typeof NUMBER>;
  length: usize;

  add(byte: i32): void {
    if (this.length < usize(NUMBER) - 1) {
      this.text[this.length] = truncate<u8>(byte);
      this.length++;
      this.text[this.length] = 0;
    }
  }
}
function store(to: u64, value: u64, size: u32): void {
  if (size === 1) pointer<u8>(to).value = truncate<u8>(value);
  else if (size === 2) pointer<u16>(to).value = truncate<u16>(value);
  else if (size === 4) pointer<u32>(to).value = truncate<u32>(value);
  else pointer<u64>(to).value = value;
}
function digitOf(byte: i32): u64 {
  if (byte === EOF) return 99;
  const one = lower(truncate<u8>(byte));
  if (isDigit(one)) return u64(one - char("0"));
  return one >= char("a") && one <= char("z") ? u64(one - char("a")) + 10 : 99;
}
/** False: there is no number. */
function scanInteger(input: ptr<Input>, d: ptr<Directive>, base: u64, to: ptr<u64>): bool {
  let left: usize = d.width === 0 ? 0xffff_ffff : d.width;
  let radix = base;
  let negative = false;
  let any = false;
  let value: u64 = 0;
  let overflow = false;
  let byte = input.get();
  if ((byte === 0x2d || byte === 0x2b) && left > 0) {
    negative = byte === 0x2d;
    left--;
    byte = left > 0 ? input.get() : EOF;
  }
  if (byte === 0x30 && left > 0 && (radix === 0 || radix === 16)) {
    any = true;
    left--;
    byte = left > 0 ? input.get() : EOF;
    if (left > 0 && (byte === 0x78 || byte === 0x58)) {
      left--;
      radix = 16;
      byte = left > 0 ? input.get() : EOF;
      any = false;
    } else if (radix === 0) radix = 8;
  }
  if (radix === 0) radix = 10;
  while (left > 0 && digitOf(byte) < radix) {
    any = true;
    if (mulHigh(value, radix) !== 0) overflow = true;
    value = value * radix + digitOf(byte);
    left--;
    byte = left > 0 ? input.get() : EOF;
  }
  if (left > 0) input.back(byte);
  if (overflow) value = 0xffff_ffff_ffff_ffff;
  to.value = negative ? 0 - value : value;
  return any;
}
function scanWord(input: ptr<Input>, word: Text, n: ptr<Numeral>, left: ptr<usize>): bool {
  for (let i: usize = 0; word[i] !== 0; i++) {
    const byte = left.value > 0 ? input.get() : EOF;
    if (byte === EOF || lower(truncate<u8>(byte)) !== word[i]) {
      input.back(byte);
      return false;
    }
    left.value--;
    n.add(byte);
  }
  return true;
}
function scanFloat(input: ptr<Input>, d: ptr<Directive>, n: ptr<Numeral>): bool {
  let left: usize = d.width === 0 ? 0xffff_ffff : d.width;
  let byte = input.get();
  let any = false;
  let hex = false;
  if (byte === 0x2d || byte === 0x2b) {
    n.add(byte);
    left--;
    byte = left > 0 ? input.get() : EOF;
  }
  if (byte !== EOF && (lower(truncate<u8>(byte)) === char("i") || lower(truncate<u8>(byte)) === char("n"))) {
    const isNan = lower(truncate<u8>(byte)) === char("n");
    input.back(byte);
    if (!scanWord(input, isNan ? "nan" : "inf", n, addressOf(left))) return false;
    const next = input.peek();
    if (!isNan && left > 0 && next !== EOF && lower(truncate<u8>(next)) === char("i"))
      return scanWord(input, "inity", n, addressOf(left));
    return true;
  }
  if (byte === 0x30 && left > 0) {
    n.add(byte);
    any = true;
    left--;
    byte = left > 0 ? input.get() : EOF;
    if (left > 0 && (byte === 0x78 || byte === 0x58)) {
      n.add(byte);
      left--;
      hex = true;
      any = false;
      byte = left > 0 ? input.get() : EOF;
    }
  }
  let point = false;
  for (; left > 0 && byte !== EOF; ) {
    const one = truncate<u8>(byte);
    if (one === char(".") && !point) point = true;
    else if (hex ? isHexDigit(one) : isDigit(one)) any = true;
    else break;
    n.add(byte);
    left--;
    byte = left > 0 ? input.get() : EOF;
  }
  if (any && left > 0 && byte !== EOF && lower(truncate<u8>(byte)) === (hex ? char("p") : char("e"))) {
    n.add(byte);
    left--;
    byte = left > 0 ? input.get() : EOF;
    if (left > 0 && (byte === 0x2d || byte === 0x2b)) {
      n.add(byte);
      left--;
      byte = left > 0 ? input.get() : EOF;
    }
    while (left > 0 && byte !== EOF && isDigit(truncate<u8>(byte))) {
      n.add(byte);
      left--;
      byte = left > 0 ? input.get() : EOF;
    }
  }
  if (left > 0) input.back(byte);
  return any;
}
function storeFloat(to: u64, n: ptr<Numeral>, size: u32): void {
  const text = addressOf(n.text[0]);
  if (size === 8) pointer<f64>(to).value = strtod(text, pointer<Text>(0));
  else if (size === 4) pointer<u32>(to).value = readFloat(text, pointer<Text>(0));
  else readExtended(text, pointer<Text>(0), pointer<u64>(to));
}
/** Texts that grow, for "%ms". */
class Target extends Struct {
  at: Text;
  length: usize;
  room: usize;
  allocates: bool;
  ignored: bool;
  /** Wide characters are stored, of 4 bytes. */
  isWide: bool;
  state: State;

  /** False: it is part of no character. */
  add(byte: u8): bool {
    if (!this.isWide) {
      this.store(byte);
      return true;
    }
    const done = take(addressOf(this.state), byte, isUtf8());
    for (let shift: u32 = 0; done > 0 && shift < 32; shift += 8)
      this.store(truncate<u8>(this.state.character >> shift));
    return done >= 0;
  }
  store(byte: u8): void {
    if (this.ignored) return;
    if (this.allocates && this.length === this.room) {
      const now = this.room === 0 ? malloc(32) : realloc(this.at, 2 * this.room);
      if (now === null) return;
      this.at = now;
      this.room = this.room === 0 ? 32 : 2 * this.room;
    }
    this.at[this.length] = byte;
    this.length++;
  }
}
class ByteSet extends Struct {
  members: array<bool, 256>;
}
/** What "[…]" says; gives what is behind it. */
function readSet(format: Text, set: ptr<ByteSet>): Text {
  let at = format;
  const inverted = at[0] === char("^");
  if (inverted) at = at.offset(1);
  let isFirst = true;
  while (at[0] !== 0 && (isFirst || at[0] !== char("]"))) {
    isFirst = false;
    if (at[1] === char("-") && at[2] !== char("]") && at[2] !== 0) {
      for (let byte = u32(at[0]); byte <= u32(at[2]); byte++) set.members[byte] = true;
      at = at.offset(3);
      continue;
    }
    set.members[at[0]] = true;
    at = at.offset(1);
  }
  if (inverted) for (let i: u32 = 0; i < 256; i++) set.members[i] = !set.members[i];
  return at[0] === 0 ? at : at.offset(1);
}
/** %s, %c and %[. False: nothing matched. */
function scanText(input: ptr<Input>, d: ptr<Directive>, set: ptr<ByteSet>, to: u64): bool {
  const isChars = d.conversion === char("c");
  const most: usize = d.width === 0 ? (isChars ? usize(1) : 0xffff_ffff_ffff) : d.width;
  const target: Target = init({
    at: pointer<u8>(to),
    allocates: d.allocates,
    ignored: d.ignored,
    isWide: d.isLong,
  });
  let taken: usize = 0;
  if (d.allocates) target.at = pointer<u8>(0);
  while (taken < most) {
    const byte = input.get();
    if (byte === EOF) break;
    const one = truncate<u8>(byte);
    const fits = isChars ? true : d.conversion === char("s") ? !isSpace(one) : set.members[one];
    if (!fits) {
      input.back(byte);
      break;
    }
    if (!target.add(one)) return false;
    if (target.state.left === 0) taken++;
  }
  if (taken === 0 || (isChars && taken < most)) return false;
  if (!isChars) target.add(0);
  if (d.allocates && !d.ignored) pointer<u64>(to).value = address(target.at);
  return true;
}
function readDirective(format: Text, d: ptr<Directive>): Text {
  let at = format;
  d.value = init({ size: 4 });
  if (at[0] === char("*")) {
    d.ignored = true;
    at = at.offset(1);
  }
  for (; isDigit(at[0]); at = at.offset(1)) d.width = d.width * 10 + usize(at[0] - char("0"));
  if (at[0] === char("m")) {
    d.allocates = true;
    at = at.offset(1);
  }
  for (; ; at = at.offset(1)) {
    const byte = at[0];
    if (byte === char("h")) d.size /= 2;
    else if (
      byte === char("l") ||
      byte === char("j") ||
      byte === char("z") ||
      byte === char("t") ||
      byte === char("q")
    ) {
      d.isLong = true;
      d.size = 8;
    } else if (byte === char("L")) d.size = 16;
    else break;
  }
  d.conversion = at[0];
  if (d.conversion === char("S") || d.conversion === char("C")) {
    d.conversion += 32;
    d.isLong = true;
  }
  return at[0] === 0 ? at : at.offset(1);
}
/** 1: matched; 0: not; -1: the input ended before. */
function scanOne(input: ptr<Input>, d: ptr<Directive>, set: ptr<ByteSet>, args: ptr<Arguments>): i32 {
  const conversion = d.conversion;
  if (conversion !== char("c") && conversion !== char("[")) input.skipSpace();
  if (input.peek() === EOF) return -1;
  const to = d.ignored ? 0 : args.word();
  if (conversion === char("s") || conversion === char("c") || conversion === char("["))
    return scanText(input, d, set, to) ? 1 : 0;
  const low = conversion | 32;
  if (
    conversion === char("p") ||
    low === char("x") ||
    low === char("d") ||
    low === char("i") ||
    low === char("u") ||
    low === char("o")
  ) {
    const base: u64 =
      low === char("i") ? 0 : low === char("o") ? 8 : low === char("x") || low === char("p") ? 16 : 10;
    let value: u64 = 0;
    if (!scanInteger(input, d, base, addressOf(value))) return 0;
    if (!d.ignored) store(to, value, conversion === char("p") ? 8 : d.size);
    return 1;
  }
  const n: Numeral = zeroed();
  if (low !== char("f") && low !== char("e") && low !== char("g") && low !== char("a")) return 0;
  if (!scanFloat(input, d, addressOf(n))) return 0;
  if (!d.ignored) storeFloat(to, addressOf(n), d.size);
  return 1;
}
function scan(input: ptr<Input>, format: Text, args: ptr<Arguments>): i32 {
  const d: Directive = zeroed();
  const set: ByteSet = zeroed();
  let matched: i32 = 0;
  let at = format;
  while (at[0] !== 0) {
    if (isSpace(at[0])) {
      input.skipSpace();
      at = at.offset(1);
      continue;
    }
    if (at[0] !== char("%") || at[1] === char("%")) {
      if (at[0] === char("%")) {
        at = at.offset(1);
        input.skipSpace();
      }
      const byte = input.get();
      if (byte === EOF) return matched === 0 ? EOF : matched;
      if (truncate<u8>(byte) !== at[0]) {
        input.back(byte);
        return matched;
      }
      at = at.offset(1);
      continue;
    }
    at = readDirective(at.offset(1), addressOf(d));
    if (d.conversion === char("n")) {
      if (!d.ignored) store(args.word(), input.count, d.size);
      continue;
    }
    if (d.conversion === char("[")) {
      memset(addressOf(set), 0, sizeof<ByteSet>());
      at = readSet(at, addressOf(set));
    }
    const found = scanOne(input, addressOf(d), addressOf(set), args);
    if (found < 0) return matched === 0 ? EOF : matched;
    if (found === 0) return matched;
    if (!d.ignored) matched++;
  }
  return matched;
}
/** @export */
export function vsscanf(text: Text, format: Text, args: ptr<Arguments>): i32 {
  const input: Input = init({ text });
  return scan(addressOf(input), format, args);
}
/** @export */
export function vfscanf(file: ptr<File>, format: Text, args: ptr<Arguments>): i32 {
  const input: Input = init({ file });
  file.lock.lock();
  const matched = scan(addressOf(input), format, args);
  file.lock.unlock();
  return matched;
}
/** @export */
export function vscanf(format: Text, args: ptr<Arguments>): i32 {
  return vfscanf(standard.input.value, format, args);
}
function scanArguments(args: ptr<Arguments>): i32 {
  return vscanf(args.pointer(), args);
}
function fscanArguments(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  return vfscanf(file, args.pointer(), args);
}
function sscanArguments(args: ptr<Arguments>): i32 {
  const text = args.pointer();
  return vsscanf(text, args.pointer(), args);
}
/** @export @naked */
export function scanf(): void {
  asm`mov r11, ${scanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function fscanf(): void {
  asm`mov r11, ${fscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function sscanf(): void {
  asm`mov r11, ${sscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_scanf(): void {
  asm`mov r11, ${scanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_fscanf(): void {
  asm`mov r11, ${fscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_sscanf(): void {
  asm`mov r11, ${sscanArguments}; jmp ${variadic}`;
}
/** @export */
export function __isoc99_vsscanf(text: Text, format: Text, args: ptr<Arguments>): i32 {
  return vsscanf(text, format, args);
}
/** @export */
export function __isoc99_vfscanf(file: ptr<File>, format: Text, args: ptr<Arguments>): i32 {
  return vfscanf(file, format, args);
}
/** @export @naked */
export function __isoc23_scanf(): void {
  asm`mov r11, ${scanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc23_fscanf(): void {
  asm`mov r11, ${fscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc23_sscanf(): void {
  asm`mov r11, ${sscanArguments}; jmp ${variadic}`;
}
/** @export */
export function __isoc23_vsscanf(text: Text, format: Text, args: ptr<Arguments>): i32 {
  return vsscanf(text, format, args);
}
/** @export */
export function __isoc23_vfscanf(file: ptr<File>, format: Text, args: ptr<Arguments>): i32 {
  return vfscanf(file, format, args);
}
