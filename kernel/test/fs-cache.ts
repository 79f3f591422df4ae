/** The pages of files: a file system that counts what is asked of it, ARC against a model of its own, write-back, and readers who wait for one read. */
import { cacheCounters, cachedPages, cacheLimit, cacheTarget, listLength, setCacheLimit } from "../fs/arc.ts";
import { dropCache, initPageCache, pageBytes, pageOf, takePage, writePages } from "../fs/cache.ts";
import { cutFile, readFile, writeFile } from "../fs/contents.ts";
import { EIO, ENXIO } from "../fs/errno.ts";
import { PageList } from "../fs/file-pages.ts";
import {
  type Attributes,
  type FileSystem,
  type Node,
  type NodeOperations,
  S_IFREG,
  SET_SIZE,
} from "../fs/node.ts";
import { dropNode, makeNode } from "../fs/node-cache.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import { sleep } from "../thread/sleep.ts";
import { MICROSECOND } from "../thread/time.ts";
import { heldBytes } from "./areas.ts";
import { check, checkEqual } from "./check.ts";
import { runApart } from "./together.ts";

/** What a page of the file system under test holds: its index and how often it was written, in its first words; the rest is zeros. */
const PAGES = 256;
class Medium extends Struct {
  reads: u64;
  writes: u64;
  /** By page: what was written last. */
  words: array<u64, typeof PAGES>;
  /** The next read or write fails. */
  fails: bool;
  slow: bool;
}
const medium: Medium = zeroed();

function readPage(_node: ptr<Node>, index: u64, to: ptr<u8>): i64 {
  atomicAdd(addressOf(medium.reads), 1);
  if (medium.slow) sleep(10 * MICROSECOND);
  if (medium.fails) return -EIO;
  memset(to, 0, PAGE_SIZE);
  cast<u64>(to).value = index;
  cast<u64>(to)[1] = index < PAGES ? medium.words[index] : 0;
  return 0;
}
function writePage(_node: ptr<Node>, index: u64, from: ptr<u8>, _bytes: usize): i64 {
  atomicAdd(addressOf(medium.writes), 1);
  if (medium.fails) return -EIO;
  if (index < PAGES) medium.words[index] = cast<u64>(from)[1];
  return 0;
}
function setAttributes(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  if ((changes & SET_SIZE) !== 0) node.attributes.size = wanted.size;
  return 0;
}
const operations: NodeOperations = init({ readPage, writePage, setAttributes });
const fileSystem: FileSystem = init({ name: "medium" });

/** A file of so many pages. */
function open(pages: u64): ptr<Node> | null {
  memset(addressOf(medium), 0, sizeof<Medium>());
  initPageCache();
  const node = makeNode(addressOf(fileSystem), 1, addressOf(operations));
  check(node !== null, "there is memory for a node");
  if (node === null) return null;
  node.attributes.mode = S_IFREG;
  node.attributes.links = 1;
  node.attributes.size = pages * PAGE_SIZE;
  return node;
}
/** Looks at one page; whether it is the right one. */
function look(node: ptr<Node>, index: u64): bool {
  let physical: usize = 0;
  if (pageOf(node, index, false, addressOf(physical)) < 0) return false;
  const good = cast<u64>(pageBytes(physical)).value === index;
  dropFrame(physical);
  return good;
}

export function pagesAreReadOnce(): void {
  const node = open(20);
  if (node === null) return;
  let physical: usize = 0;
  for (let round: u32 = 0; round < 3; round++)
    for (let i: u64 = 0; i < 20; i++) check(look(node, i), "its page");
  checkEqual(medium.reads, 20, "each is read once");
  checkEqual(
    truncate<u64>(pageOf(node, 20, false, addressOf(physical))),
    truncate<u64>(-ENXIO),
    "none behind the end",
  );
  const word: array<u64, 1> = zeroed();
  checkEqual(truncate<u64>(readFile(node, 5 * PAGE_SIZE, addressOf(word), 8)), 8, "read as a file");
  checkEqual(word[0], 5, "the same page");
  dropNode(node);
  checkEqual(medium.writes, 0, "nothing was written");
}
export function dirtyPagesAreWritten(): void {
  const node = open(10);
  if (node === null) return;
  const words: array<u64, 2> = [3, 77];
  checkEqual(truncate<u64>(writeFile(node, 3 * PAGE_SIZE, addressOf(words), 16)), 16, "into a page");
  checkEqual(truncate<u64>(writeFile(node, 12 * PAGE_SIZE, addressOf(words), 16)), 16, "behind the end");
  checkEqual(node.attributes.size, 12 * PAGE_SIZE + 16, "it is longer");
  checkEqual(medium.reads, 1, "what lies behind the end is not read");
  checkEqual(medium.writes, 0, "nothing is written yet");
  checkEqual(truncate<u64>(writePages(node)), 0, "now");
  checkEqual(medium.writes, 2, "two pages");
  checkEqual(medium.words[3], 77, "as they were");
  checkEqual(truncate<u64>(writePages(node)), 0, "again");
  checkEqual(medium.writes, 2, "nothing is dirty");
  writeFile(node, 3 * PAGE_SIZE, addressOf(words), 16);
  medium.fails = true;
  checkEqual(truncate<u64>(writePages(node)), truncate<u64>(-EIO), "an error is told");
  medium.fails = false;
  checkEqual(truncate<u64>(writePages(node)), 0, "and it is tried again");
  checkEqual(medium.writes, 4, "with the same page");
  writeFile(node, 3 * PAGE_SIZE, addressOf(words), 16);
  node.lock.lock();
  cutFile(node, PAGE_SIZE);
  node.lock.unlock();
  writeFile(node, 0, addressOf(words), 16);
  dropNode(node);
  checkEqual(medium.writes, 5, "the last to go writes; what was cut off is not written");
}
export function failedReadsLeaveNothing(): void {
  const node = open(10);
  if (node === null) return;
  let physical: usize = 0;
  medium.fails = true;
  takePage(node, 1, false, false, addressOf(physical));
  heldBytes();
  const frames = freeFrameCount();
  for (let i: u64 = 0; i < 10; i++)
    checkEqual(
      truncate<u64>(takePage(node, i, false, false, addressOf(physical))),
      truncate<u64>(-EIO),
      "the error is told",
    );
  medium.fails = false;
  heldBytes();
  checkEqual(freeFrameCount(), frames, "no frame is kept");
  for (let n: u64 = 1; n < 4; n++) {
    failAfter(n);
    takePage(node, 70, false, false, addressOf(physical));
    failAfter(0);
    if (physical !== 0) dropFrame(physical);
    physical = 0;
  }
  check(look(node, 7), "and it can be read");
  dropNode(node);
  heldBytes();
  check(freeFrameCount() >= frames, "nor by a file that is gone");
}

// ------------------------------------------------------------------------------------- ARC beside a plain model

const NOWHERE: u64 = 0xffff;
/** Figure 4 of the paper over arrays, the newest first. */
class Model extends Struct {
  lists: array<array<u64, typeof PAGES>, 4>;
  counts: array<u64, 4>;
  target: u64;
  limit: u64;
}
const model: Model = zeroed();
function place(list: u64, page: u64): u64 {
  for (let i: u64 = 0; i < model.counts[list]; i++) if (model.lists[list][i] === page) return i;
  return NOWHERE;
}
function takeOut(list: u64, at: u64): u64 {
  const page = model.lists[list][at];
  for (let i = at; i + 1 < model.counts[list]; i++) model.lists[list][i] = model.lists[list][i + 1];
  model.counts[list]--;
  return page;
}
function putFirst(list: u64, page: u64): void {
  for (let i = model.counts[list]; i > 0; i--) model.lists[list][i] = model.lists[list][i - 1];
  model.lists[list][0] = page;
  model.counts[list]++;
}
const T1 = 0;
const T2 = 1;
const B1 = 2;
const B2 = 3;
function replace(inB2: bool): void {
  const t1 = model.counts[T1];
  const fromRecent = t1 >= 1 && (t1 > model.target || (inB2 && t1 === model.target));
  const from: u64 = fromRecent ? T1 : T2;
  if (model.counts[from] === 0) return;
  putFirst(fromRecent ? B1 : B2, takeOut(from, model.counts[from] - 1));
}
/** True: it was there. */
function request(page: u64): bool {
  const c = model.limit;
  for (let list: u64 = T1; list <= T2; list++) {
    const at = place(list, page);
    if (at === NOWHERE) continue;
    takeOut(list, at);
    putFirst(T2, page);
    return true;
  }
  const b1 = model.counts[B1];
  const b2 = model.counts[B2];
  if (place(B1, page) !== NOWHERE) {
    const step = b2 > b1 ? b2 / b1 : 1;
    model.target = model.target + step > c ? c : model.target + step;
    takeOut(B1, place(B1, page));
    if (model.counts[T1] + model.counts[T2] >= c) replace(false);
    putFirst(T2, page);
    return false;
  }
  if (place(B2, page) !== NOWHERE) {
    const step = b1 > b2 ? b1 / b2 : 1;
    model.target = step > model.target ? 0 : model.target - step;
    takeOut(B2, place(B2, page));
    if (model.counts[T1] + model.counts[T2] >= c) replace(true);
    putFirst(T2, page);
    return false;
  }
  if (model.counts[T1] + b1 === c) {
    if (model.counts[T1] < c) {
      takeOut(B1, b1 - 1);
      if (model.counts[T1] + model.counts[T2] >= c) replace(false);
    } else takeOut(T1, model.counts[T1] - 1);
  } else {
    const all = model.counts[T1] + model.counts[T2] + b1 + b2;
    if (all >= c) {
      if (all === 2 * c) takeOut(B2, b2 - 1);
      if (model.counts[T1] + model.counts[T2] >= c) replace(false);
    }
  }
  putFirst(T1, page);
  return false;
}
/** Loops, scans and a working set, of 200 pages in a cache of 24: each request is a hit or not as the paper has it, and so are the lists. */
export function arcIsThePapers(): void {
  const before = cacheLimit();
  const node = open(200);
  if (node === null) return;
  dropCache();
  if (cachedPages() !== 0) {
    check(false, "the cache is empty");
    return;
  }
  memset(addressOf(model), 0, sizeof<Model>());
  model.limit = 24;
  // Ghosts of other files would be in the way.
  const ghosts = listLength(PageList.RecentGhost) + listLength(PageList.FrequentGhost);
  setCacheLimit(24);
  const start = cacheTarget();
  model.target = start;
  let seed: u64 = 11;
  let hits: u64 = 0;
  let wrong: u64 = 0;
  for (let i: u64 = 0; i < 4000; i++) {
    seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
    const phase = (i / 500) % 4;
    let page = (seed >> 40) % 16;
    if (phase === 1) page = 20 + (i % 30);
    else if (phase === 2) page = 50 + (i % 150);
    else if (phase === 3) page = (seed >> 33) % 3 === 0 ? 60 + ((seed >> 50) % 100) : (seed >> 40) % 20;
    const reads = medium.reads;
    check(look(node, page), "its page");
    const hit = medium.reads === reads;
    if (hit) hits++;
    if (hit !== request(page)) wrong++;
  }
  check(ghosts === 0 || wrong < 40, "ghosts of before are soon forgotten");
  if (ghosts === 0) checkEqual(wrong, 0, "each request is answered as by the model");
  if (ghosts === 0) {
    checkEqual(listLength(PageList.Recent), model.counts[T1], "used once");
    checkEqual(listLength(PageList.Frequent), model.counts[T2], "used again");
    checkEqual(cacheTarget(), model.target, "the target");
  }
  check(hits > 1500, "and it is of use");
  checkEqual(medium.reads + hits, 4000, "a miss is a read");
  dropNode(node);
  setCacheLimit(before);
}
/** A large scan does not drive out what is used again and again. */
export function scansPassThrough(): void {
  const before = cacheLimit();
  const node = open(250);
  if (node === null) return;
  dropCache();
  setCacheLimit(40);
  for (let round: u32 = 0; round < 4; round++) for (let i: u64 = 0; i < 20; i++) look(node, i);
  for (let i: u64 = 30; i < 250; i++) look(node, i);
  const reads = medium.reads;
  for (let i: u64 = 0; i < 20; i++) look(node, i);
  checkEqual(medium.reads, reads, "the working set is still there");
  check(cacheCounters.hits > 0 && cacheCounters.misses > 0, "it counts");
  dropNode(node);
  setCacheLimit(before);
}

// --------------------------------------------------------------------------------------------------- together

class Shared extends Struct {
  node: ptr<Node> | null;
}
const shared: Shared = zeroed();
function readAll(index: u64): void {
  const node = shared.node;
  if (node === null) return;
  for (let i: u64 = 0; i < 64; i++) check(look(node, (i + index * 8) % 64), "its page");
}
export function readersWaitForOneRead(): void {
  const node = open(64);
  if (node === null) return;
  medium.slow = true;
  shared.node = node;
  runApart(8, readAll);
  checkEqual(medium.reads, 64, "eight readers, and each page is read once");
  dropNode(node);
}
function mix(index: u64): void {
  const node = shared.node;
  if (node === null) return;
  let seed = index + 5;
  const words: array<u64, 2> = zeroed();
  for (let i: u64 = 0; i < 150; i++) {
    seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
    // Each writes its own pages, and reads everybody's.
    const own = ((seed >> 40) % 25) * 8 + index;
    words[0] = own;
    words[1] = i + 1;
    check(writeFile(node, own * PAGE_SIZE, addressOf(words), 16) === 16, "written");
    check(look(node, (seed >> 33) % 200), "read");
    if (i % 50 === 0) writePages(node);
    let physical: usize = 0;
    if (takePage(node, own, false, false, addressOf(physical)) === 0) {
      check(cast<u64>(pageBytes(physical))[1] === i + 1, "what was written last");
      dropFrame(physical);
    }
  }
}
/** More pages than fit, written and read by all: nothing that was written is lost. */
export function nothingIsLost(): void {
  const before = cacheLimit();
  const node = open(200);
  if (node === null) return;
  shared.node = node;
  setCacheLimit(50);
  runApart(8, mix);
  checkEqual(truncate<u64>(writePages(node)), 0, "all is written");
  for (let i: u64 = 0; i < 200; i++) {
    let physical: usize = 0;
    if (takePage(node, i, false, false, addressOf(physical)) < 0) continue;
    checkEqual(cast<u64>(pageBytes(physical))[1], medium.words[i], "the medium has it");
    dropFrame(physical);
  }
  dropNode(node);
  setCacheLimit(before);
}
