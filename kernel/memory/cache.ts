/**
 * What a cache of objects of one size is: its measures, its slabs, and a pool of free objects for each processor. Structures, their
 * setting up and the register of all caches; slabs are filled and emptied in slab.ts, objects go in and out in object-pool.ts.
 * After Bonwick, "The Slab Allocator" (1994), and "Magazines and Vmem" (2001), with the pools of X15.
 */
import { MAX_CPUS } from "../arch/cpu.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "./address.ts";
import { NO_FRAME } from "./frame-table.ts";
import { GRANULE, MAX_SLAB_ORDER, slabOrder } from "./size-class.ts";
import { TRAILER_LINK, TRAILER_SIZE } from "./trailer-layout.ts";

/** Cache lines; what two processors write lies on different ones. */
const LINE = 64;

/**
 * A processor's free objects: a stack of addresses, and what has gone through it. All zeros: no room, always empty, always full.
 *
 *     base            top            limit
 *     │ object … object │ room … room │
 *
 * @align 64
 */
export class Pool extends Struct {
  top: usize;
  base: usize;
  limit: usize;
  /** Since the start: objects given to callers, taken back, and bytes that the callers asked for. */
  allocations: u64;
  frees: u64;
  requested: u64;
  failures: u64;
  /** Objects out, when usage.ts was told of them. */
  counted: u64;
}
static_assert(sizeof<Pool>() === LINE);

export type Constructor = fn<(object: ptr<unknown>) => void>;

export class Cache extends Struct {
  pools: array<Pool, typeof MAX_CPUS>;
  /** Of the register. */
  next: ptr<Cache> | null;
  name: ptr<u8>;
  /** Makes an object ready for use, once when its slab is made; who frees one leaves it so. */
  construct: Constructor | null;
  lock: SpinLock;
  /** Bytes that were asked for at each object, and that are the caller's. */
  size: u32;
  objectSize: u32;
  /** From one object to the next. */
  distance: u32;
  /** log₂ of the power of two in the distance, and the inverse modulo 2³² of the rest: for divisions without rest. */
  shift: u32;
  inverse: u32;
  /** Objects in a slab. */
  count: u32;
  /** log₂ of a slab's pages, and its bytes less 1. */
  order: u32;
  slabMask: usize;
  alignment: u32;
  /** Where in a free object the number of the next one is. */
  link: u32;
  /**
   * Slabs begin a number of steps into their pages, so that the first objects of all do not compete for the same cache lines: as
   * many as their place in memory, modulo a power of two, says. The steps' log₂, and that power less 1.
   */
  colourShift: u32;
  colourMask: u32;
  /** Objects that a processor's pool holds. */
  poolCapacity: u32;
  /** First slab that has both free objects and others, and first that has free ones only: frame numbers. */
  partial: u32;
  empty: u32;
  /** Empty slabs, all slabs, objects that are not in slabs: live ones and those in pools. */
  emptySlabs: u32;
  slabs: u32;
  out: u64;
  /** Objects have a trailer that is looked at (trailer.ts); pools are not used. */
  verified: bool;
  /** Bytes of a slab's objects, from the first one to behind the last. */
  extent: u32;
  /** 2⁶⁴ divided by the distance, rounded up: for the question whether an offset is a multiple of it. */
  reciprocal: u64;
}
static_assert(sizeof<Cache>() === 640);
/** What `vitrine inspect` reads (src/view/memory.ts). */
static_assert(offsetof<Cache>("name") === 520 && offsetof<Cache>("size") === 540, "the view reads it there");
static_assert(offsetof<Cache>("count") === 560, "the view reads it there");

/** Every cache that exists, the last one first. */
export let caches: ptr<Cache> | null = null;
const registerLock: SpinLock = zeroed();

/** Of an odd number, modulo 2³²: Newton's iteration, which doubles the right bits. */
function inverseOf(odd: u32): u32 {
  let x: u32 = (odd * 3) ^ 2;
  for (let i: u32 = 0; i < 4; i++) x *= 2 - odd * x;
  return x;
}
function roundUp(value: u32, align: u32): u32 {
  return (value + align - 1) & ~(align - 1);
}

/** Objects that a pool may hold by their size: X15's. */
function usualCapacity(size: u32): u32 {
  if (size <= 256) return 128;
  if (size <= 4096) return 64;
  return 8;
}
/** A pool holds no more than these bytes. */
let poolLimit: usize = 0;
/** In relation to RAM, so that the pools of all processors together stay a small part of it. */
export function limitPools(bytes: usize): void {
  poolLimit = bytes;
}
function capacityFor(size: u32): u32 {
  const usual = usualCapacity(size);
  const most = truncate<u32>(poolLimit / usize(size));
  if (most >= usual) return usual;
  return most < 2 ? 2 : (most >> 1) << 1;
}

/**
 * Sets up a cache's measures. `size` is at most half of the largest slab, `align` a power of two up to a page; a larger size than
 * that gives false. The cache has been filled with zeros.
 */
export function prepareCache(
  cache: ptr<Cache>,
  name: ptr<u8>,
  size: u32,
  align: u32,
  construct: Constructor | null,
  verified: bool,
): bool {
  const alignment = align < GRANULE ? GRANULE : align;
  const largest = u32(PAGE_SIZE) << MAX_SLAB_ORDER;
  if (size === 0 || size > largest / 2 || alignment > u32(PAGE_SIZE)) return false;
  cache.name = name;
  cache.construct = construct;
  cache.size = size;
  cache.objectSize = roundUp(size, 8);
  cache.alignment = alignment;
  cache.verified = verified;
  let extent = cache.objectSize;
  if (verified) {
    cache.link = extent + TRAILER_LINK;
    extent += TRAILER_SIZE;
  } else if (construct !== null) {
    // A constructed object stays as it is while it is free, so its link lies behind it.
    cache.link = extent;
    extent += 4;
  }
  cache.distance = roundUp(extent, alignment);
  cache.shift = ctz(cache.distance);
  cache.inverse = inverseOf(cache.distance >> cache.shift);
  cache.order = slabOrder(cache.distance);
  const bytes = u32(PAGE_SIZE) << cache.order;
  cache.slabMask = usize(bytes) - 1;
  cache.count = bytes / cache.distance;
  cache.extent = cache.count * cache.distance;
  cache.reciprocal = 0xffff_ffff_ffff_ffff / u64(cache.distance) + 1;
  cache.colourShift = ctz(alignment > LINE ? alignment : LINE);
  const colours = ((bytes - cache.count * cache.distance) >> cache.colourShift) + 1;
  cache.colourMask = (u32(1) << (31 - clz(colours))) - 1;
  cache.poolCapacity = cache.verified ? 0 : capacityFor(cache.distance);
  cache.partial = NO_FRAME;
  cache.empty = NO_FRAME;
  return cache.count > 0;
}
/** The register stays as it is until `unlockCaches`, which takes what this gives. */
export function lockCaches(): u64 {
  return registerLock.lock();
}
export function unlockCaches(flags: u64): void {
  registerLock.unlock(flags);
}
/** Makes a cache known to those who go through all of them. */
export function registerCache(cache: ptr<Cache>): void {
  const flags = registerLock.lock();
  cache.next = caches;
  caches = cache;
  registerLock.unlock(flags);
}
export function unregisterCache(cache: ptr<Cache>): void {
  const flags = registerLock.lock();
  if (caches === cache) caches = cache.next;
  else {
    for (let at = caches; at !== null; at = at.next) {
      if (at.next === cache) {
        at.next = cache.next;
        break;
      }
    }
  }
  registerLock.unlock(flags);
}

/** Bytes of a cache's slabs. */
export function slabBytes(cache: ptr<Cache>): u64 {
  return u64(cache.slabs) << (PAGE_SHIFT + u64(cache.order));
}
/** Objects that callers have: what has been given less what has come back, on all processors. */
export function liveObjects(cache: ptr<Cache>): u64 {
  let live: u64 = 0;
  for (let i: usize = 0; i < MAX_CPUS; i++) live += cache.pools[i].allocations - cache.pools[i].frees;
  return live;
}
