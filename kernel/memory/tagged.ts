/** What the areas report together, as one allocator: the tagged one. It goes through all pools and caches, and is not for every day. */
import { MAX_CPUS } from "../arch/cpu.ts";
import { PAGE_SHIFT } from "./address.ts";
import { type Cache, caches, lockCaches, type Pool, unlockCaches } from "./cache.ts";
import type { Counters } from "./counters.ts";
import { tableFrames } from "./frame-table.ts";
import { halfPagePool } from "./half-page.ts";
import { addUsage } from "./usage.ts";

function addPool(into: ptr<Counters>, pool: ptr<Pool>, size: u64): void {
  into.allocations += pool.allocations;
  into.frees += pool.frees;
  into.requested += pool.requested;
  into.given += pool.allocations * size;
  into.failures += pool.failures;
  into.live += (pool.allocations - pool.frees - pool.counted) * size;
}
/** Adds to counters that are 0. Exact while nobody allocates. */
export function countTagged(into: ptr<Counters>): void {
  const flags = lockCaches();
  let metadata = u64(tableFrames) << PAGE_SHIFT;
  for (let cache = caches; cache !== null; cache = cache.next) {
    metadata += sizeof<Cache>();
    // The pools' own stacks.
    if (cache.poolCapacity === 0 && !cache.verified) metadata += cache.out * u64(cache.distance);
    for (let i: usize = 0; i < MAX_CPUS; i++) addPool(into, addressOf(cache.pools[i]), u64(cache.objectSize));
  }
  unlockCaches(flags);
  for (let i: usize = 0; i < MAX_CPUS; i++) addPool(into, halfPagePool(i), 2048);
  addUsage(into);
  into.metadata = metadata;
}
