/**
 * Pages before there is an allocator: for the first page tables, the frame table, early objects. They are cut from the ends of the
 * usable ranges. What nobody has taken when the buddy allocator starts becomes its own; from then on nothing is taken here.
 *
 *     start           low                             high            end     of a usable range
 *     │ taken          │ the rest: nobody's yet         │ taken         │
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { panicWith } from "../panic.ts";
import { Area, areaBase, NONE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";

/** What start-up code has mapped one to one. */
export const FOUR_GIB: usize = 1 << 32;

/** What is nobody's yet of a usable range. */
export class Rest extends Struct {
  low: usize;
  /** 0: not looked at yet, which means all of the range. */
  high: usize;
}
/** As many as there can be usable ranges. */
const rests: array<Rest, 64> = zeroed();
/** Pages given back, and pages that alignment skipped: each holds the next one's address. */
let spare: usize = NONE;
/** Where physical memory is reached: at its own address, and then in an alias. */
let window: usize = 0;
let closed: bool = false;

/** From here on the one to one map is not needed: called when the aliases are up. */
export function useAliasForBootPages(): void {
  window = areaBase(Area.Early);
}
/** From here on the pages are the buddy allocator's. */
export function closeBootPages(): void {
  closed = true;
}

/** Of usable range `index`. */
export function restOf(index: usize): ptr<Rest> {
  const rest = addressOf(rests[index]);
  if (rest.high === 0) {
    rest.low = usable[index].start;
    rest.high = usable[index].end;
  }
  return rest;
}
/** A page to be taken again. */
export function giveBootPage(physical: usize): void {
  pointer<usize>(window | physical).value = spare;
  spare = physical;
}
/** One that has been given back, as it is; NONE without one. */
export function takeSparePage(): usize {
  const physical = spare;
  if (physical !== NONE) spare = pointer<usize>(window | physical).value;
  return physical;
}
function giveSpares(start: usize, end: usize): void {
  for (let page = start; page < end; page += PAGE_SIZE) giveBootPage(page);
}

/**
 * Contiguous pages that lie below an address, with what was in them, from as high as there are any: the end of a range, or the
 * beginning of one that reaches over the limit. `align` is bytes, a power of two. NONE: there are none.
 */
export function cutPages(count: usize, align: usize, below: usize): usize {
  const size = count << PAGE_SHIFT;
  for (let i = usableCount; i > 0; i--) {
    const rest = restOf(i - 1);
    if (rest.high - rest.low < size) continue;
    if (rest.high <= below) {
      const start = (rest.high - size) & ~(align - 1);
      if (start < rest.low) continue;
      const end = rest.high;
      rest.high = start;
      giveSpares(start + size, end);
      return start;
    }
    const start = (rest.low + align - 1) & ~(align - 1);
    if (start + size > below || start + size > rest.high) continue;
    const low = rest.low;
    rest.low = start + size;
    giveSpares(low, start);
    return start;
  }
  return NONE;
}

/** Contiguous pages of zeros below 4 GiB, by their physical address; `align` is bytes, a power of two. NONE: there are none. */
export function takeBootPages(count: usize, align: usize): usize {
  if (closed) panicWith("boot pages taken after the buddy allocator's start", "count", count, null, 0);
  let physical = NONE;
  if (count === 1 && align <= PAGE_SIZE) physical = takeSparePage();
  if (physical === NONE) physical = cutPages(count, align < PAGE_SIZE ? PAGE_SIZE : align, FOUR_GIB);
  if (physical === NONE) return NONE;
  for (let i: usize = 0; i < count; i++)
    memset(pointer<u8>(window | (physical + i * PAGE_SIZE)), 0, PAGE_SIZE);
  return physical;
}
export function takeBootPage(): usize {
  return takeBootPages(1, PAGE_SIZE);
}
