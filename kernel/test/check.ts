/** What test cases say: each failure is printed with its values and counted; the case goes on. */
import {
  lockConsole,
  newline,
  print,
  printHex,
  printI64,
  printLine,
  unlockConsole,
} from "../console/print.ts";

let name: ptr<u8> = "";
let failures: u32 = 0;

/** The case that checks belong to from here on. */
export function beginCase(caseName: ptr<u8>): void {
  name = caseName;
  failures = 0;
}
/** How many checks of the case have failed. */
export function failuresOfCase(): u32 {
  return atomicLoad(addressOf(failures));
}
function fail(what: ptr<u8>): void {
  atomicAdd(addressOf(failures), 1);
  print("FAIL ");
  print(name);
  print(": ");
  print(what);
}
/** May be called by any thread on any processor. */
export function check(condition: bool, what: ptr<u8>): void {
  if (condition) return;
  const flags = lockConsole();
  fail(what);
  newline();
  unlockConsole(flags);
}
export function checkEqual(actual: u64, expected: u64, what: ptr<u8>): void {
  if (actual === expected) return;
  const flags = lockConsole();
  fail(what);
  print(": ");
  printValue(actual);
  print(" ≠ ");
  printValue(expected);
  newline();
  unlockConsole(flags);
}
/** Small numbers in decimal, others as addresses are written. */
function printValue(value: u64): void {
  if (value < 0x1_0000) printI64(i64(value));
  else printHex(value);
}
/** For what only a person can judge. */
export function note(text: ptr<u8>): void {
  const flags = lockConsole();
  printLine(text);
  unlockConsole(flags);
}
