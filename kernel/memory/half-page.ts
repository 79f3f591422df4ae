/**
 * Area 2: objects of exactly half a page, aligned to it, as network buffers are. Nothing of a page is lost: which of its halves are out is in
 * its frame's record, so that freeing one twice is always found out. Each processor has a pool of free halves.
 */
import { cpuIndex, forbidPreemption, MAX_CPUS } from "../arch/cpu.ts";
import { allowPreemption } from "../thread/preemption.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import {
  Area,
  areaBase,
  HALF_PAGE_SIZE,
  inArea,
  NONE,
  PAGE_SHIFT,
  PAGE_SIZE,
  physicalOf,
} from "./address.ts";
import type { Pool } from "./cache.ts";
import { FrameKind } from "./frame-kind.ts";
import {
  type Frame,
  frameAt,
  frameNumber,
  frameOf,
  framePhysical,
  hasFrame,
  NO_FRAME,
} from "./frame-table.ts";
import { allocatePage, freePage } from "./physical.ts";
import { addReserve } from "./shortage.ts";
import { countHeld, countPooled, countReleased } from "./usage.ts";
import { Violation, violation } from "./violation.ts";

/** @base u8 */
enum Half {
  Free = 0,
  /** In a processor's pool. */
  Pooled = 1,
  Live = 2,
}
/** `data` of the page's frame. */
class Halves extends Struct {
  half: array<Half, 2>;
}
static_assert(sizeof<Halves>() === 2);

const POOL_ROOM = 64;
const ENTRY: usize = 8;
const pools: array<Pool, typeof MAX_CPUS> = zeroed();
const stacks: array<array<usize, typeof POOL_ROOM>, typeof MAX_CPUS> = zeroed();
/** Pages with one free half, by frame number: `next` and `previous` of their frames. */
let partial: u32 = NO_FRAME;
const lock: SpinLock = zeroed();
/** Each processor may keep so many bytes. */
export function initHalfPages(poolBytes: usize): void {
  let entries = poolBytes / HALF_PAGE_SIZE;
  if (entries > POOL_ROOM) entries = POOL_ROOM;
  else if (entries < 2) entries = 2;
  for (let i: usize = 0; i < MAX_CPUS; i++) {
    const base = address(addressOf(stacks[i]));
    pools[i].base = base;
    pools[i].top = base;
    pools[i].limit = base + entries * ENTRY;
  }
  addReserve(drainHalfPages);
}

/** @inline */
function halvesOf(frame: ptr<Frame>): ptr<Halves> {
  return cast<Halves>(addressOf(frame.data));
}
/** @inline */
function halfOf(linear: usize): usize {
  return (linear >> (PAGE_SHIFT - 1)) & 1;
}
function link(number: u32): void {
  const frame = frameOf(number);
  frame.previous = NO_FRAME;
  frame.next = partial;
  if (partial !== NO_FRAME) frameOf(partial).previous = number;
  partial = number;
}
function unlink(number: u32): void {
  const frame = frameOf(number);
  if (frame.next !== NO_FRAME) frameOf(frame.next).previous = frame.previous;
  if (frame.previous !== NO_FRAME) frameOf(frame.previous).next = frame.next;
  else partial = frame.next;
}

/** The free half of a page that has one, by its address; 0: no page has. The lock is held. */
function takePartial(): usize {
  const number = partial;
  if (number === NO_FRAME) return 0;
  const halves = halvesOf(frameOf(number));
  const index: usize = halves.half[0] === Half.Free ? 0 : 1;
  unlink(number);
  halves.half[index] = Half.Pooled;
  return inArea(Area.HalfPage, framePhysical(number)) + index * HALF_PAGE_SIZE;
}
/** A pooled half is free. The lock is held. If all of its page is, that is the caller's: its physical address, else NONE. */
function putHalf(linear: usize): usize {
  const physical = physicalOf(linear) & ~(PAGE_SIZE - 1);
  const number = frameNumber(physical);
  const halves = halvesOf(frameOf(number));
  const index = halfOf(linear);
  halves.half[index] = Half.Free;
  if (halves.half[index ^ 1] !== Half.Free) {
    link(number);
    return NONE;
  }
  unlink(number);
  return physical;
}
function discard(physical: usize): void {
  freePage(physical);
  countReleased(PAGE_SIZE);
}
/** Fills an empty pool to the half: halves of partial pages, then new pages. Preemption is forbidden. */
function fill(pool: ptr<Pool>): void {
  const full = pool.base + ((pool.limit - pool.base) >> 1);
  const flags = lock.lock();
  while (pool.top < full) {
    const linear = takePartial();
    if (linear === 0) break;
    pointer<usize>(pool.top).value = linear;
    pool.top += ENTRY;
  }
  lock.unlock(flags);
  while (pool.top < full) {
    const physical = allocatePage();
    if (physical === NONE) return;
    countHeld(PAGE_SIZE);
    const frame = frameAt(physical);
    frame.kind = FrameKind.HalfPages;
    const halves = halvesOf(frame);
    halves.half[0] = Half.Pooled;
    halves.half[1] = Half.Pooled;
    const linear = inArea(Area.HalfPage, physical);
    pointer<usize>(pool.top).value = linear + HALF_PAGE_SIZE;
    pointer<usize>(pool.top + ENTRY).value = linear;
    pool.top += 2 * ENTRY;
  }
}
/** The pool's oldest `count` halves leave it. Whether pages came free. Preemption is forbidden. */
function drain(pool: ptr<Pool>, count: usize): bool {
  let freed = false;
  for (let i: usize = 0; i < count; i++) {
    const flags = lock.lock();
    const page = putHalf(pointer<usize>(pool.base + i * ENTRY).value);
    lock.unlock(flags);
    if (page === NONE) continue;
    discard(page);
    freed = true;
  }
  const behind = pool.base + count * ENTRY;
  memmove(pointer<u8>(pool.base), pointer<u8>(behind), pool.top - behind);
  pool.top -= count * ENTRY;
  return freed;
}
function drainHalfPages(): bool {
  forbidPreemption();
  const pool = addressOf(pools[cpuIndex()]);
  const freed = drain(pool, (pool.top - pool.base) / ENTRY);
  allowPreemption();
  return freed;
}

/** For a caller that needs `size` bytes of it; 0 if there is no memory. */
export function allocateHalfPage(size: usize): usize {
  forbidPreemption();
  const pool = addressOf(pools[cpuIndex()]);
  if (pool.top === pool.base) {
    fill(pool);
    countPooled(pool, HALF_PAGE_SIZE);
  }
  let linear: usize = 0;
  if (pool.top === pool.base) pool.failures++;
  else {
    pool.top -= ENTRY;
    linear = pointer<usize>(pool.top).value;
    halvesOf(frameAt(physicalOf(linear))).half[halfOf(linear)] = Half.Live;
    pool.allocations++;
    pool.requested += size;
  }
  allowPreemption();
  return linear;
}
/** Whether a half-page object that is out begins at an address tagged with area 2. */
export function isHalfPage(linear: usize): bool {
  const physical = linear - areaBase(Area.HalfPage);
  if ((physical & (HALF_PAGE_SIZE - 1)) !== 0 || !hasFrame(physical)) return false;
  const frame = frameAt(physical);
  return frame.kind === FrameKind.HalfPages && halvesOf(frame).half[halfOf(linear)] === Half.Live;
}
/** @noinline */
function reportHalf(linear: usize): void {
  const physical = linear - areaBase(Area.HalfPage);
  if ((physical & (HALF_PAGE_SIZE - 1)) !== 0 || !hasFrame(physical)) {
    violation(Violation.InvalidPointer, "half page, offset in it", linear, 0, linear & (HALF_PAGE_SIZE - 1));
    return;
  }
  const frame = frameAt(physical);
  if (frame.kind === FrameKind.HalfPages) {
    violation(
      Violation.DoubleFree,
      "half page, its state",
      linear,
      u64(Half.Live),
      u64(halvesOf(frame).half[halfOf(linear)]),
    );
  } else {
    violation(
      Violation.InvalidPointer,
      "half page, frame's kind",
      linear,
      u64(FrameKind.HalfPages),
      u64(frame.kind),
    );
  }
}
/** `free` of an address tagged with area 2. */
export function freeHalfPage(linear: usize): void {
  if (!isHalfPage(linear)) {
    reportHalf(linear);
    return;
  }
  forbidPreemption();
  halvesOf(frameAt(physicalOf(linear))).half[halfOf(linear)] = Half.Pooled;
  const pool = addressOf(pools[cpuIndex()]);
  if (pool.top === pool.limit) {
    drain(pool, (pool.limit - pool.base) / (2 * ENTRY));
    countPooled(pool, HALF_PAGE_SIZE);
  }
  pointer<usize>(pool.top).value = linear;
  pool.top += ENTRY;
  pool.frees++;
  allowPreemption();
}
/** A processor's pool, for its counters. */
export function halfPagePool(cpu: usize): ptr<Pool> {
  return addressOf(pools[cpu]);
}
