/**
 * What the areas hold and have given: the tagged allocator's side of Counters. Each processor counts for itself, and tells the others when
 * it comes to BATCH bytes: so sums are right whenever they are read, and peaks are right to BATCH bytes for each processor.
 * Live objects that go through a processor's pool are counted when that is filled or emptied: of them sums are right to what pools hold.
 */
import { cpuIndex, forbidPreemption, type MAX_CPUS } from "../arch/cpu.ts";
import { allowPreemption } from "../thread/preemption.ts";
import type { Pool } from "./cache.ts";
import { addWithPeak, type Counters } from "./counters.ts";

const BATCH: u64 = 64 << 10;

/** Of one processor. @align 64 */
class Account extends Struct {
  allocations: u64;
  frees: u64;
  requested: u64;
  given: u64;
  failures: u64;
  /** What the sums do not have yet; modulo 2⁶⁴. */
  held: u64;
  live: u64;
}
const accounts: array<Account, typeof MAX_CPUS> = zeroed();
let held: u64 = 0;
let peakHeld: u64 = 0;
let live: u64 = 0;
let peakLive: u64 = 0;

/** @noinline */
function tell(own: ptr<Account>): void {
  addWithPeak(addressOf(held), addressOf(peakHeld), own.held);
  addWithPeak(addressOf(live), addressOf(peakLive), own.live);
  own.held = 0;
  own.live = 0;
}
function isMuch(delta: u64): bool {
  return delta + BATCH > 2 * BATCH;
}
/** Changes of held and live bytes, modulo 2⁶⁴. Preemption is forbidden. */
function change(own: ptr<Account>, heldBy: u64, liveBy: u64): void {
  own.held += heldBy;
  own.live += liveBy;
  if (isMuch(own.held) || isMuch(own.live)) tell(own);
}

/** Pages have been taken for objects. */
export function countHeld(bytes: u64): void {
  forbidPreemption();
  change(addressOf(accounts[cpuIndex()]), bytes, 0);
  allowPreemption();
}
export function countReleased(bytes: u64): void {
  countHeld(0 - bytes);
}
/** An object that no pool counts: what was asked for, what it got, and the bytes of pages that it has for itself. */
export function countAllocated(requested: u64, given: u64, pages: u64): void {
  forbidPreemption();
  const own = addressOf(accounts[cpuIndex()]);
  own.allocations++;
  own.requested += requested;
  own.given += given;
  change(own, pages, given);
  allowPreemption();
}
export function countFreed(given: u64, pages: u64): void {
  forbidPreemption();
  const own = addressOf(accounts[cpuIndex()]);
  own.frees++;
  change(own, 0 - pages, 0 - given);
  allowPreemption();
}
/** Its pages are more or fewer now. */
export function countResized(before: u64, after: u64): void {
  forbidPreemption();
  change(addressOf(accounts[cpuIndex()]), after - before, after - before);
  allowPreemption();
}
export function countFailure(): void {
  forbidPreemption();
  accounts[cpuIndex()].failures++;
  allowPreemption();
}
/** What has gone through a pool of objects of `size` bytes since this was called last. Preemption is forbidden. */
export function countPooled(pool: ptr<Pool>, size: u64): void {
  const out = pool.allocations - pool.frees;
  change(addressOf(accounts[cpuIndex()]), 0, (out - pool.counted) * size);
  pool.counted = out;
}

/** A pool that goes for good: what has gone through it stays counted. Preemption is forbidden. */
export function countRetired(pool: ptr<Pool>, size: u64): void {
  countPooled(pool, size);
  const own = addressOf(accounts[cpuIndex()]);
  own.allocations += pool.allocations;
  own.frees += pool.frees;
  own.requested += pool.requested;
  own.given += pool.allocations * size;
  own.failures += pool.failures;
}

/** What has been counted here; what pools have counted themselves is the caller's to add. */
export function addUsage(into: ptr<Counters>): void {
  into.held += held;
  into.live += live;
  for (let i: usize = 0; i < accounts.length; i++) {
    const own = addressOf(accounts[i]);
    into.allocations += own.allocations;
    into.frees += own.frees;
    into.requested += own.requested;
    into.given += own.given;
    into.failures += own.failures;
    into.held += own.held;
    into.live += own.live;
  }
  into.peakHeld = into.held > peakHeld ? into.held : peakHeld;
  into.peakLive = into.live > peakLive ? into.live : peakLive;
}
