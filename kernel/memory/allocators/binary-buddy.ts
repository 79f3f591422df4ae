/**
 * A binary buddy allocator for objects (Knuth, TAOCP vol. 1 §2.5): blocks of 32 bytes to 2 MiB, powers of two, each at a multiple of its
 * size. It splits what is too large and joins what is free, and rounds up by half on average: what slabs are measured against.
 * In front of a span is a table with a byte for each 32 bytes of it; larger objects get runs of pages. One lock.
 *
 *     span:  │ table: size / 32 │ free, from here on the blocks that powers of two make │
 */
import type { SpinLock } from "../../thread/spin-lock.ts";
import { NONE, PAGE_SHIFT, physicalOf } from "../address.ts";
import type { Allocator } from "../allocator.ts";
import type { Counters } from "../counters.ts";
import { frameAt } from "../frame-table.ts";
import { Violation, violation } from "../violation.ts";
import {
  giveRun,
  giveSpan,
  MAX_SPAN_ORDER,
  runBytes,
  spanAt,
  spanBytes,
  takeLargestSpan,
  takeRun,
} from "./spans.ts";

/** Blocks have 2^(5 + order) bytes. */
const SMALLEST: u64 = 5;
const ORDERS = 17;
const LARGEST: usize = 2 << 20;
/** Of a table: the order of the block that begins there, and whether it is free; 0: none begins. */
const FREE: u8 = 0x40;
const TAKEN: u8 = 0x80;
const ORDER: u8 = 0x1f;

/** In free blocks. */
class FreeBlock extends Struct {
  next: ptr<FreeBlock> | null;
  previous: ptr<FreeBlock> | null;
}
const lists: array<ptr<FreeBlock> | null, typeof ORDERS> = zeroed();
const lock: SpinLock = zeroed();
const counters: Counters = zeroed();
/** Spans without objects; one is kept. */
let emptySpans: u32 = 0;

function blockBytes(order: u64): usize {
  return usize(1) << (SMALLEST + order);
}
/** Of the smallest block with `size` bytes. */
function orderFor(size: usize): u64 {
  return size <= blockBytes(0) ? 0 : 64 - clz(size - 1) - SMALLEST;
}
function markOf(span: usize, block: usize): ptr<u8> {
  return pointer<u8>(span + ((block - span) >> SMALLEST));
}
/** Objects of a span: `owner` of its first frame. */
function liveOf(span: usize): ptr<usize> {
  return addressOf(frameAt(physicalOf(span)).owner);
}

function push(span: usize, block: usize, order: u64): void {
  markOf(span, block).value = FREE | truncate<u8>(order);
  const free = pointer<FreeBlock>(block);
  free.previous = null;
  free.next = lists[order];
  const next = free.next;
  if (next !== null) next.previous = free;
  lists[order] = free;
}
function unlink(span: usize, block: usize, order: u64): void {
  markOf(span, block).value = 0;
  const free = pointer<FreeBlock>(block);
  const next = free.next;
  const previous = free.previous;
  if (next !== null) next.previous = previous;
  if (previous !== null) previous.next = next;
  else lists[order] = next;
}

/** A new span for blocks of at least an order. False: there is no memory. */
function grow(order: u64): bool {
  // The table takes the front, so the largest block is half of the span.
  const bytes = blockBytes(order) * 2;
  const pages = bytes >> PAGE_SHIFT;
  const least: u32 = pages <= 1 ? 0 : u32(63 - clz(pages));
  const span = takeLargestSpan(MAX_SPAN_ORDER, least);
  if (span === 0) return false;
  const size = spanBytes(span);
  const table = size >> SMALLEST;
  memset(pointer<u8>(span), 0, table);
  markOf(span, span).value = TAKEN | truncate<u8>(orderFor(table));
  for (let block = table; block < size; block *= 2) push(span, span + block, orderFor(block));
  liveOf(span).value = 0;
  emptySpans++;
  counters.tookPages(size);
  counters.metadata += table;
  return true;
}
/** A span without objects goes. */
function release(span: usize): void {
  const size = spanBytes(span);
  const table = size >> SMALLEST;
  for (let block = table; block < size; block *= 2) unlink(span, span + block, orderFor(block));
  emptySpans--;
  counters.gavePages(size);
  counters.metadata -= table;
  giveSpan(span);
}

/** A block of an order; 0: there is none, nor memory for a span. */
function take(order: u64): usize {
  let at = order;
  while (at < ORDERS && lists[at] === null) at++;
  if (at === ORDERS) return grow(order) ? take(order) : 0;
  const block = address(lists[at]);
  const span = spanAt(block);
  unlink(span, block, at);
  for (; at > order; at--) push(span, block + blockBytes(at - 1), at - 1);
  markOf(span, block).value = TAKEN | truncate<u8>(order);
  const live = liveOf(span);
  if (live.value === 0) emptySpans--;
  live.value++;
  return block;
}
function give(span: usize, object: usize, order: u64): void {
  const end = span + spanBytes(span);
  let block = object;
  let at = order;
  markOf(span, block).value = 0;
  while (block + blockBytes(at) <= end) {
    const buddy = span + ((block - span) ^ blockBytes(at));
    if (buddy >= end || markOf(span, buddy).value !== (FREE | truncate<u8>(at))) break;
    unlink(span, buddy, at);
    if (buddy < block) block = buddy;
    at++;
  }
  push(span, block, at);
  const live = liveOf(span);
  live.value--;
  if (live.value !== 0) return;
  emptySpans++;
  if (emptySpans > 1) release(span);
}

function allocate(size: usize, align: usize): usize {
  const room = size > align ? size : align;
  const flags = lock.lock();
  let object: usize = 0;
  let given: usize = 0;
  if (room > LARGEST) {
    object = takeRun(size, align);
    given = object === 0 ? 0 : runBytes(object);
    if (object !== 0) counters.tookPages(given);
  } else {
    const order = orderFor(room);
    object = take(order);
    given = blockBytes(order);
  }
  if (object === 0) counters.failures++;
  else counters.allocated(size, given);
  lock.unlock(flags);
  return object;
}
/** Bytes of the block that begins at an address and is taken; NONE: there is none. */
function usableSize(linear: usize): usize {
  const run = runBytes(linear);
  if (run !== 0) return run;
  const span = spanAt(linear);
  // The table itself is no object.
  if (span === 0 || (linear & 31) !== 0 || linear < span + (spanBytes(span) >> SMALLEST)) return NONE;
  const mark = markOf(span, linear).value;
  return (mark & TAKEN) !== 0 ? blockBytes(u64(mark & ORDER)) : NONE;
}
function free(linear: usize): void {
  const flags = lock.lock();
  const size = usableSize(linear);
  if (size !== NONE) {
    counters.freed(size);
    if (runBytes(linear) !== 0) {
      counters.gavePages(size);
      giveRun(linear);
    } else give(spanAt(linear), linear, orderFor(size));
  }
  lock.unlock(flags);
  if (size === NONE) report(linear);
}
function report(linear: usize): void {
  const span = spanAt(linear);
  const isBlock = span !== 0 && (linear & 31) === 0 && (markOf(span, linear).value & FREE) !== 0;
  violation(
    isBlock ? Violation.DoubleFree : Violation.InvalidPointer,
    "buddy, offset in its span",
    linear,
    0,
    linear - span,
  );
}
function resize(linear: usize, size: usize): bool {
  const usable = usableSize(linear);
  return usable !== NONE && size <= usable && size > usable / 2;
}
function count(into: ptr<Counters>): void {
  const flags = lock.lock();
  into.value = counters;
  lock.unlock(flags);
}

export const buddyAllocator: Allocator = { name: "buddy", allocate, free, resize, usableSize, count };
