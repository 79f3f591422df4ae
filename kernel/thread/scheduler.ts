/**
 * Which thread runs: on each processor the ready one with the least decayed run time (decay.ts), after those of higher levels; it is
 * preempted when another is ahead of it by GRANULARITY. The rest of the kernel sees `block` and `yieldNow`, and
 * `wake` of wake.ts.
 *
 * A switch is made under the run queue's lock, which the thread that comes next releases: so whoever finds a thread ready or waiting
 * under that lock, and not running, knows that its stack is at rest.
 */

import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";
import { switchPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { enterSpace } from "../vm/space.ts";
import { bury } from "./dead.ts";
import { idleCpus, leastLoaded, migrate } from "./placement.ts";
import { type RunQueue, runQueues } from "./run-queue.ts";
import { switchStacks } from "./switch.ts";
import { isAllowed, type Thread, ThreadState, threadOf } from "./thread.ts";
import { loadThreadPointer } from "./thread-local.ts";
import { nanoseconds } from "./time.ts";
import { interruptBy } from "./timer.ts";
import { restoreVectors, saveVectors } from "./vector-state.ts";
import { learnHabit, wake } from "./wake.ts";

/** Why a thread that could go on gives up the processor. */
/** @base u32 */
enum Reason {
  /** It has set its state: it waits or ends. */
  Block,
  /** It lets the others go first. */
  Yield,
  /** Another one may have to run. */
  Preempt,
}
/** Frees dead threads. */
let reaper: ptr<Thread> | null = null;
export function setReaper(thread: ptr<Thread>): void {
  reaper = thread;
}

/** Gives the processor to whom it belongs. Interrupts are off, no lock is held. */
function schedule(reason: Reason): void {
  const cpu = thisCpu();
  const index = cpu.index;
  const queue = addressOf(runQueues[index]);
  cpu.pending = 0;
  if (cpu.preemption !== 0 || cpu.interruptDepth !== 0)
    panicWith(
      "a switch where none may be",
      "preemption",
      u64(cpu.preemption),
      "interrupts",
      u64(cpu.interruptDepth),
    );
  queue.lock.acquire();
  const current = queue.current;
  const now = nanoseconds();
  queue.advance(now);
  const first = queue.ready.first();
  if (current.state === ThreadState.Running) {
    if (isAllowed(current, index)) {
      const stays =
        first === null ||
        reason === Reason.Block ||
        (reason === Reason.Preempt && !queue.outranks(threadOf(first)));
      if (stays) {
        if (first !== null) interruptBy(queue.sliceEnd(threadOf(first)));
        queue.lock.release();
        return;
      }
      if (current !== queue.idle) {
        if (reason === Reason.Yield) queue.placeBehind(current, threadOf(first));
        queue.insert(current);
      }
    }
    current.state = ThreadState.Ready;
  } else if (current.wokeAt !== 0) learnHabit(current, now);
  const chosen = queue.ready.first();
  let next = queue.idle;
  if (chosen !== null) {
    next = threadOf(chosen);
    queue.remove(next);
  }
  next.state = ThreadState.Running;
  if (next !== current) switchTo(queue, current, next);
  else queue.lock.release();
}
/** The run queue's lock is held, and released by who comes next. */
function switchTo(queue: ptr<RunQueue>, current: ptr<Thread>, next: ptr<Thread>): void {
  const cpu = thisCpu();
  queue.current = next;
  queue.switches++;
  next.switches++;
  cpu.thread = next;
  if (next === queue.idle) idleCpus.add(cpu.index);
  else if (current === queue.idle) idleCpus.remove(cpu.index);
  const waiting = queue.ready.first();
  if (waiting !== null) interruptBy(queue.sliceEnd(threadOf(waiting)));
  if (current.vectors !== null) saveVectors(current.vectors);
  if (next.vectors !== null) restoreVectors(next, next.vectors);
  if (next.threadPointer !== 0 && next.threadPointer !== queue.threadPointer) {
    queue.threadPointer = next.threadPointer;
    loadThreadPointer(next.threadPointer);
  }
  if (next.space !== null) enterSpace(next.space);
  if (staticKey(addressOf(switchPoint.key)))
    record(addressOf(switchPoint), address(current), address(next), 0, 0);
  finishSwitch(switchStacks(current, next));
}
/** In the thread that comes next: what is to be done with the one before, now that its stack is at rest. */
export function finishSwitch(previous: ptr<Thread>): void {
  const queue = addressOf(runQueues[cpuIndex()]);
  if (previous.state === ThreadState.Exiting) {
    const detached = previous.detached;
    previous.state = ThreadState.Dead;
    queue.lock.release();
    if (!detached) return;
    bury(previous);
    if (reaper !== null) wake(reaper);
  } else if (previous.state === ThreadState.Ready && previous.node.rank === 0 && previous !== queue.idle) {
    // It may not run here any more.
    migrate(queue, previous, leastLoaded(previous.allowed));
  } else queue.lock.release();
}

/**
 * The current thread waits until `wake`: its state was set to that under the lock of what will wake it, and interrupts have been off since. A
 * wake-up between is not lost. On return interrupts are off.
 */
export function block(): void {
  schedule(Reason.Block);
}
/** If others are ready here, the one that has run least goes first. */
export function yieldNow(): void {
  const flags = saveInterrupts();
  schedule(Reason.Yield);
  restoreInterrupts(flags);
}
/** Switches if another thread outranks the one that runs. Interrupts are off. */
export function reschedule(): void {
  schedule(Reason.Preempt);
}
