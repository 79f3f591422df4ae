/**
 * The calls that led somewhere, innermost first, with the names of functions. They are told from the table of functions, so that code
 * needs no frame pointers; through an interrupt or exception they go on in what was interrupted.
 */

import { newline, print, printAddress, printHex, printLine, printU64 } from "../console/print.ts";
import { startsWith } from "../lib/text.ts";
import type { Registers } from "./exceptions.ts";
import { type Frame, functionOf, nameOf, unwind } from "./functions.ts";

/** Lines: nobody wants to read more. */
const MOST_LINES: u32 = 64;
/** Calls: of a recursion that has filled a stack, many are alike. */
const MOST_CALLS: u32 = 0x1_0000;

/** Entry code that has saved registers and called `dispatch`. */
let entryCode: usize = 0;

export function setEntryCode(start: usize): void {
  entryCode = start;
}
/** Whether a function is of the panic itself. */
function isOwn(name: ptr<u8>): bool {
  return startsWith(name, "panic.") || startsWith(name, "backtrace.") || startsWith(name, "__trap");
}
function printPlace(at: usize, name: ptr<u8>, start: usize): void {
  print("  ");
  printAddress(at);
  print(" ");
  print(name);
  print("+");
  printHex(at - start);
  newline();
}
/** Registers lie where the call of `dispatch` has left the stack. */
function printInterruption(frame: ptr<Frame>): void {
  const registers = pointer<Registers>(frame.rsp);
  print("  interrupted by vector ");
  printU64(registers.vector);
  newline();
  frame.rip = registers.rip;
  frame.rsp = registers.rsp;
  frame.rbp = registers.rbp;
}
function printAlike(count: u64): void {
  if (count === 0) return;
  print("  the same ");
  printU64(count);
  printLine(count === 1 ? " more time" : " more times");
}
/** Whether the word on the stack is an address of code. */
function hasCode(rsp: usize): bool {
  return rsp !== 0 && (rsp & 7) === 0 && functionOf(pointer<usize>(rsp).value - 1) !== null;
}
/** From code at `rip` with these registers. Functions of the panic itself, which come first, are left out. */
export function printCalls(rip: usize, rsp: usize, rbp: usize): void {
  const frame: Frame = { rip, rsp, rbp };
  printLine("calls, innermost first:");
  // A return address may lie behind its function, if that one ends in a call.
  let back: usize = 0;
  let own = true;
  let lines: u32 = 0;
  let last: usize = 0;
  let alike: u64 = 0;
  for (let n: u32 = 0; n < MOST_CALLS && lines < MOST_LINES; n++) {
    const found = functionOf(frame.rip - back);
    if (found === null) {
      if (frame.rip - back === 0) return;
      printPlace(frame.rip, "?", frame.rip);
      if (n > 0 || !hasCode(frame.rsp)) return;
      // A call to where no code is has left its return address.
      frame.rip = pointer<usize>(frame.rsp).value;
      frame.rsp += 8;
      back = 1;
      continue;
    }
    const start = usize(found.address);
    const name = nameOf(found);
    if (start === entryCode) {
      printInterruption(addressOf(frame));
      back = 0;
      own = false;
      continue;
    }
    own = own && isOwn(name);
    if (frame.rip === last) alike++;
    else if (!own) {
      printAlike(alike);
      printPlace(frame.rip, name, start);
      alike = 0;
      lines++;
    }
    last = frame.rip;
    frame.rip -= back;
    if (!unwind(addressOf(frame), found)) return;
    back = 1;
  }
}
/** Of the caller. */
export function printCallsHere(): void {
  const rsp = asm<usize>`mov ${asm.result}, rsp`;
  const rbp = asm<usize>`mov ${asm.result}, rbp`;
  const rip = asm<usize>`lea ${asm.result}, [rel here]
    here:`;
  printCalls(rip, rsp, rbp);
}
