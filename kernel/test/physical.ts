/** Physical memory as others use it: blocks, pages, contiguous ranges, references, and what happens when there is no more. */
import { usable, usableCount } from "../boot/memory-map.ts";
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { segments } from "../memory/buddy.ts";
import { allocateAt, allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { dropFrame, frameAt, frameReferences, holdFrame } from "../memory/frame.ts";
import { ORDERS } from "../memory/memory-report.ts";
import { drainPools, POOL_CAPACITY, pooledFrames } from "../memory/page-pool.ts";
import {
  allocateFrames,
  allocatePage,
  failAfter,
  freeFrameCount,
  freeFrames,
  freePage,
  injectedFailures,
} from "../memory/physical.ts";
import { checkPhysical } from "../memory/physical-check.ts";
import { check, checkEqual } from "./check.ts";
import { freeBlocksDigest, settle } from "./physical-model.ts";

const DMA_END: usize = 0x100_0000;

export function everyFrameIsCounted(): void {
  check(checkPhysical(), "all invariants hold");
  let frames: u64 = 0;
  for (let i: usize = 0; i < usableCount; i++) frames += (usable[i].end - usable[i].start) >> PAGE_SHIFT;
  let counted: u64 = 0;
  for (let i: usize = 0; i < segments.length; i++) counted += u64(segments[i].report.frames);
  checkEqual(counted, frames, "frames of segments, and of the memory map");
}

export function blocksOfAllOrders(): void {
  const digest = freeBlocksDigest();
  for (let order: u32 = 0; order < ORDERS; order++) {
    const before = freeFrameCount();
    const physical = allocateFrames(order);
    check(physical !== NONE, "a block");
    if (physical === NONE) continue;
    checkEqual(physical & ((PAGE_SIZE << usize(order)) - 1), 0, "aligned to its size");
    checkEqual(before - freeFrameCount(), u64(1) << u64(order), "so many frames");
    checkEqual(u64(frameReferences(physical)), 1, "one reference");
    freeFrames(physical, order);
    checkEqual(freeFrameCount(), before, "all back");
  }
  checkEqual(allocateFrames(ORDERS), NONE, "larger than the largest");
  checkEqual(freeBlocksDigest(), digest, "the same blocks are free");
}

/** A page in front of a chain of held ones: their records, which are their holder's, say which is next. */
function link(page: usize, chain: usize): usize {
  frameAt(page).owner = chain;
  return page;
}
/** Takes pages until there are none; gives them as a chain. */
function takeAll(): usize {
  let chain = NONE;
  for (let page = allocatePage(); page !== NONE; page = allocatePage()) chain = link(page, chain);
  return chain;
}
function giveAll(chain: usize): u64 {
  let count: u64 = 0;
  for (let page = chain; page !== NONE; count++) {
    const next = frameAt(page).owner;
    freePage(page);
    page = next;
  }
  return count;
}
export function allOfIt(): void {
  const digest = freeBlocksDigest();
  const before = freeFrameCount();
  const chain = takeAll();
  checkEqual(freeFrameCount(), 0, "nothing is left");
  checkEqual(allocateFrames(0), NONE, "no frame");
  checkEqual(allocateContiguous(1, 1, NONE), NONE, "no range");
  check(checkPhysical(), "all invariants hold with nothing left");
  checkEqual(giveAll(chain), before, "all that was free could be taken");
  checkEqual(freeBlocksDigest(), digest, "the same blocks are free");
}
/** Frames that ordinary requests get come from below 16 MiB only when nothing else is left. */
export function scarceMemoryLast(): void {
  settle();
  let last = NONE;
  for (let page = allocateFrames(0); page !== NONE; page = allocateFrames(0)) {
    const others = segments[1].report.free + segments[2].report.free;
    check(page >= DMA_END || others === 0, "scarce memory is given out last");
    check(page < 1 << 32 || segments[2].report.free < segments[2].report.frames, "high memory first");
    last = link(page, last);
  }
  giveAll(last);
}

export function contiguousRanges(): void {
  const digest = freeBlocksDigest();
  for (let pages: usize = 1; pages <= 2048; pages = pages * 2 + 1) {
    for (let align: usize = 1; align <= 256; align *= 4) {
      const before = freeFrameCount();
      const physical = allocateContiguous(pages, align, NONE);
      if (physical === NONE) continue;
      checkEqual(physical & (align * PAGE_SIZE - 1), 0, "aligned");
      checkEqual(before - freeFrameCount(), pages, "exactly so many are held");
      // In two parts, the rear one first.
      freeContiguous(physical + (pages / 2) * PAGE_SIZE, pages - pages / 2);
      freeContiguous(physical, pages / 2);
    }
  }
  check(checkPhysical(), "all invariants hold");
  checkEqual(freeBlocksDigest(), digest, "the same blocks are free");
}
/** The longest range that is free, found frame by frame; it is more than a largest block, since the memory is nearly empty. */
export function rangesBeyondTheLargestBlock(): void {
  settle();
  let best: usize = 0;
  for (let pages: usize = 1; pages <= 1 << 22; pages *= 2) {
    const physical = allocateContiguous(pages, 1, NONE);
    if (physical === NONE) break;
    best = pages;
    freeContiguous(physical, pages);
  }
  check(best >= 1024, "ranges of 4 MiB and more");
  const physical = allocateContiguous(best + 3, 1, NONE);
  if (physical !== NONE) freeContiguous(physical, best + 3);
  checkEqual(allocateContiguous(1 << 32, 1, NONE), NONE, "more than there can be");
}
/** Two frames side by side that are no buddies make a range all the same, when there is nothing else. */
export function neighboursJoin(): void {
  const four = allocateContiguous(4, 4, NONE);
  check(four !== NONE, "four frames");
  if (four === NONE) return;
  const chain = takeAll();
  freeContiguous(four + PAGE_SIZE, 2);
  checkEqual(allocateFrames(1), NONE, "they are no block");
  checkEqual(allocateContiguous(3, 1, NONE), NONE, "they are not three");
  checkEqual(allocateContiguous(2, 2, NONE), NONE, "they are out of line");
  checkEqual(allocateContiguous(2, 1, four + 2 * PAGE_SIZE), NONE, "they reach over the limit");
  checkEqual(allocateContiguous(2, 1, NONE), four + PAGE_SIZE, "they are found");
  checkEqual(freeFrameCount(), 0, "and nothing else");
  giveAll(chain);
  freeContiguous(four, 4);
  check(checkPhysical(), "all invariants hold");
}
/** A range grows where it is, into frames that are free, and only into them. */
export function rangesGrow(): void {
  const sixteen = allocateContiguous(16, 16, NONE);
  check(sixteen !== NONE, "sixteen frames");
  if (sixteen === NONE) return;
  freeContiguous(sixteen + 5 * PAGE_SIZE, 6);
  const before = freeFrameCount();
  check(!allocateAt(sixteen + 5 * PAGE_SIZE, 7), "not into what is held");
  check(!allocateAt(sixteen + 4 * PAGE_SIZE, 1), "not what is held");
  checkEqual(freeFrameCount(), before, "nothing was taken");
  check(allocateAt(sixteen + 5 * PAGE_SIZE, 4), "into free frames");
  check(allocateAt(sixteen + 9 * PAGE_SIZE, 2), "and the rest of them");
  checkEqual(before - freeFrameCount(), 6, "so many frames");
  freeContiguous(sixteen, 16);
  check(checkPhysical(), "all invariants hold");
}

/** Limits within a segment, at its bound, and where there is nothing. */
export function limits(): void {
  const digest = freeBlocksDigest();
  const lowest = usable[0].start;
  checkEqual(allocateContiguous(1, 1, lowest), NONE, "nothing below the lowest frame");
  for (let below = lowest + PAGE_SIZE; below <= 1 << 33; below = below * 2 - lowest / 2) {
    const limit = below & ~(PAGE_SIZE - 1);
    const physical = allocateContiguous(3, 1, limit);
    if (physical === NONE) continue;
    check(physical + 3 * PAGE_SIZE <= limit, "below the limit");
    freeContiguous(physical, 3);
  }
  checkEqual(freeBlocksDigest(), digest, "the same blocks are free");
}
/** All that devices of the ISA bus reach can be taken, and what is above stays. */
export function allOfDma(): void {
  settle();
  const free = u64(segments[0].report.free);
  const before = freeFrameCount();
  let last = NONE;
  let count: u64 = 0;
  for (;;) {
    const page = allocateContiguous(1, 1, DMA_END);
    if (page === NONE) break;
    check(page + PAGE_SIZE <= DMA_END, "below 16 MiB");
    last = link(page, last);
    count++;
  }
  checkEqual(count, free, "all free frames below 16 MiB");
  checkEqual(freeFrameCount(), before - count, "no others");
  giveAll(last);
}

export function references(): void {
  const before = freeFrameCount();
  const page = allocatePage();
  holdFrame(page);
  holdFrame(page);
  checkEqual(u64(frameReferences(page)), 3, "three references");
  dropFrame(page);
  dropFrame(page);
  checkEqual(before - freeFrameCount(), 1, "still held");
  dropFrame(page);
  checkEqual(u64(frameReferences(page)), 0, "nobody's");
  const block = allocateFrames(3);
  holdFrame(block);
  dropFrame(block);
  checkEqual(before - freeFrameCount(), 8, "a block is held");
  dropFrame(block);
  const range = allocateContiguous(3, 1, NONE);
  dropFrame(range + PAGE_SIZE);
  dropFrame(range);
  dropFrame(range + 2 * PAGE_SIZE);
  checkEqual(freeFrameCount(), before, "all back");
  settle();
  check(checkPhysical(), "all invariants hold");
}

export function poolsAreBounded(): void {
  const ROUNDS = 100;
  drainPools();
  const free = segments[0].report.free + segments[1].report.free + segments[2].report.free;
  const pages: array<usize, 100> = zeroed();
  for (let i: usize = 0; i < ROUNDS; i++) {
    pages[i] = allocatePage();
    check(pooledFrames() <= POOL_CAPACITY, "a pool that is filled is bounded");
  }
  for (let i: usize = 0; i < ROUNDS; i++) {
    freePage(pages[i]);
    check(pooledFrames() <= POOL_CAPACITY, "a pool that frames come back to is bounded");
  }
  check(pooledFrames() > 0, "some stay in the pool");
  check(drainPools() > 0, "and can be taken from it");
  checkEqual(u64(pooledFrames()), 0, "all of them");
  const now = segments[0].report.free + segments[1].report.free + segments[2].report.free;
  checkEqual(u64(now), u64(free), "all are in blocks again");
}

/** Some of each kind; whether all came. What came is given back. */
function workload(): bool {
  const page = allocatePage();
  const block = allocateFrames(2);
  const range = allocateContiguous(5, 1, NONE);
  const other = allocateFrames(0);
  const grown = range !== NONE && other !== NONE && page !== NONE;
  if (page !== NONE) freePage(page);
  if (block !== NONE) freeFrames(block, 2);
  if (range !== NONE) freeContiguous(range, 5);
  if (other !== NONE) freeFrames(other, 0);
  return grown && block !== NONE;
}
export function failureAtEachPoint(): void {
  const REQUESTS: u64 = 4;
  const digest = freeBlocksDigest();
  for (let n: u64 = 1; n <= REQUESTS; n++) {
    const failures = injectedFailures();
    failAfter(n);
    check(!workload(), "one of the requests failed");
    checkEqual(injectedFailures() - failures, 1, "one failure");
    checkEqual(freeBlocksDigest(), digest, "nothing is lost");
  }
  failAfter(REQUESTS + 1);
  check(workload(), "all requests succeed");
  failAfter(0);
  checkEqual(freeBlocksDigest(), digest, "nothing is lost");
}
