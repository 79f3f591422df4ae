/**
 * A segment of physical memory: a range of frame numbers with free lists of its own, one for each order. A binary buddy allocator
 * (Knuth, TAOCP vol. 1 §2.5): a free block of 2^k frames begins at a multiple of 2^k, and two buddies are never both free, since
 * they have become one block of the next order. So which frames are free decides what the free blocks are.
 * Whoever calls holds the segment's lock. What blocks are for, and running out of them, is others' business.
 */
import { panicWith } from "../panic.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import {
  type Frame,
  FrameState,
  findFrame,
  frameOf,
  framePhysical,
  makeRecords,
  NO_FRAME,
} from "./frame-table.ts";
import { ORDERS, type SegmentReport } from "./memory-report.ts";

export class Segment extends Struct {
  name: ptr<u8>;
  lock: SpinLock;
  /** Bit k: there is a free block of order k. */
  available: u32;
  /** Its bounds and counters. */
  report: ptr<SegmentReport>;

  private push(number: u32, order: u32): void {
    const report = this.report;
    const frame = frameOf(number);
    const next = report.first[order];
    frame.state = FrameState.Free;
    frame.order = truncate<u8>(order);
    frame.previous = NO_FRAME;
    frame.next = next;
    if (next !== NO_FRAME) frameOf(next).previous = number;
    report.first[order] = number;
    report.blocks[order]++;
    this.available |= u32(1) << order;
  }
  /** A free block leaves its list. Its frames are inside of nothing then, and all have records. */
  private unlink(number: u32, frame: ptr<Frame>): void {
    const report = this.report;
    const order = u32(frame.order);
    if (frame.next !== NO_FRAME) frameOf(frame.next).previous = frame.previous;
    if (frame.previous !== NO_FRAME) frameOf(frame.previous).next = frame.next;
    else report.first[order] = frame.next;
    if (--report.blocks[order] === 0) this.available &= ~(u32(1) << order);
    frame.state = FrameState.Inside;
    if (order + 1 === ORDERS) makeRecords(number);
  }

  /** Takes a free block of the order, or the front of a larger one. NO_FRAME: there is none. */
  take(order: u32): u32 {
    const fitting = (this.available >> order) << order;
    if (fitting === 0) return NO_FRAME;
    let at = ctz(fitting);
    const number = this.report.first[at];
    this.unlink(number, frameOf(number));
    while (at > order) {
      at--;
      this.push(number + (u32(1) << at), at);
    }
    this.report.free -= u32(1) << order;
    return number;
  }

  /** A block comes back: it joins its buddy as long as that is free, too. */
  give(number: u32, order: u32): void {
    let block = number;
    let at = order;
    this.report.free += u32(1) << order;
    while (at + 1 < ORDERS) {
      const buddy = block ^ (u32(1) << at);
      const frame = findFrame(framePhysical(buddy));
      if (frame === null || frame.state !== FrameState.Free || u32(frame.order) !== at) break;
      this.unlink(buddy, frame);
      block &= buddy;
      at++;
    }
    this.push(block, at);
  }
  /** Any frames that follow each other, as the largest blocks that they make. */
  giveRange(number: u32, count: u32): void {
    let at = number;
    let left = count;
    while (left > 0) {
      let order = ctz(at);
      if (order >= ORDERS) order = ORDERS - 1;
      while (u32(1) << order > left) order--;
      this.give(at, order);
      at += u32(1) << order;
      left -= u32(1) << order;
    }
  }

  /** The first frame of the free block that a frame is in; NO_FRAME: it is not free. */
  blockOf(number: u32): u32 {
    for (let order: u32 = 0; order < ORDERS; order++) {
      const first = number & ~((u32(1) << order) - 1);
      const frame = findFrame(framePhysical(first));
      if (frame !== null && frame.state === FrameState.Free && u32(frame.order) >= order) return first;
    }
    return NO_FRAME;
  }
  /** Takes exactly these frames, all of them free; what else is in their blocks stays free. */
  takeRange(number: u32, count: u32): void {
    const end = number + count;
    let at = number;
    while (at < end) {
      const block = this.blockOf(at);
      if (block === NO_FRAME) panicWith("a frame of a free range is not free", "frame", u64(at), null, 0);
      const frame = frameOf(block);
      const behind = block + (u32(1) << u32(frame.order));
      this.unlink(block, frame);
      this.report.free -= behind - block;
      this.giveRange(block, at - block);
      if (behind > end) this.giveRange(end, behind - end);
      at = behind;
    }
  }
}
