/**
 * Which pages stay: ARC (Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003, figure 4). Pages that were
 * used once, pages that were used again, and the ghosts of both, each in the order of use; a ghost that is asked for tells which of the two should have
 * been larger, and `target` moves. All of it is guarded by the cache's lock (cache.ts).
 *
 *     T1 recent ┐ at most `limit`, unless more are     B1 recent ghosts ┐ T1 + B1 at most `limit`,
 *     T2 frequent ┘ dirty, mapped or being read        B2 frequent ghosts ┘ all four at most twice that
 */
import { dropFrame, frameReferences } from "../memory/frame.ts";
import { NONE } from "../memory/physical.ts";
import { type Branches, type FilePage, PageList, PageState, removePage } from "./file-pages.ts";

class Line extends Struct {
  count: u64;
  /** Used last; used longest ago. */
  newest: ptr<FilePage> | null;
  oldest: ptr<FilePage> | null;
}
const lines: array<Line, 5> = zeroed();

export class CacheCounters extends Struct {
  hits: u64;
  misses: u64;
  /** Misses whose page had been here not long ago. */
  ghosts: u64;
  evictions: u64;
}
export const cacheCounters: CacheCounters = zeroed();

/** Pages that may be here; 0: not set yet. */
let limit: u64 = 0;
/** How many of them should be recent ones. */
let target: u64 = 0;
/** How many of a list are looked at for one that can go. */
const PATIENCE: u64 = 64;

/** What is to be freed when the lock has been released. */
export class Waste extends Struct {
  pages: ptr<FilePage> | null;
  branches: Branches;
}

/** From here on; what is too much goes when the next page comes. */
export function setCacheLimit(pages: u64): void {
  limit = pages;
  if (target > limit) target = limit;
}
export function cacheLimit(): u64 {
  return limit;
}
export function cacheTarget(): u64 {
  return target;
}
export function listLength(list: PageList): u64 {
  return lines[u32(list)].count;
}
/** Pages with frames. */
export function cachedPages(): u64 {
  return listLength(PageList.Recent) + listLength(PageList.Frequent);
}

function add(page: ptr<FilePage>, list: PageList): void {
  const line = addressOf(lines[u32(list)]);
  page.list = list;
  page.previous = null;
  page.next = line.newest;
  if (page.next === null) line.oldest = page;
  else page.next.previous = page;
  line.newest = page;
  line.count++;
}
/** Out of whatever list it is in. */
export function unlist(page: ptr<FilePage>): void {
  if (page.list === PageList.None) return;
  const line = addressOf(lines[u32(page.list)]);
  const next = page.next;
  const previous = page.previous;
  if (previous === null) line.newest = next;
  else previous.next = next;
  if (next === null) line.oldest = previous;
  else next.previous = previous;
  line.count--;
  page.list = PageList.None;
}
/** A clean page or ghost leaves its file and the cache; its frame is the caller's. */
export function discardPage(page: ptr<FilePage>, waste: ptr<Waste>): void {
  unlist(page);
  if (page.state !== PageState.Ghost) page.node.pages.count--;
  removePage(addressOf(page.node.pages), page.index, addressOf(waste.branches));
  page.next = waste.pages;
  waste.pages = page;
}
function canGo(page: ptr<FilePage>): bool {
  return page.state === PageState.Here && !page.dirty && !page.busy && frameReferences(page.physical) === 1;
}
/** The page of a list that was used longest ago, of those that can go; null: none of the oldest can. */
function oldestOf(list: PageList): ptr<FilePage> | null {
  let page = lines[u32(list)].oldest;
  for (let i: u64 = 0; page !== null && i < PATIENCE; i++) {
    if (canGo(page)) return page;
    page = page.previous;
  }
  return null;
}
function makeGhost(page: ptr<FilePage>, list: PageList): void {
  dropFrame(page.physical);
  page.physical = NONE;
  page.state = PageState.Ghost;
  page.node.pages.count--;
  cacheCounters.evictions++;
  unlist(page);
  add(page, list);
}
/** REPLACE of the paper. False: nothing can go. */
function replace(frequentGhost: bool): bool {
  const recent = listLength(PageList.Recent);
  const recentFirst = recent >= 1 && (recent > target || (frequentGhost && recent === target));
  for (let attempt: u32 = 0; attempt < 2; attempt++) {
    const fromRecent = recentFirst === (attempt === 0);
    const page = oldestOf(fromRecent ? PageList.Recent : PageList.Frequent);
    if (page === null) continue;
    makeGhost(page, fromRecent ? PageList.RecentGhost : PageList.FrequentGhost);
    return true;
  }
  return false;
}
function forget(list: PageList, waste: ptr<Waste>): void {
  const ghost = lines[u32(list)].oldest;
  if (ghost !== null) discardPage(ghost, waste);
}

/** A page that is here is used (case I of the paper). */
export function countHit(page: ptr<FilePage>): void {
  cacheCounters.hits++;
  if (page.list === PageList.None) return;
  unlist(page);
  add(page, PageList.Frequent);
}
/** A page that was forgotten comes (case IV), and is in its file already; if that has a file system to be read from again, it is in a list from now on. */
export function countMiss(page: ptr<FilePage>, waste: ptr<Waste>): void {
  cacheCounters.misses++;
  const recent = listLength(PageList.Recent);
  const recentGhosts = listLength(PageList.RecentGhost);
  const all = cachedPages() + recentGhosts + listLength(PageList.FrequentGhost);
  if (recent + recentGhosts >= limit) {
    if (recentGhosts > 0) {
      forget(PageList.RecentGhost, waste);
      if (cachedPages() >= limit) replace(false);
    } else if (cachedPages() >= limit) {
      const page = oldestOf(PageList.Recent);
      if (page !== null) {
        cacheCounters.evictions++;
        dropFrame(page.physical);
        page.physical = NONE;
        discardPage(page, waste);
      } else replace(false);
    }
  } else if (all >= limit) {
    if (all >= 2 * limit) forget(PageList.FrequentGhost, waste);
    if (cachedPages() >= limit) replace(false);
  }
  add(page, PageList.Recent);
}
/** A ghost's page comes again (cases II and III); it is a frequent one from now on. */
export function countGhost(page: ptr<FilePage>): void {
  cacheCounters.misses++;
  cacheCounters.ghosts++;
  const recentGhosts = listLength(PageList.RecentGhost);
  const frequentGhosts = listLength(PageList.FrequentGhost);
  const wasRecent = page.list === PageList.RecentGhost;
  if (wasRecent) {
    const step = frequentGhosts > recentGhosts ? frequentGhosts / recentGhosts : 1;
    target = target + step > limit ? limit : target + step;
  } else {
    const step = recentGhosts > frequentGhosts ? recentGhosts / frequentGhosts : 1;
    target = step > target ? 0 : target - step;
  }
  unlist(page);
  if (cachedPages() >= limit) replace(!wasRecent);
  add(page, PageList.Frequent);
}
/** For memory shortage: up to `count` pages go, by ARC's own choice; how many did. */
export function evict(count: u64): u64 {
  let gone: u64 = 0;
  while (gone < count && replace(false)) gone++;
  return gone;
}
