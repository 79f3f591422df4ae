/**
 * The page fault's handler. It runs on a stack of its own, since the page that is missing may be of the stack itself, with interrupts off,
 * and takes no lock. What is promised is made; what a TLB remembers wrongly is forgotten; what may have to wait goes on elsewhere
 * (deferred.ts). The rest is told, as far as its address says what it was, and is the end. SDM vol. 3 §4.7, §6.15.
 */

import { PAGE_FAULT, panicAt, type Registers, setExceptionHandler } from "../arch/exceptions.ts";
import { INTERRUPT_FLAG, invalidatePage, readCr2, readCr3, writeCr2 } from "../arch/instructions.ts";
import { newline, print, printAddress, printSize, seizeConsole } from "../console/print.ts";
import { Area, areaBase } from "../memory/address.ts";
import { explainDebug } from "../memory/debug-area.ts";
import { pageFaultPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { isCaught } from "./catch.ts";
import { defer, setUnserved } from "./deferred.ts";
import { demand, Outcome } from "./demand.ts";
import { isLeaf, NO_EXECUTE, targetOf, WRITABLE } from "./entry.ts";
import { Source } from "./fault-pages.ts";
import { type Range, RangeKind } from "./range.ts";
import { find } from "./range-tree.ts";
import { recover } from "./recover.ts";
import { spaceOf } from "./space.ts";
import { follow } from "./table.ts";

/** Bits of the error code. */
const WAS_PRESENT: u64 = 1;
const WAS_WRITE: u64 = 2;
const RESERVED_BITS: u64 = 8;
const WAS_FETCH: u64 = 16;

/** Whether the tables allow what has faulted, so that a TLB must have been behind: rights are added without telling others. */
function isAllowed(root: usize, linear: usize, code: u64): bool {
  const place = follow(root, linear, 0);
  const entry = atomicLoad(place.entry);
  if (!isLeaf(entry, place.level)) return false;
  if ((code & WAS_WRITE) !== 0) return (entry & WRITABLE) !== 0;
  return (code & WAS_FETCH) === 0 || (entry & NO_EXECUTE) === 0;
}
function describe(range: ptr<Range>, linear: usize): void {
  print("\n");
  printAddress(linear);
  print(range.kind === RangeKind.Stack ? " is of the stack of " : " is of ");
  print(range.name === null ? "nobody" : range.name);
  print(", ");
  printAddress(range.start + usize(range.guard));
  print(" to ");
  printAddress(range.end - usize(range.guard));
  print(", ");
  printSize(range.end - range.start - 2 * usize(range.guard));
  newline();
}
/** What is to be said of a fault that nothing has put right. */
function reasonFor(linear: usize, outcome: Outcome): ptr<u8> {
  if (linear >= areaBase(Area.Debug)) return explainDebug(linear);
  const range = find(spaceOf(linear).arena.tree, linear);
  if (range !== null && range.kind !== RangeKind.Free) {
    seizeConsole();
    describe(range, linear);
    if (linear < range.start + usize(range.guard))
      return range.kind === RangeKind.Stack ? "stack overflow" : "page fault in a guard page";
    if (linear >= range.end - usize(range.guard))
      return range.kind === RangeKind.Stack ? "stack underflow" : "page fault in a guard page";
  }
  if (outcome === Outcome.NoMemory) return "no memory for a page that was promised";
  return linear < 4096 ? "null pointer" : "page fault";
}
function onPageFault(registers: ptr<Registers>): bool {
  const linear = readCr2();
  const code = registers.errorCode;
  const root = readCr3();
  if (staticKey(addressOf(pageFaultPoint.key)))
    record(addressOf(pageFaultPoint), linear, code, registers.rip, 0);
  let outcome = Outcome.Absent;
  if ((code & RESERVED_BITS) === 0) {
    const source = (registers.rflags & INTERRUPT_FLAG) !== 0 ? Source.Either : Source.Reserve;
    if ((code & WAS_PRESENT) === 0) outcome = demand(root, linear, source);
    if (outcome !== Outcome.NoMemory && isAllowed(targetOf(root), linear, code)) {
      invalidatePage(linear);
      return true;
    }
  }
  if (isCaught(registers, linear) || defer(registers, linear, code) || recover(registers)) return true;
  panicAt(registers, reasonFor(linear, outcome));
}
/** A fault that was deferred, and that nobody has put right. CR2 may be another's by now. */
function onUnserved(registers: ptr<Registers>, linear: usize): void {
  if (recover(registers)) return;
  writeCr2(linear);
  panicAt(registers, reasonFor(linear, Outcome.Absent));
}
export function initPageFaults(): void {
  setUnserved(onUnserved);
  setExceptionHandler(PAGE_FAULT, onPageFault);
}
