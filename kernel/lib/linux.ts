/**
 * Linux for programs in the dialect (`--target linux`): system calls, and what small programs print with. The entry file exports
 * `main(argc: i32, argv: ptr<ptr<u8>>): i32`; `_start` calls it, and its result is the exit status. A system call that fails
 * gives a negative errno (x86-64 psABI §A.2.1). Nothing is buffered.
 */

import { textLength } from "./text.ts";

export { textLength } from "./text.ts";

enum Call {
  read = 0,
  write = 1,
  open = 2,
  close = 3,
  mmap = 9,
  munmap = 11,
  exitGroup = 231,
}

export const STDIN: i32 = 0;
export const STDOUT: i32 = 1;
export const STDERR: i32 = 2;

export function systemCall(call: u64, a: u64, b: u64, c: u64): i64 {
  return asm<i64>({
    in: { rax: call, rdi: a, rsi: b, rdx: c },
    out: "rax",
    clobbers: ["rcx", "r11", "memory"],
  })`syscall`;
}
export function systemCall6(call: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): i64 {
  return asm<i64>({
    in: { rax: call, rdi: a, rsi: b, rdx: c, r10: d, r8: e, r9: f },
    out: "rax",
    clobbers: ["rcx", "r11", "memory"],
  })`syscall`;
}

export function read(file: i32, to: ptr<u8>, length: usize): i64 {
  return systemCall(u64(Call.read), truncate<u64>(file), address(to), length);
}
/** May write fewer bytes than it is given. */
export function write(file: i32, from: ptr<u8>, length: usize): i64 {
  return systemCall(u64(Call.write), truncate<u64>(file), address(from), length);
}
export function close(file: i32): i64 {
  return systemCall(u64(Call.close), truncate<u64>(file), 0, 0);
}
/** Ends the program, with the low eight bits of the status. */
export function exit(status: i32): never {
  for (;;) systemCall(u64(Call.exitGroup), truncate<u64>(status), 0, 0);
}

const READ_WRITE = 3;
const PRIVATE_ANONYMOUS = 0x22;
const NO_FILE: u64 = truncate<u64>(i64(-1));
/** Errors are −4095 to −1. */
const FIRST_ERROR: i64 = -4095;

/** Zeroed pages, readable and writable; null if there are none. */
export function mapPages(length: usize): ptr<u8> | null {
  const at = systemCall6(u64(Call.mmap), 0, length, READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE, 0);
  return at >= FIRST_ERROR && at < 0 ? null : pointer<u8>(truncate<u64>(at));
}
export function unmapPages(at: ptr<u8>, length: usize): i64 {
  return systemCall(u64(Call.munmap), address(at), length, 0);
}

/** All of it, unless the file takes no more. */
export function writeAll(file: i32, from: ptr<u8>, length: usize): void {
  let done: usize = 0;
  while (done < length) {
    const count = write(file, from.offset(done), length - done);
    if (count <= 0) return;
    done += truncate<u64>(count);
  }
}

export function print(text: ptr<u8>): void {
  writeAll(STDOUT, text, textLength(text));
}
export function printChar(character: u8): void {
  const byte: u8 = character;
  writeAll(STDOUT, addressOf(byte), 1);
}
/** A file takes the number in decimal. */
function writeDecimal(file: i32, value: u64): void {
  const digits: array<u8, 20> = zeroed();
  let at: usize = 20;
  let rest = value;
  do {
    at--;
    digits[at] = u8(rest % 10) + char("0");
    rest /= 10;
  } while (rest !== 0);
  writeAll(file, addressOf(digits[at]), 20 - at);
}
export function printU64(value: u64): void {
  writeDecimal(STDOUT, value);
}
export function printI64(value: i64): void {
  if (value < 0) {
    print("-");
    writeDecimal(STDOUT, 0 - truncate<u64>(value));
  } else writeDecimal(STDOUT, truncate<u64>(value));
}
/** As 0x and as many digits as there are. */
export function printHex(value: u64): void {
  const digits: array<u8, 16> = zeroed();
  let at: usize = 16;
  let rest = value;
  do {
    at--;
    const digit = u8(rest & 15);
    digits[at] = digit < 10 ? digit + char("0") : digit + (char("a") - 10);
    rest >>= 4;
  } while (rest !== 0);
  print("0x");
  writeAll(STDOUT, addressOf(digits[at]), 16 - at);
}
export function printBool(value: bool): void {
  print(value ? "true" : "false");
}
/** Ends a line. */
export function newline(): void {
  print("\n");
}

/**
 * Debug builds come here before a failed check stops the program.
 * @export
 */
export function __trap(reason: ptr<u8>, file: ptr<u8>, line: u32): void {
  writeAll(STDERR, file, textLength(file));
  writeAll(STDERR, ":", 1);
  writeDecimal(STDERR, u64(line));
  writeAll(STDERR, ": ", 2);
  writeAll(STDERR, reason, textLength(reason));
  writeAll(STDERR, "\n", 1);
}
