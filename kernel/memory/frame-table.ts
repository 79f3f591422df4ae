/**
 * The frame table: 32 bytes for each page of RAM, and none for holes. Physical memory is cut into sections of 16 MiB; a section with
 * RAM has a table from its first usable frame to its last. A record of zeros is right for most frames, so that a table is made by
 * clearing it. Who may change a record is told by its state; nothing is allocated here after start-up.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { panicWith } from "../panic.ts";
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { cutPages, restOf, useAliasForBootPages } from "./boot-pages.ts";
import type { FrameKind } from "./frame-kind.ts";

/** @base u8 */
export enum FrameState {
  /** In a block, free or held, whose first frame says what it is. */
  Inside = 0,
  /** First of a free block of `order`. */
  Free = 1,
  /** First of a block of `order` that somebody holds. */
  Block = 2,
  /** Held by itself: of a contiguous range, whose frames may be freed in any parts. */
  Run = 3,
  /** In a processor's pool. */
  Pooled = 4,
  /** Part of the frame table. */
  Table = 5,
  /** No RAM, or not ours. */
  Hole = 6,
}

export class Frame extends Struct {
  /** Frames before and behind it in a list, by number, or NO_FRAME. The free lists', or the holder's. */
  next: at<0, u32>;
  previous: at<4, u32>;
  /** The holder's, as are `data` and `kind`. When something is freed, its first frame's are cleared. */
  owner: at<8, usize>;
  data: at<16, u64>;
  /** While held: of runs, and of first frames of blocks. */
  references: at<24, u32>;
  state: at<28, FrameState>;
  /** Of first frames: the block has 2^order frames. */
  order: at<29, u8>;
  /** Of every frame, also inside of blocks. */
  kind: at<30, FrameKind>;
  /** Debug builds: it is free, and filled with junk. */
  junk: at<31, bool>;
}
static_assert(sizeof<Frame>() === 32);

/** No frame: page 0 is never ours. */
export const NO_FRAME: u32 = 0;
/** Frames of a section: 2^12. */
const SECTION_SHIFT: u32 = 12;
const SECTION_FRAMES: u32 = 1 << 12;

export class Section extends Struct {
  /** Where frame 0 would have its record, if the section's table reached down to it. */
  table: at<0, usize>;
  /** The first frame with a record, and the first one behind it without. The same number: no RAM. */
  first: at<8, u32>;
  end: at<12, u32>;
}
static_assert(sizeof<Section>() === 16);

export let sections: ptr<Section> = pointer<Section>(0);
export let sectionCount: u32 = 0;
/** Frames that the table itself takes. */
export let tableFrames: u32 = 0;
/** Frames of RAM for whose records there was no room: they are lost. */
export let lostFrames: u32 = 0;

/** @inline */
export function frameNumber(physical: usize): u32 {
  return truncate<u32>(physical >> PAGE_SHIFT);
}
/** @inline */
export function framePhysical(number: u32): usize {
  return usize(number) << PAGE_SHIFT;
}
/**
 * The record of the page at a physical address, whatever that is; null: it has none. Small holes in RAM have records, too.
 * @inline
 */
export function findFrame(physical: usize): ptr<Frame> | null {
  const number = physical >> PAGE_SHIFT;
  const index = number >> u64(SECTION_SHIFT);
  if (index >= u64(sectionCount)) return null;
  const section = sections.offset(index);
  if (number < u64(section.first) || number >= u64(section.end)) return null;
  return pointer<Frame>(section.table + number * sizeof<Frame>());
}
/** Whether there is a record. */
export function hasFrame(physical: usize): bool {
  return findFrame(physical) !== null;
}
/** Of a frame that has one; debug builds make sure. */
export function frameOf(number: u32): ptr<Frame> {
  if (DEBUG && !hasFrame(framePhysical(number))) noFrame(framePhysical(number));
  return pointer<Frame>(sections[number >> SECTION_SHIFT].table + usize(number) * sizeof<Frame>());
}
/** The record of the page at a physical address, which `hasFrame`. */
export function frameAt(physical: usize): ptr<Frame> {
  return frameOf(frameNumber(physical));
}
function noFrame(physical: usize): never {
  panicWith("no frame", "physical", physical, null, 0);
}

function pagesFor(bytes: usize): usize {
  return (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
}
/** Cleared memory for a table, through the early alias; 0 if there is none. */
function cutTable(bytes: usize): usize {
  const pages = pagesFor(bytes);
  const physical = cutPages(pages, PAGE_SIZE, NONE);
  if (physical === NONE) return 0;
  tableFrames += u32(pages);
  const table = inArea(Area.Early, physical);
  for (let i: usize = 0; i < pages; i++) memset(pointer<u8>(table + i * PAGE_SIZE), 0, PAGE_SIZE);
  return table;
}

/** Section `index` gets the bounds of the RAM in it, and a table. */
function makeSection(index: u32): void {
  const section = sections.offset(index);
  const base = index << SECTION_SHIFT;
  const limit = base + SECTION_FRAMES;
  for (let i: usize = 0; i < usableCount; i++) {
    const start = frameNumber(usable[i].start);
    const end = frameNumber(usable[i].end);
    if (end <= base || start >= limit) continue;
    if (section.end === 0) section.first = start > base ? start : base;
    section.end = end < limit ? end : limit;
  }
  const count = section.end - section.first;
  if (count === 0) return;
  const table = cutTable(usize(count) * sizeof<Frame>());
  if (table === 0) {
    lostFrames += count;
    section.end = section.first;
  } else section.table = table - usize(section.first) * sizeof<Frame>();
}
/** Frames from `start` up to `end` that have records get a state; those that do not are passed over. */
function mark(start: usize, end: usize, state: FrameState): void {
  for (let physical = start; physical < end; physical += PAGE_SIZE) {
    if (!hasFrame(physical)) continue;
    const frame = frameAt(physical);
    frame.state = state;
    frame.references = state === FrameState.Run ? 1 : 0;
  }
}
/** What lies between two usable ranges, but not whole sections, which have no table. */
function markHole(start: usize, end: usize): void {
  const sectionBytes = usize(SECTION_FRAMES) << PAGE_SHIFT;
  const next = (start + sectionBytes - 1) & ~(sectionBytes - 1);
  if (next >= end) mark(start, end, FrameState.Hole);
  else {
    mark(start, next, FrameState.Hole);
    mark(end & ~(sectionBytes - 1), end, FrameState.Hole);
  }
}

/**
 * Makes the table. Frames taken before are runs then, those of the table itself are marked so; the rest is inside of no block until
 * the buddy allocator makes some of it. The aliases are up.
 */
export function initFrameTable(): void {
  useAliasForBootPages();
  if (usableCount === 0) return;
  const count = (frameNumber(usable[usableCount - 1].end) + SECTION_FRAMES - 1) >> SECTION_SHIFT;
  const before: array<usize, 64> = zeroed();
  for (let i: usize = 0; i < usableCount; i++) before[i] = restOf(i).high;
  const table = cutTable(usize(count) * sizeof<Section>());
  if (table === 0) panicWith("no memory for the frame table", "sections", u64(count), null, 0);
  sections = pointer<Section>(table);
  sectionCount = count;
  for (let i: u32 = 0; i < count; i++) makeSection(i);

  for (let i: usize = 0; i < usableCount; i++) {
    const rest = restOf(i);
    if (i > 0) markHole(usable[i - 1].end, usable[i].start);
    mark(usable[i].start, rest.low, FrameState.Run);
    mark(rest.high, before[i], FrameState.Table);
    mark(before[i], usable[i].end, FrameState.Run);
  }
}
