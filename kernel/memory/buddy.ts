/**
 * All RAM, in three segments: what ISA devices reach (DMA, below 16 MiB), what 32-bit devices reach (DMA32, below 4 GiB), and the rest
 * (high). Ordinary requests are served from high, then DMA32, then DMA, so that scarce memory is kept for those who need it. Bounds
 * are multiples of the largest block: no block lies in two segments. States of what is held are the callers' to keep.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { restOf } from "./boot-pages.ts";
import { frameNumber, isInTable, NO_FRAME, SECTION_FRAMES } from "./frame-table.ts";
import { ORDERS, type SEGMENTS, vitrine_memory } from "./memory-report.ts";
import type { Segment } from "./segment.ts";

/** Frames of the largest block. */
export const LARGEST: u32 = 1024;
static_assert(u32(1) << (ORDERS - 1) === LARGEST && SECTION_FRAMES === LARGEST);
/** Frame numbers at which DMA32 and high begin. */
const DMA32_START: u32 = 0x1000;
const HIGH_START: u32 = 0x10_0000;
const LIMIT: u32 = 0xffff_ffff;

/** In the order of their addresses. */
export const segments: array<Segment, typeof SEGMENTS> = zeroed();

function initSegment(index: usize, name: ptr<u8>, start: u32, end: u32): void {
  const report = addressOf(vitrine_memory.segments[index]);
  report.start = start;
  report.end = end;
  segments[index].name = name;
  segments[index].report = report;
}
/** The segment of a frame. */
export function segmentOf(number: u32): ptr<Segment> {
  if (number >= HIGH_START) return addressOf(segments[2]);
  return number >= DMA32_START ? addressOf(segments[1]) : addressOf(segments[0]);
}
/** The last frame, and one more, of the largest block that a frame could be in; not above `end`. */
export function blockEnd(number: u32, end: u32): u32 {
  const next = (number | (LARGEST - 1)) + 1;
  return next < end && next !== 0 ? next : end;
}

/** Frames that nobody has taken while there was no allocator become free. The frame table is there. */
export function initBuddy(): void {
  initSegment(0, "DMA", 0, DMA32_START);
  initSegment(1, "DMA32", DMA32_START, HIGH_START);
  initSegment(2, "high", HIGH_START, LIMIT);
  for (let i: usize = 0; i < usableCount; i++) {
    const end = frameNumber(usable[i].end);
    for (let at = frameNumber(usable[i].start); at < end; at = blockEnd(at, end)) {
      if (isInTable(at)) segmentOf(at).report.frames += blockEnd(at, end) - at;
    }
    const rest = restOf(i);
    giveFrames(frameNumber(rest.low), frameNumber(rest.high));
  }
}

/** Takes a block of 2^order frames from wherever there is one; NO_FRAME: there is none. */
export function takeBlock(order: u32): u32 {
  for (let i = segments.length; i > 0; i--) {
    const segment = addressOf(segments[i - 1]);
    if (atomicLoadRelaxed(addressOf(segment.available)) >> order === 0) continue;
    const flags = segment.lock.lock();
    const number = segment.take(order);
    segment.lock.unlock(flags);
    if (number !== NO_FRAME) return number;
  }
  return NO_FRAME;
}
/** Takes up to `count` single frames, and gives how many it got. */
export function takeSingles(into: ptr<u32>, count: u32): u32 {
  let got: u32 = 0;
  for (let i = segments.length; i > 0 && got < count; i--) {
    const segment = addressOf(segments[i - 1]);
    if (atomicLoadRelaxed(addressOf(segment.available)) === 0) continue;
    const flags = segment.lock.lock();
    while (got < count) {
      const number = segment.take(0);
      if (number === NO_FRAME) break;
      into[got] = number;
      got++;
    }
    segment.lock.unlock(flags);
  }
  return got;
}
/** Single frames become free; they are inside of nothing. Those of one segment that follow each other are given under one lock. */
export function giveSingles(numbers: ptr<u32>, count: u32): void {
  for (let i: u32 = 0; i < count; ) {
    const segment = segmentOf(numbers[i]);
    const flags = segment.lock.lock();
    for (; i < count && segmentOf(numbers[i]) === segment; i++) segment.give(numbers[i], 0);
    segment.lock.unlock(flags);
  }
}
/** Frames from `start` up to `end` become free; those without a record are passed over. The lock is held for at most a largest block. */
export function giveFrames(start: u32, end: u32): void {
  for (let at = start; at < end; at = blockEnd(at, end)) {
    if (!isInTable(at)) continue;
    const segment = segmentOf(at);
    const flags = segment.lock.lock();
    segment.giveRange(at, blockEnd(at, end) - at);
    segment.lock.unlock(flags);
  }
}
