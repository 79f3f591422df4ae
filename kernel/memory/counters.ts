/**
 * What every allocator reports, in the same words. Live bytes are those of objects that callers have, as large as they got them; held ones are pages
 * that the allocator has, with what is free in them. Metadata is what it keeps beside them.
 */

export class Counters extends Struct {
  live: u64;
  held: u64;
  /** The most that there has been. */
  peakLive: u64;
  peakHeld: u64;
  metadata: u64;
  /** Since the start: objects given and taken back, bytes asked for and bytes given for them, requests that got nothing. */
  allocations: u64;
  frees: u64;
  requested: u64;
  given: u64;
  failures: u64;

  /** For allocators with one lock, which they hold: pages come and go, objects come, go and change. */
  tookPages(bytes: u64): void {
    this.held += bytes;
    if (this.held > this.peakHeld) this.peakHeld = this.held;
  }
  gavePages(bytes: u64): void {
    this.held -= bytes;
  }
  allocated(requested: u64, given: u64): void {
    this.allocations++;
    this.requested += requested;
    this.given += given;
    this.live += given;
    if (this.live > this.peakLive) this.peakLive = this.live;
  }
  freed(given: u64): void {
    this.frees++;
    this.live -= given;
  }
  resized(before: u64, after: u64): void {
    this.live += after - before;
    if (this.live > this.peakLive) this.peakLive = this.live;
  }
}

/** Adds to a number that several processors change, and keeps the most that it has been. `delta` may be negative, modulo 2⁶⁴. */
export function addWithPeak(now: ptr<u64>, peak: ptr<u64>, delta: u64): void {
  const value = atomicAdd(now, delta) + delta;
  for (;;) {
    const most = atomicLoadRelaxed(peak);
    // Sums of deltas that are on their way may be below zero for a moment.
    if (value <= most || truncate<i64>(value) < 0) return;
    if (atomicCompareExchange(peak, most, value) === most) return;
  }
}
