/** One thread, and nothing but the allocator: random sizes, floods of one size, floods of aligned objects. */
import type { Run } from "../run.ts";

/** Some thousand live objects of 16 to 4096 bytes, every size as likely; each step frees one or makes one. */
export function randomSizes(run: ptr<Run>): void {
  for (let i: u64 = 0; i < run.operations; i++) {
    const at = run.random.below(run.slots.count);
    if (run.slots.has(at)) run.slots.empty(run.meter, at);
    else run.slots.fill(run.meter, at, run.random.between(16, 4096));
  }
  run.slots.emptyAll(run.meter);
}

/** All slots filled with objects of one size, then all freed, first in order, then in none; again and again. */
export function flood(run: ptr<Run>): void {
  let done: u64 = 0;
  while (done < run.operations) {
    for (let i: usize = 0; i < run.slots.count && done < run.operations; i++) {
      run.slots.fill(run.meter, i, run.size);
      done++;
    }
    run.slots.emptyAll(run.meter);
    for (let i: usize = 0; i < run.slots.count && done < run.operations; i++) {
      run.slots.fill(run.meter, i, run.size);
      done++;
    }
    run.slots.emptyShuffled(run.meter, run.random);
  }
}

/** Alignments of 64 bytes to a page, sizes up to two pages. */
export function alignedFlood(run: ptr<Run>): void {
  for (let i: u64 = 0; i < run.operations; i++) {
    const at = run.random.below(run.slots.count);
    if (run.slots.has(at)) run.slots.empty(run.meter, at);
    else {
      const alignment: usize = 64 << run.random.below(7);
      const size = run.random.between(16, 8192);
      run.slots.keep(at, run.meter.allocateAligned(alignment, size), size);
    }
  }
  run.slots.emptyAll(run.meter);
}
