/**
 * Caches of objects by name, for what is made and freed all the time: each object lies in a slab with its kind, and is constructed once, not
 * at each allocation. `free` takes such objects, too.
 */
import { forbidPreemption, MAX_CPUS } from "../arch/cpu.ts";
import { allowPreemption } from "../thread/preemption.ts";
import {
  type Cache,
  type Constructor,
  liveObjects,
  prepareCache,
  registerCache,
  unregisterCache,
} from "./cache.ts";
import { trim } from "./depot.ts";
import { cacheOf } from "./mempool.ts";
import { allocateObject, emptyPool, freeObject } from "./object-pool.ts";
import { countRetired } from "./usage.ts";
import { emptyQuarantine } from "./verified.ts";
import { Violation, violation } from "./violation.ts";

/** Of caches themselves. */
const cacheCache: Cache = zeroed();
let verifyAll: bool = false;

/** `verify`: every cache made from here on is verified. */
export function initObjectCaches(verify: bool): void {
  verifyAll = verify;
  prepareCache(addressOf(cacheCache), "caches", u32(sizeof<Cache>()), u32(alignof<Cache>()), null, false);
  registerCache(addressOf(cacheCache));
}

/**
 * A cache of objects of `size` bytes, 1 to 16 KiB, at multiples of `align`, a power of two up to a page. `construct`, or null, makes an object
 * of raw memory; objects are to be freed as it leaves them. Null: no memory, or no such size.
 */
export function createCache(
  name: ptr<u8>,
  size: usize,
  align: usize,
  construct: Constructor | null,
): ptr<Cache> | null {
  return makeCache(name, size, align, construct, verifyAll);
}
/** The same, with objects that are looked at whenever they come or go (trailer.ts), whatever the command line says. */
export function createVerifiedCache(
  name: ptr<u8>,
  size: usize,
  align: usize,
  construct: Constructor | null,
): ptr<Cache> | null {
  return makeCache(name, size, align, construct, true);
}
function makeCache(
  name: ptr<u8>,
  size: usize,
  align: usize,
  construct: Constructor | null,
  verified: bool,
): ptr<Cache> | null {
  if (size > 0xffff || align > 0xffff || popcount(align) > 1) return null;
  const made = allocateObject(addressOf(cacheCache), sizeof<Cache>());
  if (made === 0) return null;
  const cache = pointer<Cache>(made);
  memset(cache, 0, sizeof<Cache>());
  if (!prepareCache(cache, name, u32(size), u32(align), construct, verified)) {
    freeObject(addressOf(cacheCache), made);
    return null;
  }
  registerCache(cache);
  return cache;
}
/** False: some of its objects are still out, and it stays. Nobody else uses the cache any more. */
export function destroyCache(cache: ptr<Cache>): bool {
  if (liveObjects(cache) !== 0) return false;
  unregisterCache(cache);
  if (cache.verified) emptyQuarantine();
  forbidPreemption();
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    emptyPool(cache, addressOf(cache.pools[cpu]));
    countRetired(addressOf(cache.pools[cpu]), u64(cache.objectSize));
  }
  allowPreemption();
  trim(cache, 0);
  freeObject(addressOf(cacheCache), address(cache));
  return true;
}
/** An object, constructed; null: there is no memory. */
export function cacheAllocate(cache: ptr<Cache>): ptr<unknown> | null {
  return pointer<unknown>(allocateObject(cache, usize(cache.size)));
}
/** An object of the cache comes back. */
export function cacheFree(cache: ptr<Cache>, object: ptr<unknown>): void {
  const linear = address(object);
  const owner = cacheOf(linear);
  if (owner === cache) freeObject(cache, linear);
  else if (owner === null)
    violation(Violation.InvalidPointer, "no object of a cache", linear, address(cache), 0);
  else violation(Violation.WrongCache, "cache", linear, address(cache), address(owner));
}
