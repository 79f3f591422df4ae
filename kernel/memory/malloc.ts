/**
 * malloc and its kin (ISO C23 §7.24.4, POSIX posix_memalign): by size to an area on the way in, by address bits 44 to 46 on the way
 * out. Not for interrupt handlers. Lack of memory gives null.
 *
 *     size        policy seed               policy dense
 *     1 … 1920    mempool                   mempool
 *     … 2048      half page                 half page
 *     … 3584      page                      mempool
 *     … 4096      page                      page
 *     more        large                     large
 */
import { panicWith } from "../panic.ts";
import { freePoint, mallocPoint, reallocPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { Area, areaBase, areaOf, HALF_PAGE_SIZE, NONE, PAGE_SIZE } from "./address.ts";
import type { Allocator } from "./allocator.ts";
import { type Cache, limitPools, prepareCache, registerCache } from "./cache.ts";
import { allocateDebug, debugSize, freeDebug } from "./debug-area.ts";
import { earlyFree, earlySize } from "./early.ts";
import { FrameKind } from "./frame-kind.ts";
import { findFrame } from "./frame-table.ts";
import { allocateHalfPage, freeHalfPage, initHalfPages, isHalfPage } from "./half-page.ts";
import { allocateLarge, freeLarge, largeSize, resizeLarge } from "./large.ts";
import { cacheOf, freeMempool } from "./mempool.ts";
import { allocateObject, initPools } from "./object-pool.ts";
import { allocatePageObject, freePageObject, isPageObject } from "./page-object.ts";
import { frameCount } from "./physical.ts";
import {
  classFor,
  classSize,
  DENSE_CLASSES,
  DENSE_LIMIT,
  GRANULE,
  GRANULE_SHIFT,
  SEED_LIMIT,
} from "./size-class.ts";
import { sizeAskedFor } from "./trailer.ts";
import { Violation, violation } from "./violation.ts";

/** What to do with sizes between half a page and seven eighths of one. */
export enum Policy {
  /** They take a page. */
  Seed,
  /** They take their share of a slab of several pages. */
  Dense,
}

/** By class; those of 2048 and, under the policy `seed`, above are not used. */
export const classCaches: array<Cache, typeof DENSE_CLASSES> = zeroed();
/** By size in granules, rounded up. Null: not the mempool's. */
const GRANULES = 225;
static_assert(GRANULES === DENSE_LIMIT / GRANULE + 1);
const cacheBySize: array<ptr<Cache> | null, typeof GRANULES> = zeroed();
const classNames: array<array<u8, 8>, typeof DENSE_CLASSES> = zeroed();

/** Who serves malloc instead of the areas. */
let other: ptr<Allocator> | null = null;
/** The largest size of the mempool's. */
let mempoolLimit: usize = 0;
/** Sizes whose objects are the debug area's. */
let debugFrom: usize = 1;
let debugTo: usize = 0;
/** errno's. */
const EINVAL = 22;
const ENOMEM = 12;

/** One part of RAM in so many may lie in one processor's pool of one size. */
const POOL_SHARE: usize = 4096;

/** The size in decimal, as a cache's name. */
function nameClass(index: u32, size: u32): ptr<u8> {
  const name = addressOf(classNames[index]);
  let rest = size;
  let at: u32 = size >= 1000 ? 4 : size >= 100 ? 3 : 2;
  while (at > 0) {
    at--;
    name.value[at] = char("0") + truncate<u8>(rest % 10);
    rest /= 10;
  }
  return addressOf(classNames[index][0]);
}
function lowestBit(size: u32): u32 {
  return size & (0 - size);
}
/** Physical memory is up. `verified`: objects of the mempool have trailers that are looked at (trailer.ts). */
export function initMalloc(policy: Policy, verified: bool): void {
  const poolBytes = (frameCount() * PAGE_SIZE) / POOL_SHARE;
  limitPools(poolBytes);
  initPools();
  initHalfPages(poolBytes);
  const limit: u32 = policy === Policy.Dense ? DENSE_LIMIT : SEED_LIMIT;
  for (let i: u32 = 0; i < DENSE_CLASSES; i++) {
    const size = classSize(i);
    if (size > limit || size === u32(HALF_PAGE_SIZE)) continue;
    const cache = addressOf(classCaches[i]);
    if (!prepareCache(cache, nameClass(i, size), size, lowestBit(size), null, verified)) {
      panicWith("a class of malloc cannot be", "size", u64(size), null, 0);
    }
    registerCache(cache);
    mempoolLimit = usize(size);
  }
  fillTable();
}
/** Sizes that the mempool serves without further questions. */
function fillTable(): void {
  for (let i: u32 = 0; i < GRANULES; i++) {
    const size = i === 0 ? 1 : i << GRANULE_SHIFT;
    const cache = addressOf(classCaches[classFor(size)]);
    const asked = other !== null || (usize(size) >= debugFrom && usize(size) < debugTo + GRANULE);
    cacheBySize[i] = cache.count === 0 || asked ? null : cache;
  }
}
/**
 * From here on another allocator serves what malloc is asked for, with addresses of area 3; null: the areas again. Objects of the other
 * one before must all have been freed; those of the areas need not.
 */
export function replaceMalloc(allocator: ptr<Allocator> | null): void {
  other = allocator;
  frees[u32(Area.Large)] = allocator === null ? freeLarge : freeReplaced;
  fillTable();
}
/** From here on objects of `from` to `to` bytes are the debug area's; 1 and 0: none are. */
export function debugSizes(from: usize, to: usize): void {
  debugFrom = from;
  debugTo = to;
  fillTable();
}

/** `size` bytes, at a multiple of 16, not cleared. Null: there is no memory. Size 0 gives an object that can be freed. */
export function malloc(size: usize): ptr<unknown> | null {
  return pointer<unknown>(staticKey(addressOf(mallocPoint.key)) ? allocateTraced(size) : allocateUsual(size));
}
/** @inline */
function allocateUsual(size: usize): usize {
  if (size <= DENSE_LIMIT) {
    const cache = cacheBySize[(size + GRANULE - 1) >> GRANULE_SHIFT];
    if (cache !== null) return allocateObject(cache, size);
  }
  return allocate(size, GRANULE);
}
/** @noinline */
function allocateTraced(size: usize): usize {
  const object = allocateUsual(size);
  record(addressOf(mallocPoint), size, object, 0, 0);
  return object;
}
/** The first class of at least `size` bytes whose objects all lie at multiples of `align`; null if there is none. */
function alignedCache(size: usize, align: usize): ptr<Cache> | null {
  if (size > mempoolLimit) return null;
  for (let i = classFor(size === 0 ? 1 : u32(size)); i < DENSE_CLASSES; i++) {
    const cache = addressOf(classCaches[i]);
    if (cache.count === 0) return null;
    if (usize(cache.alignment) % align === 0) return cache;
  }
  return null;
}
/**
 * Whatever the size and alignment, a power of two. 0: there is no memory.
 * @noinline
 */
function allocate(size: usize, align: usize): usize {
  if (size >= debugFrom && size <= debugTo) {
    const object = allocateDebug(size, align);
    if (object !== 0) return object;
  }
  if (other !== null) return other.allocate(size, align);
  const cache = alignedCache(size, align);
  if (cache !== null) return allocateObject(cache, size);
  if (size <= HALF_PAGE_SIZE && align <= HALF_PAGE_SIZE) return allocateHalfPage(size);
  if (size <= PAGE_SIZE && align <= PAGE_SIZE) return allocatePageObject(size);
  return allocateLarge(size, align);
}
/** An object of the debug area, whatever the boot options say; null: no memory, or virtual memory is not up. */
export function debugAlloc(align: usize, size: usize): ptr<unknown> | null {
  return isPowerOfTwo(align) ? pointer<unknown>(allocateDebug(size, align)) : null;
}
function isPowerOfTwo(value: usize): bool {
  return value !== 0 && (value & (value - 1)) === 0;
}
/** At a multiple of `align`, a power of two; another alignment gives null. `size` need not be a multiple of it. */
export function alignedAlloc(align: usize, size: usize): ptr<unknown> | null {
  if (!isPowerOfTwo(align)) return null;
  if (align <= GRANULE) return malloc(size);
  const object = allocate(size, align);
  if (staticKey(addressOf(mallocPoint.key))) record(addressOf(mallocPoint), size, object, 0, 0);
  return pointer<unknown>(object);
}
/** POSIX: `align` a power of two, 8 at least. Gives 0, EINVAL or ENOMEM, and the object in `place` only with 0. */
export function posixMemalign(place: ptr<ptr<unknown> | null>, align: usize, size: usize): i32 {
  if (!isPowerOfTwo(align) || align < 8) return EINVAL;
  const object = alignedAlloc(align, size);
  if (object === null) return ENOMEM;
  place.value = object;
  return 0;
}
/** `count` objects of `size` bytes each, cleared. Null also if the product does not fit. */
export function calloc(count: usize, size: usize): ptr<unknown> | null {
  if (mulHigh(count, size) !== 0) return null;
  const object = malloc(count * size);
  if (object !== null) memset(object, 0, count * size);
  return object;
}

/** The bytes of a live object, from its beginning, that its owner may use; 0 for null. */
export function mallocUsableSize(object: ptr<unknown> | null): usize {
  if (object === null) return 0;
  const linear = address(object);
  const size = usableSize(linear);
  if (size !== NONE) return size;
  violation(Violation.InvalidPointer, "size of no object, area", linear, 0, u64(areaOf(linear)));
  return 0;
}
/** Of an address of area 3: whether it is of the allocator that has taken the areas' place. */
function isOthers(linear: usize): bool {
  return other !== null && largeSize(linear) === NONE;
}
/** NONE: no live object begins there. */
function usableSize(linear: usize): usize {
  switch (areaOf(linear)) {
    case Area.Mempool: {
      const cache = cacheOf(linear);
      if (cache === null) return NONE;
      return cache.verified ? sizeAskedFor(cache, linear) : usize(cache.objectSize);
    }
    case Area.HalfPage:
      return isHalfPage(linear) ? HALF_PAGE_SIZE : NONE;
    case Area.Page:
      return isPageObject(linear) ? PAGE_SIZE : NONE;
    case Area.Large:
      return isOthers(linear) && other !== null ? other.usableSize(linear) : largeSize(linear);
    case Area.Early:
      return earlySize(pointer<u8>(linear));
    case Area.Debug:
      return debugSize(linear);
    default:
      return NONE;
  }
}

/** Whether an object of `usable` bytes is right for `size`, and no smaller one would be much better: then it stays. */
function fits(usable: usize, size: usize): bool {
  return size <= usable && size > usable / 2;
}
function resizeInPlace(linear: usize, usable: usize, size: usize): bool {
  switch (areaOf(linear)) {
    case Area.Large:
      return isOthers(linear) && other !== null ? other.resize(linear, size) : resizeLarge(linear, size);
    case Area.Debug:
      return false;
    case Area.Mempool:
      // A verified object is exactly as large as was asked for.
      return !isVerified(linear) && fits(usable, size);
    default:
      return fits(usable, size);
  }
}
/**
 * The object with another size, its contents kept as far as both reach; it stays where it is if it can. Null: there is no memory, and the
 * object is as it was. Size 0 frees it and gives null.
 */
export function realloc(object: ptr<unknown> | null, size: usize): ptr<unknown> | null {
  if (object === null) return malloc(size);
  if (size === 0) {
    free(object);
    return null;
  }
  const linear = address(object);
  const usable = usableSize(linear);
  if (usable === NONE) {
    mallocUsableSize(object);
    return null;
  }
  if (resizeInPlace(linear, usable, size)) {
    if (staticKey(addressOf(reallocPoint.key))) record(addressOf(reallocPoint), linear, size, linear, 0);
    return object;
  }
  const moved = malloc(size);
  if (moved === null) return size <= usable ? object : null;
  memcpy(moved, object, size < usable ? size : usable);
  free(object);
  return moved;
}

/** What `free` does, by area. */
const frees: array<fn<(linear: usize) => void>, 8> = [
  freeMempool,
  freePageObject,
  freeHalfPage,
  freeLarge,
  freeForeign,
  freeForeign,
  freeEarly,
  freeDebug,
];
function freeReplaced(linear: usize): void {
  if (isOthers(linear) && other !== null) other.free(linear);
  else freeLarge(linear);
}
function freeForeign(linear: usize): void {
  violation(Violation.InvalidPointer, "no allocator's area", linear, 0, u64(areaOf(linear)));
}
function freeEarly(linear: usize): void {
  const frame = findFrame(linear - areaBase(Area.Early));
  if (frame === null || frame.kind !== FrameKind.None) {
    violation(
      Violation.InvalidPointer,
      "early area, frame's kind",
      linear,
      0,
      frame === null ? 0xff : u64(frame.kind),
    );
    return;
  }
  earlyFree(pointer<u8>(linear));
}
/** An object that malloc or its kin gave, or null. */
export function free(object: ptr<unknown> | null): void {
  const linear = address(object);
  if (staticKey(addressOf(freePoint.key))) freeTraced(linear);
  else frees[areaOf(linear)](linear);
}
/** @noinline */
function freeTraced(linear: usize): void {
  record(addressOf(freePoint), linear, 0, 0, 0);
  frees[areaOf(linear)](linear);
}
/** C23: an object that was allocated or resized to `size` bytes, or null. */
export function freeSized(object: ptr<unknown> | null, size: usize): void {
  if (object !== null && !isSizeOf(address(object), size)) {
    violation(Violation.WrongCache, "size", address(object), mallocUsableSize(object), size);
  } else free(object);
}
/** As far as is known: exactly in verified caches and the debug area. Of what is no object nothing is said: free will. */
function isSizeOf(linear: usize, size: usize): bool {
  const usable = usableSize(linear);
  const exact = areaOf(linear) === Area.Debug || (areaOf(linear) === Area.Mempool && isVerified(linear));
  return usable === NONE || (exact ? size === usable : size <= usable);
}
function isVerified(linear: usize): bool {
  const cache = cacheOf(linear);
  if (cache === null) return false;
  return cache.verified;
}
