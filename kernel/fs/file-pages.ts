/**
 * The contents of a regular file by pages: a radix tree from the page's index to its record, 64 branches to a level. A file of one page
 * has no branches. A record stands for a frame that is here, one that is being read, or one that was here not long ago (a ghost).
 */
import { free, malloc } from "../memory/malloc.ts";
import type { Node } from "./node.ts";

/** @base u8 */
export enum PageState {
  /** Without a frame: the cache has not forgotten it yet (cache.ts). */
  Ghost,
  /** Somebody fills its frame. */
  Reading,
  /** Its contents are the file's. */
  Here,
}

/** The lists of cache.ts. */
/** @base u8 */
export enum PageList {
  None,
  /** Used once; used again. */
  Recent,
  Frequent,
  /** Ghosts of both. */
  RecentGhost,
  FrequentGhost,
}

export class FilePage extends Struct {
  node: ptr<Node>;
  index: u64;
  physical: usize;
  state: PageState;
  list: PageList;
  /** The file system does not have its contents yet. */
  dirty: bool;
  /** Somebody writes it back: it stays. */
  busy: bool;
  /** It has been read, and nobody has asked for it since: who does is the one it was read for. */
  fresh: bool;
  next: ptr<FilePage> | null;
  previous: ptr<FilePage> | null;
}
static_assert(sizeof<FilePage>() === 48);

const SHIFT: u64 = 6;
const BRANCHES = 64;

class Branch extends Struct {
  used: u64;
  below: array<ptr<unknown> | null, typeof BRANCHES>;
}

/** All of it is guarded by the cache's lock (cache.ts). */
export class FilePages extends Struct {
  /** Frames. */
  count: u64;
  /** Of these, dirty ones. */
  dirty: u64;
  /** Levels of branches over the records. */
  height: u64;
  /** A record if the height is 0, else a branch. */
  top: ptr<unknown> | null;
  /** Where reading one page after the other would go on, and how many have been read ahead of it at a time. */
  expected: u64;
  ahead: u64;
}

/** Whether a tree of this height has a place for an index. */
function reaches(height: u64, index: u64): bool {
  return height * SHIFT >= 64 || index >> (height * SHIFT) === 0;
}
function branchAt(level: u64, index: u64): u64 {
  return (index >> ((level - 1) * SHIFT)) & (BRANCHES - 1);
}

export function findPage(pages: ptr<FilePages>, index: u64): ptr<FilePage> | null {
  if (!reaches(pages.height, index)) return null;
  let at = pages.top;
  for (let level = pages.height; level > 0; level--) {
    if (at === null) return null;
    at = cast<Branch>(at).below[branchAt(level, index)];
  }
  return at === null ? null : cast<FilePage>(at);
}

/** Memory for branches, taken before the lock is: a page can need as many as there are levels, and the tree as many more. */
export class Branches extends Struct {
  first: ptr<Branch> | null;
  count: u64;
}
/** Enough of them for any page of a file. False: there is no memory. */
export function takeBranches(branches: ptr<Branches>, pages: ptr<FilePages>, index: u64): bool {
  let height = pages.height;
  while (!reaches(height, index)) height++;
  while (branches.count < 2 * height) {
    const memory = malloc(sizeof<Branch>());
    if (memory === null) return false;
    memset(memory, 0, sizeof<Branch>());
    const branch = cast<Branch>(memory);
    branch.below[0] = branches.first;
    branches.first = branch;
    branches.count++;
  }
  return true;
}
export function giveBranches(branches: ptr<Branches>): void {
  for (;;) {
    const branch = branches.first;
    if (branch === null) return;
    branches.first = branch.below[0] === null ? null : cast<Branch>(branch.below[0]);
    branches.count--;
    free(branch);
  }
}
function nextBranch(branches: ptr<Branches>): ptr<Branch> | null {
  const branch = branches.first;
  if (branch === null) return null;
  branches.first = branch.below[0] === null ? null : cast<Branch>(branch.below[0]);
  branches.count--;
  branch.below[0] = null;
  return branch;
}

/** False: there were not enough branches; nothing has changed. No page is there yet. */
export function insertPage(
  pages: ptr<FilePages>,
  index: u64,
  page: ptr<FilePage>,
  branches: ptr<Branches>,
): bool {
  let height = pages.height;
  while (!reaches(height, index)) height++;
  if (branches.count < 2 * height) return false;
  for (; pages.height < height; pages.height++) {
    if (pages.top === null) continue;
    const branch = nextBranch(branches);
    if (branch === null) return false;
    branch.below[0] = pages.top;
    branch.used = 1;
    pages.top = branch;
  }
  if (height === 0) {
    pages.top = page;
    return true;
  }
  if (pages.top === null) pages.top = nextBranch(branches);
  if (pages.top === null) return false;
  let branch = cast<Branch>(pages.top);
  for (let level = height; level > 1; level--) {
    const at = branchAt(level, index);
    let below = branch.below[at];
    if (below === null) {
      below = nextBranch(branches);
      if (below === null) return false;
      branch.below[at] = below;
      branch.used++;
    }
    branch = cast<Branch>(below);
  }
  branch.below[branchAt(1, index)] = page;
  branch.used++;
  return true;
}

/** Takes a record out. Branches that become empty go to `branches`, to be given back. */
export function removePage(pages: ptr<FilePages>, index: u64, branches: ptr<Branches>): void {
  const path: array<ptr<Branch>, 11> = zeroed();
  let at = pages.top;
  for (let level = pages.height; level > 0; level--) {
    if (at === null) return;
    path[level - 1] = cast<Branch>(at);
    at = path[level - 1].below[branchAt(level, index)];
  }
  if (at === null) return;
  for (let level: u64 = 1; level <= pages.height; level++) {
    const branch = path[level - 1];
    branch.below[branchAt(level, index)] = null;
    branch.used--;
    if (branch.used !== 0) return;
    branch.below[0] = branches.first;
    branches.first = branch;
    branches.count++;
  }
  pages.top = null;
  pages.height = 0;
}

/** The first record at `index` or behind it; null: there is none. */
export function nextPage(pages: ptr<FilePages>, index: u64): ptr<FilePage> | null {
  let from = index;
  while (reaches(pages.height, from)) {
    let at = pages.top;
    let level = pages.height;
    while (at !== null && level > 0) {
      at = cast<Branch>(at).below[branchAt(level, from)];
      if (at !== null) level--;
    }
    if (at !== null) return cast<FilePage>(at);
    if (level === 0) return null;
    // Nothing below this branch: on to the next one.
    const step = (level - 1) * SHIFT;
    const next = ((from >> step) + 1) << step;
    if (next <= from) return null;
    from = next;
  }
  return null;
}
