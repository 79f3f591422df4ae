/**
 * Area 1: objects of over half a page, up to a page. Each is a page, aligned to it, and costs nothing else: its frame's record says what
 * it is. Pages come from the processor's pool of single frames (page-pool.ts).
 */
import { Area, areaBase, inArea, NONE, PAGE_SIZE } from "./address.ts";
import { FrameKind } from "./frame-kind.ts";
import { frameAt, hasFrame } from "./frame-table.ts";
import { allocatePage, freePage } from "./physical.ts";
import { countAllocated, countFailure, countFreed } from "./usage.ts";
import { Violation, violation } from "./violation.ts";

/** For a caller that needs `size` bytes of it; 0 if there is no memory. */
export function allocatePageObject(size: usize): usize {
  const physical = allocatePage();
  if (physical === NONE) {
    countFailure();
    return 0;
  }
  frameAt(physical).kind = FrameKind.Page;
  countAllocated(size, PAGE_SIZE, PAGE_SIZE);
  return inArea(Area.Page, physical);
}
/** Whether a page object begins at an address tagged with area 1. */
export function isPageObject(linear: usize): bool {
  const physical = linear - areaBase(Area.Page);
  return (
    (physical & (PAGE_SIZE - 1)) === 0 && hasFrame(physical) && frameAt(physical).kind === FrameKind.Page
  );
}
/** @noinline */
function reportPage(linear: usize): void {
  const physical = linear - areaBase(Area.Page);
  if (!hasFrame(physical) || (linear & (PAGE_SIZE - 1)) !== 0) {
    violation(Violation.InvalidPointer, "page, offset in it", linear, 0, linear & (PAGE_SIZE - 1));
    return;
  }
  // A frame that nobody has marked is free, or was given to someone who asked for frames; in this area only objects are freed.
  const kind = frameAt(physical).kind;
  const what = kind === FrameKind.None ? Violation.DoubleFree : Violation.InvalidPointer;
  violation(what, "page, frame's kind", linear, u64(FrameKind.Page), u64(kind));
}
/** `free` of an address tagged with area 1. */
export function freePageObject(linear: usize): void {
  if (!isPageObject(linear)) {
    reportPage(linear);
    return;
  }
  countFreed(PAGE_SIZE, PAGE_SIZE);
  freePage(linear - areaBase(Area.Page));
}
