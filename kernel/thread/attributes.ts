/** What can be asked and changed about a thread while it lives: where it may run, its share, what it has used. */
import { saveInterrupts } from "../arch/instructions.ts";
import { inverseOf, LEAST_WEIGHT, MOST_WEIGHT } from "./decay.ts";
import { leastLoaded, migrate, online, requestSwitch } from "./placement.ts";
import { resumeInterrupts } from "./preemption.ts";
import { isAllowed, type Thread } from "./thread.ts";
import { nanoseconds } from "./time.ts";
import { lockQueueOf } from "./wake.ts";

/**
 * Processors that a thread may run on, as bits. False: none of them is up, and nothing changes. If it may not stay where it is it moves: at
 * once if it is ready or the caller, else within an interrupt.
 */
export function setAffinity(thread: ptr<Thread>, allowed: u32): bool {
  if ((allowed & online.all()) === 0) return false;
  const flags = saveInterrupts();
  const queue = lockQueueOf(thread);
  const cpu = thread.cpu;
  thread.allowed = allowed;
  if (isAllowed(thread, cpu)) queue.lock.release();
  else if (queue.current === thread) {
    queue.lock.release();
    requestSwitch(cpu);
  } else if (thread.node.rank !== 0) {
    queue.remove(thread);
    migrate(queue, thread, leastLoaded(allowed));
  } else queue.lock.release();
  resumeInterrupts(flags);
  return true;
}
/** NORMAL_WEIGHT is the usual share. False: not a weight. It counts from the thread's next turn on. */
export function setWeight(thread: ptr<Thread>, weight: u32): bool {
  if (weight < LEAST_WEIGHT || weight > MOST_WEIGHT) return false;
  const flags = saveInterrupts();
  const queue = lockQueueOf(thread);
  thread.weight = weight;
  thread.inverse = inverseOf(weight);
  queue.lock.release();
  resumeInterrupts(flags);
  return true;
}
/** 0: fair. Others go before all threads of lower levels. */
export function setLevel(thread: ptr<Thread>, level: u32): void {
  const flags = saveInterrupts();
  const queue = lockQueueOf(thread);
  const ready = thread.node.rank !== 0;
  if (ready) queue.remove(thread);
  thread.level = level;
  if (ready) queue.insert(thread);
  queue.lock.release();
  requestSwitch(thread.cpu);
  resumeInterrupts(flags);
}
/** Nanoseconds that it has been on processors, up to now. */
export function cpuTime(thread: ptr<Thread>): u64 {
  const flags = saveInterrupts();
  const queue = lockQueueOf(thread);
  const now = nanoseconds();
  const running = queue.current === thread && now > queue.since;
  const time = thread.ran + (running ? now - queue.since : 0);
  queue.lock.release();
  resumeInterrupts(flags);
  return time;
}
