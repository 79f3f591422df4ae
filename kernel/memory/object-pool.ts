/**
 * Objects out of a cache and back: by the calling processor's pool, without a lock, and half a pool at a time between it and the slabs. Where
 * a thread frees is where the object goes, wherever it was allocated: objects that are freed on another processor reach their
 * slab through that one's pool. Not for interrupt handlers: they may have interrupted this code.
 */
import { cpuIndex, forbidPreemption } from "../arch/cpu.ts";
import { allowPreemption } from "../thread/preemption.ts";
import { NONE } from "./address.ts";
import { type Cache, caches, type Pool, prepareCache, registerCache } from "./cache.ts";
import { addReserve, relieveShortage } from "./shortage.ts";
import { addEmptySlab, discardSlab, makeSlab, putObject, removeEmptySlab, takeObject } from "./slab.ts";

const ENTRY: usize = 8;
/** One slab in so many may stay in a cache empty, and one more. */
const EMPTY_SHARE: u32 = 16;

/** Where pools' stacks of addresses are: caches of 8, 32 and 128 entries, that have no pools themselves. */
const stacks: array<Cache, 3> = zeroed();

function stackCache(capacity: u32): ptr<Cache> {
  const index: usize = capacity <= 8 ? 0 : capacity <= 32 ? 1 : 2;
  return addressOf(stacks[index]);
}
export function initPools(): void {
  prepareCache(addressOf(stacks[0]), "pool of 8", 64, 64, null, 0);
  prepareCache(addressOf(stacks[1]), "pool of 32", 256, 64, null, 0);
  prepareCache(addressOf(stacks[2]), "pool of 128", 1024, 64, null, 0);
  for (let i: usize = 0; i < stacks.length; i++) {
    stacks[i].poolCapacity = 0;
    registerCache(addressOf(stacks[i]));
  }
  addReserve(drainCaches);
}

/** Takes an object out of the slabs, and up to half a pool more into it. 0: no slab has any. */
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
/** Adds a slab to the cache. False: there is no memory. */
function grow(cache: ptr<Cache>): bool {
  let slab = makeSlab(cache);
  if (slab === NONE && relieveShortage()) slab = makeSlab(cache);
  if (slab === NONE) return false;
  const flags = cache.lock.lock();
  cache.slabs++;
  addEmptySlab(cache, slab);
  cache.lock.unlock(flags);
  return true;
}
/** Gives pages of empty slabs back until `keep` are left; whether it did. */
function trim(cache: ptr<Cache>, keep: u32): bool {
  let trimmed = false;
  while (cache.emptySlabs > keep) {
    const flags = cache.lock.lock();
    const slab = cache.emptySlabs > keep ? removeEmptySlab(cache) : NONE;
    if (slab !== NONE) cache.slabs--;
    cache.lock.unlock(flags);
    if (slab === NONE) break;
    discardSlab(cache, slab);
    trimmed = true;
  }
  return trimmed;
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

/** From the slabs, with or without a pool. Preemption may be forbidden or not. 0: there is no memory. */
export function allocateUnpooled(cache: ptr<Cache>, pool: ptr<Pool>): usize {
  let object = fillPool(cache, pool);
  // Another processor may take the new slab's objects before this one does.
  while (object === 0 && grow(cache)) object = fillPool(cache, pool);
  return object;
}
export function freeUnpooled(cache: ptr<Cache>, object: usize): void {
  const flags = cache.lock.lock();
  putObject(cache, object);
  cache.lock.unlock(flags);
  trim(cache, 1 + cache.slabs / EMPTY_SHARE);
}
/** The calling processor's pool gets its stack, if there is memory for one. Preemption is forbidden. */
function equip(cache: ptr<Cache>, pool: ptr<Pool>): void {
  if (cache.poolCapacity === 0) return;
  const stack = stackCache(cache.poolCapacity);
  const base = allocateUnpooled(stack, addressOf(stack.pools[cpuIndex()]));
  if (base === 0) return;
  pool.base = base;
  pool.top = base;
  pool.limit = base + usize(cache.poolCapacity) * ENTRY;
}
/**
 * The pool was empty. Preemption is forbidden, and allowed when this returns.
 * @noinline
 */
function allocateSlowly(cache: ptr<Cache>, pool: ptr<Pool>, size: usize): usize {
  if (pool.base === 0) equip(cache, pool);
  const object = allocateUnpooled(cache, pool);
  if (object === 0) pool.failures++;
  else {
    pool.allocations++;
    pool.requested += size;
  }
  allowPreemption();
  return object;
}
/**
 * The pool was full. Preemption is forbidden, and allowed when this returns.
 * @noinline
 */
function freeSlowly(cache: ptr<Cache>, pool: ptr<Pool>, object: usize): void {
  if (pool.base === 0) equip(cache, pool);
  pool.frees++;
  if (pool.base === 0) freeUnpooled(cache, object);
  else {
    drainPool(cache, pool, usize(cache.poolCapacity) >> 1);
    pointer<usize>(pool.top).value = object;
    pool.top += ENTRY;
    trim(cache, 1 + cache.slabs / EMPTY_SHARE);
  }
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
  if (top === pool.limit) {
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
  forbidPreemption();
  for (let cache = caches; cache !== null; cache = cache.next) {
    const pool = addressOf(cache.pools[cpuIndex()]);
    if (pool.top !== pool.base) drainPool(cache, pool, (pool.top - pool.base) / ENTRY);
    if (trim(cache, 0)) drained = true;
  }
  allowPreemption();
  return drained;
}
