/**
 * Objects made before the allocators are up, and freed whenever it pleases their owners. They lie one behind the other in pages of
 * their own; a page is given back when none of its objects is left. What is larger than half a page, or aligned to more, has whole
 * pages. Addresses are the early area's, so the aliases are up. Objects are zeros at first. No size classes, no reuse within a page:
 * there are few such objects.
 *
 *     page:   │ live, used │ size, mark │ object … │ size, mark │ object … │ nobody's yet │
 *             0            16                                                           4096
 */
import { panicWith } from "../panic.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { Area, HALF_PAGE_SIZE, inArea, NONE, PAGE_SHIFT, PAGE_SIZE, physicalOf } from "./address.ts";
import { giveBootPage, takeBootPages } from "./boot-pages.ts";
import { allocateContiguous, freeContiguous } from "./contiguous.ts";
import { physicalReady } from "./physical.ts";

/** In front of each object. */
class EarlyHeader extends Struct {
  size: at<0, u32>;
  mark: at<4, u32>;
}
const HEADER: usize = 8;
static_assert(sizeof<EarlyHeader>() === HEADER);
const LIVE: u32 = 0x0bec_0de5;
const FREED: u32 = 0x0bec_dead;

/** At the beginning of each page of small objects. */
class EarlyPage extends Struct {
  /** Objects that have not been freed. */
  live: at<0, u32>;
  /** Where the next one may begin, header and all. */
  used: at<4, u32>;
}
const FIRST: usize = 16;
const ALIGNMENT: usize = 16;

/** Whole pages of one object. */
class EarlyRun extends Struct {
  /** 0: free to be used. */
  linear: usize;
  size: usize;
}
/** How many objects of whole pages there can be at a time. */
const MAX_RUNS = 32;
const runs: array<EarlyRun, typeof MAX_RUNS> = zeroed();

const lock: SpinLock = zeroed();
/** The page that objects are put into; null: the next one gets a new page. */
let current: ptr<EarlyPage> | null = null;

/** At least one: each object has an address of its own. */
function pagesOf(size: usize): usize {
  return size === 0 ? 1 : (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}
/** Pages of zeros, by their address in the early area; 0 if there are none. */
function takePages(count: usize, align: usize): usize {
  if (!physicalReady) {
    const physical = takeBootPages(count, align);
    return physical === NONE ? 0 : inArea(Area.Early, physical);
  }
  const physical = allocateContiguous(count, align >> PAGE_SHIFT, NONE);
  if (physical === NONE) return 0;
  const linear = inArea(Area.Early, physical);
  for (let i: usize = 0; i < count; i++) memset(pointer<u8>(linear + i * PAGE_SIZE), 0, PAGE_SIZE);
  return linear;
}
function givePages(linear: usize, count: usize): void {
  const physical = physicalOf(linear);
  if (physicalReady) freeContiguous(physical, count);
  else for (let i: usize = 0; i < count; i++) giveBootPage(physical + i * PAGE_SIZE);
}

/** Of whole pages; 0: no memory, or too many such objects. */
function allocateRun(size: usize, align: usize): usize {
  for (let i: usize = 0; i < runs.length; i++) {
    if (runs[i].linear !== 0) continue;
    const linear = takePages(pagesOf(size), align < PAGE_SIZE ? PAGE_SIZE : align);
    if (linear !== 0) runs[i] = { linear, size };
    return linear;
  }
  return 0;
}
function findRun(linear: usize): ptr<EarlyRun> {
  for (let i: usize = 0; i < runs.length; i++) if (runs[i].linear === linear) return addressOf(runs[i]);
  panicWith("no early object", "address", linear, null, 0);
}

/** Behind the objects of the current page, if there is room; else 0. */
function placeIn(page: ptr<EarlyPage>, size: usize, align: usize): usize {
  const base = address(page);
  const object = (base + usize(page.used) + HEADER + align - 1) & ~(align - 1);
  if (object + size > base + PAGE_SIZE) return 0;
  page.used = u32(object + size - base);
  page.live++;
  const header = pointer<EarlyHeader>(object - HEADER);
  header.size = u32(size);
  header.mark = LIVE;
  return object;
}
function allocateSmall(size: usize, align: usize): usize {
  if (current !== null) {
    const object = placeIn(current, size, align);
    if (object !== 0) return object;
  }
  const linear = takePages(1, PAGE_SIZE);
  if (linear === 0) return 0;
  const page = pointer<EarlyPage>(linear);
  page.used = u32(FIRST);
  current = page;
  return placeIn(page, size, align);
}

/** `size` bytes of zeros; `align` is a power of two, and 16 at least whatever it says. Null: there is no memory. */
export function earlyAllocate(size: usize, align: usize): ptr<unknown> | null {
  const alignment = align < ALIGNMENT ? ALIGNMENT : align;
  if (size >> 44 !== 0) return null;
  const flags = lock.lock();
  const small = size <= HALF_PAGE_SIZE && alignment < HALF_PAGE_SIZE;
  const object = small ? allocateSmall(size, alignment) : allocateRun(size, alignment);
  lock.unlock(flags);
  return object === 0 ? null : pointer<u8>(object);
}

/** The header of a small object that has not been freed; panics for anything else. */
function liveHeader(linear: usize): ptr<EarlyHeader> {
  const header = pointer<EarlyHeader>(linear - HEADER);
  if ((linear & (ALIGNMENT - 1)) !== 0 || header.mark !== LIVE) {
    panicWith(
      header.mark === FREED ? "early object freed already" : "no early object",
      "address",
      linear,
      "mark",
      u64(header.mark),
    );
  }
  return header;
}
/** Bytes asked for, of an object that has not been freed. */
export function earlySize(object: ptr<unknown>): usize {
  const linear = address(object);
  return (linear & (PAGE_SIZE - 1)) === 0 ? findRun(linear).size : usize(liveHeader(linear).size);
}
function freeSmall(linear: usize): void {
  liveHeader(linear).mark = FREED;
  const page = pointer<EarlyPage>(linear & ~(PAGE_SIZE - 1));
  page.live--;
  if (page.live !== 0) return;
  if (current === page) current = null;
  givePages(address(page), 1);
}
function freeRun(linear: usize): void {
  const run = findRun(linear);
  const pages = pagesOf(run.size);
  run.linear = 0;
  givePages(linear, pages);
}
/** Also long after the allocators are up. */
export function earlyFree(object: ptr<unknown>): void {
  const linear = address(object);
  const flags = lock.lock();
  if ((linear & (PAGE_SIZE - 1)) === 0) freeRun(linear);
  else freeSmall(linear);
  lock.unlock(flags);
}
