/** What a workload is given: how much to do, and where to count it. */
import type { Meter } from "./meter.ts";
import type { Random } from "./random.ts";
import type { Slots } from "./slots.ts";

export class Run extends Struct {
  meter: ptr<Meter>;
  random: ptr<Random>;
  slots: ptr<Slots>;
  /** How often the workload's step is done. */
  operations: u64;
  /** Number of the thread that runs it, from 0; one on each processor. */
  worker: u32;
  /** Of an object, where the workload has one size; 0: its own. */
  size: usize;
}
