/** Random workloads against the test's own book of objects: on one processor, on all at once, and from one to another. */

import { cpuCount } from "../arch/cpu.ts";
import type { Random } from "../bench/random.ts";
import { hasOption } from "../boot/command-line.ts";
import { alignedAlloc, free, freeSized, malloc, realloc } from "../memory/malloc.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import type { Thread } from "../thread/thread.ts";
import { check } from "./check.ts";
import { isIntact, isMarkedBy, mark, type Owned, own, randomSize } from "./objects.ts";

const SLOTS = 192;
/** Of one workload on one processor; fewer with the debug area, which asks all processors at each. */
const STEPS: u64 = 6000;
const DEBUG_STEPS: u64 = 600;
const MAX_CPUS = 8;

class Book extends Struct {
  owned: array<Owned, typeof SLOTS>;
  random: Random;
}
const books: array<Book, typeof MAX_CPUS> = zeroed();
const threads: array<ptr<Thread> | null, typeof MAX_CPUS> = zeroed();

function release(owned: ptr<Owned>, sized: bool): void {
  check(isIntact(owned), "contents are as they were written");
  if (sized) freeSized(owned.object, owned.size);
  else free(owned.object);
  owned.object = null;
}
/** Its contents move with it. */
function resize(owned: ptr<Owned>, size: usize, seed: u8): void {
  const before = owned.size;
  const moved = realloc(owned.object, size);
  if (size === 0) {
    owned.object = null;
    return;
  }
  if (moved === null) return;
  const kept = before < size ? before : size;
  check(isMarkedBy(cast<u8>(moved), kept, before, owned.seed), "realloc keeps the contents");
  own(owned, moved, size, seed);
}
function step(book: ptr<Book>): void {
  const random = addressOf(book.random);
  const owned = addressOf(book.owned[random.below(SLOTS)]);
  const seed = truncate<u8>(random.next());
  const size = randomSize(random);
  if (owned.object === null) {
    const align = random.chance(1, 8) ? usize(16) << random.below(9) : 16;
    const object = align === 16 ? malloc(size) : alignedAlloc(align, size);
    check(address(object) % align === 0, "an object is aligned");
    own(owned, object, size, seed);
  } else if (random.chance(1, 4)) resize(owned, size, seed);
  else release(owned, random.chance(1, 2));
}
function steps(): u64 {
  return hasOption("debug") ? DEBUG_STEPS : STEPS;
}
function work(argument: ptr<unknown>): void {
  const book = cast<Book>(argument);
  for (let i: u64 = steps(); i > 0; i--) step(book);
  for (let i: usize = 0; i < SLOTS; i++) release(addressOf(book.owned[i]), false);
}
/** One workload on the calling processor, whoever malloc is. */
export function randomObjects(): void {
  books[0].random.seed(5);
  work(addressOf(books[0]));
}

/** Runs a function on each processor at once, with its book; comes back when all have ended. */
function onAll(entry: fn<(argument: ptr<unknown>) => void>): void {
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    books[cpu].random.seed(u64(cpu) + 100);
    const options: ThreadOptions = init({ allowed: u32(1) << cpu });
    threads[cpu] = spawn("objects", entry, addressOf(books[cpu]), addressOf(options));
    check(threads[cpu] !== null, "a thread on each processor");
  }
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    const thread = threads[cpu];
    if (thread !== null) join(thread);
  }
}
export function randomObjectsOnAll(): void {
  onAll(work);
}

/** A box for one object: who finds it empty fills it, who finds it full frees what is in it. */
const BOXES = 64;
const boxes: array<usize, typeof BOXES> = zeroed();

/** In its first word an object has its size, so that whoever frees it knows what to look for. */
function trade(argument: ptr<unknown>): void {
  const random = addressOf(cast<Book>(argument).random);
  for (let i: u64 = steps(); i > 0; i--) {
    const size = 16 + random.below(3000);
    const fresh = malloc(size);
    if (fresh !== null) {
      mark(cast<u8>(fresh), size, truncate<u8>(size));
      cast<u64>(fresh).value = size;
    }
    const old = atomicExchange(addressOf(boxes[random.below(BOXES)]), address(fresh));
    inspectAndFree(old);
    if ((i & 255) === 0) yieldNow();
  }
}
function inspectAndFree(object: usize): void {
  if (object === 0) return;
  const bytes = pointer<u8>(object);
  const size = pointer<u64>(object).value;
  check(size >= 16 && size < 3016, "an object from elsewhere has its size");
  // The first word has been written over.
  const word: u64 = pointer<u64>(object).value;
  mark(bytes, 8, truncate<u8>(size));
  check(isMarkedBy(bytes, size, size, truncate<u8>(word)), "and its contents");
  free(bytes);
}
/** Most objects are freed on another processor than they were made on. */
export function objectsWander(): void {
  onAll(trade);
  for (let i: usize = 0; i < BOXES; i++) {
    inspectAndFree(boxes[i]);
    boxes[i] = 0;
  }
}
