/** `--strace`: each system call with its arguments and its result, on the kernel's console. */
import { newline, print, printBytes, printHex, printI64, printU64, put } from "../console/print.ts";
import { currentProgram } from "../program/process.ts";
import { copyText } from "../program/user.ts";
import type { Call } from "./call.ts";
import { CALLS, rows } from "./table.ts";

const MOST_TEXT: usize = 64;
let traced: bool = false;

export function startTracing(): void {
  traced = true;
}
/** @inline */
export function isTraced(): bool {
  return traced;
}
function printText(at: u64): void {
  const text: array<u8, typeof MOST_TEXT> = zeroed();
  const length = copyText(addressOf(text[0]), at, MOST_TEXT);
  if (at === 0) print("NULL");
  else if (length === -14) printHex(at);
  else {
    put(34);
    printBytes(addressOf(text[0]), length < 0 ? MOST_TEXT - 1 : usize(length));
    print(length < 0 ? '"...' : '"');
  }
}
function printArgument(kind: u8, value: u64): void {
  if (kind === char("s")) printText(value);
  else if (kind === char("d") || kind === char("i")) {
    const number = i64(truncate<i32>(value));
    if (kind === char("d") && number === -100) print("AT_FDCWD");
    else printI64(number);
  } else if (kind === char("n")) printU64(value);
  else printHex(value);
}
export function traceCall(call: ptr<Call>): void {
  const number = call.registers.vector;
  print("[");
  printU64(u64(currentProgram().id));
  print("] ");
  const name = number < CALLS ? rows[number].name : null;
  const form = number < CALLS ? rows[number].form : null;
  if (name === null) {
    print("call ");
    printU64(number);
  } else print(name);
  print("(");
  if (form !== null) {
    for (let i: usize = 0; form[i] !== 0; i++) {
      if (i > 0) print(", ");
      printArgument(form[i], call.args[i]);
    }
  }
  print(")");
}
export function traceResult(call: ptr<Call>): void {
  const result = truncate<i64>(call.registers.rax);
  print(" = ");
  if (result < 0 && result >= -4095) printI64(result);
  else if (call.registers.rax < 0x1_0000) printU64(call.registers.rax);
  else printHex(call.registers.rax);
  newline();
}
