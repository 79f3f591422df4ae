/**
 * Area 0: objects smaller than half a page, in slabs, and objects of named caches. An object's frame says which cache it is of; an
 * address that is not the start of one of its objects is found out.
 */
import { Area, areaBase, PAGE_SHIFT } from "./address.ts";
import type { Cache } from "./cache.ts";
import { FrameKind } from "./frame-kind.ts";
import { findFrame, findSection } from "./frame-table.ts";
import { freeObject } from "./object-pool.ts";
import { beginsObject } from "./slab.ts";
import { Violation, violation } from "./violation.ts";

/** The cache of the object that begins at an address tagged with area 0; null if none does. */
export function cacheOf(linear: usize): ptr<Cache> | null {
  const physical = linear - areaBase(Area.Mempool);
  const frame = findFrame(physical);
  if (frame === null || frame.kind !== FrameKind.Slab) return null;
  const cache = pointer<Cache>(frame.owner);
  return beginsObject(cache, frame, physical) ? cache : null;
}
/** `free` of an address tagged with area 0, or of null. It is `cacheOf` with the steps one inside the other, which cost least so. */
export function freeMempool(linear: usize): void {
  const physical = linear - areaBase(Area.Mempool);
  const number = physical >> PAGE_SHIFT;
  const section = findSection(number);
  if (section !== null) {
    if (section.records(number)) {
      const frame = section.record(number);
      if (frame.kind === FrameKind.Slab) {
        const cache = pointer<Cache>(frame.owner);
        if (beginsObject(cache, frame, physical)) {
          freeObject(cache, linear);
          return;
        }
      }
    }
  }
  report(linear);
}
/** @noinline */
function report(linear: usize): void {
  // Null is nobody's object, and free takes it.
  if (linear === 0) return;
  const frame = findFrame(linear - areaBase(Area.Mempool));
  const kind = frame === null ? FrameKind.None : frame.kind;
  if (kind === FrameKind.Slab)
    violation(Violation.InvalidPointer, "inside of an object", linear, 0, linear & 0xfff);
  else violation(Violation.InvalidPointer, "mempool: frame's kind", linear, u64(FrameKind.Slab), u64(kind));
}
