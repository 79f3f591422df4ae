/**
 * Physical memory as a table for people: what the command line's `memory` prints. Figures are read while others may change them.
 */
import { newline, print, printLine, printSize, printU64, tab } from "../console/print.ts";
import { PAGE_SHIFT } from "./address.ts";
import { segments } from "./buddy.ts";
import { ORDERS, vitrine_memory } from "./memory-report.ts";
import { pooledFrames } from "./page-pool.ts";
import { frameCount, freeFrameCount } from "./physical.ts";

const FIRST_COLUMN: u32 = 23;
const COLUMN: u32 = 7;

/**
 * How much of a segment's free memory is of no use for a request of 2^order frames, since it lies in smaller blocks: in thousandths
 * (Gorman, "Understanding the Linux Virtual Memory Manager", calls it the unusable free space index). 0 where nothing is free.
 */
export function fragmentation(segment: usize, order: u32): u32 {
  const report = segments[segment].report;
  const free = u64(report.free);
  if (free === 0) return 0;
  let usable: u64 = 0;
  for (let at = order; at < ORDERS; at++) usable += u64(report.blocks[at]) << u64(at);
  return usable >= free ? 0 : u32(((free - usable) * 1000) / free);
}

function printFrames(frames: u64): void {
  printSize(frames << PAGE_SHIFT);
}
function printHeader(): void {
  print("segment  frames    free");
  for (let order: u32 = 0; order < ORDERS; order++) {
    tab(FIRST_COLUMN + order * COLUMN + 2);
    const kib = u64(4) << u64(order);
    printU64(kib < 1024 ? kib : kib >> 10);
    print(kib < 1024 ? "K" : "M");
  }
  newline();
}
function printSegment(index: usize): void {
  const report = segments[index].report;
  print(segments[index].name);
  tab(9);
  printU64(u64(report.frames));
  tab(18);
  printU64(u64(report.free));
  for (let order: u32 = 0; order < ORDERS; order++) {
    tab(FIRST_COLUMN + order * COLUMN + 2);
    printU64(u64(report.blocks[order]));
  }
  newline();
  print("  unusable, 1/1000");
  for (let order: u32 = 0; order < ORDERS; order++) {
    tab(FIRST_COLUMN + order * COLUMN + 2);
    printU64(u64(fragmentation(index, order)));
  }
  newline();
}

/** Totals, then for each segment with RAM its free blocks by size, and how much is of no use for a block of the size. */
export function printMemory(): void {
  printFrames(frameCount());
  print(" of memory, ");
  printFrames(freeFrameCount());
  print(" free, of that ");
  printFrames(u64(pooledFrames()));
  print(" in pools; frame table ");
  printFrames(u64(vitrine_memory.tableFrames));
  if (vitrine_memory.lostFrames !== 0) {
    print("; lost ");
    printFrames(u64(vitrine_memory.lostFrames));
  }
  printLine("");
  printHeader();
  for (let i: usize = 0; i < segments.length; i++) if (segments[i].report.frames !== 0) printSegment(i);
}
