/**
 * The buddy allocator against what it should be: which frames are free decides what its free blocks are. A segment of sixteen frames is
 * driven through every sequence of a few operations, and compared with a set of bits after each.
 */
import { FrameState, frameNumber, frameOf, NO_FRAME } from "../memory/frame.ts";
import { ORDERS, type SegmentReport } from "../memory/memory-report.ts";
import { allocateFrames, freeFrames, NONE } from "../memory/physical.ts";
import type { Segment } from "../memory/segment.ts";
import { check, checkEqual } from "./check.ts";

/** Frames of the model: 2^4; its block is the lower half of a held one, so that it has no buddy that is free. */
const MODEL_ORDER: u32 = 4;
const FRAMES: u32 = 16;
const HELD_ORDER: u32 = 5;
/** Operations in a sequence. */
const DEPTH: u32 = 5;

const report: SegmentReport = zeroed();
const segment: Segment = zeroed();
let base: u32 = 0;
/** Bit k: frame k of the model is free. */
let free: u32 = 0;
/** Order of the block held from frame k on, plus one; 0: none. */
const held: array<u32, 16> = zeroed();
let states: u64 = 0;
let wrong: u64 = 0;

function mask(at: u32, order: u32): u32 {
  return ((u32(1) << (u32(1) << order)) - 1) << at;
}
/** The order of the free block that begins at `at`, by the bits alone; ORDERS: none does. */
function orderAt(at: u32): u32 {
  for (let order = MODEL_ORDER + 1; order > 0; ) {
    order--;
    const start = at & ~((u32(1) << order) - 1);
    const bits = mask(start, order);
    if ((free & bits) === bits) return start === at ? order : ORDERS;
  }
  return ORDERS;
}
/** Counts what differs between the segment and the bits. */
function compare(): void {
  states++;
  const blocks: array<u32, 16> = zeroed();
  for (let at: u32 = 0; at < FRAMES; at++) {
    const order = orderAt(at);
    const frame = frameOf(base + at);
    const isFree = frame.state === FrameState.Free;
    if (isFree !== order < ORDERS || (isFree && u32(frame.order) !== order)) wrong++;
    if (order < ORDERS) blocks[order]++;
  }
  for (let order: u32 = 0; order < ORDERS; order++) {
    if (blocks[order] !== report.blocks[order]) wrong++;
    if ((blocks[order] !== 0) !== ((segment.available >> order) & 1) > 0) wrong++;
  }
  if (popcount(free) !== report.free) wrong++;
}
/** Whether the bits have a block of the order, and so the segment must. */
function canTake(order: u32): bool {
  for (let at: u32 = 0; at < FRAMES; at += u32(1) << order) {
    if ((free & mask(at, order)) === mask(at, order)) return true;
  }
  return false;
}
function tryTake(order: u32, depth: u32): void {
  const could = canTake(order);
  const number = segment.take(order);
  if ((number !== NO_FRAME) !== could) wrong++;
  if (number === NO_FRAME) return;
  const at = number - base;
  const bits = mask(at, order);
  if ((free & bits) !== bits || (at & ((u32(1) << order) - 1)) !== 0) wrong++;
  free &= ~bits;
  held[at] = order + 1;
  explore(depth - 1);
  giveBack(at);
}
function giveBack(at: u32): void {
  const order = held[at] - 1;
  held[at] = 0;
  free |= mask(at, order);
  segment.give(base + at, order);
}
function tryGive(at: u32, depth: u32): void {
  const order = held[at] - 1;
  giveBack(at);
  explore(depth - 1);
  segment.takeRange(base + at, u32(1) << order);
  free &= ~mask(at, order);
  held[at] = order + 1;
}
/** All sequences of so many operations from here; everything is as it was afterwards. Bounded by DEPTH. */
function explore(depth: u32): void {
  compare();
  if (depth === 0) return;
  for (let order: u32 = 0; order <= MODEL_ORDER; order++) tryTake(order, depth);
  for (let at: u32 = 0; at < FRAMES; at++) if (held[at] !== 0) tryGive(at, depth);
}

export function everySequence(): void {
  const physical = allocateFrames(HELD_ORDER);
  check(physical !== NONE, "there is a block for the model");
  if (physical === NONE) return;
  base = frameNumber(physical);
  // The record of the first frame says that the block is held; for the model it is inside of nothing, until the end.
  const first = frameOf(base);
  first.state = FrameState.Inside;
  report.start = base;
  report.end = base + FRAMES;
  segment.report = addressOf(report);
  segment.give(base, MODEL_ORDER);
  free = 0xffff;
  explore(DEPTH);
  checkEqual(wrong, 0, "differences from the bits");
  check(states > 1000, "many states were seen");
  checkEqual(u64(segment.take(MODEL_ORDER)), u64(base), "the model's block in the end");
  first.state = FrameState.Block;
  first.order = truncate<u8>(HELD_ORDER);
  freeFrames(physical, HELD_ORDER);
}
