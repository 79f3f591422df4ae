/**
 * On which processor a thread runs. One that is woken runs where it was, for its caches, if that processor is busy, else where it is woken; and an
 * idle one, best its own, is told, and takes it unless it has run by then. So two threads that wait for each other in turn come together
 * on one processor, where a switch is much faster than an interrupt elsewhere, and no processor is idle for long while threads
 * are ready. New threads go where there is least to do. Affinity is always kept.
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { WAKE_VECTOR } from "../arch/vectors.ts";
import type { CpuMask } from "./cpu-mask.ts";
import { GRANULARITY, type RunQueue, runQueues } from "./run-queue.ts";
import type { Thread } from "./thread.ts";
import { nanoseconds } from "./time.ts";
import { interruptBy } from "./timer.ts";

export const NO_CPU: u32 = 0xffff_ffff;

/** Processors that run threads. */
export const online: CpuMask = zeroed();
/** Processors with nothing to do, which nobody has given something yet. */
export const idleCpus: CpuMask = zeroed();

/** Of the processors of a mask, one of which is online. */
export function leastLoaded(allowed: u32): u32 {
  let best: u32 = 0;
  let least: u32 = 0xffff_ffff;
  for (let rest = allowed & online.all(); rest !== 0; rest &= rest - 1) {
    const cpu = ctz(rest);
    const load = runQueues[cpu].load();
    if (load >= least) continue;
    least = load;
    best = cpu;
  }
  return best;
}
/** Of all processors the one with the most threads that wait for it; NO_CPU: none do. */
export function mostReady(): u32 {
  let best = NO_CPU;
  let most: u32 = 0;
  for (let rest = online.all(); rest !== 0; rest &= rest - 1) {
    const cpu = ctz(rest);
    const queue = addressOf(runQueues[cpu]);
    // The only one of an idle processor is on its way to run there.
    const count = queue.ready.count - (queue.isIdle() && queue.ready.count > 0 ? 1 : 0);
    if (count <= most) continue;
    most = count;
    best = cpu;
  }
  return best;
}
/** A processor is to look at its run queue soon. Interrupts are off. */
export function requestSwitch(cpu: u32): void {
  if (cpu === cpuIndex()) thisCpu().pending = 1;
  else if (atomicExchange(addressOf(runQueues[cpu].notified), 1) === 0) sendInterrupt(cpu, WAKE_VECTOR);
}
/** Puts a ready thread into the run queue of its processor, whose lock is held, and released here. Interrupts are off. */
export function enqueue(queue: ptr<RunQueue>, thread: ptr<Thread>): void {
  const cpu = thread.cpu;
  const alone = queue.ready.count === 0;
  queue.insert(thread);
  const first = queue.outranks(thread);
  const tick = alone && !queue.isIdle();
  const look = queue.since + GRANULARITY;
  idleCpus.remove(cpu);
  queue.lock.release();
  if (cpu !== cpuIndex()) {
    if (first || tick) requestSwitch(cpu);
    return;
  }
  if (first) thisCpu().pending = 1;
  if (tick) interruptBy(look);
}
/** Tells one of the idle processors of a mask, which has not been told yet, to look for work. Interrupts are off. */
export function tellIdle(allowed: u32): void {
  for (let rest = idleCpus.all() & allowed; rest !== 0; rest &= rest - 1) {
    const cpu = ctz(rest);
    if (atomicLoadRelaxed(addressOf(runQueues[cpu].notified)) !== 0) continue;
    requestSwitch(cpu);
    return;
  }
}
/**
 * Puts a ready thread, which is in no run queue, into another processor's. The lock of the queue that guards it is held, and released
 * here. Interrupts are off.
 */
export function migrate(from: ptr<RunQueue>, thread: ptr<Thread>, cpu: u32): void {
  thread.migrations++;
  thread.cpu = cpu;
  from.lock.release();
  const queue = addressOf(runQueues[cpu]);
  queue.lock.acquire();
  enqueue(queue, thread);
}
/** Puts a new thread where there is least to do. It has run as much as the current one, its maker. Interrupts are off. */
export function start(thread: ptr<Thread>): void {
  const own = addressOf(runQueues[cpuIndex()]);
  own.lock.acquire();
  own.advance(nanoseconds());
  thread.runTime = own.current.runTime;
  thread.generation = own.generation;
  own.lock.release();
  const cpu = leastLoaded(thread.allowed);
  const queue = addressOf(runQueues[cpu]);
  queue.lock.acquire();
  thread.cpu = cpu;
  enqueue(queue, thread);
}
