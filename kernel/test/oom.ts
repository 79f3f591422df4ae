/** Without memory: each allocation of a workload fails in turn, everything that was made is freed, and nothing has been lost. */

import { readCounters } from "../memory/allocators.ts";
import type { Counters } from "../memory/counters.ts";
import { alignedAlloc, calloc, free, malloc, posixMemalign, realloc } from "../memory/malloc.ts";
import { cacheAllocate, createCache, destroyCache } from "../memory/object-cache.ts";
import { failAfter, freeFrameCount, injectedFailures } from "../memory/physical.ts";
import { heldBytes, isPlain } from "./areas.ts";
import { check, checkEqual } from "./check.ts";
import { isMarkedBy, mark } from "./objects.ts";

const SLOTS = 40;
const objects: array<ptr<unknown> | null, typeof SLOTS> = zeroed();
const ENOMEM: i32 = 12;

function make(i: usize): ptr<unknown> | null {
  switch (i % 6) {
    case 0:
      return malloc(i * 90 + 1);
    case 1:
      return calloc(i, 300);
    case 2:
      return alignedAlloc(8192, 3000 + i);
    case 3: {
      let place: ptr<unknown> | null = null;
      const status = posixMemalign(addressOf(place), 64, i * 50);
      check((status === 0) === (place !== null), "an object, or ENOMEM");
      check(status === 0 || status === ENOMEM, "nothing else");
      return place;
    }
    case 4:
      return malloc(2048 + (i % 2));
    default:
      return malloc(5000 + i * 1000);
  }
}
/** Null leaves the object as it was. */
function grow(i: usize): void {
  const object = objects[i];
  if (object === null) return;
  mark(cast<u8>(object), 1, 9);
  const moved = realloc(object, 20_000 + i);
  check(
    isMarkedBy(cast<u8>(moved === null ? object : moved), 1, 1, 9),
    "the contents are kept, moved or not",
  );
  if (moved !== null) objects[i] = moved;
}
function workload(): void {
  for (let i: usize = 0; i < SLOTS; i++) objects[i] = make(i);
  for (let i: usize = 0; i < SLOTS; i += 3) grow(i);
  const cache = createCache("oom", 500, 16, null);
  if (cache !== null) {
    const object = cacheAllocate(cache);
    free(object);
    check(destroyCache(cache), "the cache goes");
  }
  for (let i: usize = 0; i < SLOTS; i++) {
    free(objects[i]);
    objects[i] = null;
  }
}
function liveBytes(): u64 {
  const counters: Counters = zeroed();
  readCounters(addressOf(counters));
  return counters.live;
}
export function everyAllocationFails(): void {
  // Some keep what they got once.
  workload();
  heldBytes();
  const live = liveBytes();
  const held = heldBytes();
  const frames = freeFrameCount();
  const failures = injectedFailures();
  let n: u64 = 1;
  // Until the workload needs fewer allocations than that.
  for (; ; n++) {
    const before = injectedFailures();
    failAfter(n);
    workload();
    failAfter(0);
    checkEqual(liveBytes(), live, "no object is left");
    checkEqual(heldBytes(), held, "no page is held");
    checkEqual(freeFrameCount(), frames, "no frame is lost");
    if (injectedFailures() === before || n > 2000) break;
  }
  check(n > (isPlain() ? 20 : 1) && injectedFailures() - failures === n - 1, "each of them has failed once");
}
/** Sizes that no machine has. */
export function absurdSizes(): void {
  check(malloc(0xffff_ffff_ffff_ffff) === null, "all bytes that there are");
  check(malloc(1 << 47) === null, "more than there are");
  check(malloc(u64(1) << 40) === null, "more than RAM");
  check(calloc(1 << 33, 1 << 33) === null, "a product that does not fit");
  check(calloc(0xffff_ffff_ffff_ffff, 2) === null, "nor this one");
  check(alignedAlloc(u64(1) << 63, 64) === null, "an alignment of half the world");
  check(alignedAlloc(24, 64) === null, "an alignment that is none");
  check(alignedAlloc(0, 64) === null, "nor is 0");
  const object = malloc(100);
  check(realloc(object, 1 << 50) === null, "resized beyond RAM");
  free(object);
  let place: ptr<unknown> | null = null;
  checkEqual(u64(posixMemalign(addressOf(place), 4, 8)), 22, "EINVAL: less than a pointer's size");
  checkEqual(u64(posixMemalign(addressOf(place), 48, 8)), 22, "EINVAL: no power of two");
  check(place === null, "and no object");
}
