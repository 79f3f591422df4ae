/**
 * On which processor a thread runs: where it was if that one is idle, else on an idle one, else where it was, for its caches. Who finds
 * nothing to do takes from others; who has too much gives to them. Affinity is always kept.
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { WAKE_VECTOR } from "../arch/vectors.ts";
import type { CpuMask } from "./cpu-mask.ts";
import { GRANULARITY, type RunQueue, runQueues } from "./run-queue.ts";
import { isAllowed, type Thread } from "./thread.ts";
import { interruptBy } from "./timer.ts";

export const NO_CPU: u32 = 0xffff_ffff;

/** Processors that run threads. */
export const online: CpuMask = zeroed();
/** Processors with nothing to do, which nobody has given something yet. */
export const idleCpus: CpuMask = zeroed();

/** Where a thread that becomes ready shall run. */
export function chooseCpu(thread: ptr<Thread>): u32 {
  const home = thread.cpu;
  const homeAllowed = isAllowed(thread, home);
  const others = idleCpus.all() & thread.allowed;
  if (homeAllowed && (others === 0 || ((others >> home) & 1) !== 0)) return home;
  if (others !== 0) return ctz(others);
  return leastLoaded(thread.allowed);
}
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
/** Puts a new thread where there is least to do. Interrupts are off. */
export function start(thread: ptr<Thread>): void {
  const cpu = leastLoaded(thread.allowed);
  const queue = addressOf(runQueues[cpu]);
  queue.lock.acquire();
  thread.cpu = cpu;
  enqueue(queue, thread);
}
