/** An object that is freed at once, of one size: the fast path. Each call alone first, then pairs by the batch. */
import { free, malloc } from "../../memory/malloc.ts";
import { cycles } from "../clock.ts";
import { BATCH } from "../meter.ts";
import type { Run } from "../run.ts";

/** Half of the operations one by one, with the clock read around each; half in batches, with the clock read around a batch. */
export function pairs(run: ptr<Run>): void {
  const half = run.operations / 2;
  for (let i: u64 = 0; i < half; i++) {
    const object = run.meter.allocate(run.size);
    if (object !== null) run.meter.release(object, run.size);
  }
  for (let i: u64 = 0; i < half; i += BATCH) {
    const before = cycles();
    for (let k: u64 = 0; k < BATCH; k++) free(malloc(run.size));
    run.meter.addBatch(before, cycles());
  }
}
