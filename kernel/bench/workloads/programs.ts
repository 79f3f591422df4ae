/**
 * Allocation as programs are known to do it, by their figures in the literature (Grunwald, Zorn and Henderson, "Improving the cache
 * locality of memory allocation", 1993; Berger et al., "Hoard", 2000): shapes, not recordings.
 */
import { sampleLoad } from "../load.ts";
import type { Run } from "../run.ts";

const STACK: usize = 1000;

/** After cfrac, which factors integers: numbers of a few words that live for a moment, most of them freed in reverse order. */
export function cfrac(run: ptr<Run>): void {
  let depth: usize = 0;
  const limit = STACK < run.slots.count ? STACK : run.slots.count;
  for (let i: u64 = 0; i < run.operations; i++) {
    const grow = depth === 0 || (depth < limit && run.random.chance(1, 2));
    if (grow) {
      // Two, three or four words, rarely many.
      const words: u64 = run.random.chance(1, 64) ? run.random.between(5, 32) : run.random.between(1, 4);
      run.slots.fill(run.meter, depth, words * 8);
      depth++;
    } else if (run.random.chance(1, 8) && depth > 1) {
      // One that is not the last.
      const at = run.random.below(depth);
      run.slots.empty(run.meter, at);
      depth--;
      if (at !== depth) run.slots.exchange(at, run.slots, depth);
    } else {
      depth--;
      run.slots.empty(run.meter, depth);
    }
  }
  run.slots.emptyAll(run.meter);
}

/** After espresso, which minimises logic: covers of cubes, lists that grow by realloc, whole generations freed together. */
export function espresso(run: ptr<Run>): void {
  const generation = run.slots.count / 4;
  let start: usize = 0;
  for (let done: u64 = 0; done < run.operations; ) {
    for (let i: usize = 0; i < generation && done < run.operations; i++) {
      const at = start + i;
      run.slots.empty(run.meter, at);
      const kind = run.random.below(100);
      const size: usize =
        kind < 70
          ? run.random.between(8, 64)
          : kind < 95
            ? run.random.between(64, 512)
            : run.random.between(512, 8192);
      run.slots.fill(run.meter, at, size);
      // A list that gets longer.
      if (kind >= 90) {
        for (let grown = size * 2; grown <= 16_384 && run.random.chance(1, 2); grown *= 2)
          run.slots.resize(run.meter, at, grown);
      }
      // What was made for a moment.
      if (run.random.chance(3, 4)) {
        const back = start + run.random.below(i + 1);
        run.slots.empty(run.meter, back);
      }
      done++;
    }
    start += generation;
    if (start + generation > run.slots.count) start = 0;
  }
  run.slots.emptyAll(run.meter);
}

/**
 * A server that never ends: sizes that were usual stop being so. Each age prefers another range of sizes; one object in sixteen is
 * made to last, so that old ones are strewn over what new ones need. What is live stays about the same.
 */
export function ages(run: ptr<Run>): void {
  const AGES = 16;
  const perAge = run.operations / AGES;
  for (let age: u64 = 0; age < AGES; age++) {
    const low: usize = 16 << (age % 8);
    for (let i: u64 = 0; i < perAge; i++) {
      const at = run.random.below(run.slots.count);
      const lasting = at % 16 === 0;
      if (lasting && run.slots.has(at) && !run.random.chance(1, 64)) continue;
      if (run.slots.has(at)) run.slots.empty(run.meter, at);
      run.slots.fill(run.meter, at, run.random.between(low, low * 2));
    }
  }
  sampleLoad();
}
