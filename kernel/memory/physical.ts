/**
 * Physical memory for everyone: blocks of 2^order frames, and single pages by way of the calling processor's pool. Addresses are
 * physical. What runs out gives NONE; giving back what is not held, or not so, is a broken invariant and panics with the values.
 * Contiguous ranges of any length are in contiguous.ts, references in frame.ts.
 */

import { giveFramesPoint, takeFramesPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { NONE, PAGE_SIZE } from "./address.ts";
import { badFree } from "./bad-free.ts";
import { closeBootPages, takeSparePage } from "./boot-pages.ts";
import { initBuddy, segmentOf, segments, takeBlock } from "./buddy.ts";
import { failsNow } from "./fault-injection.ts";
import { FrameKind } from "./frame-kind.ts";
import {
  type Frame,
  FrameState,
  findFrame,
  frameNumber,
  frameOf,
  framePhysical,
  hasFrame,
  initFrameTable,
  lostFrames,
  NO_FRAME,
  sectionCount,
  sections,
  tableFrames,
} from "./frame-table.ts";
import { checkJunk, fillJunk } from "./junk.ts";
import { ORDERS, publishMemoryReport, vitrine_memory } from "./memory-report.ts";
import { drainPools, givePooled, initPools, pooledFrames, takePooled } from "./page-pool.ts";
import { relieveShortage } from "./shortage.ts";

export { NONE } from "./address.ts";
export { failAfter, injectedFailures } from "./fault-injection.ts";

/** Whether frames can be asked for. */
export let physicalReady: bool = false;

/** The frame table, and all memory that is still nobody's into the buddy allocator. The aliases are up. */
export function initPhysical(): void {
  initFrameTable();
  initBuddy();
  initPools();
  vitrine_memory.sections = address(sections);
  vitrine_memory.sectionCount = sectionCount;
  vitrine_memory.tableFrames = tableFrames;
  vitrine_memory.lostFrames = lostFrames;
  publishMemoryReport();
  closeBootPages();
  physicalReady = true;
  for (let spare = takeSparePage(); spare !== NONE; spare = takeSparePage()) {
    if (hasFrame(spare)) freePage(spare);
  }
}

function isHeld(frame: ptr<Frame>, order: u32): bool {
  if (frame.state === FrameState.Run) return order === 0;
  return frame.state === FrameState.Block && u32(frame.order) === order;
}
/** The frame at `physical`, if it begins a held block of this order, or is held by itself, and nobody else refers to it; else panics. */
export function checkHeld(physical: usize, order: u32): ptr<Frame> {
  const frame = findFrame(physical);
  const good = frame !== null && isHeld(frame, order) && frame.references <= 1;
  if (!good || (physical & (PAGE_SIZE - 1)) !== 0) badFree(physical, order);
  return frame;
}
/** What its holder kept in a frame's record is forgotten. */
export function forgetHolder(frame: ptr<Frame>): void {
  frame.references = 0;
  frame.owner = 0;
  frame.data = 0;
  frame.kind = FrameKind.None;
}
function hold(number: u32, order: u32): usize {
  const frame = frameOf(number);
  frame.state = FrameState.Block;
  frame.order = truncate<u8>(order);
  frame.references = 1;
  checkJunk(number, u32(1) << order);
  return framePhysical(number);
}

/** What findMore has up its sleeve. */
export const ATTEMPTS: u32 = 3;
/** Nothing was free: whether more is now, from pools of frames and then from all who keep memory in reserve. */
export function findMore(attempt: u32): bool {
  const relieved = attempt > 0 && relieveShortage(attempt - 1);
  return drainPools() !== 0 || relieved;
}
/** 2^order frames, aligned to their size, with one reference; NONE: there are no such. */
export function allocateFrames(order: u32): usize {
  if (order >= ORDERS || failsNow()) return NONE;
  let number = takeBlock(order);
  for (let attempt: u32 = 0; number === NO_FRAME && attempt < ATTEMPTS; attempt++) {
    if (findMore(attempt)) number = takeBlock(order);
  }
  if (number === NO_FRAME) return NONE;
  const physical = hold(number, order);
  if (staticKey(addressOf(takeFramesPoint.key)))
    record(addressOf(takeFramesPoint), physical, u64(order), 0, 0);
  return physical;
}
/** A block as allocateFrames gave it. It is looked at under the lock by which it becomes free, so that nobody frees it at the same time. */
export function freeFrames(physical: usize, order: u32): void {
  if (staticKey(addressOf(giveFramesPoint.key)))
    record(addressOf(giveFramesPoint), physical, u64(order), 0, 0);
  const number = frameNumber(physical);
  if (DEBUG) {
    checkHeld(physical, order);
    fillJunk(number, u32(1) << order);
  }
  const segment = segmentOf(number);
  const flags = segment.lock.lock();
  const frame = checkHeld(physical, order);
  forgetHolder(frame);
  frame.state = FrameState.Inside;
  segment.give(number, order);
  segment.lock.unlock(flags);
}

/**
 * When no pool and no block of the calling processor has one.
 * @noinline
 */
function takeLastPage(): u32 {
  let number = NO_FRAME;
  for (let attempt: u32 = 0; number === NO_FRAME && attempt < ATTEMPTS; attempt++) {
    if (findMore(attempt)) number = takeBlock(0);
  }
  return number;
}
/** One frame, with one reference; NONE: there is none left anywhere. */
export function allocatePage(): usize {
  if (failsNow()) return NONE;
  let number = takePooled();
  if (number === NO_FRAME) number = takeLastPage();
  return number === NO_FRAME ? NONE : hold(number, 0);
}
/**
 * A frame as allocatePage, allocateFrames(0) or allocateContiguous gave it. Two processors that free one at the same time may both find it
 * held, since each has a pool of its own; debug builds let one of them through.
 */
export function freePage(physical: usize): void {
  const frame = checkHeld(physical, 0);
  if (!DEBUG) frame.state = FrameState.Pooled;
  else if (atomicExchange(addressOf(frame.state), FrameState.Pooled) === FrameState.Pooled)
    badFree(physical, 0);
  forgetHolder(frame);
  const number = frameNumber(physical);
  fillJunk(number, 1);
  givePooled(number);
}

/** Frames that could be given out, in blocks and in pools. */
export function freeFrameCount(): u64 {
  let count = u64(pooledFrames());
  for (let i: usize = 0; i < segments.length; i++) count += u64(segments[i].report.free);
  return count;
}
/** Frames of RAM in all segments. */
export function frameCount(): u64 {
  let count: u64 = 0;
  for (let i: usize = 0; i < segments.length; i++) count += u64(segments[i].report.frames);
  return count;
}
