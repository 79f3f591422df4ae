/**
 * The bench image: the kernel as it is, with one workload of an allocator in place of a first thread. The command line says which
 * (`workload=`, `operations=`, `size=`, `slots=`, `allocator=`, `policy=`); figures go to the debug console (channel.ts), and the end is the
 * debug-exit port: status 33, or 35 for a workload that is not known.
 */
import { cpuCount } from "../arch/cpu.ts";
import { optionNumber, optionText } from "../boot/command-line.ts";
import { printLine } from "../console/print.ts";
import { startKernel } from "../main.ts";
import { panic } from "../panic.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import type { Thread } from "../thread/thread.ts";
import { tell, tellMoment } from "./channel.ts";
import { chooseClock } from "./clock.ts";
import type { Histogram } from "./histogram.ts";
import { beginLoad, reportLoad } from "./load.ts";
import type { Meter } from "./meter.ts";
import type { Run } from "./run.ts";
import { joinedMeter, prepareWorkers, runOf } from "./workers.ts";
import { findWorkload } from "./workloads.ts";

const DEBUG_EXIT: u16 = 0xf4;
const DONE: u32 = 0x10;
const UNKNOWN: u32 = 0x11;
const MAX_WORKERS = 8;

let workloadRun: fn<(run: ptr<Run>) => void> = idle;
const threads: array<ptr<Thread> | null, typeof MAX_WORKERS> = zeroed();

let started: u32 = 0;

function idle(_run: ptr<Run>): void {}

export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, bench);
}
function bench(): void {
  const name = optionText("workload");
  const workload = findWorkload(name === null ? "pairs" : name);
  if (workload === null) {
    printLine("bench: no such workload");
    out32(DEBUG_EXIT, UNKNOWN);
    return;
  }
  const workers: u32 = workload.threads ? cpuCount : 1;
  chooseClock(workers);
  const size = optionNumber("size", 64);
  const slots = optionNumber("slots", 1024);
  prepareWorkers(workers, optionNumber("operations", 10_000), size, slots);
  workloadRun = workload.run;
  for (let i: u32 = 0; i < workers; i++) threads[i] = startWorker(i);
  // So that threads and their stacks are none of the load's.
  beginLoad();
  tellMoment("begin");
  atomicStore(addressOf(started), 1);
  for (let i: u32 = 0; i < workers; i++) {
    const thread = threads[i];
    if (thread !== null) join(thread);
  }
  tellMoment("end");
  report(joinedMeter());
  out32(DEBUG_EXIT, DONE);
}
/** On the processor that has its number. */
function startWorker(worker: u32): ptr<Thread> {
  const options: ThreadOptions = init({ allowed: u32(1) << worker });
  const thread = spawn("worker", work, runOf(worker), addressOf(options));
  if (thread === null) panic("bench: no memory for a worker");
  return thread;
}
function work(argument: ptr<unknown>): void {
  while (atomicLoadAcquire(addressOf(started)) === 0) yieldNow();
  workloadRun(cast<Run>(argument));
}

function report(meter: ptr<Meter>): void {
  distribution("allocations", addressOf(meter.allocations));
  distribution("frees", addressOf(meter.frees));
  distribution("pairs", addressOf(meter.pairs));
  tell("", "failures", meter.failures);
  reportLoad();
}
function distribution(name: ptr<u8>, of: ptr<Histogram>): void {
  tell(name, "count", of.count);
  tell(name, "sum", of.sum);
  tell(name, "median", of.permille(500));
  tell(name, "p99", of.permille(990));
  tell(name, "most", of.most);
}
