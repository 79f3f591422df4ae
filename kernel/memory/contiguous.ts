/**
 * Contiguous frames, any number of them: exactly so many are held, each by itself, so that they can be freed in any parts. First a free
 * block is looked for that they fit in, then, frame by frame, free blocks that lie side by side: if a segment has such a range, it
 * is found, also one larger than the largest block. Ranges do not reach over a segment's bound.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { panicWith } from "../panic.ts";
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { giveFrames, segmentOf, segments } from "./buddy.ts";
import { failsNow } from "./fault-injection.ts";
import {
  FrameState,
  frameNumber,
  frameOf,
  framePhysical,
  hasFrame,
  isInTable,
  NO_FRAME,
} from "./frame-table.ts";
import { checkJunk, fillJunk } from "./junk.ts";
import { ORDERS } from "./memory-report.ts";
import { ATTEMPTS, checkHeld, findMore, forgetHolder } from "./physical.ts";
import type { Segment } from "./segment.ts";

/** What is asked for. Frame numbers and counts; wider than they, so that sums do not wrap. */
class Request extends Struct {
  pages: u64;
  /** A power of two. */
  align: u64;
  /** The first frame behind it is this one at most. */
  below: u64;

  /** Where it fits into free frames from `start` up to `end`; NO_FRAME: it does not. */
  place(start: u64, end: u64): u32 {
    const first = (start + this.align - 1) & ~(this.align - 1);
    const limit = end < this.below ? end : this.below;
    return first + this.pages <= limit ? u32(first) : NO_FRAME;
  }
}

/** In one free block, the smallest that will do. */
function findInBlock(segment: ptr<Segment>, request: ptr<Request>): u32 {
  for (let order: u32 = 0; order < ORDERS; order++) {
    const frames = u64(1) << u64(order);
    if (frames < request.pages) continue;
    let block = segment.report.first[order];
    while (block !== NO_FRAME) {
      const place = request.place(u64(block), u64(block) + frames);
      if (place !== NO_FRAME) return place;
      block = frameOf(block).next;
    }
  }
  return NO_FRAME;
}
/** In free blocks side by side, of frames from `start` up to `end`. */
function findAcross(request: ptr<Request>, start: u64, end: u64): u32 {
  let from = start;
  let at = start;
  while (at < end) {
    if (!hasFrame(at << PAGE_SHIFT)) {
      at++;
      from = at;
      continue;
    }
    const frame = frameOf(u32(at));
    const free = frame.state === FrameState.Free;
    at += free || frame.state === FrameState.Block ? u64(1) << u64(frame.order) : 1;
    if (!free) from = at;
    else {
      const place = request.place(from, at);
      if (place !== NO_FRAME) return place;
    }
  }
  return NO_FRAME;
}
function find(segment: ptr<Segment>, request: ptr<Request>): u32 {
  const inBlock = findInBlock(segment, request);
  if (inBlock !== NO_FRAME) return inBlock;
  for (let i: usize = 0; i < usableCount; i++) {
    const bounds = segment.report;
    let start = usable[i].start >> PAGE_SHIFT;
    let end = usable[i].end >> PAGE_SHIFT;
    if (start < u64(bounds.start)) start = u64(bounds.start);
    if (end > u64(bounds.end)) end = u64(bounds.end);
    if (end > request.below) end = request.below;
    const found = findAcross(request, start, end);
    if (found !== NO_FRAME) return found;
  }
  return NO_FRAME;
}
/** From any segment; NO_FRAME: nowhere. */
function take(request: ptr<Request>): u32 {
  for (let i = segments.length; i > 0; i--) {
    const segment = addressOf(segments[i - 1]);
    const report = segment.report;
    if (u64(report.start) >= request.below || u64(atomicLoadRelaxed(addressOf(report.free))) < request.pages)
      continue;
    const flags = segment.lock.lock();
    const number = find(segment, request);
    if (number !== NO_FRAME) segment.takeRange(number, u32(request.pages));
    segment.lock.unlock(flags);
    if (number !== NO_FRAME) return number;
  }
  return NO_FRAME;
}
function hold(number: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameOf(number + i);
    frame.state = FrameState.Run;
    frame.order = 0;
    frame.references = 1;
  }
  checkJunk(number, count);
}

/**
 * `pages` frames side by side, the first at a multiple of `alignPages` pages (a power of two), that end at the physical address `below`
 * or before it; each with one reference. NONE: there are none so.
 */
export function allocateContiguous(pages: usize, alignPages: usize, below: usize): usize {
  if (pages === 0 || alignPages === 0 || (alignPages & (alignPages - 1)) !== 0) {
    panicWith("contiguous pages of no size or alignment", "pages", pages, "alignment", alignPages);
  }
  if (pages >> 32 !== 0 || failsNow()) return NONE;
  const request: Request = init({ pages, align: alignPages, below: below >> PAGE_SHIFT });
  let number = take(addressOf(request));
  for (let attempt: u32 = 0; number === NO_FRAME && attempt < ATTEMPTS; attempt++) {
    if (findMore(attempt)) number = take(addressOf(request));
  }
  if (number === NO_FRAME) return NONE;
  hold(number, u32(pages));
  return framePhysical(number);
}
/** Exactly these frames, if all of them are free: what lies behind a range, so that it grows where it is. */
export function allocateAt(physical: usize, pages: usize): bool {
  const start = frameNumber(physical);
  if (pages === 0 || pages >> 32 !== 0 || failsNow()) return false;
  const segment = segmentOf(start);
  const end = u64(start) + pages;
  if (end > u64(segment.report.end)) return false;
  const flags = segment.lock.lock();
  let at = u64(start);
  while (at < end && isInTable(u32(at))) {
    const block = segment.blockOf(u32(at));
    if (block === NO_FRAME) break;
    at = u64(block) + (u64(1) << u64(frameOf(block).order));
  }
  const free = at >= end;
  if (free) segment.takeRange(start, u32(pages));
  segment.lock.unlock(flags);
  if (free) hold(start, u32(pages));
  return free;
}
/** Any frames side by side that are held one by one: a range, or a part of one, or of several. */
export function freeContiguous(physical: usize, pages: usize): void {
  for (let i: usize = 0; i < pages; i++) {
    const frame = checkHeld(physical + i * PAGE_SIZE, 0);
    forgetHolder(frame);
    frame.state = FrameState.Inside;
  }
  const number = frameNumber(physical);
  fillJunk(number, u32(pages));
  giveFrames(number, number + u32(pages));
}
