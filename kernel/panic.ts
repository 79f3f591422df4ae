/**
 * The end, when the kernel finds itself wrong: what, where, values; then the machine stops with status 1 by the debug-exit port, or
 * halts. Nothing is saved or repaired. A panic within a panic says so and stops at once.
 */
import { printCallsHere } from "./arch/backtrace.ts";
import { cpuIndex, hasCpu, thisCpu } from "./arch/cpu.ts";
import { debugExit } from "./arch/debug-exit.ts";
import { disableInterrupts, halt } from "./arch/instructions.ts";
import { newline, print, printHex, printLine, printU64, seizeConsole } from "./console/print.ts";

class Owner extends Struct {
  /** 1 + the number of the processor that panics; 0: none. */
  taken: u32;
}
const owner: Owner = zeroed();
let stopOthers: fn<() => void> | null = null;

/** `stop` keeps the other processors from going on; it returns soon, whether they have stopped or not. */
export function setStopOthers(stop: fn<() => void>): void {
  stopOthers = stop;
}

/** First half of a panic, for who has more to tell: only the first caller comes back from it. The line is not ended. */
export function beginPanic(message: ptr<u8>): void {
  disableInterrupts();
  const self = hasCpu() ? cpuIndex() + 1 : 1;
  const before = atomicCompareExchange(addressOf(owner.taken), 0, self);
  if (before === self) endNested(message);
  // Another processor was first, and tells its own story.
  if (before !== 0) halt();
  if (stopOthers !== null) stopOthers();
  seizeConsole();
  print("\npanic: ");
  print(message);
}
function endNested(message: ptr<u8>): never {
  print("\npanic in a panic: ");
  printLine(message);
  stop();
}
/** Ends the line, and says on which processor and in which thread it is. */
export function printPlace(): void {
  newline();
  if (!hasCpu()) return;
  const cpu = thisCpu();
  print("  processor ");
  printU64(u64(cpu.index));
  if (address(cpu.thread) !== 0) {
    print(", thread ");
    print(addressOf(cpu.thread.name[0]));
  }
  newline();
}
function stop(): never {
  debugExit(0);
  halt();
}
export function endPanic(): never {
  stop();
}
function end(): never {
  printPlace();
  printCallsHere();
  stop();
}

export function panic(message: ptr<u8>): never {
  beginPanic(message);
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
  beginPanic(message);
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

/**
 * Debug builds come here when one of their own checks fails.
 * @export
 */
export function __trap(reason: ptr<u8>, file: ptr<u8>, line: u32): void {
  beginPanic(reason);
  print(", ");
  print(file);
  print(":");
  printU64(u64(line));
  end();
}
