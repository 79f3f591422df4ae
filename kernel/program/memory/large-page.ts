/**
 * Zeros by 2 MiB: where a program has asked for them (MADV_HUGEPAGE), or fills a mapping from one end to the other. One such page takes one page
 * fault in place of 512, and one entry of a TLB; but memory that is not used after all is lost to others, so it has to be plenty.
 */

import { Area, inArea, NONE, PAGE_SIZE } from "../../memory/address.ts";
import { segments } from "../../memory/buddy.ts";
import { allocateContiguous } from "../../memory/contiguous.ts";
import { dropFrame } from "../../memory/frame.ts";
import { NO_FRAME } from "../../memory/frame-table.ts";
import { ORDERS } from "../../memory/memory-report.ts";
import { frameCount, freeFrameCount } from "../../memory/physical.ts";
import { alignDown, levelSize } from "../../vm/entry.ts";
import { isLargeGap, Put, putLarge } from "../../vm/pages.ts";
import { LARGE_PAGES, type Mapping, rightsOfPages, SMALL_PAGES } from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { residentPages } from "./resident.ts";

/** Of 2 MiB. */
const ORDER: u32 = 9;
const PAGES: usize = 512;
/** So many of the 2 MiB before have been touched that these will be as well. */
const FULL: u64 = 448;

/** Whether a free block is large enough: nobody else has to give anything back for it. */
function hasBlock(): bool {
  for (let i: usize = 0; i < segments.length; i++) {
    for (let order = ORDER; order < ORDERS; order++) {
      if (segments[i].report.first[order] !== NO_FRAME) return true;
    }
  }
  return false;
}
function isWanted(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, start: usize): bool {
  if ((mapping.flags & SMALL_PAGES) !== 0) return false;
  if ((mapping.flags & LARGE_PAGES) !== 0) return true;
  const size = levelSize(1);
  const before = start - size;
  const after = start + size;
  if (before >= mapping.start && residentPages(memory, before, start) >= FULL) return true;
  return after + size <= mapping.end && residentPages(memory, after, after + size) >= FULL;
}
/** The 2 MiB around an address of zeros become one page, if that is possible and good. False: it takes small ones. */
export function putLargeZeros(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, linear: usize): bool {
  const start = alignDown(linear, 1);
  if (start < mapping.start || start + levelSize(1) > mapping.end) return false;
  if (!isLargeGap(memory.space, start) || !isWanted(memory, mapping, start)) return false;
  if (freeFrameCount() < frameCount() / 4 || !hasBlock()) return false;
  const physical = allocateContiguous(PAGES, PAGES, NONE);
  if (physical === NONE) return false;
  memset(pointer<u8>(inArea(Area.Page, physical)), 0, levelSize(1));
  const put = putLarge(memory.space, start, physical, rightsOfPages(mapping));
  for (let i: usize = 0; i < PAGES; i++) dropFrame(physical + i * PAGE_SIZE);
  return put === Put.Done;
}
