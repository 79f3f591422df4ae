/**
 * `--strace`: each system call with its arguments and its result, a line each on the kernel's console, written when it returns. Of what
 * may not return the line is written before.
 */
import { lockConsole, newline, printBytes, unlockConsole } from "../console/print.ts";
import { EFAULT } from "../fs/errno.ts";
import { currentProgram } from "../program/process.ts";
import { copyText } from "../program/user.ts";
import { setKey } from "../trace/keys.ts";
import type { Call } from "./call.ts";
import { errorName } from "./error-names.ts";
import { CALLS, rows } from "./table.ts";

const ROOM = 320;
/** Of a text; what is longer is cut off. */
const MOST_TEXT: usize = 64;
const AT_FDCWD: i64 = -100;
const LAST_ERROR: i64 = -4095;

/** Its address is the key of the branch in serve.ts. */
export const tracing: u64 = 0;

/** While no program runs yet. */
export function startTracing(): void {
  setKey(addressOf(tracing), true);
}

/** A line on its way. */
export class Line extends Struct {
  length: usize;
  bytes: array<u8, typeof ROOM>;

  put(byte: u8): void {
    if (this.length === usize(ROOM)) return;
    this.bytes[this.length] = byte;
    this.length++;
  }
  text(text: ptr<u8>): void {
    for (let i: usize = 0; text[i] !== 0; i++) this.put(text[i]);
  }
  decimal(value: u64): void {
    const digits: array<u8, 20> = zeroed();
    let at: usize = 20;
    let rest = value;
    do {
      at--;
      digits[at] = u8(char("0") + (rest % 10));
      rest /= 10;
    } while (rest !== 0);
    for (; at < 20; at++) this.put(digits[at]);
  }
  signed(value: i64): void {
    if (value < 0) this.put(char("-"));
    this.decimal(value < 0 ? 0 - truncate<u64>(value) : u64(value));
  }
  hexadecimal(value: u64): void {
    this.text("0x");
    let shift: u64 = 60;
    while (shift > 0 && value >> shift === 0) shift -= 4;
    for (;;) {
      const digit = truncate<u8>((value >> shift) & 15);
      this.put(digit < 10 ? char("0") + digit : char("a") - 10 + digit);
      if (shift === 0) return;
      shift -= 4;
    }
  }
  /** A program's text, between quotes; its address if there is none. */
  programText(at: u64): void {
    const text: array<u8, typeof MOST_TEXT> = zeroed();
    const length = copyText(addressOf(text[0]), at, MOST_TEXT);
    if (at === 0) this.text("NULL");
    else if (length === -EFAULT) this.hexadecimal(at);
    else {
      const shown = length < 0 ? MOST_TEXT - 1 : usize(length);
      this.put(char('"'));
      for (let i: usize = 0; i < shown; i++) this.put(text[i] < 32 ? char("?") : text[i]);
      this.text(length < 0 ? '"...' : '"');
    }
  }
  argument(kind: u8, value: u64): void {
    const number = i64(truncate<i32>(value));
    if (kind === char("s")) this.programText(value);
    else if (kind === char("d") && number === AT_FDCWD) this.text("AT_FDCWD");
    else if (kind === char("d") || kind === char("i")) this.signed(number);
    else if (kind === char("n")) this.decimal(value);
    else this.hexadecimal(value);
  }
  /** Number of the thread, name and arguments. */
  begin(call: ptr<Call>): void {
    const number = call.registers.vector;
    const name = number < CALLS ? rows[number].name : null;
    const form = number < CALLS ? rows[number].form : null;
    this.put(char("["));
    this.decimal(u64(currentProgram().id));
    this.text("] ");
    if (name === null) {
      this.text("call ");
      this.decimal(number);
    } else this.text(name);
    this.put(char("("));
    for (let i: usize = 0; form !== null && form[i] !== 0; i++) {
      if (i > 0) this.text(", ");
      this.argument(form[i], call.args[i]);
    }
    this.put(char(")"));
  }
  result(result: i64): void {
    this.text(" = ");
    if (result < 0 && result >= LAST_ERROR) {
      this.text("-1 ");
      const name = errorName(-result);
      if (name === null) this.signed(-result);
      else this.text(name);
    } else if (result >= 0 && result < 0x1_0000) this.signed(result);
    else this.hexadecimal(truncate<u64>(result));
  }
  write(): void {
    const flags = lockConsole();
    printBytes(addressOf(this.bytes[0]), this.length);
    newline();
    unlockConsole(flags);
  }
}
