/** The threads that run a workload: one on each processor that takes part, with what each needs. */
import type { MAX_CPUS } from "../arch/cpu.ts";
import type { Meter } from "./meter.ts";
import type { Random } from "./random.ts";
import type { Run } from "./run.ts";
import type { Slots } from "./slots.ts";

const meters: array<Meter, typeof MAX_CPUS> = zeroed();
const randoms: array<Random, typeof MAX_CPUS> = zeroed();
const slots: array<Slots, typeof MAX_CPUS> = zeroed();
const runs: array<Run, typeof MAX_CPUS> = zeroed();
let count: u32 = 0;

export function workerCount(): u32 {
  return count;
}
export function runOf(worker: u32): ptr<Run> {
  return addressOf(runs[worker]);
}
/** Slots are shared evenly; each worker does all the operations. */
export function prepareWorkers(workers: u32, operations: u64, size: usize, slotCount: usize): void {
  count = workers;
  for (let i: u32 = 0; i < workers; i++) {
    meters[i].prepare();
    randoms[i].seed(u64(i) + 1);
    slots[i].prepare(slotCount / usize(workers));
    const run = addressOf(runs[i]);
    run.meter = addressOf(meters[i]);
    run.random = addressOf(randoms[i]);
    run.slots = addressOf(slots[i]);
    run.operations = operations;
    run.size = size;
    run.worker = i;
  }
}
/** What all have measured, in the first one's meter. */
export function joinedMeter(): ptr<Meter> {
  for (let i: u32 = 1; i < count; i++) meters[0].join(addressOf(meters[i]));
  return addressOf(meters[0]);
}
