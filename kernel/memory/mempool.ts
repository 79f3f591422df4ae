/**
 * Area 0: objects smaller than half a page, in slabs, and objects of named caches. An object's frame says which cache it is of; an
 * address that is not the start of one of its objects is found out.
 */
import { Area, areaBase } from "./address.ts";
import type { Cache } from "./cache.ts";
import { FrameKind } from "./frame-kind.ts";
import { frameAt, hasFrame } from "./frame-table.ts";
import { freeObject } from "./object-pool.ts";
import { objectNumber } from "./slab.ts";
import { Violation, violation } from "./violation.ts";

/** The cache of the object that begins at an address tagged with area 0; null if none does. */
export function cacheOf(linear: usize): ptr<Cache> | null {
  const physical = linear - areaBase(Area.Mempool);
  if (!hasFrame(physical)) return null;
  const frame = frameAt(physical);
  if (frame.kind !== FrameKind.Slab) return null;
  const cache = pointer<Cache>(frame.owner);
  return objectNumber(cache, physical) < cache.count ? cache : null;
}
/** @noinline */
function reportPointer(linear: usize): void {
  // Null is nobody's object, and free takes it.
  if (linear !== 0)
    violation(Violation.InvalidPointer, "mempool: frame's kind", linear, u64(FrameKind.Slab), kindAt(linear));
}
function kindAt(linear: usize): u64 {
  const physical = linear - areaBase(Area.Mempool);
  return hasFrame(physical) ? u64(frameAt(physical).kind) : 0xff;
}
/** `free` of an address tagged with area 0, or of null. */
export function freeMempool(linear: usize): void {
  const cache = cacheOf(linear);
  if (cache === null) reportPointer(linear);
  else freeObject(cache, linear);
}
