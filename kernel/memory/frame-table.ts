/**
 * The frame table: 32 bytes for each page of RAM, and none for holes. Physical memory is cut into sections of 4 MiB, the largest block; a
 * section with RAM has a table from its first usable frame to its last. A record of zeros is right for most frames. A section whose
 * frames are all free since the start has no records but its first, until some of it is taken: so the start hardly takes longer with
 * more memory. Who may change a record is told by its state; nothing is allocated here after start-up.
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
/** Frames of a section: 2^10. */
const SECTION_SHIFT: u32 = 10;
export const SECTION_FRAMES: u32 = 1 << 10;

export class Section extends Struct {
  /** Where frame 0 would have its record, if the section's table reached down to it. */
  table: at<0, usize>;
  /** The first frame with a record, and the first one behind it without, counted from the section's first. The same: no RAM. */
  first: at<8, u16>;
  end: at<10, u16>;
  /** Records that there are, from `first` on: all, or one. */
  made: at<12, u16>;

  /**
   * Whether one of its frames has a record.
   * @inline
   */
  records(number: usize): bool {
    return (truncate<u32>(number) & (SECTION_FRAMES - 1)) - u32(this.first) < u32(this.made);
  }
  /**
   * The record of one of its frames.
   * @inline
   */
  record(number: usize): ptr<Frame> {
    return pointer<Frame>(this.table + number * sizeof<Frame>());
  }
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
/** Whether the frame table has a place for the frame: it is RAM that is ours, or a small hole in it. */
export function isInTable(number: u32): bool {
  const section = sections.offset(number >> SECTION_SHIFT);
  const within = number & (SECTION_FRAMES - 1);
  return number >> SECTION_SHIFT < sectionCount && within >= u32(section.first) && within < u32(section.end);
}
/**
 * The section of any frame number; null: there is none.
 * @inline
 */
export function findSection(number: usize): ptr<Section> | null {
  const all = sections;
  const index = number >> u64(SECTION_SHIFT);
  return index < u64(sectionCount) ? all.offset(index) : null;
}
/**
 * The record of the page at a physical address, whatever that is; null: it has none, or has been free ever since. The first frame
 * of a block has one in any case.
 * @inline
 */
export function findFrame(physical: usize): ptr<Frame> | null {
  const number = physical >> PAGE_SHIFT;
  const section = findSection(number);
  if (section === null) return null;
  return section.records(number) ? section.record(number) : null;
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

/** Clears the records from frame `first` up to `end`, which are of one section. */
function clearRecords(first: u32, end: u32): void {
  const table = sections[first >> SECTION_SHIFT].table;
  memset(pointer<u8>(table + usize(first) * sizeof<Frame>()), 0, usize(end - first) * sizeof<Frame>());
}
/** Some of the section that begins with a frame is going to be taken: all records are made but the first, which is there. */
export function makeRecords(number: u32): void {
  const section = sections.offset(number >> SECTION_SHIFT);
  const count = section.end - section.first;
  if (section.made === count) return;
  clearRecords(number + 1, number + SECTION_FRAMES);
  atomicStoreRelease(addressOf(section.made), count);
}

/** Memory for a table, through the early alias; 0 if there is none. */
function cutTable(bytes: usize): usize {
  const pages = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
  const physical = cutPages(pages, PAGE_SIZE, NONE);
  if (physical === NONE) return 0;
  tableFrames += u32(pages);
  return inArea(Area.Early, physical);
}
/** Section `index` gets the bounds of the RAM in it, and room for a table. */
function makeSection(index: u32): void {
  const section = sections.offset(index);
  const base = index << SECTION_SHIFT;
  for (let i: usize = 0; i < usableCount; i++) {
    const start = frameNumber(usable[i].start);
    const end = frameNumber(usable[i].end);
    if (end <= base || start >= base + SECTION_FRAMES) continue;
    if (section.end === 0) section.first = start > base ? u16(start - base) : 0;
    section.end = end < base + SECTION_FRAMES ? u16(end - base) : u16(SECTION_FRAMES);
  }
  const count = u32(section.end) - u32(section.first);
  if (count === 0) return;
  const table = cutTable(usize(count) * sizeof<Frame>());
  if (table === 0) {
    lostFrames += count;
    section.end = section.first;
  } else section.table = table - usize(base + u32(section.first)) * sizeof<Frame>();
}
/** Whether all frames of the section are nobody's yet. */
function isUntouched(number: u32): bool {
  for (let i: usize = 0; i < usableCount; i++) {
    const rest = restOf(i);
    if (frameNumber(rest.low) <= number && number + SECTION_FRAMES <= frameNumber(rest.high)) return true;
  }
  return false;
}
/** Clears the records that are needed from the start. */
function clearSection(index: u32): void {
  const section = sections.offset(index);
  const base = index << SECTION_SHIFT;
  const count = section.end - section.first;
  if (count === 0) return;
  section.made = isUntouched(base) ? 1 : count;
  const first = base + u32(section.first);
  clearRecords(first, first + u32(section.made));
}
/** Frames of section `index`, from `start` up to `end`, get a state; others are passed over. */
function markInSection(index: u32, start: u32, end: u32, state: FrameState): void {
  const section = sections.offset(index);
  const base = index << SECTION_SHIFT;
  const first = base + u32(section.first);
  const last = base + u32(section.end);
  const from = start < first ? first : start;
  const to = end > last ? last : end;
  const references: u32 = state === FrameState.Run ? 1 : 0;
  if (from >= to) return;
  let frame = frameOf(from);
  for (let number = from; number < to; number++) {
    frame.state = state;
    frame.references = references;
    frame = frame.offset(1);
  }
}
function mark(start: usize, end: usize, state: FrameState): void {
  if (start >= end) return;
  const from = frameNumber(start);
  const to = frameNumber(end);
  const last = (to - 1) >> SECTION_SHIFT;
  for (let index = from >> SECTION_SHIFT; index <= last; index++) markInSection(index, from, to, state);
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
  const bytes = usize(count) * sizeof<Section>();
  const table = cutTable(bytes);
  if (table === 0) panicWith("no memory for the frame table", "sections", u64(count), null, 0);
  memset(pointer<u8>(table), 0, bytes);
  sections = pointer<Section>(table);
  sectionCount = count;
  for (let i: u32 = 0; i < count; i++) makeSection(i);
  for (let i: u32 = 0; i < count; i++) clearSection(i);

  for (let i: usize = 0; i < usableCount; i++) {
    const rest = restOf(i);
    if (i > 0) mark(usable[i - 1].end, usable[i].start, FrameState.Hole);
    mark(usable[i].start, rest.low, FrameState.Run);
    mark(rest.high, before[i], FrameState.Table);
    mark(before[i], usable[i].end, FrameState.Run);
  }
}
