/**
 * Objects of verified caches: in and out with their trailers looked at, and through a quarantine: the longer a freed object is not used
 * again, the more late writes to it are found out. Slow on purpose.
 */
import type { SpinLock } from "../thread/spin-lock.ts";
import type { Cache } from "./cache.ts";
import { giveToDepot, takeFromDepot } from "./depot.ts";
import { addReserve } from "./shortage.ts";
import { closeObject, examineFree, examineLive, openObject } from "./trailer.ts";

class Held extends Struct {
  cache: ptr<Cache>;
  object: usize;
}
const ROOM = 256;
/** A ring: the next one to go out is `first`. */
const quarantine: array<Held, typeof ROOM> = zeroed();
let first: usize = 0;
let count: usize = 0;
/** Objects that are kept back. */
let length: usize = 64;
const lock: SpinLock = zeroed();

/** At most 256 objects wait. At start-up. */
export function initQuarantine(objects: u64): void {
  length = objects < ROOM ? objects : ROOM;
  addReserve(emptyQuarantine);
}
/** The oldest object leaves the quarantine; a `cache` of null: there is none, or not more than `keep`. */
function release(keep: usize): bool {
  const flags = lock.lock();
  const held = quarantine[first];
  const found = count > keep;
  if (found) {
    first = (first + 1) % ROOM;
    count--;
  }
  lock.unlock(flags);
  if (!found) return false;
  if (!examineFree(held.cache, held.object)) closeObject(held.cache, held.object);
  giveToDepot(held.cache, held.object);
  return true;
}
/** All that waits goes back to its slab; whether that was anything. */
export function emptyQuarantine(): bool {
  let any = false;
  while (release(0)) any = true;
  return any;
}
function keepBack(cache: ptr<Cache>, object: usize): void {
  release(length === 0 ? 0 : length - 1);
  const flags = lock.lock();
  const room = length > 0 && count < ROOM;
  if (room) {
    quarantine[(first + count) % ROOM] = { cache, object };
    count++;
  }
  lock.unlock(flags);
  if (!room) giveToDepot(cache, object);
}

/** For a caller that needs `size` bytes of it; 0: there is no memory. */
export function takeVerified(cache: ptr<Cache>, size: usize): usize {
  const object = takeFromDepot(cache);
  if (object === 0) return 0;
  examineFree(cache, object);
  openObject(cache, object, u32(size));
  return object;
}
/** Whether the object was as it ought to be; if not, and violations are tolerated, it is still out. */
export function giveVerified(cache: ptr<Cache>, object: usize): bool {
  if (!examineLive(cache, object)) return false;
  closeObject(cache, object);
  keepBack(cache, object);
  return true;
}
