/**
 * Text for people, on the console: pieces of a line, one call each. A line that several processors must not tear apart is
 * between `lockConsole` and `unlockConsole`. It formats numbers and nothing else.
 */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { putSerial } from "./serial.ts";

const NEWLINE: u8 = 10;
const RETURN: u8 = 13;
/** A byte of UTF-8 that goes on with a character. */
const CONTINUATION_MASK: u8 = 0xc0;
const CONTINUATION: u8 = 0x80;
const ZERO: u8 = 48;
const LETTERS: u8 = 87;

let locked: u32 = 0;
let column: u32 = 0;

/** Interrupts are off from here to `unlockConsole`, which takes what this gives. */
export function lockConsole(): u64 {
  const flags = saveInterrupts();
  while (atomicExchange(addressOf(locked), 1) !== 0) pause();
  return flags;
}
export function unlockConsole(flags: u64): void {
  atomicStore(addressOf(locked), 0);
  restoreInterrupts(flags);
}
/** Takes the console from whoever has it: for a panic. */
export function seizeConsole(): void {
  locked = 0;
}

export function put(byte: u8): void {
  if (byte === NEWLINE) {
    putSerial(RETURN);
    column = 0;
  } else if ((byte & CONTINUATION_MASK) !== CONTINUATION) column++;
  putSerial(byte);
}
/** Up to its zero. */
export function print(text: ptr<u8>): void {
  for (let i: usize = 0; text[i] !== 0; i++) put(text[i]);
}
export function printBytes(text: ptr<u8>, length: usize): void {
  for (let i: usize = 0; i < length; i++) put(text[i]);
}
export function newline(): void {
  put(NEWLINE);
}
export function printLine(text: ptr<u8>): void {
  print(text);
  newline();
}
/** In decimal. */
export function printU64(value: u64): void {
  const digits: array<u8, 20> = zeroed();
  let at: usize = 20;
  let rest = value;
  do {
    at--;
    digits[at] = ZERO + truncate<u8>(rest % 10);
    rest /= 10;
  } while (rest !== 0);
  printBytes(addressOf(digits[at]), 20 - at);
}
export function printI64(value: i64): void {
  if (value < 0) {
    put(char("-"));
    printU64(0 - truncate<u64>(value));
  } else printU64(truncate<u64>(value));
}
/** At least `digits` hexadecimal digits, without a prefix. */
export function printDigits(value: u64, digits: u32): void {
  let shift: u64 = 60;
  while (shift > 0 && value >> shift === 0 && shift >= u64(digits) * 4) shift -= 4;
  for (;;) {
    const digit = truncate<u8>((value >> shift) & 15);
    put(digit < 10 ? ZERO + digit : LETTERS + digit);
    if (shift === 0) return;
    shift -= 4;
  }
}
/** With 0x before it. */
export function printHex(value: u64): void {
  print("0x");
  printDigits(value, 1);
}
/** All sixteen digits. */
export function printAddress(value: usize): void {
  print("0x");
  printDigits(value, 16);
}
/** Blanks up to a column of the line, counted from 0; at least one. */
export function tab(to: u32): void {
  do put(char(" "));
  while (column < to);
}
/** A number of bytes: in KiB, MiB or GiB where it is a multiple, else in bytes. */
export function printSize(bytes: u64): void {
  if (bytes !== 0 && (bytes & 0x3fff_ffff) === 0) {
    printU64(bytes >> 30);
    print(" GiB");
  } else if (bytes !== 0 && (bytes & 0xf_ffff) === 0) {
    printU64(bytes >> 20);
    print(" MiB");
  } else if (bytes !== 0 && (bytes & 0x3ff) === 0) {
    printU64(bytes >> 10);
    print(" KiB");
  } else {
    printU64(bytes);
    print(" B");
  }
}
