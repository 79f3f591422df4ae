/** Breaks the kernel on purpose, so that people and tests can see what it says then: option `crash`. */
import { setInterruptHandler } from "./arch/interrupts.ts";
import { newline, print } from "./console/print.ts";
import { sameText } from "./lib/text.ts";
import { NONE, PAGE_SIZE } from "./memory/address.ts";
import { assert, panic, panicWith, setStopOthers } from "./panic.ts";
import { cloneRoot } from "./vm/clone.ts";
import { DATA } from "./vm/entry.ts";
import { mapRange } from "./vm/map.ts";
import { type AddressSpace, kernelSpace } from "./vm/space.ts";

/** No code and no data lie here. */
const NOWHERE: usize = 0x10;

/** Of the root's sixth entry. */
const STRAY: usize = 5 << 39;
const program: AddressSpace = zeroed();

const VECTOR: u32 = 0x61;
const GENERAL_PROTECTION: usize = 13;
/** Of a gate's low half. */
const PRESENT: u64 = 1 << 47;

/** @packed */
class TablePointer extends Struct {
  limit: u16;
  base: u64;
}

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
/** @noinline */
function panicInHandler(): void {
  panic("in a handler");
}
/** @noinline */
function interruptItself(): void {
  setInterruptHandler(VECTOR, panicInHandler);
  asm`int ${VECTOR}`;
}
/** A general protection fault whose gate is not present: that is another fault, and both together are a double fault. @noinline */
function faultTwice(): void {
  const idtr: TablePointer = zeroed();
  asm({ clobbers: ["memory"] })`sidt [${addressOf(idtr)}]`;
  pointer<u64>(idtr.base + GENERAL_PROTECTION * 16).value &= ~PRESENT;
  asm({ in: { rax: 0x13f0 } })`mov ds, eax`;
}
/** A page at a program's address is mapped in the kernel's root, of which then a program's is to be cloned. @noinline */
function cloneStray(): void {
  mapRange(addressOf(kernelSpace), STRAY, NONE, PAGE_SIZE, DATA);
  cloneRoot(addressOf(program));
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
  else if (sameText(kind, "interrupt")) interruptItself();
  else if (sameText(kind, "double")) faultTwice();
  else if (sameText(kind, "stack")) recurse(0);
  else if (sameText(kind, "stray")) cloneStray();
  else {
    print("warning: there is no crash called ");
    print(kind);
    newline();
  }
}
