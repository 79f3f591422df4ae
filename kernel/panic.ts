/**
 * The end, when the kernel finds itself wrong: what, where, values; then the machine stops with status 1 by the debug-exit port, or
 * halts. Nothing is saved or repaired.
 */
import { disableInterrupts, halt } from "./arch/instructions.ts";
import { newline, print, printHex, seizeConsole } from "./console/print.ts";

/** isa-debug-exit: the process's status becomes (value << 1) | 1. */
const DEBUG_EXIT: u16 = 0xf4;

function begin(message: ptr<u8>): void {
  disableInterrupts();
  seizeConsole();
  print("\npanic: ");
  print(message);
}
function end(): never {
  newline();
  out32(DEBUG_EXIT, 0);
  halt();
}

export function panic(message: ptr<u8>): never {
  begin(message);
  end();
}
/** With values that explain it: "name = value" each; null for a name leaves its value out. */
export function panicWith(
  message: ptr<u8>,
  name: ptr<u8>,
  value: u64,
  other: ptr<u8> | null,
  otherValue: u64,
): never {
  begin(message);
  print(": ");
  print(name);
  print(" = ");
  printHex(value);
  if (other !== null) {
    print(", ");
    print(other);
    print(" = ");
    printHex(otherValue);
  }
  end();
}
/** An invariant. Checked in every build. */
export function assert(holds: bool, message: ptr<u8>): void {
  if (!holds) panic(message);
}
