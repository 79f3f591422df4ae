/** The debug area: what is outside of an object, or no longer one, cannot be touched; and what alignment leaves is watched. */
import { sameText } from "../lib/text.ts";
import { Area, areaOf, PAGE_SIZE } from "../memory/address.ts";
import { explainDebug } from "../memory/debug-area.ts";
import {
  debugAlloc,
  debugSizes,
  free,
  freeSized,
  malloc,
  mallocUsableSize,
  realloc,
} from "../memory/malloc.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import {
  forgetViolations,
  lastViolation,
  tolerateViolations,
  Violation,
  violationCount,
} from "../memory/violation.ts";
import { canRead, canWrite } from "../vm/catch.ts";
import { check, checkEqual } from "./check.ts";
import { isMarkedBy, mark } from "./objects.ts";

function found(object: ptr<u8>): Violation {
  forgetViolations();
  tolerateViolations(true);
  free(object);
  tolerateViolations(false);
  return violationCount === 0 ? Violation.None : lastViolation.kind;
}
/** Pages before and behind an object do not exist, and neither does the object when it is free. */
export function objectsBetweenGuards(): void {
  for (let size: usize = 1; size < 3 * PAGE_SIZE; size += 333) {
    for (let align: usize = 16; align <= 2 * PAGE_SIZE; align *= 8) {
      const object = debugAlloc(align, size);
      check(object !== null, "there is memory");
      if (object === null) return;
      const linear = address(object);
      checkEqual(u64(areaOf(linear)), u64(Area.Debug), "an address of the area");
      checkEqual(linear % align, 0, "aligned");
      checkEqual(mallocUsableSize(object), size, "exactly as large as was asked for");
      mark(cast<u8>(object), size, 7);
      const behind = (linear + size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
      check(canWrite(linear + size - 1), "its last byte is there");
      check(!canRead(behind) && !canWrite(behind), "behind it nothing is");
      check(!canRead((linear & ~(PAGE_SIZE - 1)) - 1), "nor before it");
      check(align > 16 || behind - linear - size < 16, "it ends where its page ends");
      check(isMarkedBy(cast<u8>(object), size, size, 7), "it keeps its contents");
      check(sameText(explainDebug(behind), "access behind an object"), "what a fault behind it is called");
      freeSized(object, size);
      check(!canRead(linear) && !canWrite(linear + size - 1), "freed, it is gone");
      check(sameText(explainDebug(linear), "use after free"), "what a fault in it is called");
    }
  }
}
export function debugViolations(): void {
  checkEqual(u64(found(cast<u8>(debugAlloc(16, 0)))), u64(Violation.None), "an object without bytes is one");
  const object = debugAlloc(16, 100);
  if (object === null) return;
  const bytes = cast<u8>(object);
  bytes[100] = 1;
  checkEqual(u64(found(bytes)), u64(Violation.Overflow), "a write behind it, inside of its page");
  checkEqual(lastViolation.pointer, address(object) + 100, "where it was");
  bytes[100] = 0xdb;
  bytes.offset(-1).value = 1;
  checkEqual(u64(found(bytes)), u64(Violation.Overflow), "a write before it");
  bytes.offset(-1).value = 0xdb;
  checkEqual(u64(found(bytes.offset(16))), u64(Violation.InvalidPointer), "inside of it");
  checkEqual(u64(found(bytes)), u64(Violation.None), "as it was");
  checkEqual(u64(found(bytes)), u64(Violation.DoubleFree), "twice");
  checkEqual(
    u64(found(pointer<u8>(0xffff_ffff_ffff_0000))),
    u64(Violation.InvalidPointer),
    "never an object",
  );
}
/** Objects of some sizes go there, others do not. */
export function debugBySize(): void {
  debugSizes(100, 200);
  for (let size: usize = 80; size <= 220; size++) {
    const object = malloc(size);
    const inside = size >= 100 && size <= 200;
    check((areaOf(address(object)) === Area.Debug) === inside, "objects of those sizes, and no others");
    free(object);
  }
  let object = malloc(150);
  mark(cast<u8>(object), 150, 3);
  object = realloc(object, 250);
  check(areaOf(address(object)) !== Area.Debug, "a resized one goes by its new size");
  check(isMarkedBy(cast<u8>(object), 150, 150, 3), "with its contents");
  object = realloc(object, 120);
  checkEqual(mallocUsableSize(object), 120, "and back");
  check(isMarkedBy(cast<u8>(object), 120, 150, 3), "with what fits");
  free(object);
  debugSizes(1, 0);
}
/** Failure in the middle leaves nothing behind. */
export function debugWithoutMemory(): void {
  free(debugAlloc(16, 6 * PAGE_SIZE));
  const before = freeFrameCount();
  for (let n: u64 = 1; n < 20; n++) {
    failAfter(n);
    const object = debugAlloc(16, 6 * PAGE_SIZE);
    failAfter(0);
    if (object !== null) free(object);
    checkEqual(freeFrameCount(), before, "all frames are free again");
  }
}
