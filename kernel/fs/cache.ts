/**
 * The pages of all files. Pages of file systems that can be read again are kept or forgotten by ARC (arc.ts), together; those of others, whose
 * pages are the file, stay. One lock guards all trees and lists; who needs a page that another thread is reading waits for it.
 * A page's frame has one reference by the cache, and one by each who has it mapped or copies it.
 */
import { Area, inArea, PAGE_SIZE } from "../memory/address.ts";
import { dropFrame, frameAt, frameReferences, holdFrame } from "../memory/frame.ts";
import { free, malloc } from "../memory/malloc.ts";
import { allocatePage, frameCount, NONE } from "../memory/physical.ts";
import { addReserve } from "../memory/shortage.ts";
import { FOREVER } from "../thread/time.ts";
import type { WaitQueue } from "../thread/wait-queue.ts";
import {
  cacheLimit,
  countGhost,
  countHit,
  countMiss,
  discardPage,
  evict,
  setCacheLimit,
  type Waste,
} from "./arc.ts";
import { EIO, ENOMEM, ENXIO } from "./errno.ts";
import {
  type Branches,
  type FilePage,
  type FilePages,
  findPage,
  giveBranches,
  insertPage,
  nextPage,
  PageState,
  takeBranches,
} from "./file-pages.ts";
import type { Node } from "./node.ts";

/** Its lock guards pages; who waits for one waits here. */
const cache: WaitQueue = zeroed();
/** Pages read at once, at most: 128 KiB. */
const AHEAD: u64 = 32;
/** Pages freed before others get a turn. */
const BATCH: u64 = 64;
/** Pages that a shortage of memory takes. */
const SHORTAGE: u64 = 64;
/** Pages that nobody has written back yet, of all files. */
let dirtyPages: u64 = 0;

/** Half of RAM, and memory shortage asks the cache too. Once is enough, before others read files. */
export function initPageCache(): void {
  if (cacheLimit() !== 0) return;
  setCacheLimit(frameCount() / 2 + 1);
  addReserve(giveBack);
}
function giveBack(): bool {
  const flags = cache.lock.lock();
  const gone = evict(SHORTAGE);
  cache.unlock(flags);
  return gone !== 0;
}

/** Where a page's bytes are for the kernel. */
export function pageBytes(physical: usize): ptr<u8> {
  return pointer<u8>(inArea(Area.Page, physical));
}
/** Whether pages of the node can be forgotten, to be read again. */
function isReadable(node: ptr<Node>): bool {
  const operations = node.operations;
  return operations.readPage !== null && (operations.writePage !== null || node.fileSystem.readOnly);
}
function emptyWaste(waste: ptr<Waste>): void {
  for (;;) {
    const page = waste.pages;
    if (page === null) break;
    waste.pages = page.next;
    free(page);
  }
  giveBranches(addressOf(waste.branches));
}
function setDirty(page: ptr<FilePage>): void {
  if (page.dirty || page.node.operations.writePage === null) return;
  page.dirty = true;
  page.node.pages.dirty++;
  dirtyPages++;
}
function setClean(page: ptr<FilePage>): void {
  if (!page.dirty) return;
  page.dirty = false;
  page.node.pages.dirty--;
  dirtyPages--;
}

/** Pages that are being read together. */
class Reading extends Struct {
  count: u64;
  pages: array<ptr<FilePage> | null, typeof AHEAD>;
  bytes: array<ptr<u8>, typeof AHEAD>;
}
function newPage(node: ptr<Node>, index: u64): ptr<FilePage> | null {
  const physical = allocatePage();
  if (physical === NONE) return null;
  const memory = malloc(sizeof<FilePage>());
  if (memory === null) {
    dropFrame(physical);
    return null;
  }
  const page = cast<FilePage>(memory);
  memset(page, 0, sizeof<FilePage>());
  page.node = node;
  page.index = index;
  page.physical = physical;
  // Who counts a frame's mappings sees that it is somebody's besides.
  frameAt(physical).owner = address(page);
  page.state = PageState.Reading;
  page.fresh = true;
  return page;
}
/** A page that is not there yet gets a record, being read. False: it is there, or the tree has grown. The lock is held. */
function enlist(page: ptr<FilePage>, branches: ptr<Branches>, waste: ptr<Waste>): bool {
  const pages = addressOf(page.node.pages);
  const ghost = findPage(pages, page.index);
  if (ghost === null) {
    if (!insertPage(pages, page.index, page, branches)) return false;
    if (isReadable(page.node)) countMiss(page, waste);
  } else {
    if (ghost.state !== PageState.Ghost) return false;
    ghost.physical = page.physical;
    ghost.state = PageState.Reading;
    ghost.fresh = true;
    // The record of before goes on; this one has given its frame.
    page.physical = NONE;
    countGhost(ghost);
  }
  pages.count++;
  return true;
}

/** Begins to read up to `wanted` pages: those in `reading` are the caller's to fill. 0, with none if somebody else was faster; -ENOMEM. */
function beginReading(node: ptr<Node>, index: u64, wanted: u64, reading: ptr<Reading>): i64 {
  const waste: Waste = zeroed();
  let branches: Branches = zeroed();
  let status: i64 = 0;
  for (let i: u64 = 0; i < wanted; i++) {
    const page = newPage(node, index + i);
    if (page === null || !takeBranches(addressOf(branches), addressOf(node.pages), index + i)) {
      if (page !== null) throwAway(page);
      if (i === 0) status = -ENOMEM;
      break;
    }
    const flags = cache.lock.lock();
    const enlisted = enlist(page, addressOf(branches), addressOf(waste));
    const listed = enlisted ? findPage(addressOf(node.pages), index + i) : null;
    cache.unlock(flags);
    if (listed !== null) {
      reading.pages[i] = listed;
      reading.bytes[i] = pageBytes(listed.physical);
      reading.count = i + 1;
    }
    if (listed !== page) throwAway(page);
    emptyWaste(addressOf(waste));
    if (listed === null) break;
  }
  giveBranches(addressOf(branches));
  return status;
}
function throwAway(page: ptr<FilePage>): void {
  if (page.physical !== NONE) dropFrame(page.physical);
  free(page);
}
/** `good` pages from the first on have been filled; the others, whose state nobody knows, are nobody's. */
function endReading(reading: ptr<Reading>, good: u64): void {
  const waste: Waste = zeroed();
  const flags = cache.lock.lock();
  for (let i: u64 = 0; i < reading.count; i++) {
    const page = reading.pages[i];
    if (page === null) continue;
    if (i < good) {
      page.state = PageState.Here;
      continue;
    }
    dropFrame(page.physical);
    discardPage(page, addressOf(waste));
  }
  cache.wakeAll();
  cache.unlock(flags);
  emptyWaste(addressOf(waste));
}
/** Fills pages; gives how many of them are good, or an error if none is. */
function fill(node: ptr<Node>, index: u64, reading: ptr<Reading>, blank: bool): i64 {
  const readPages = node.operations.readPages;
  const readPage = node.operations.readPage;
  if (readPage === null || blank) {
    for (let i: u64 = 0; i < reading.count; i++) memset(reading.bytes[i], 0, PAGE_SIZE);
    return i64(reading.count);
  }
  if (readPages !== null && reading.count > 1) {
    return readPages(node, index, addressOf(reading.bytes[0]), reading.count);
  }
  const status = readPage(node, index, reading.bytes[0]);
  return status < 0 ? status : 1;
}
/** How many pages to read from `index` on: more each time, as long as it goes on where it ended. */
function pagesAhead(node: ptr<Node>, index: u64): u64 {
  if (node.operations.readPages === null) return 1;
  const pages = addressOf(node.pages);
  const last = (node.attributes.size + PAGE_SIZE - 1) / PAGE_SIZE;
  let count: u64 = 4;
  if (index === pages.expected) count = pages.ahead >= AHEAD / 2 ? AHEAD : pages.ahead * 2;
  if (count < 4) count = 4;
  if (index + count > last) count = last > index ? last - index : 1;
  return count;
}
function read(node: ptr<Node>, index: u64, blank: bool): i64 {
  const reading: Reading = zeroed();
  const wanted = blank ? 1 : pagesAhead(node, index);
  const begun = beginReading(node, index, wanted, addressOf(reading));
  if (begun < 0 || reading.count === 0) return begun;
  const good = fill(node, index, addressOf(reading), blank);
  endReading(addressOf(reading), good < 0 ? 0 : u64(good));
  if (good > 0 && !blank) {
    node.pages.expected = index + u64(good);
    node.pages.ahead = u64(good);
  }
  return good === 0 ? -EIO : good < 0 ? good : 0;
}

/**
 * Leaves the frame of a page, with a reference that the caller has to drop, whatever the file's size is. `write`: its contents will be changed. `blank`: where
 * there is none it is zeros, and not read. Sleeps.
 */
export function takePage(node: ptr<Node>, index: u64, write: bool, blank: bool, physical: ptr<usize>): i64 {
  for (;;) {
    const flags = cache.lock.lock();
    let page = findPage(addressOf(node.pages), index);
    while (page !== null && page.state === PageState.Reading) {
      cache.wait(FOREVER);
      page = findPage(addressOf(node.pages), index);
    }
    if (page !== null && page.state === PageState.Here) {
      holdFrame(page.physical);
      physical.value = page.physical;
      if (write) setDirty(page);
      if (!page.fresh) countHit(page);
      page.fresh = false;
      cache.unlock(flags);
      return 0;
    }
    cache.unlock(flags);
    const status = read(node, index, blank);
    if (status < 0) return status;
  }
}
/** `takePage` of what is within the file; -ENXIO: the page lies behind its end. */
export function pageOf(node: ptr<Node>, index: u64, write: bool, physical: ptr<usize>): i64 {
  const pages = (node.attributes.size + PAGE_SIZE - 1) / PAGE_SIZE;
  return index >= pages ? -ENXIO : takePage(node, index, write, false, physical);
}
/** Whether a page has a record with contents: of file systems whose pages are the file, whether it is no hole. */
export function hasPage(node: ptr<Node>, index: u64): bool {
  const flags = cache.lock.lock();
  const page = findPage(addressOf(node.pages), index);
  const here = page !== null && page.state !== PageState.Ghost;
  cache.unlock(flags);
  return here;
}
/** The first page with contents from `index` on; NONE: there is none. */
export function pageFrom(node: ptr<Node>, index: u64): u64 {
  const flags = cache.lock.lock();
  let page = nextPage(addressOf(node.pages), index);
  while (page !== null && page.state === PageState.Ghost)
    page = nextPage(addressOf(node.pages), page.index + 1);
  const found = page === null ? NONE : page.index;
  cache.unlock(flags);
  return found;
}
/** Whether so much is dirty that who writes should write back first. */
export function tooDirty(): bool {
  return dirtyPages > cacheLimit() / 4;
}

/** The next dirty page from `index` on, kept where it is; null: there is none. */
function nextDirty(pages: ptr<FilePages>, index: u64): ptr<FilePage> | null {
  const flags = cache.lock.lock();
  let page = pages.dirty === 0 ? null : nextPage(pages, index);
  while (page !== null && !(page.dirty && page.state === PageState.Here && !page.busy))
    page = nextPage(pages, page.index + 1);
  if (page !== null) {
    page.busy = true;
    setClean(page);
    holdFrame(page.physical);
  }
  cache.unlock(flags);
  return page;
}
/** Writes dirty pages back; 0, or the first error. A page that is mapped to be written stays dirty, since nobody tells when it changes. */
export function writePages(node: ptr<Node>): i64 {
  const writePage = node.operations.writePage;
  if (writePage === null) return 0;
  let status: i64 = 0;
  let index: u64 = 0;
  for (;;) {
    const page = nextDirty(addressOf(node.pages), index);
    if (page === null) return status;
    index = page.index + 1;
    const start = page.index * PAGE_SIZE;
    const size = node.attributes.size;
    const bytes = size <= start ? 0 : size - start < PAGE_SIZE ? size - start : PAGE_SIZE;
    const written = bytes === 0 ? 0 : writePage(node, page.index, pageBytes(page.physical), bytes);
    if (written < 0 && status === 0) status = written;
    const flags = cache.lock.lock();
    page.busy = false;
    if (written < 0 || frameReferences(page.physical) > 2) setDirty(page);
    const physical = page.physical;
    cache.wakeAll();
    cache.unlock(flags);
    dropFrame(physical);
  }
}
/** Pages from `first` on go, whatever is in them. */
export function dropPages(node: ptr<Node>, first: u64): void {
  const pages = addressOf(node.pages);
  for (;;) {
    const waste: Waste = zeroed();
    const flags = cache.lock.lock();
    let count: u64 = 0;
    let page = nextPage(pages, first);
    while (page !== null && count < BATCH) {
      if (page.state === PageState.Reading || page.busy) {
        cache.wait(FOREVER);
      } else {
        setClean(page);
        if (page.physical !== NONE) dropFrame(page.physical);
        discardPage(page, addressOf(waste));
        count++;
      }
      page = nextPage(pages, first);
    }
    cache.unlock(flags);
    emptyWaste(addressOf(waste));
    if (page === null) return;
  }
}
/** Clean pages that nobody uses go: for who wants to know what is kept, and for tests. */
export function dropCache(): void {
  const flags = cache.lock.lock();
  while (evict(BATCH) !== 0);
  cache.unlock(flags);
}
