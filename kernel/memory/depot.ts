/**
 * The depot of a cache: its slabs, from which single objects come where there is no pool, or none left in it. It grows by a slab when it has
 * no free object, and gives back pages that have none but free ones.
 */
import { NONE } from "./address.ts";
import type { Cache } from "./cache.ts";
import { addEmptySlab, discardSlab, makeSlab, putObject, removeEmptySlab, takeObject } from "./slab.ts";
import { countHeld, countReleased } from "./usage.ts";

/** One slab in so many may stay in a cache empty, and one more. */
const EMPTY_SHARE: u32 = 16;

/** Adds a slab to the cache. False: there is no memory. */
export function grow(cache: ptr<Cache>): bool {
  const slab = makeSlab(cache);
  if (slab === NONE) return false;
  const flags = cache.lock.lock();
  cache.slabs++;
  addEmptySlab(cache, slab);
  cache.lock.unlock(flags);
  countHeld(cache.slabMask + 1);
  return true;
}
/** Gives the pages of empty slabs back until `keep` are left; whether it did. */
export function trim(cache: ptr<Cache>, keep: u32): bool {
  let trimmed = false;
  while (cache.emptySlabs > keep) {
    const flags = cache.lock.lock();
    const slab = cache.emptySlabs > keep ? removeEmptySlab(cache) : NONE;
    if (slab !== NONE) cache.slabs--;
    cache.lock.unlock(flags);
    if (slab === NONE) break;
    discardSlab(cache, slab);
    countReleased(cache.slabMask + 1);
    trimmed = true;
  }
  return trimmed;
}
/** Leaves as many empty slabs as are worth keeping. */
export function trimUsually(cache: ptr<Cache>): void {
  trim(cache, 1 + cache.slabs / EMPTY_SHARE);
}

/** An object, by its address; 0: there is no memory. */
export function takeFromDepot(cache: ptr<Cache>): usize {
  for (;;) {
    const flags = cache.lock.lock();
    const object = takeObject(cache);
    cache.lock.unlock(flags);
    // Another processor may take the new slab's objects before this one does.
    if (object !== 0 || !grow(cache)) return object;
  }
}
/** An object that takeFromDepot gave comes back. */
export function giveToDepot(cache: ptr<Cache>, object: usize): void {
  const flags = cache.lock.lock();
  putObject(cache, object);
  cache.lock.unlock(flags);
  trimUsually(cache);
}
