/**
 * What a workload has asked for and not freed, and what the allocator held for it. The allocator is asked whenever there is some more than
 * ever before, since that costs. Objects that were there at the start are taken off, of held bytes too: free room that the allocator had then
 * is the workload's to use, and counts as held.
 */
import { readCounters } from "../memory/allocators.ts";
import type { Counters } from "../memory/counters.ts";
import { tell } from "./channel.ts";

/** Asked again when there is a 128th more, and 64 bytes. */
const MORE: u64 = 128;
const LEAST_MORE: u64 = 64;

/** Bytes, of all workers. */
let requested: u64 = 0;
let peakRequested: u64 = 0;
let nextSample: u64 = LEAST_MORE;
let sampling: u32 = 0;
/** What was requested when `sample` was taken. */
let sampleRequested: u64 = 0;
const base: Counters = zeroed();
const sample: Counters = zeroed();
const attempt: Counters = zeroed();
/** Of all samples. */
let mostHeld: u64 = 0;
let mostLive: u64 = 0;

/** Before the workload. */
export function beginLoad(): void {
  readCounters(addressOf(base));
}
/** Asks the allocator now, in place of when there was most. */
export function sampleLoad(): void {
  sampleRequested = atomicLoad(addressOf(requested));
  readCounters(addressOf(sample));
  nextSample = 0xffff_ffff_ffff_ffff;
}
export function loadGrows(size: usize): void {
  const now = atomicAdd(addressOf(requested), size) + size;
  if (now <= peakRequested) return;
  peakRequested = now;
  if (now < nextSample || atomicExchange(addressOf(sampling), 1) !== 0) return;
  readCounters(addressOf(attempt));
  // If others have allocated or freed while the counters were read, these do not belong together: the next time, then.
  if (atomicLoad(addressOf(requested)) === now) {
    sampleRequested = now;
    memcpy(addressOf(sample), addressOf(attempt), sizeof<Counters>());
    // Allocators know their peaks roughly.
    if (attempt.held > mostHeld) mostHeld = attempt.held;
    if (attempt.live > mostLive) mostLive = attempt.live;
    nextSample = now + now / MORE + LEAST_MORE;
  }
  atomicStore(addressOf(sampling), 0);
}
/** Before the object is freed, so that what is requested is never more than what is live. */
export function loadShrinks(size: usize): void {
  atomicAdd(addressOf(requested), 0 - size);
}

/** Not below 0: a pool that shrinks meanwhile may hold less than at the start. */
function over(value: u64, start: u64): u64 {
  return value > start ? value - start : 0;
}
export function reportLoad(): void {
  const end: Counters = zeroed();
  readCounters(addressOf(end));
  tell("", "requested", sampleRequested);
  tell("", "live", over(sample.live, base.live));
  tell("", "held", over(sample.held, base.live));
  tell("", "metadata", end.metadata);
  tell("peak", "requested", peakRequested);
  tell("peak", "live", over(mostLive > end.peakLive ? mostLive : end.peakLive, base.live));
  tell("peak", "held", over(mostHeld > end.peakHeld ? mostHeld : end.peakHeld, base.live));
}
