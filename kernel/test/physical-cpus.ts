/** Physical memory used by all processors at once: pools that stay small, frames that wander, references that are counted right. */
import { cpuCount, cpuIndex } from "../arch/cpu.ts";
import type { Random } from "../bench/random.ts";
import { Area, inArea, NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { dropFrame, frameAt, frameReferences, holdFrame } from "../memory/frame.ts";
import { POOL_CAPACITY, pooledFrames } from "../memory/page-pool.ts";
import { allocateFrames, allocatePage, freeFrameCount, freeFrames, freePage } from "../memory/physical.ts";
import { checkPhysical } from "../memory/physical-check.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import type { Thread } from "../thread/thread.ts";
import { check, checkEqual } from "./check.ts";
import { settle } from "./physical-model.ts";

const MOST_CPUS = 8;

class Work extends Struct {
  run: fn<(cpu: u32) => void> | null;
}
const work: Work = zeroed();
function runWork(argument: ptr<unknown>): void {
  const run = work.run;
  checkEqual(u64(cpuIndex()), address(argument), "it runs where it should");
  if (run !== null) run(cpuIndex());
}
/** A thread on each processor does it; returns when all have. */
function onAll(run: fn<(cpu: u32) => void>): void {
  const threads: array<ptr<Thread> | null, typeof MOST_CPUS> = zeroed();
  work.run = run;
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    const options: ThreadOptions = init({ allowed: u32(1) << cpu });
    threads[cpu] = spawn("frames", runWork, pointer<unknown>(u64(cpu)), addressOf(options));
    check(threads[cpu] !== null, "there is memory for a thread");
  }
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    const thread = threads[cpu];
    if (thread !== null) join(thread);
  }
}

const MANY: u32 = 100;
function fillPool(_cpu: u32): void {
  let chain = NONE;
  for (let i: u32 = 0; i < MANY; i++) {
    const page = allocatePage();
    if (page === NONE) break;
    frameAt(page).owner = chain;
    chain = page;
  }
  while (chain !== NONE) {
    const next = frameAt(chain).owner;
    freePage(chain);
    chain = next;
  }
}
/** What idle processors keep is little, and is there for others when they need it. */
export function idleProcessorsDoNotHoard(): void {
  settle();
  onAll(fillPool);
  check(pooledFrames() > 0, "pools keep some");
  check(pooledFrames() <= cpuCount * POOL_CAPACITY, "but no more than their bound");
  const free = freeFrameCount();
  let chain = NONE;
  let count: u64 = 0;
  for (let page = allocateFrames(0); page !== NONE; page = allocateFrames(0)) {
    frameAt(page).owner = chain;
    chain = page;
    count++;
  }
  checkEqual(u64(pooledFrames()), 0, "pools are empty when memory has run out");
  check(count >= free, "one processor could take it all");
  while (chain !== NONE) {
    const next = frameAt(chain).owner;
    freeFrames(chain, 0);
    chain = next;
  }
  check(checkPhysical(), "all invariants hold");
}

/** Pages that any processor puts in, and any takes out. */
const SHARED = 64;
const shared: array<usize, typeof SHARED> = zeroed();
const ROUNDS: u32 = 3000;

/** A page's first word is its address as long as it is held. */
function sign(page: usize): void {
  pointer<usize>(inArea(Area.Page, page)).value = page;
}
function isSigned(page: usize): bool {
  return pointer<usize>(inArea(Area.Page, page)).value === page;
}
function exchange(cpu: u32): void {
  const random: Random = zeroed();
  random.seed(u64(cpu));
  for (let i: u32 = 0; i < ROUNDS; i++) {
    const page = random.chance(1, 4) ? allocateFrames(0) : allocatePage();
    if (page === NONE) {
      check(false, "there is memory");
      return;
    }
    sign(page);
    const other = atomicExchange(addressOf(shared[random.below(SHARED)]), page);
    if (other === 0) continue;
    if (!isSigned(other)) check(false, "a page was nobody else's");
    if (random.chance(1, 4)) freeFrames(other, 0);
    else freePage(other);
  }
}
export function pagesWander(): void {
  onAll(exchange);
  for (let i: usize = 0; i < SHARED; i++) {
    if (shared[i] !== 0) freePage(shared[i]);
    shared[i] = 0;
  }
  check(checkPhysical(), "all invariants hold");
}

/** Blocks and ranges: the first and the last word say whose they are. */
function mark(physical: usize, pages: usize, value: u64): void {
  pointer<u64>(inArea(Area.Large, physical)).value = value;
  pointer<u64>(inArea(Area.Large, physical + pages * PAGE_SIZE - 8)).value = value;
}
function isMarked(physical: usize, pages: usize, value: u64): bool {
  const last = pointer<u64>(inArea(Area.Large, physical + pages * PAGE_SIZE - 8)).value;
  return pointer<u64>(inArea(Area.Large, physical)).value === value && last === value;
}
function takeLarge(cpu: u32): void {
  const random: Random = zeroed();
  random.seed(u64(cpu) + 100);
  for (let i: u32 = 0; i < ROUNDS / 4; i++) {
    const value = (u64(cpu) << 32) | u64(i);
    const order = u32(random.below(6));
    const pages = random.between(1, 50);
    const block = allocateFrames(order);
    if (block !== NONE) mark(block, usize(1) << usize(order), value);
    const range = allocateContiguous(pages, 1, NONE);
    if (range !== NONE) mark(range, pages, value);
    if (block !== NONE) {
      if (!isMarked(block, usize(1) << usize(order), value)) check(false, "a block was nobody else's");
      freeFrames(block, order);
    }
    if (range !== NONE) {
      if (!isMarked(range, pages, value)) check(false, "a range was nobody else's");
      freeContiguous(range, pages);
    }
  }
}
export function blocksAndRangesOnAll(): void {
  onAll(takeLarge);
  check(checkPhysical(), "all invariants hold");
}

let common: usize = NONE;
function holdAndDrop(_cpu: u32): void {
  for (let i: u32 = 0; i < ROUNDS; i++) {
    holdFrame(common);
    dropFrame(common);
  }
  holdFrame(common);
}
export function referencesOnAll(): void {
  common = allocatePage();
  check(common !== NONE, "there is memory");
  if (common === NONE) return;
  onAll(holdAndDrop);
  checkEqual(u64(frameReferences(common)), u64(cpuCount) + 1, "none is lost");
  for (let i: u32 = 0; i < cpuCount; i++) dropFrame(common);
  checkEqual(u64(frameReferences(common)), 1, "the last one");
  dropFrame(common);
  checkEqual(u64(frameReferences(common)), 0, "nobody's");
}
