/**
 * Where allocators with a structure of their own get memory: spans of 2^order pages, aligned to their size, so that an object's address tells
 * its span; and runs of pages for single objects that are too large for those. Linear addresses of area 3; 0 is none.
 */
import { Area, areaBase, inArea, NONE, PAGE_SHIFT, PAGE_SIZE, physicalOf } from "../address.ts";
import { allocateContiguous, freeContiguous } from "../contiguous.ts";
import { FrameKind } from "../frame-kind.ts";
import { findFrame, frameAt } from "../frame-table.ts";
import { allocateFrames, freeFrames } from "../physical.ts";

/** The largest span: 4 MiB. */
export const MAX_SPAN_ORDER: u32 = 10;
/** `data` of a frame: a span's order, in every one of its frames, or a run's pages with this in the first. */
const RUN: u64 = 1 << 63;

/** A span of 2^order pages. */
export function takeSpan(order: u32): usize {
  const physical = allocateFrames(order);
  if (physical === NONE) return 0;
  for (let i: usize = 0; i < usize(1) << usize(order); i++) {
    const frame = frameAt(physical + (i << PAGE_SHIFT));
    frame.kind = FrameKind.Other;
    frame.data = u64(order);
  }
  return inArea(Area.Large, physical);
}
/** The largest span that there is memory for, of at least 2^least and at most 2^most pages. */
export function takeLargestSpan(most: u32, least: u32): usize {
  for (let order = most; order >= least; order--) {
    const span = takeSpan(order);
    if (span !== 0) return span;
    if (order === 0) break;
  }
  return 0;
}
export function giveSpan(span: usize): void {
  const physical = physicalOf(span);
  const order = spanOrder(span);
  for (let i: usize = 0; i < usize(1) << usize(order); i++) {
    const frame = frameAt(physical + (i << PAGE_SHIFT));
    frame.kind = FrameKind.None;
    frame.data = 0;
  }
  freeFrames(physical, order);
}
/** The span that an address is in; 0 if in none. */
export function spanAt(linear: usize): usize {
  const physical = linear - areaBase(Area.Large);
  const frame = findFrame(physical);
  if (frame === null || frame.kind !== FrameKind.Other || frame.data > u64(MAX_SPAN_ORDER)) return 0;
  return linear & ~((PAGE_SIZE << frame.data) - 1);
}
export function spanOrder(span: usize): u32 {
  return u32(frameAt(physicalOf(span)).data);
}
export function spanBytes(span: usize): usize {
  return PAGE_SIZE << usize(spanOrder(span));
}

/** Pages for one object of `size` bytes, at a multiple of `align`. */
export function takeRun(size: usize, align: usize): usize {
  if (size >> 44 !== 0 || align >> 44 !== 0) return 0;
  const pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
  const physical = allocateContiguous(pages, align <= PAGE_SIZE ? 1 : align >> PAGE_SHIFT, NONE);
  if (physical === NONE) return 0;
  const frame = frameAt(physical);
  frame.kind = FrameKind.Other;
  frame.data = RUN | pages;
  return inArea(Area.Large, physical);
}
/** Bytes of the run that begins at an address; 0: none does. */
export function runBytes(linear: usize): usize {
  const physical = linear - areaBase(Area.Large);
  const frame = findFrame(physical);
  if ((physical & (PAGE_SIZE - 1)) !== 0 || frame === null) return 0;
  if (frame.kind !== FrameKind.Other || (frame.data & RUN) === 0) return 0;
  return (frame.data & ~RUN) << PAGE_SHIFT;
}
export function giveRun(linear: usize): void {
  freeContiguous(physicalOf(linear), runBytes(linear) >> PAGE_SHIFT);
}
