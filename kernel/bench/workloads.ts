/** The workloads that the bench image knows, by name. */
import { sameText } from "../lib/text.ts";
import type { Run } from "./run.ts";
import { pairs } from "./workloads/pairs.ts";
import { ages, cfrac, espresso } from "./workloads/programs.ts";
import { replay } from "./workloads/replay.ts";
import { alignedFlood, flood, randomSizes } from "./workloads/simple.ts";
import { larson, mstress, producerConsumer } from "./workloads/threads.ts";

class Workload extends Struct {
  name: ptr<u8>;
  run: fn<(run: ptr<Run>) => void>;
  /** It wants every processor; others run on the first. */
  threads: bool;
}
const workloads: array<Workload, 11> = [
  { name: "pairs", run: pairs, threads: false },
  { name: "random", run: randomSizes, threads: false },
  { name: "flood", run: flood, threads: false },
  { name: "aligned", run: alignedFlood, threads: false },
  { name: "cfrac", run: cfrac, threads: false },
  { name: "espresso", run: espresso, threads: false },
  { name: "ages", run: ages, threads: false },
  { name: "producer-consumer", run: producerConsumer, threads: true },
  { name: "larson", run: larson, threads: true },
  { name: "mstress", run: mstress, threads: true },
  { name: "replay", run: replay, threads: true },
];

export function findWorkload(name: ptr<u8>): ptr<Workload> | null {
  for (let i: usize = 0; i < workloads.length; i++) {
    if (sameText(workloads[i].name, name)) return addressOf(workloads[i]);
  }
  return null;
}
