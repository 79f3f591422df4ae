/**
 * Wrong use of the allocators, found out: what kind, of which pointer, and the values that show it. One line, then a panic, unless a program has called and is
 * told; a test that provokes violations asks for them to be counted and remembered instead. In both cases an object that was to be freed stays out.
 * The kinds are those of X15's slab allocator, with the pointer's kinds told apart.
 */
import { newline, print, printAddress } from "../console/print.ts";
import { panic } from "../panic.ts";

export enum Violation {
  None = 0,
  /** Not the start of an object: of no allocator, inside of one, or tagged with an area that is not its own. */
  InvalidPointer,
  /** The object is free already. */
  DoubleFree,
  /** What lies behind (or before) the object has been written to. */
  Overflow,
  /** A free object has been written to. */
  ModifiedFree,
  /** Freed into another cache, or with another size, than it came from. */
  WrongCache,
}

/** The last one. */
export class ViolationRecord extends Struct {
  kind: Violation;
  pointer: usize;
  expected: u64;
  found: u64;
}
export const lastViolation: ViolationRecord = zeroed();
export let violationCount: u64 = 0;
let tolerant: bool = false;

/** Gives whether the violation is somebody's who has been told, so that the kernel goes on as in tests. It may hold spin locks. */
type Blame = fn<(kind: ptr<u8>, pointer: usize) => bool>;
let blame: Blame | null = null;

export function setBlame(who: Blame): void {
  blame = who;
}
/** Whether violations are counted instead of ending the kernel: for tests. */
export function tolerateViolations(tolerate: bool): void {
  tolerant = tolerate;
}
export function forgetViolations(): void {
  violationCount = 0;
  lastViolation.kind = Violation.None;
}

function nameOf(kind: Violation): ptr<u8> {
  switch (kind) {
    case Violation.InvalidPointer:
      return "invalid pointer";
    case Violation.DoubleFree:
      return "double free";
    case Violation.Overflow:
      return "write behind the object";
    case Violation.ModifiedFree:
      return "write to a free object";
    case Violation.WrongCache:
      return "freed into another cache or with another size";
    default:
      return "?";
  }
}

/** `what` says where it was noticed and what the two values are: "expected" and "found" by name. Returns in tests, and if a program is to blame. */
export function violation(kind: Violation, what: ptr<u8>, pointer: usize, expected: u64, found: u64): void {
  violationCount++;
  lastViolation.kind = kind;
  lastViolation.pointer = pointer;
  lastViolation.expected = expected;
  lastViolation.found = found;
  if (tolerant) return;
  const isAnswered = blame === null ? false : blame(nameOf(kind), pointer);
  if (isAnswered) return;
  print("memory: ");
  print(nameOf(kind));
  print(" ");
  printAddress(pointer);
  print(", ");
  print(what);
  print(": expected ");
  printAddress(expected);
  print(", found ");
  printAddress(found);
  newline();
  panic(nameOf(kind));
}
