/**
 * The calls that led somewhere, innermost first, with the names of functions. They are told from the table of functions, so that code
 * needs no frame pointers; through an interrupt or exception they go on in what was interrupted.
 */
import { newline, print, printAddress, printHex, printLine, printU64 } from "../console/print.ts";
import type { Registers } from "./exceptions.ts";
import { type Frame, functionOf, nameOf, unwind } from "./functions.ts";

/** Nobody wants to read more. */
const MOST = 64;

/** Entry code that has saved registers and called `dispatch`. */
let entryCode: usize = 0;

export function setEntryCode(start: usize): void {
  entryCode = start;
}
function startsWith(text: ptr<u8>, start: ptr<u8>): bool {
  let i: usize = 0;
  while (start[i] !== 0 && text[i] === start[i]) i++;
  return start[i] === 0;
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
/** From code at `rip` with these registers. Functions of the panic itself, which come first, are left out. */
export function printCalls(rip: usize, rsp: usize, rbp: usize): void {
  const frame: Frame = { rip, rsp, rbp };
  printLine("calls, innermost first:");
  // A return address may lie behind its function, if that one ends in a call.
  let back: usize = 0;
  let own = true;
  for (let n: u32 = 0; n < MOST; n++) {
    const found = functionOf(frame.rip - back);
    if (found === null) {
      if (frame.rip !== 0) printPlace(frame.rip, "?", frame.rip);
      return;
    }
    const start = usize(found.address);
    const name = nameOf(found);
    if (start === entryCode) {
      printInterruption(addressOf(frame));
      back = 0;
      own = false;
      continue;
    }
    own = own && (startsWith(name, "panic.") || startsWith(name, "backtrace."));
    if (!own) printPlace(frame.rip, name, start);
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
