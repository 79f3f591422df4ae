/** Breaks the kernel on purpose, so that people and tests can see what it says then: option `crash`. */
import { sameText } from "./boot/words.ts";
import { newline, print } from "./console/print.ts";
import { assert, panic, panicWith, setStopOthers } from "./panic.ts";

/** No code and no data lie here. */
const NOWHERE: usize = 0x10;

/** @noinline */
function writeThrough(at: ptr<u32>): void {
  at.value = 1;
}
/** @noinline */
function callNowhere(): void {
  functionAt<() => void>(NOWHERE)();
}
/** @noinline */
function divide(a: u32, b: u32): u32 {
  return a / b;
}
/** Each call takes more of the stack, until there is none. @noinline */
function recurse(depth: u64): u64 {
  const block: array<u64, 64> = zeroed();
  block[depth % 64] = depth;
  return recurse(depth + 1) + block[(depth + 1) % 64];
}
/** The panic finds something to do that faults itself. */
function panicTwice(): void {
  setStopOthers(callNowhere);
  panic("the first one");
}

/** `kind`: as options.ts lists them. Comes back if there is no such kind. @noinline */
export function crash(kind: ptr<u8>): void {
  if (sameText(kind, "null")) writeThrough(pointer<u32>(NOWHERE));
  else if (sameText(kind, "jump")) callNowhere();
  else if (sameText(kind, "opcode")) asm`ud2`;
  else if (sameText(kind, "divide")) divide(1, u32(kind[0]) - char("d"));
  else if (sameText(kind, "panic")) panicWith("asked for", "left", 1, "right", 0xfeed);
  else if (sameText(kind, "assert")) assert(sameText(kind, "panic"), "kinds are alike");
  else if (sameText(kind, "twice")) panicTwice();
  else if (sameText(kind, "stack")) recurse(0);
  else {
    print("warning: there is no crash called ");
    print(kind);
    newline();
  }
}
