/** The allocators that can take the areas' place: random objects, what they hold, and what they find out. */
import { Area, areaOf } from "../memory/address.ts";
import type { Allocator } from "../memory/allocator.ts";
import { chooseAllocator, findAllocator, readCounters } from "../memory/allocators.ts";
import type { Counters } from "../memory/counters.ts";
import { alignedAlloc, free, malloc, mallocUsableSize, realloc } from "../memory/malloc.ts";
import { freeFrameCount } from "../memory/physical.ts";
import {
  forgetViolations,
  lastViolation,
  tolerateViolations,
  Violation,
  violationCount,
} from "../memory/violation.ts";
import { check, checkEqual } from "./check.ts";
import { objectsWander, randomObjects, randomObjectsOnAll } from "./malloc-random.ts";
import { isMarkedBy, mark } from "./objects.ts";

function countersOf(allocator: ptr<Allocator>): ptr<Counters> {
  memset(addressOf(counters), 0, sizeof<Counters>());
  allocator.count(addressOf(counters));
  return addressOf(counters);
}
const counters: Counters = zeroed();

/** Everything is given back but what an allocator keeps: a span of at most 4 MiB. */
function leavesNothing(allocator: ptr<Allocator>): void {
  const now = countersOf(allocator);
  checkEqual(now.live, 0, "no live bytes");
  checkEqual(now.allocations, now.frees, "as many freed as allocated");
  check(now.held <= 4 << 20, "no more than a span is held");
  check(now.peakLive > 0 && now.peakHeld >= now.peakLive, "peaks");
  check(now.given >= now.requested, "no less given than asked for");
}
function tryAll(name: ptr<u8>): void {
  const allocator = findAllocator(name);
  check(allocator !== null, name);
  if (allocator === null) return;
  chooseAllocator(allocator);
  serves();
  counts(allocator);
  refuses();
  randomObjects();
  leavesNothing(allocator);
  randomObjectsOnAll();
  objectsWander();
  leavesNothing(allocator);
  chooseAllocator(null);
}
/** malloc is the allocator: addresses, alignment, resizing. */
function serves(): void {
  // Beyond a span, if there is memory for an object and for what it grows to, rounded up.
  const most: usize = freeFrameCount() > 16_384 ? 6 << 20 : 1 << 20;
  for (let size: usize = 0; size < most; size = size * 2 + 1) {
    const object = malloc(size);
    check(object !== null, "there is memory");
    if (object === null) return;
    checkEqual(u64(areaOf(address(object))), u64(Area.Large), "its area");
    checkEqual(address(object) % 16, 0, "aligned");
    check(mallocUsableSize(object) >= size, "large enough");
    mark(cast<u8>(object), size, 5);
    const moved = realloc(object, size + size / 2 + 1);
    check(moved !== null && isMarkedBy(cast<u8>(moved), size, size, 5), "resized with its contents");
    free(moved === null ? object : moved);
  }
  for (let align: usize = 32; align <= 1 << 20; align *= 4) {
    const object = alignedAlloc(align, 1000);
    checkEqual(address(object) % align, 0, "aligned to more");
    free(object);
  }
}
function counts(allocator: ptr<Allocator>): void {
  const before: Counters = countersOf(allocator).value;
  const object = malloc(1000);
  const after = countersOf(allocator);
  checkEqual(after.allocations - before.allocations, 1, "one more allocation");
  checkEqual(after.requested - before.requested, 1000, "what was asked for");
  checkEqual(after.live - before.live, mallocUsableSize(object), "and what was given");
  check(after.held >= after.live, "nobody gives more than it holds");
  free(object);
  checkEqual(countersOf(allocator).live, before.live, "until it is freed");
  const failures = countersOf(allocator).failures;
  check(malloc(1 << 43) === null, "more than there is");
  checkEqual(countersOf(allocator).failures - failures, 1, "one failure");
  readCounters(addressOf(counters));
  checkEqual(counters.failures, failures + 1, "these are malloc's counters");
}
function refuses(): void {
  const neighbour = malloc(100);
  const object = malloc(100);
  forgetViolations();
  tolerateViolations(true);
  free(pointer<u8>(address(object) + 8));
  checkEqual(u64(lastViolation.kind), u64(Violation.InvalidPointer), "inside of an object");
  free(object);
  checkEqual(violationCount, 1, "the object itself is one");
  free(object);
  checkEqual(u64(lastViolation.kind), u64(Violation.DoubleFree), "freed twice");
  tolerateViolations(false);
  free(neighbour);
}
export function buddy(): void {
  tryAll("buddy");
}
export function tlsf(): void {
  tryAll("tlsf");
}
export function bump(): void {
  tryAll("bump");
}
