/**
 * Area 7: objects that are found out. Each lies at the end of pages of its own, between pages that are never mapped, so that reading or
 * writing behind it faults at once; freed, its pages are unmapped, and its addresses are not used again: use after free faults, too.
 * Bytes that alignment leaves before and behind it hold a pattern, which is looked at when it is freed.
 *
 *     guard    │ pattern … │ object                 │ < align │    guard
 *     no page  │ page      │ page …                           │    no page
 *
 * Freeing waits for the other processors, so that it must not be done with a spin lock held. Who maps pages is told at start-up, since
 * page tables are not of this folder.
 */
import type { SpinLock } from "../thread/spin-lock.ts";
import { Area, areaBase, NONE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { FrameKind } from "./frame-kind.ts";
import { frameAt } from "./frame-table.ts";
import { allocatePage, freePage } from "./physical.ts";
import { countAllocated, countFailure, countFreed } from "./usage.ts";
import { Violation, violation } from "./violation.ts";

/** What the area needs of page tables: pages for reading and writing. */
export class Mapper extends Struct {
  /** False: no memory for tables. */
  map: fn<(linear: usize, physical: usize) => bool>;
  /** On no processor they can be touched when this comes back. */
  unmap: fn<(linear: usize, pages: usize) => bool>;
  /** NONE: nothing is there. */
  translate: fn<(linear: usize) => usize>;
}
let mapper: ptr<Mapper> | null = null;

const GRANULE: usize = 16;
const PATTERN: u8 = 0xdb;
/** The next page that has never been used. */
let next: usize = 0;
const END: usize = 0xffff_ffff_ffff_f000;

/** What was freed last, so that a fault can be explained. */
class Freed extends Struct {
  /** Of the object; the pages around it are its own. */
  linear: usize;
  size: usize;
}
const REMEMBERED = 256;
const recent: array<Freed, typeof REMEMBERED> = zeroed();
let recentCount: usize = 0;
const recentLock: SpinLock = zeroed();

/** `pages` stays in use. */
export function initDebugArea(pages: ptr<Mapper>): void {
  mapper = pages;
  // The first page stays unmapped, as does the one behind each object.
  next = areaBase(Area.Debug) + PAGE_SIZE;
}

function pageOf(linear: usize): usize {
  return linear & ~(PAGE_SIZE - 1);
}
function pagesFor(size: usize): usize {
  return size === 0 ? 1 : (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}
/** Addresses for so many pages and the one behind them, at a multiple of `align` bytes, a power of two of a page at least. NONE: used up. */
function takeAddresses(pages: usize, align: usize): usize {
  for (;;) {
    const from = atomicLoad(addressOf(next));
    const start = (from + align - 1) & ~(align - 1);
    const size = (pages + 1) << PAGE_SHIFT;
    if (start < from || start > END - size) return NONE;
    if (atomicCompareExchange(addressOf(next), from, start + size) === from) return start;
  }
}
/** Unmaps `pages` pages that were mapped one by one, and frees them. */
function dropPages(pages: ptr<Mapper>, start: usize, count: usize): void {
  // Their frames are known by the mapping alone: they are linked before it goes.
  let list: usize = NONE;
  for (let i: usize = 0; i < count; i++) {
    const physical = pages.translate(start + (i << PAGE_SHIFT));
    const frame = frameAt(physical);
    frame.kind = FrameKind.None;
    frame.data = list;
    list = physical;
  }
  pages.unmap(start, count);
  while (list !== NONE) {
    const frame = frameAt(list);
    const physical = list;
    list = frame.data;
    freePage(physical);
  }
}
/** Maps fresh pages; false: there is no memory, and nothing is mapped. */
function makePages(pages: ptr<Mapper>, start: usize, count: usize): bool {
  for (let i: usize = 0; i < count; i++) {
    const physical = allocatePage();
    if (physical !== NONE && pages.map(start + (i << PAGE_SHIFT), physical)) {
      frameAt(physical).kind = FrameKind.Debug;
      continue;
    }
    if (physical !== NONE) freePage(physical);
    dropPages(pages, start, i);
    return false;
  }
  return true;
}

/** An object of `size` bytes at a multiple of `align`, a power of two; 0: no memory, no addresses, or the area is not there yet. */
export function allocateDebug(size: usize, align: usize): usize {
  const pages = mapper;
  if (pages === null || size >> 44 !== 0 || align >> 40 !== 0) return 0;
  const alignment = align < GRANULE ? GRANULE : align;
  const count = pagesFor(size);
  const start = takeAddresses(count, alignment < PAGE_SIZE ? PAGE_SIZE : alignment);
  if (start === NONE || !makePages(pages, start, count)) {
    countFailure();
    return 0;
  }
  const end = start + (count << PAGE_SHIFT);
  // An object without bytes has an address in its page, too.
  const linear = (end - (size === 0 ? 1 : size)) & ~(alignment - 1);
  memset(pointer<u8>(start), PATTERN, linear - start);
  memset(pointer<u8>(linear + size), PATTERN, end - linear - size);
  const frame = frameAt(pages.translate(start));
  frame.owner = linear;
  frame.data = size;
  countAllocated(size, size, count << PAGE_SHIFT);
  return linear;
}
/** The size of the object that begins at an address; NONE: none that is live does. */
export function debugSize(linear: usize): usize {
  const pages = mapper;
  if (pages === null) return NONE;
  const physical = pages.translate(pageOf(linear));
  if (physical === NONE) return NONE;
  const frame = frameAt(physical);
  return frame.kind === FrameKind.Debug && frame.owner === linear ? frame.data : NONE;
}

/** Whether the bytes that alignment left are as they were. */
function isIntact(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) {
    const found = pointer<u8>(at).value;
    if (found === PATTERN) continue;
    violation(Violation.Overflow, "byte beside the object", at, u64(PATTERN), u64(found));
    return false;
  }
  return true;
}
function remember(linear: usize, size: usize): void {
  const flags = recentLock.lock();
  recent[recentCount % REMEMBERED] = { linear, size };
  recentCount++;
  recentLock.unlock(flags);
}
/** The one of the freed objects whose pages an address is in or next to; null if none that is remembered. The last one counts. */
function findFreed(linear: usize): ptr<Freed> | null {
  const count = recentCount < REMEMBERED ? recentCount : REMEMBERED;
  for (let i: usize = 1; i <= count; i++) {
    const freed = addressOf(recent[(recentCount - i) % REMEMBERED]);
    const start = pageOf(freed.linear);
    if (linear >= start && linear < start + (pagesFor(freed.size) << PAGE_SHIFT)) return freed;
  }
  return null;
}
/** `free` of an address tagged with area 7. */
export function freeDebug(linear: usize): void {
  const pages = mapper;
  const size = debugSize(linear);
  if (pages === null || size === NONE) {
    const freed = findFreed(linear);
    if (freed !== null && freed.linear === linear)
      violation(Violation.DoubleFree, "debug area, size", linear, freed.size, 0);
    else violation(Violation.InvalidPointer, "debug area", linear, 0, linear & (PAGE_SIZE - 1));
    return;
  }
  const start = pageOf(linear);
  const count = pagesFor(size);
  if (!isIntact(start, linear) || !isIntact(linear + size, start + (count << PAGE_SHIFT))) return;
  remember(linear, size);
  dropPages(pages, start, count);
  countFreed(size, count << PAGE_SHIFT);
}
/** What an address of the area that has faulted was. */
export function explainDebug(linear: usize): ptr<u8> {
  const freed = findFreed(linear);
  if (freed !== null)
    return linear < freed.linear ? "access before an object that was freed" : "use after free";
  const pages = mapper;
  if (pages !== null && pages.translate(linear - PAGE_SIZE) !== NONE) return "access behind an object";
  if (pages !== null && pages.translate(linear + PAGE_SIZE) !== NONE) return "access before an object";
  return "no object of the debug area";
}
