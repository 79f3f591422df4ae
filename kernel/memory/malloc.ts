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
import { Area, areaOf, HALF_PAGE_SIZE, PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { type Cache, limitPools, prepareCache, registerCache } from "./cache.ts";
import { allocateHalfPage, freeHalfPage, initHalfPages, isHalfPage } from "./half-page.ts";
import { allocateLarge, freeLarge, largePages, resizeLarge } from "./large.ts";
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
/** Physical memory is up. */
export function initMalloc(policy: Policy): void {
  const poolBytes = (frameCount() * PAGE_SIZE) / POOL_SHARE;
  limitPools(poolBytes);
  initPools();
  initHalfPages(poolBytes);
  const limit: u32 = policy === Policy.Dense ? DENSE_LIMIT : SEED_LIMIT;
  for (let i: u32 = 0; i < DENSE_CLASSES; i++) {
    const size = classSize(i);
    if (size > limit || size === u32(HALF_PAGE_SIZE)) continue;
    const cache = addressOf(classCaches[i]);
    if (!prepareCache(cache, nameClass(i, size), size, lowestBit(size), null, 0)) {
      panicWith("a class of malloc cannot be", "size", u64(size), null, 0);
    }
    registerCache(cache);
  }
  for (let i: u32 = 0; i < GRANULES; i++) {
    const size = i === 0 ? 1 : i << GRANULE_SHIFT;
    const cache = addressOf(classCaches[classFor(size)]);
    cacheBySize[i] = cache.count === 0 ? null : cache;
  }
}

/** `size` bytes, at a multiple of 16, not cleared. Null: there is no memory. Size 0 gives an object that can be freed. */
export function malloc(size: usize): ptr<unknown> | null {
  if (size <= DENSE_LIMIT) {
    const cache = cacheBySize[(size + GRANULE - 1) >> GRANULE_SHIFT];
    if (cache !== null) return pointer<unknown>(allocateObject(cache, size));
  }
  return pointer<unknown>(allocateOutside(size));
}
/**
 * Outside of the mempool.
 * @noinline
 */
function allocateOutside(size: usize): usize {
  if (size <= HALF_PAGE_SIZE) return allocateHalfPage(size);
  if (size <= PAGE_SIZE) return allocatePageObject(size);
  return allocateLarge(size, PAGE_SIZE);
}
/** The first class of at least `size` bytes whose objects all lie at multiples of `align`; null if there is none. */
function alignedCache(size: usize, align: usize): ptr<Cache> | null {
  if (size > DENSE_LIMIT) return null;
  for (let i = classFor(size === 0 ? 1 : u32(size)); i < DENSE_CLASSES; i++) {
    const cache = addressOf(classCaches[i]);
    if (cache.count === 0) return null;
    if (usize(cache.alignment) % align === 0) return cache;
  }
  return null;
}
function allocateAligned(size: usize, align: usize): usize {
  const cache = alignedCache(size, align);
  if (cache !== null) return allocateObject(cache, size);
  if (size <= HALF_PAGE_SIZE && align <= HALF_PAGE_SIZE) return allocateHalfPage(size);
  if (size <= PAGE_SIZE && align <= PAGE_SIZE) return allocatePageObject(size);
  return allocateLarge(size, align);
}
function isPowerOfTwo(value: usize): bool {
  return value !== 0 && (value & (value - 1)) === 0;
}
/** At a multiple of `align`, a power of two; another alignment gives null. `size` need not be a multiple of it. */
export function alignedAlloc(align: usize, size: usize): ptr<unknown> | null {
  if (!isPowerOfTwo(align)) return null;
  return align <= GRANULE ? malloc(size) : pointer<unknown>(allocateAligned(size, align));
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
  if (size === 0)
    violation(Violation.InvalidPointer, "size of no object, area", linear, 0, u64(areaOf(linear)));
  return size;
}
/** 0: no live object begins there. */
function usableSize(linear: usize): usize {
  switch (areaOf(linear)) {
    case Area.Mempool: {
      const cache = cacheOf(linear);
      return cache === null ? 0 : usize(cache.objectSize);
    }
    case Area.HalfPage:
      return isHalfPage(linear) ? HALF_PAGE_SIZE : 0;
    case Area.Page:
      return isPageObject(linear) ? PAGE_SIZE : 0;
    case Area.Large:
      return largePages(linear) << PAGE_SHIFT;
    default:
      return 0;
  }
}

/** Whether an object of `usable` bytes is right for `size`, and no smaller one would be much better: then it stays. */
function fits(usable: usize, size: usize): bool {
  return size <= usable && size > usable / 2;
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
  const usable = mallocUsableSize(object);
  if (usable === 0) return null;
  if (areaOf(linear) === Area.Large ? resizeLarge(linear, size) : fits(usable, size)) return object;
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
  freeForeign,
  freeForeign,
];
function freeForeign(linear: usize): void {
  violation(Violation.InvalidPointer, "no allocator's area", linear, 0, u64(areaOf(linear)));
}
/** An object that malloc or its kin gave, or null. */
export function free(object: ptr<unknown> | null): void {
  const linear = address(object);
  frees[areaOf(linear)](linear);
}
/** C23: an object that was allocated or resized to `size` bytes, or null. */
export function freeSized(object: ptr<unknown> | null, size: usize): void {
  const usable = mallocUsableSize(object);
  if (size > usable) violation(Violation.WrongCache, "size", address(object), usable, size);
  else free(object);
}
