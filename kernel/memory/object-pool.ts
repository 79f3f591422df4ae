/**
 * Objects out of a cache and back: by the calling processor's pool, without a lock, and half a pool at a time between it and the depot. Where
 * a thread frees is where the object goes, wherever it was allocated: objects that are freed on another processor reach their
 * slab through that one's pool. Not for interrupt handlers: they may have interrupted this code.
 */
import { cpuIndex, forbidPreemption } from "../arch/cpu.ts";
import { allowPreemption } from "../thread/preemption.ts";
import {
  type Cache,
  caches,
  lockCaches,
  type Pool,
  prepareCache,
  registerCache,
  unlockCaches,
} from "./cache.ts";
import { giveToDepot, grow, takeFromDepot, trim, trimUsually } from "./depot.ts";
import { addReserve } from "./shortage.ts";
import { putObject, takeObject } from "./slab.ts";
import { countPooled } from "./usage.ts";
import { giveVerified, takeVerified } from "./verified.ts";
import { Violation, violation } from "./violation.ts";

const ENTRY: usize = 8;

/** Where pools' stacks of addresses are: caches of 8, 32 and 128 entries, that have no pools themselves. */
const stacks: array<Cache, 3> = zeroed();

function stackCache(capacity: u32): ptr<Cache> {
  const index: usize = capacity <= 8 ? 0 : capacity <= 32 ? 1 : 2;
  return addressOf(stacks[index]);
}
export function initPools(): void {
  prepareCache(addressOf(stacks[0]), "pool of 8", 64, 64, null, false);
  prepareCache(addressOf(stacks[1]), "pool of 32", 256, 64, null, false);
  prepareCache(addressOf(stacks[2]), "pool of 128", 1024, 64, null, false);
  for (let i: usize = 0; i < stacks.length; i++) {
    stacks[i].poolCapacity = 0;
    registerCache(addressOf(stacks[i]));
  }
  addReserve(drainCaches);
}

/** Takes an object out of the slabs, and up to half a pool more into the pool. 0: no slab has any. */
function fillPool(cache: ptr<Cache>, pool: ptr<Pool>): usize {
  const flags = cache.lock.lock();
  const object = takeObject(cache);
  const full = pool.base + ((pool.limit - pool.base) >> 1);
  while (object !== 0 && pool.top < full) {
    const more = takeObject(cache);
    if (more === 0) break;
    pointer<usize>(pool.top).value = more;
    pool.top += ENTRY;
  }
  cache.lock.unlock(flags);
  return object;
}
/** Puts a pool's oldest objects back into their slabs. */
function drainPool(cache: ptr<Cache>, pool: ptr<Pool>, count: usize): void {
  const behind = pool.base + count * ENTRY;
  const flags = cache.lock.lock();
  for (let at = pool.base; at < behind; at += ENTRY) putObject(cache, pointer<usize>(at).value);
  cache.lock.unlock(flags);
  memmove(pointer<u8>(pool.base), pointer<u8>(behind), pool.top - behind);
  pool.top -= count * ENTRY;
}
/** The pool gets its stack, if there is memory for one. */
function equip(cache: ptr<Cache>, pool: ptr<Pool>): void {
  if (cache.poolCapacity === 0) return;
  const base = takeFromDepot(stackCache(cache.poolCapacity));
  if (base === 0) return;
  // Below the objects, and none: what was freed last.
  pointer<usize>(base).value = 0;
  pool.base = base + ENTRY;
  pool.top = base + ENTRY;
  pool.limit = base + usize(cache.poolCapacity) * ENTRY;
}
/** A pool's objects go back to their slabs, and its stack to where it is from. It is the calling processor's, or nobody uses it. */
export function emptyPool(cache: ptr<Cache>, pool: ptr<Pool>): void {
  if (pool.base === 0) return;
  drainPool(cache, pool, (pool.top - pool.base) / ENTRY);
  giveToDepot(stackCache(cache.poolCapacity), pool.base - ENTRY);
  pool.base = 0;
  pool.top = 0;
  pool.limit = 0;
}

/** From the depot, and the pool is filled to the half. */
function takeAndFill(cache: ptr<Cache>, pool: ptr<Pool>): usize {
  if (pool.base === 0) equip(cache, pool);
  for (;;) {
    const object = fillPool(cache, pool);
    // Another processor may take the new slab's objects before this one does.
    if (object !== 0 || !grow(cache)) return object;
  }
}
/**
 * The pool was empty. Preemption is forbidden, and allowed when this returns.
 * @noinline
 */
function allocateSlowly(cache: ptr<Cache>, pool: ptr<Pool>, size: usize): usize {
  const object = cache.verified ? takeVerified(cache, size) : takeAndFill(cache, pool);
  if (object === 0) pool.failures++;
  else {
    pool.allocations++;
    pool.requested += size;
    countPooled(pool, u64(cache.objectSize));
  }
  allowPreemption();
  return object;
}
/** Half of the pool goes to the slabs, so that the object has room in it. */
function drainAndGive(cache: ptr<Cache>, pool: ptr<Pool>, object: usize): void {
  if (pool.base === 0) equip(cache, pool);
  if (pool.base === 0) {
    giveToDepot(cache, object);
    return;
  }
  if (pool.top === pool.limit) {
    drainPool(cache, pool, usize(cache.poolCapacity) >> 1);
    trimUsually(cache);
  }
  pointer<usize>(pool.top).value = object;
  pool.top += ENTRY;
}
/** Whether it is the object that came into the pool last, and is there still. */
function isLast(pool: ptr<Pool>, object: usize): bool {
  return pool.top !== pool.base && pointer<usize>(pool.top - ENTRY).value === object;
}
/**
 * The pool was full, or the object is its last. Preemption is forbidden, and allowed when this returns.
 * @noinline
 */
function freeSlowly(cache: ptr<Cache>, pool: ptr<Pool>, object: usize): void {
  if (isLast(pool, object))
    violation(Violation.DoubleFree, "freed last, by processor", object, 0, u64(cpuIndex()));
  else if (!cache.verified) {
    drainAndGive(cache, pool, object);
    pool.frees++;
  } else if (giveVerified(cache, object)) pool.frees++;
  countPooled(pool, u64(cache.objectSize));
  allowPreemption();
}

/**
 * An object for a caller that needs `size` bytes of it, by its address; 0 if there is no memory.
 * @inline
 */
export function allocateObject(cache: ptr<Cache>, size: usize): usize {
  forbidPreemption();
  const pool = addressOf(cache.pools[cpuIndex()]);
  const top = pool.top;
  if (top === pool.base) return allocateSlowly(cache, pool, size);
  const object = pointer<usize>(top - ENTRY).value;
  pool.top = top - ENTRY;
  pool.allocations++;
  pool.requested += size;
  allowPreemption();
  return object;
}
/**
 * An object of the cache comes back.
 * @inline
 */
export function freeObject(cache: ptr<Cache>, object: usize): void {
  forbidPreemption();
  const pool = addressOf(cache.pools[cpuIndex()]);
  const top = pool.top;
  if (top === pool.limit || pointer<usize>(top - ENTRY).value === object) {
    freeSlowly(cache, pool, object);
    return;
  }
  pointer<usize>(top).value = object;
  pool.top = top + ENTRY;
  pool.frees++;
  allowPreemption();
}

/** Everything that this processor's pools and the caches' empty slabs hold goes back; whether that was any page. */
function drainCaches(): bool {
  let drained = false;
  const flags = lockCaches();
  for (let cache = caches; cache !== null; cache = cache.next) {
    const pool = addressOf(cache.pools[cpuIndex()]);
    emptyPool(cache, pool);
  }
  for (let cache = caches; cache !== null; cache = cache.next) {
    if (trim(cache, 0)) drained = true;
  }
  unlockCaches(flags);
  return drained;
}
