// Formatted output: a format and arguments as tagged values, widths, signs, padding, bases, text; expected from C's printf.
// expect: [42] [   42] [42   ] [00042] [+42] [ 42]
// expect: [-42] [  -42] [-42  ] [-0042]
// expect: [ff] [FF] [0xff] [  ff] [377] [101010]
// expect: [text] [  text] [text  ] [te]
// expect: [c] [%] [true]
// expect: [18446744073709551615] [-9223372036854775808] [0]
// expect: [000000000000000000000000000000012]
// expect: truncated: 12345678 wanted 12
import { print, printU64, writeAll } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Tag {
  Signed,
  Unsigned,
  Text,
  Char,
  Bool,
}
class Bits extends Union {
  unsigned: u64;
  signed: i64;
  text: ptr<u8>;
  bool: bool;
}
class Argument extends Struct {
  tag: Tag;
  bits: Bits;

  static i(x: i64): Argument {
    return init<Argument>({ tag: Tag.Signed, bits: init({ signed: x }) });
  }
  static u(x: u64): Argument {
    return init<Argument>({ tag: Tag.Unsigned, bits: init({ unsigned: x }) });
  }
  static s(x: ptr<u8>): Argument {
    return init<Argument>({ tag: Tag.Text, bits: init({ text: x }) });
  }
  static c(x: u8): Argument {
    return init<Argument>({ tag: Tag.Char, bits: init({ unsigned: u64(x) }) });
  }
  static b(x: bool): Argument {
    return init<Argument>({ tag: Tag.Bool, bits: init({ bool: x }) });
  }
}
class Sink extends Struct {
  to: ptr<u8>;
  room: usize;
  /** Wanted, which may be more than there was room for. */
  length: usize;
  put(c: u8): void {
    if (this.length < this.room) this.to[this.length] = c;
    this.length++;
  }
  fill(c: u8, count: i32): void {
    for (let i: i32 = 0; i < count; i++) this.put(c);
  }
}
class Form extends Struct {
  left: bool;
  plus: bool;
  space: bool;
  zero: bool;
  alternative: bool;
  width: i32;
  precision: i32;
}
const LOWER = "0123456789abcdef";
const UPPER = "0123456789ABCDEF";

function number(
  out: ptr<Sink>,
  form: ptr<Form>,
  value: u64,
  negative: bool,
  base: u64,
  digits: ptr<u8>,
): void {
  const buffer: array<u8, 64> = zeroed();
  let count: i32 = 0;
  let rest = value;
  do {
    buffer[count++] = digits[rest % base];
    rest /= base;
  } while (rest !== 0);
  const sign: u8 = negative ? char("-") : form.plus ? char("+") : form.space ? char(" ") : 0;
  const prefix: i32 = (sign === 0 ? 0 : 1) + (form.alternative && base === 16 ? 2 : 0);
  const pad = form.width - count - prefix;
  if (!form.left && !form.zero) out.fill(char(" "), pad);
  if (sign !== 0) out.put(sign);
  if (prefix >= 2) {
    out.put(char("0"));
    out.put(char("x"));
  }
  if (!form.left && form.zero) out.fill(char("0"), pad);
  while (count > 0) out.put(buffer[--count]);
  if (form.left) out.fill(char(" "), pad);
}
function text(out: ptr<Sink>, form: ptr<Form>, from: ptr<u8>, length: i32): void {
  const shown = form.precision >= 0 && form.precision < length ? form.precision : length;
  if (!form.left) out.fill(char(" "), form.width - shown);
  for (let i: i32 = 0; i < shown; i++) out.put(from[i]);
  if (form.left) out.fill(char(" "), form.width - shown);
}
function one(out: ptr<Sink>, form: ptr<Form>, conversion: u8, argument: ptr<Argument>): void {
  switch (argument.tag) {
    case Tag.Signed: {
      const value = argument.bits.signed;
      number(
        out,
        form,
        value < 0 ? 0 - argument.bits.unsigned : argument.bits.unsigned,
        value < 0,
        10,
        LOWER,
      );
      break;
    }
    case Tag.Unsigned: {
      const base: u64 =
        conversion === char("x") || conversion === char("X")
          ? 16
          : conversion === char("o")
            ? 8
            : conversion === char("b")
              ? 2
              : 10;
      number(out, form, argument.bits.unsigned, false, base, conversion === char("X") ? UPPER : LOWER);
      break;
    }
    case Tag.Text: {
      let length: i32 = 0;
      while (argument.bits.text[length] !== 0) length++;
      text(out, form, argument.bits.text, length);
      break;
    }
    case Tag.Char: {
      const c: u8 = truncate(argument.bits.unsigned);
      text(out, form, addressOf(c), 1);
      break;
    }
    case Tag.Bool:
      text(out, form, argument.bits.bool ? "true" : "false", argument.bits.bool ? 4 : 5);
  }
}
function formatTo(out: ptr<Sink>, format: ptr<u8>, args: ptr<Argument>): void {
  let next: usize = 0;
  let at = format;
  for (; at.value !== 0; at = at.offset(1)) {
    if (at.value !== char("%")) {
      out.put(at.value);
      continue;
    }
    at = at.offset(1);
    const form: Form = init({ precision: -1 });
    flags: for (;;) {
      switch (at.value) {
        case char("-"):
          form.left = true;
          break;
        case char("+"):
          form.plus = true;
          break;
        case char(" "):
          form.space = true;
          break;
        case char("0"):
          form.zero = true;
          break;
        case char("#"):
          form.alternative = true;
          break;
        default:
          break flags;
      }
      at = at.offset(1);
    }
    for (; at.value >= char("0") && at.value <= char("9"); at = at.offset(1)) {
      form.width = form.width * 10 + i32(at.value - char("0"));
    }
    if (at.value === char(".")) {
      form.precision = 0;
      for (at = at.offset(1); at.value >= char("0") && at.value <= char("9"); at = at.offset(1)) {
        form.precision = form.precision * 10 + i32(at.value - char("0"));
      }
    }
    if (at.value === char("%")) out.put(char("%"));
    else one(out, addressOf(form), at.value, args.offset(next++));
  }
}
function show<N extends number>(format: ptr<u8>, args: array<Argument, N>): void {
  const buffer: array<u8, 128> = zeroed();
  const sink: Sink = init({ to: addressOf(buffer[0]), room: buffer.length });
  formatTo(addressOf(sink), format, addressOf(args[0]));
  writeAll(1, addressOf(buffer[0]), sink.length);
  print("\n");
}
export function main(): i32 {
  const i = Argument.i(42);
  show<6>("[%d] [%5d] [%-5d] [%05d] [%+d] [% d]", [i, i, i, i, i, i]);
  const n = Argument.i(-42);
  show<4>("[%d] [%5d] [%-5d] [%05d]", [n, n, n, n]);
  const u = Argument.u(255);
  show<6>("[%x] [%X] [%#x] [%4x] [%o] [%b]", [u, u, u, u, u, Argument.u(42)]);
  const s = Argument.s("text");
  show<4>("[%s] [%6s] [%-6s] [%.2s]", [s, s, s, s]);
  show<2>("[%c] [%%] [%s]", [Argument.c(char("c")), Argument.b(true)]);
  show<3>("[%u] [%d] [%u]", [Argument.u(~u64(0)), Argument.i(-9223372036854775808), Argument.u(0)]);
  show<1>("[%033u]", [Argument.u(12)]);
  const small: array<u8, 8> = zeroed();
  const sink: Sink = init({ to: addressOf(small[0]), room: 8 });
  const argument: Argument = Argument.u(123456789012);
  formatTo(addressOf(sink), "%u", addressOf(argument));
  print("truncated: ");
  writeAll(1, addressOf(small[0]), 8);
  print(" wanted ");
  printU64(sink.length);
  print("\n");
  return 0;
}
