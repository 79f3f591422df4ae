/**
 * A thread that waits becomes ready, and a processor is found that runs it soon.
 *
 * A waker that goes on keeps its processor busy, so that an idle one should take the woken thread; one that waits itself a moment later, as two threads
 * do that hand something to and fro, leaves its processor to it, and an idle one that came for it would only drive the two apart.
 * Which of the two a thread does is learnt from what it did the last time, and a wrong guess is made good after PATIENCE.
 */
import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { wakePoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { enqueue, idleCpus, leastLoaded, migrate, tellIdle } from "./placement.ts";
import { type RunQueue, runQueues } from "./run-queue.ts";
import { isAllowed, type Thread, ThreadState } from "./thread.ts";
import { MICROSECOND, nanoseconds } from "./time.ts";
import { interruptBy } from "./timer.ts";

/** A waker that waits within this time hands over. */
const SOON: u64 = 5 * MICROSECOND;
/** How long a woken thread waits for the processor of a waker that is expected to hand over. */
const PATIENCE: u64 = 20 * MICROSECOND;

/** The lock of the run queue that guards a thread is held from here. Interrupts are off. */
export function lockQueueOf(thread: ptr<Thread>): ptr<RunQueue> {
  for (;;) {
    const cpu = atomicLoadRelaxed(addressOf(thread.cpu));
    const queue = addressOf(runQueues[cpu]);
    queue.lock.acquire();
    if (thread.cpu === cpu) return queue;
    queue.lock.release();
  }
}
/**
 * A thread that waits goes on; any other is left alone. Once this has made it ready it is not touched again: it may be gone. Interrupts
 * are off; if it outranks the caller it runs at `resumeInterrupts`.
 */
export function wake(thread: ptr<Thread>): void {
  if (staticKey(addressOf(wakePoint.key))) record(addressOf(wakePoint), address(thread), 0, 0, 0);
  const queue = lockQueueOf(thread);
  if (thread.state !== ThreadState.Waiting) queue.lock.release();
  else if (queue.current === thread) {
    // It has not got to its switch yet, and finds there that it need not.
    thread.state = ThreadState.Running;
    queue.lock.release();
  } else makeReady(queue, thread);
}
/** A thread that waited: its run queue's lock is held, and released here. */
function makeReady(queue: ptr<RunQueue>, thread: ptr<Thread>): void {
  const here = cpuIndex();
  const home = thread.cpu;
  const allowed = thread.allowed;
  const homeIdle = queue.isIdle();
  thread.state = ThreadState.Ready;
  if (!isAllowed(thread, home)) migrate(queue, thread, leastLoaded(allowed));
  else if (home === here) {
    enqueue(queue, thread);
    if (!homeIdle) findHelp(allowed);
  } else if (homeIdle && isAllowed(thread, here)) {
    migrate(queue, thread, here);
    if (!runQueues[here].isIdle()) findHelp(1 << home);
  } else {
    enqueue(queue, thread);
    if (!homeIdle) tellIdle(allowed);
  }
}
/** A thread is ready here, and someone runs: an idle processor of a mask takes it, now or if it still waits in a while. */
function findHelp(allowed: u32): void {
  if ((idleCpus.all() & allowed) === 0) return;
  const cpu = thisCpu();
  const waker = cpu.thread;
  if (cpu.interruptDepth === 0) {
    const now = nanoseconds();
    waker.wokeAt = now;
    if (waker.handsOver) {
      interruptBy(now + PATIENCE);
      return;
    }
  }
  tellIdle(allowed);
}
/** The current thread, which has woken another one, waits. */
export function learnHabit(waker: ptr<Thread>, now: u64): void {
  waker.handsOver = now - waker.wokeAt < SOON;
  waker.wokeAt = 0;
}
