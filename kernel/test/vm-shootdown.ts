/**
 * What all processors see of a change: one maps, protects and unmaps, the others look all the time, each from a thread of its own. Once a
 * change is said to be done, nobody may see what was before.
 */
import { cpuCount, cpuIndex, type MAX_CPUS } from "../arch/cpu.ts";
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { allocatePage, freeFrameCount } from "../memory/physical.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import type { Thread } from "../thread/thread.ts";
import { canWrite, catchFault } from "../vm/catch.ts";
import { CONSTANTS, DATA } from "../vm/entry.ts";
import { mapPage, protectPages, unmapPages } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { allocateStack, freeStack } from "../vm/stack.ts";
import { shootdowns } from "../vm/tlb.ts";
import { check, checkEqual } from "./check.ts";

const ROUNDS: u32 = 16;

/** An array that has an element for each watcher. */
const threads: array<ptr<Thread> | null, typeof MAX_CPUS> = zeroed();
let watchers: u32 = 0;
let page: usize = 0;
/** Odd: something is changing, and nothing is to be concluded. */
let phase: u64 = 0;
/** 1: the watchers end. */
let stop: u32 = 0;
/** Looks of each watcher in the present phase, and looks that saw something else than they should. */
const looks: array<u64, typeof MAX_CPUS> = zeroed();
let wrong: u64 = 0;
let seen: array<u64, typeof MAX_CPUS> = zeroed();

/** One thread on each other processor; on the only one if there is no other. */
function start(body: fn<(argument: ptr<unknown>) => void>): void {
  const processors = atomicLoad(addressOf(cpuCount));
  watchers = processors > 1 ? processors - 1 : 1;
  for (let i: u32 = 0; i < watchers; i++) {
    const options: ThreadOptions = init({ allowed: u32(1) << (processors > 1 ? i + 1 : 0) });
    threads[i] = spawn("watcher", body, pointer<unknown>(usize(i)), addressOf(options));
    check(threads[i] !== null, "a thread");
  }
}
function finish(): void {
  for (let i: u32 = 0; i < watchers; i++) {
    const thread = threads[i];
    if (thread !== null) join(thread);
  }
}
/** The change is done: everybody looks at least twice before the next one. */
function settle(): void {
  for (let i: u32 = 0; i < watchers; i++) atomicStore(addressOf(looks[i]), 0);
  atomicAdd(addressOf(phase), 1);
  for (let i: u32 = 0; i < watchers; i++) while (atomicLoad(addressOf(looks[i])) < 2) yieldNow();
}
function beginChange(): void {
  atomicAdd(addressOf(phase), 1);
}
/** A look in a phase: `expected` of an even phase, given as its number modulo 4. */
function watch(argument: ptr<unknown>, look: fn<() => u64>, expected: fn<(half: u64) => u64>): void {
  const self = address(argument);
  while (atomicLoad(addressOf(stop)) === 0) {
    const before = atomicLoad(addressOf(phase));
    const saw = look();
    if (atomicLoadRelaxed(addressOf(cpuCount)) === 1) yieldNow();
    if ((before & 1) !== 0 || atomicLoad(addressOf(phase)) !== before) continue;
    if (saw !== expected(before & 2)) atomicAdd(addressOf(wrong), 1);
    atomicAdd(addressOf(looks[self]), 1);
  }
}
function reset(): void {
  phase = 0;
  wrong = 0;
  stop = 0;
}

/** Whether the page can be written: in phases 0, 4, … it can, in 2, 6, … it cannot. */
function watchRights(argument: ptr<unknown>): void {
  watch(
    argument,
    (): u64 => u64(canWrite(page)),
    (half: u64): u64 => (half === 0 ? 1 : 0),
  );
}
export function rightsAreTakenEverywhere(): void {
  reset();
  const frame = allocatePage();
  page = reserveRange(PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  check(mapPage(page, frame, DATA), "mapped");
  start(watchRights);
  const before = shootdowns;
  for (let i: u32 = 0; i < ROUNDS; i++) {
    beginChange();
    protectPages(page, 1, CONSTANTS);
    settle();
    beginChange();
    protectPages(page, 1, DATA);
    settle();
  }
  check(atomicLoad(addressOf(cpuCount)) === 1 || shootdowns - before >= u64(ROUNDS), "others were told");
  check(shootdowns - before <= u64(ROUNDS), "only of what was taken");
  atomicStore(addressOf(stop), 1);
  finish();
  checkEqual(wrong, 0, "looks that saw other rights");
  releaseRange(page);
  dropFrame(frame);
}

function readWord(linear: usize): void {
  seen[cpuIndex()] = pointer<u64>(linear).value;
}
/** What the page says; 0: it is not there. */
function readPage(): u64 {
  let word: u64 = 0;
  if (catchFault(readWord, page) === NONE) word = seen[cpuIndex()];
  return word;
}
function watchFrames(argument: ptr<unknown>): void {
  watch(argument, readPage, (half: u64): u64 => (half === 0 ? 1 : 2));
}
export function framesAreChangedEverywhere(): void {
  reset();
  const one = allocatePage();
  const other = allocatePage();
  pointer<u64>(inArea(Area.Early, one)).value = 1;
  pointer<u64>(inArea(Area.Early, other)).value = 2;
  page = reserveRange(PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  check(mapPage(page, one, DATA), "mapped");
  start(watchFrames);
  for (let i: u32 = 0; i < 2 * ROUNDS; i++) {
    beginChange();
    unmapPages(page, 1);
    mapPage(page, i % 2 === 0 ? other : one, DATA);
    settle();
  }
  atomicStore(addressOf(stop), 1);
  finish();
  checkEqual(wrong, 0, "looks that saw another frame");
  releaseRange(page);
  dropFrame(one);
  dropFrame(other);
}

const SHARED: usize = 128;
/** Adds 1 to a word in each page; all begin at once. */
function touchAll(): void {
  for (let i: usize = 0; i < SHARED; i++) atomicAdd(pointer<u64>(page + (i << PAGE_SHIFT) + 16), 1);
}
export function promisesAreKeptOnce(): void {
  const range = reserveRange(SHARED << PAGE_SHIFT, PAGE_SIZE, RangeKind.DemandZero);
  page = range;
  stop = 0;
  start((_argument: ptr<unknown>): void => {
    while (atomicLoad(addressOf(stop)) === 0) pause();
    touchAll();
  });
  const free = freeFrameCount();
  atomicStore(addressOf(stop), 1);
  touchAll();
  finish();
  let right: u64 = 0;
  for (let i: usize = 0; i < SHARED; i++) {
    if (pointer<u64>(page + (i << PAGE_SHIFT) + 16).value === u64(watchers) + 1) right++;
  }
  checkEqual(right, SHARED, "pages with everybody's sum");
  check(free - freeFrameCount() <= SHARED + 2 * u64(watchers) + 2, "a frame for each page");
  releaseRange(range);
}

/** Ranges and stacks, made and released everywhere at once. */
function churn(_argument: ptr<unknown>): void {
  for (let i: usize = 0; i < 60; i++) {
    const top = allocateStack(((i % 4) + 1) << PAGE_SHIFT);
    const range = reserveRange(5 * PAGE_SIZE, PAGE_SIZE, RangeKind.DemandZero);
    if (top === 0 || range === 0) {
      atomicAdd(addressOf(wrong), 1);
      return;
    }
    pointer<u64>(top - 8).value = i;
    pointer<u64>(range + 3 * PAGE_SIZE).value = i;
    if (pointer<u64>(top - 8).value !== i || pointer<u64>(range).value !== 0) atomicAdd(addressOf(wrong), 1);
    releaseRange(range);
    freeStack(top);
  }
}
export function rangesEverywhere(): void {
  reset();
  start(churn);
  churn(addressOf(wrong));
  finish();
  checkEqual(wrong, 0, "pages that said something else");
}
