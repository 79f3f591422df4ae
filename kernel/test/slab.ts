/** Caches of objects: construction, packing, colours, what comes back; and what verified ones find out. */
import { Area, areaOf, PAGE_SIZE } from "../memory/address.ts";
import { type Cache, liveObjects } from "../memory/cache.ts";
import { free, freeSized } from "../memory/malloc.ts";
import {
  cacheAllocate,
  cacheFree,
  createCache,
  createVerifiedCache,
  destroyCache,
} from "../memory/object-cache.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { classFor, classSize, DENSE_CLASSES, DENSE_LIMIT } from "../memory/size-class.ts";
import { emptyQuarantine } from "../memory/verified.ts";
import {
  forgetViolations,
  lastViolation,
  tolerateViolations,
  Violation,
  violationCount,
} from "../memory/violation.ts";
import { heldBytes } from "./areas.ts";
import { check, checkEqual } from "./check.ts";

const COUNT = 600;
const objects: array<ptr<u8> | null, typeof COUNT> = zeroed();
let constructed: u64 = 0;
const SIGN: u64 = 0x5eed_0f_a11_0b1ec75;

/** Every size has the smallest class that holds it, and classes grow by an eighth at most. */
export function classes(): void {
  for (let size: u32 = 1; size <= DENSE_LIMIT; size++) {
    const index = classFor(size);
    check(index < DENSE_CLASSES, "a class for each size");
    check(classSize(index) >= size, "it holds the size");
    check(index === 0 || classSize(index - 1) < size, "the one below does not");
  }
  for (let i: u32 = 8; i < DENSE_CLASSES; i++) {
    check((classSize(i) - classSize(i - 1)) * 8 <= classSize(i - 1), "an eighth at most");
    checkEqual(u64(classSize(i) % 16), 0, "a multiple of 16");
  }
}

function construct(object: ptr<unknown>): void {
  constructed++;
  cast<u64>(object).value = SIGN;
}
function allocateAll(cache: ptr<Cache>): void {
  for (let i: usize = 0; i < COUNT; i++) {
    const object = cacheAllocate(cache);
    check(object !== null && areaOf(address(object)) === Area.Mempool, "an object of the mempool");
    objects[i] = object === null ? null : cast<u8>(object);
  }
}
function freeAll(cache: ptr<Cache>): void {
  for (let i: usize = 0; i < COUNT; i++) {
    const object = objects[i];
    if (object !== null) cacheFree(cache, object);
    objects[i] = null;
  }
}
/** An object is constructed once, and is as it was left when it comes again. */
export function construction(): void {
  constructed = 0;
  const cache = createCache("constructed", 40, 16, construct);
  check(cache !== null, "a cache");
  if (cache === null) return;
  for (let round: u64 = 0; round < 5; round++) {
    allocateAll(cache);
    checkEqual(constructed % (PAGE_SIZE / 48), 0, "whole slabs are constructed");
    for (let i: usize = 0; i < COUNT; i++) {
      const object = objects[i];
      if (object !== null) checkEqual(cast<u64>(object).value, SIGN, "constructed");
    }
    const before = constructed;
    for (let i: usize = 0; i < COUNT; i += 2) {
      const object = objects[i];
      if (object !== null) cacheFree(cache, object);
      const again = cacheAllocate(cache);
      objects[i] = again === null ? null : cast<u8>(again);
    }
    checkEqual(constructed, before, "objects that come again are not");
    freeAll(cache);
  }
  checkEqual(liveObjects(cache), 0, "none is out");
  check(destroyCache(cache), "the cache goes");
}
/** A page holds as many objects as fit, at their alignment, and slabs begin at different places of their pages. */
export function packing(): void {
  const before = freeFrameCount();
  const cache = createCache("packed", 200, 8, null);
  if (cache === null) return;
  checkEqual(u64(cache.count), 19, "objects of 208 bytes in a page");
  allocateAll(cache);
  let colours: u64 = 0;
  for (let i: usize = 0; i < COUNT; i++) {
    const linear = address(objects[i]);
    checkEqual(linear % 16, 0, "aligned");
    if (linear % PAGE_SIZE < 208) colours |= u64(1) << ((linear % PAGE_SIZE) / 64);
    // Overlaps show: each writes all of itself, and the first and last byte are looked at after all have.
    memset(pointer<u8>(linear), truncate<u8>(i), 200);
  }
  for (let i: usize = 0; i < COUNT; i++) {
    const bytes = pointer<u8>(address(objects[i]));
    check(bytes[0] === truncate<u8>(i) && bytes[199] === truncate<u8>(i), "objects do not overlap");
  }
  check(popcount(colours) > 1, "slabs have colours");
  check(!destroyCache(cache), "a cache with live objects stays");
  freeAll(cache);
  check(destroyCache(cache), "it goes");
  heldBytes();
  check(freeFrameCount() >= before, "with its pages");
}
/** Sizes and alignments that cannot be. */
export function oddCaches(): void {
  check(createCache("nothing", 0, 16, null) === null, "of no size");
  check(createCache("large", 20_000, 16, null) === null, "of more than half a slab");
  check(createCache("odd", 64, 24, null) === null, "of no alignment");
  const cache = createCache("page", 100, 4096, null);
  check(cache !== null, "at pages");
  if (cache === null) return;
  const object = cacheAllocate(cache);
  checkEqual(address(object) % PAGE_SIZE, 0, "aligned to a page");
  free(object);
  check(destroyCache(cache), "freed by free");
}

/** What is found out when `action` is done with an object. */
function found(action: fn<(object: ptr<u8>) => void>, object: ptr<u8>): Violation {
  forgetViolations();
  tolerateViolations(true);
  action(object);
  tolerateViolations(false);
  return violationCount === 0 ? Violation.None : lastViolation.kind;
}
let verified: ptr<Cache> = pointer<Cache>(0);
let other: ptr<Cache> = pointer<Cache>(0);

function freeIt(object: ptr<u8>): void {
  cacheFree(verified, object);
}
function freeToOther(object: ptr<u8>): void {
  cacheFree(other, object);
}
function freeByAnotherSize(object: ptr<u8>): void {
  freeSized(object, 99);
}
function lookAtAll(_object: ptr<u8>): void {
  emptyQuarantine();
}
function take(): ptr<u8> {
  const object = cacheAllocate(verified);
  check(object !== null, "an object");
  return cast<u8>(object);
}
/** The five kinds of X15, each with its report. */
export function verifiedCachesFindOut(): void {
  const first = createVerifiedCache("verified", 100, 16, null);
  const second = createCache("other", 100, 16, null);
  check(first !== null && second !== null, "caches");
  if (first === null || second === null) return;
  verified = first;
  other = second;

  let object = take();
  checkEqual(u64(found(freeIt, object)), u64(Violation.None), "a good object");
  checkEqual(u64(found(freeIt, object)), u64(Violation.DoubleFree), "double free");
  checkEqual(lastViolation.pointer, address(object), "of the object");

  object = take();
  checkEqual(u64(found(freeIt, object.offset(16))), u64(Violation.InvalidPointer), "invalid pointer");

  object[100] = 0;
  checkEqual(u64(found(freeIt, object)), u64(Violation.Overflow), "write behind the object");
  checkEqual(lastViolation.pointer, address(object) + 100, "where it was");
  checkEqual(lastViolation.found, 0, "what was written");
  object[100] = 0xbb;
  checkEqual(u64(found(freeToOther, object)), u64(Violation.WrongCache), "wrong cache");
  checkEqual(u64(found(freeByAnotherSize, object)), u64(Violation.WrongCache), "wrong size");
  checkEqual(u64(found(freeIt, object)), u64(Violation.None), "then it is good again");

  object[57] = 1;
  checkEqual(u64(found(lookAtAll, object)), u64(Violation.ModifiedFree), "write after free");
  checkEqual(lastViolation.pointer, address(object) + 57, "where it was");
  check(destroyCache(first) && destroyCache(second), "nothing is left");
}
/** Patterns, and objects that wait before they are used again. */
export function verifiedObjects(): void {
  const cache = createVerifiedCache("verified", 48, 16, construct);
  if (cache === null) return;
  verified = cache;
  let last = address(take());
  cacheFree(cache, pointer<u8>(last));
  for (let i: u32 = 0; i < 40; i++) {
    const object = take();
    checkEqual(cast<u64>(object).value, SIGN, "constructed, and not filled");
    check(address(object) !== last, "what was freed waits");
    last = address(object);
    cacheFree(cache, object);
  }
  check(destroyCache(cache), "and goes with the cache");
}
