/**
 * Area 3: objects of more than a page. N pages cost N pages, side by side in physical memory, at any alignment: where an object begins and
 * how many pages it has is in its first frame's record. They grow where they are if the pages behind are free.
 */
import { Area, areaBase, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { allocateAt, allocateContiguous, freeContiguous } from "./contiguous.ts";
import { FrameKind } from "./frame-kind.ts";
import { frameAt, hasFrame } from "./frame-table.ts";
import { countAllocated, countFailure, countFreed, countResized } from "./usage.ts";
import { Violation, violation } from "./violation.ts";

/** No object is larger: sums of sizes do not wrap. */
const LIMIT: usize = 1 << 44;

function pagesFor(size: usize): usize {
  return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}
/** `size` bytes, at a multiple of `align` (a power of two); 0 if there is no memory. */
export function allocateLarge(size: usize, align: usize): usize {
  const pages = pagesFor(size);
  const alignPages = align <= PAGE_SIZE ? 1 : align >> PAGE_SHIFT;
  const sane = size <= LIMIT && align <= LIMIT;
  const physical = sane ? allocateContiguous(pages, alignPages, NONE) : NONE;
  if (physical === NONE) {
    countFailure();
    return 0;
  }
  const frame = frameAt(physical);
  frame.kind = FrameKind.Large;
  frame.data = pages;
  countAllocated(size, pages << PAGE_SHIFT, pages << PAGE_SHIFT);
  return inArea(Area.Large, physical);
}
/** The pages of the object that begins at an address tagged with area 3; 0 if none does. */
function largePages(linear: usize): usize {
  const physical = linear - areaBase(Area.Large);
  if ((physical & (PAGE_SIZE - 1)) !== 0 || !hasFrame(physical)) return 0;
  const frame = frameAt(physical);
  return frame.kind === FrameKind.Large ? frame.data : 0;
}
/** Its bytes; NONE: no object begins there. */
export function largeSize(linear: usize): usize {
  const pages = largePages(linear);
  return pages === 0 ? NONE : pages << PAGE_SHIFT;
}
/** Gives an object another size without moving it, if it stays over a page and, to grow, the pages behind it are free. */
export function resizeLarge(linear: usize, size: usize): bool {
  const physical = linear - areaBase(Area.Large);
  const before = largePages(linear);
  if (size <= PAGE_SIZE || size > LIMIT) return false;
  const after = pagesFor(size);
  if (after > before && !allocateAt(physical + (before << PAGE_SHIFT), after - before)) return false;
  if (after < before) freeContiguous(physical + (after << PAGE_SHIFT), before - after);
  frameAt(physical).data = after;
  countResized(before << PAGE_SHIFT, after << PAGE_SHIFT);
  return true;
}
/** @noinline */
function reportLarge(linear: usize): void {
  const physical = linear - areaBase(Area.Large);
  if (!hasFrame(physical) || (linear & (PAGE_SIZE - 1)) !== 0) {
    violation(Violation.InvalidPointer, "large, offset in its page", linear, 0, linear & (PAGE_SIZE - 1));
    return;
  }
  violation(
    Violation.InvalidPointer,
    "large, frame's kind",
    linear,
    u64(FrameKind.Large),
    u64(frameAt(physical).kind),
  );
}
/** `free` of an address tagged with area 3. */
export function freeLarge(linear: usize): void {
  const pages = largePages(linear);
  if (pages === 0) {
    reportLarge(linear);
    return;
  }
  countFreed(pages << PAGE_SHIFT, pages << PAGE_SHIFT);
  freeContiguous(linear - areaBase(Area.Large), pages);
}
