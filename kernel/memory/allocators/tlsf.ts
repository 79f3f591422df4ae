/**
 * The two-level segregated fit allocator: good fit in constant time, neighbours joined at once, eight bytes beside each object. Its lists
 * are in tlsf-lists.ts; memory comes in spans of 1 MiB or less, which end with a block of no size that is never free. Objects of
 * over half a span get runs of pages. One lock.
 */
import type { SpinLock } from "../../thread/spin-lock.ts";
import { NONE, PAGE_SHIFT } from "../address.ts";
import type { Allocator } from "../allocator.ts";
import type { Counters } from "../counters.ts";
import { Violation, violation } from "../violation.ts";
import { giveRun, giveSpan, runBytes, spanAt, spanBytes, takeLargestSpan, takeRun } from "./spans.ts";
import { type Block, FREE, find, insert, LEAST, OVERHEAD, PREVIOUS_FREE, remove } from "./tlsf-lists.ts";

const SPAN_ORDER: u32 = 8;
/** Larger objects get runs. */
const LARGEST: usize = 512 << 10;
/** Of a span: before the first header, and the block at its end. */
const SPAN_OVERHEAD: usize = 24;

const lock: SpinLock = zeroed();
const counters: Counters = zeroed();
let spans: u64 = 0;

/** The payload for a request: ≡ 8 modulo 16, and enough for a free block's links. */
function payloadFor(size: usize): u64 {
  return size <= LEAST ? LEAST : ((size + 7) & ~u64(15)) + 8;
}
function blockOf(payload: usize): ptr<Block> {
  return pointer<Block>(payload - 16);
}
/** Marks a block free, for itself and its neighbour, and lists it. */
function setFree(block: ptr<Block>): void {
  block.word |= FREE;
  const next = block.next();
  next.previous = block;
  next.word |= PREVIOUS_FREE;
  insert(block);
}
function setTaken(block: ptr<Block>): void {
  remove(block);
  block.word &= ~FREE;
  block.next().word &= ~PREVIOUS_FREE;
}
/** What a taken block has over `size` becomes a free one, if that is enough for one. */
function split(block: ptr<Block>, size: u64): void {
  const rest = block.size() - size;
  if (rest < LEAST + OVERHEAD) return;
  block.word = size | (block.word & PREVIOUS_FREE);
  const behind = block.next();
  behind.word = rest - OVERHEAD;
  joinNext(behind);
  setFree(behind);
}
/** A block takes in the one behind it, if that is free. Neither is it in a list then. */
function joinNext(block: ptr<Block>): void {
  const next = block.next();
  if ((next.word & FREE) === 0) return;
  remove(next);
  block.word += next.size() + OVERHEAD;
}

/** A span with a block of at least `size` bytes. False: there is no memory. */
function grow(size: u64): bool {
  const pages = (size + SPAN_OVERHEAD + (1 << PAGE_SHIFT) - 1) >> PAGE_SHIFT;
  const least: u32 = pages <= 1 ? 0 : u32(64 - clz(pages - 1));
  const span = takeLargestSpan(least > SPAN_ORDER ? least : SPAN_ORDER, least);
  if (span === 0) return false;
  const bytes = spanBytes(span);
  const block = pointer<Block>(span);
  block.word = bytes - SPAN_OVERHEAD;
  block.next().word = 0;
  setFree(block);
  spans++;
  counters.tookPages(bytes);
  return true;
}
/** Whether a free block is all of its span. */
function isWholeSpan(block: ptr<Block>): bool {
  const span = address(block);
  return spanAt(span) === span && block.size() === spanBytes(span) - SPAN_OVERHEAD;
}

/** A taken block of at least `size` bytes; null: there is no memory. */
function take(size: u64): ptr<Block> | null {
  let block = find(size);
  // What is found is rounded up to a list's beginning; so is what a span must have.
  if (block === null && grow(size + (size >> 5))) block = find(size);
  if (block !== null) setTaken(block);
  return block;
}
/** The payload of a block that was taken with room enough for it at a multiple of `align`; what is before it becomes free. */
function cutFront(block: ptr<Block>, align: usize): ptr<Block> {
  let payload = (block.payload() + align - 1) & ~(align - 1);
  if (payload === block.payload()) return block;
  if (payload - block.payload() < LEAST + OVERHEAD) payload += align;
  const gap = payload - block.payload();
  const cut = blockOf(payload);
  cut.word = block.size() - gap;
  block.word = (gap - OVERHEAD) | (block.word & PREVIOUS_FREE);
  setFree(block);
  return cut;
}
function takeAligned(size: usize, align: usize): usize {
  const payload = payloadFor(size);
  const block = take(align <= 16 ? payload : payload + align + LEAST + OVERHEAD + 8);
  if (block === null) return 0;
  const cut = align <= 16 ? block : cutFront(block, align);
  split(cut, payload);
  return cut.payload();
}
function give(object: ptr<Block>): void {
  let block = object;
  if ((block.word & PREVIOUS_FREE) !== 0) {
    block = object.previous;
    remove(block);
    block.word += object.size() + OVERHEAD;
  }
  joinNext(block);
  setFree(block);
  if (spans === 1 || !isWholeSpan(block)) return;
  setTaken(block);
  spans--;
  counters.gavePages(spanBytes(address(block)));
  giveSpan(address(block));
}

function allocate(size: usize, align: usize): usize {
  const flags = lock.lock();
  let object: usize = 0;
  if (size > LARGEST || align > LARGEST) {
    object = takeRun(size, align);
    if (object !== 0) counters.tookPages(runBytes(object));
  } else object = takeAligned(size, align);
  if (object === 0) counters.failures++;
  else counters.allocated(size, usableSize(object));
  lock.unlock(flags);
  return object;
}
/** As far as it can be told: NONE for what is free, or at no place for an object. */
function usableSize(linear: usize): usize {
  const run = runBytes(linear);
  if (run !== 0) return run;
  const span = spanAt(linear);
  if (span === 0 || (linear & 15) !== 0 || linear < span + 16) return NONE;
  const block = blockOf(linear);
  const end = linear + block.size();
  // An object ends inside of its span, and its size is one that objects have.
  if ((block.word & FREE) !== 0 || block.size() % 16 !== 8 || end > span + spanBytes(span) - 8) return NONE;
  return block.size();
}
function free(linear: usize): void {
  const flags = lock.lock();
  const size = usableSize(linear);
  if (size !== NONE) {
    counters.freed(size);
    if (runBytes(linear) !== 0) {
      counters.gavePages(size);
      giveRun(linear);
    } else give(blockOf(linear));
  }
  lock.unlock(flags);
  if (size === NONE) report(linear);
}
function report(linear: usize): void {
  const word = spanAt(linear) !== 0 && (linear & 15) === 0 ? blockOf(linear).word : 0;
  const kind = (word & FREE) !== 0 ? Violation.DoubleFree : Violation.InvalidPointer;
  violation(kind, "tlsf, size and flags", linear, 0, word);
}
function resize(linear: usize, size: usize): bool {
  const flags = lock.lock();
  const usable = usableSize(linear);
  let done = false;
  if (usable !== NONE && runBytes(linear) !== 0) done = size <= usable && size > usable / 2;
  else if (usable !== NONE && size <= LARGEST) {
    const block = blockOf(linear);
    const payload = payloadFor(size);
    const next = block.next();
    const reach = (next.word & FREE) !== 0 ? usable + next.size() + OVERHEAD : usable;
    done = payload <= reach;
    if (done && payload > usable) {
      joinNext(block);
      block.next().word &= ~PREVIOUS_FREE;
    }
    if (done) {
      split(block, payload);
      counters.resized(usable, block.size());
    }
  }
  lock.unlock(flags);
  return done;
}
function count(into: ptr<Counters>): void {
  const flags = lock.lock();
  into.value = counters;
  into.metadata = (counters.allocations - counters.frees) * OVERHEAD + spans * SPAN_OVERHEAD;
  lock.unlock(flags);
}

export const tlsfAllocator: Allocator = { name: "tlsf", allocate, free, resize, usableSize, count };
