/**
 * What must hold of physical memory whenever nobody is changing it, for tests: every frame is in exactly one place, free lists are what
 * frames' records say, counters are what is there. It only reads, and says on the console what is wrong.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { newline, print, printHex } from "../console/print.ts";
import { PAGE_SHIFT } from "./address.ts";
import { segmentOf, segments } from "./buddy.ts";
import { FrameState, frameOf, framePhysical, hasFrame, NO_FRAME, tableFrames } from "./frame-table.ts";
import { ORDERS } from "./memory-report.ts";
import { pooledFrames } from "./page-pool.ts";
import type { Segment } from "./segment.ts";

/** How many frames are what. */
export class FrameCensus extends Struct {
  free: u64;
  /** By holders, in blocks or one by one. */
  held: u64;
  pooled: u64;
  table: u64;
  /** In no block at all: they are nobody's, and lost. */
  stray: u64;
}

/** Walks over all frames of RAM by their records. */
export function takeCensus(): FrameCensus {
  const census: FrameCensus = zeroed();
  for (let i: usize = 0; i < usableCount; i++) {
    const end = usable[i].end >> PAGE_SHIFT;
    for (let at = usable[i].start >> PAGE_SHIFT; at < end; ) {
      if (!hasFrame(at << PAGE_SHIFT)) {
        at++;
        continue;
      }
      const frame = frameOf(u32(at));
      const state = frame.state;
      let count: u64 = 1;
      if (state === FrameState.Free || state === FrameState.Block) count = u64(1) << u64(frame.order);
      if (state === FrameState.Free) census.free += count;
      else if (state === FrameState.Block || state === FrameState.Run) census.held += count;
      else if (state === FrameState.Pooled) census.pooled++;
      else if (state === FrameState.Table) census.table++;
      else census.stray++;
      at += count;
    }
  }
  return census;
}

function wrong(what: ptr<u8>, a: u64, b: u64): bool {
  print("memory: ");
  print(what);
  print(": ");
  printHex(a);
  print(", ");
  printHex(b);
  newline();
  return false;
}
function checkBlock(segment: ptr<Segment>, number: u32, order: u32, previous: u32): bool {
  if (!hasFrame(framePhysical(number))) return wrong("a free block where no RAM is", u64(number), u64(order));
  const frame = frameOf(number);
  if (frame.state !== FrameState.Free || u32(frame.order) !== order) {
    return wrong("a block in a list of another order", u64(number), u64(order));
  }
  if ((number & ((u32(1) << order) - 1)) !== 0) return wrong("a block out of line", u64(number), u64(order));
  if (frame.previous !== previous) return wrong("a list that is torn", u64(number), u64(frame.previous));
  if (segmentOf(number) !== segment)
    return wrong("a block in another segment's list", u64(number), u64(order));
  const buddy = number ^ (u32(1) << order);
  if (order + 1 < ORDERS && hasFrame(framePhysical(buddy))) {
    const other = frameOf(buddy);
    if (other.state === FrameState.Free && u32(other.order) === order) {
      return wrong("two buddies are free", u64(number), u64(buddy));
    }
  }
  return true;
}
function checkSegment(segment: ptr<Segment>): bool {
  let free: u64 = 0;
  for (let order: u32 = 0; order < ORDERS; order++) {
    let count: u32 = 0;
    let previous = NO_FRAME;
    for (let at = segment.report.first[order]; at !== NO_FRAME; at = frameOf(at).next) {
      if (!checkBlock(segment, at, order, previous)) return false;
      previous = at;
      count++;
    }
    if (count !== segment.report.blocks[order]) {
      return wrong("a list's length", u64(count), u64(segment.report.blocks[order]));
    }
    if ((count !== 0) !== ((segment.available >> order) & 1) > 0) {
      return wrong("an order's bit", u64(order), u64(segment.available));
    }
    free += u64(count) << u64(order);
  }
  if (free !== u64(segment.report.free)) return wrong("free frames", free, u64(segment.report.free));
  return true;
}

/** Whether all holds. Nobody else allocates meanwhile. */
export function checkPhysical(): bool {
  let free: u64 = 0;
  let frames: u64 = 0;
  for (let i: usize = 0; i < segments.length; i++) {
    if (!checkSegment(addressOf(segments[i]))) return false;
    free += u64(segments[i].report.free);
    frames += u64(segments[i].report.frames);
  }
  const census = takeCensus();
  if (census.free !== free) return wrong("frames of free blocks, frames in lists", census.free, free);
  if (census.pooled !== u64(pooledFrames()))
    return wrong("pooled frames", census.pooled, u64(pooledFrames()));
  if (census.table !== u64(tableFrames)) return wrong("the table's frames", census.table, u64(tableFrames));
  if (census.stray !== 0) return wrong("frames that are nobody's", census.stray, 0);
  const all = census.free + census.held + census.pooled + census.table;
  if (all !== frames) return wrong("all frames", all, frames);
  return true;
}
