/**
 * What has gone through an area, counted by each processor for itself: nobody waits to count. Sums over all processors are right as soon as
 * none of them is at it. (The mempool counts in its pools, cache.ts.)
 */
import { cpuIndex, type MAX_CPUS } from "../arch/cpu.ts";

/** @align 64 */
class Counts extends Struct {
  allocations: u64;
  frees: u64;
  /** Bytes that callers asked for; that they got; that came back. */
  requested: u64;
  given: u64;
  returned: u64;
  failures: u64;
}

export class Usage extends Struct {
  cpus: array<Counts, typeof MAX_CPUS>;

  allocated(requested: u64, given: u64): void {
    const counts = addressOf(this.cpus[cpuIndex()]);
    counts.allocations++;
    counts.requested += requested;
    counts.given += given;
  }
  freed(bytes: u64): void {
    const counts = addressOf(this.cpus[cpuIndex()]);
    counts.frees++;
    counts.returned += bytes;
  }
  /** An object has become larger or smaller where it is. */
  resized(requested: u64, before: u64, after: u64): void {
    const counts = addressOf(this.cpus[cpuIndex()]);
    counts.requested += requested;
    counts.given += after;
    counts.returned += before;
  }
  failed(): void {
    this.cpus[cpuIndex()].failures++;
  }
}
