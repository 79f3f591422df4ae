/**
 * Threads that wait for the same thing, in the order of their coming. A `Waiter` lies on its thread's stack. Who wakes takes the waiter out and
 * makes its thread ready under the queue's lock; a thread whose deadline comes takes itself out.
 *
 * What is waited for is guarded by the queue's lock too, as in a monitor:
 *
 *     const flags = queue.lock.lock();
 *     while (!ready) queue.wait(FOREVER);           ready = true; queue.wakeAll();
 *     queue.unlock(flags);
 */
import { saveInterrupts } from "../arch/instructions.ts";
import { resumeInterrupts } from "./preemption.ts";
import { block } from "./scheduler.ts";
import type { SpinLock } from "./spin-lock.ts";
import { currentThread, type Thread, ThreadState } from "./thread.ts";
import { FOREVER, nanoseconds } from "./time.ts";
import { wake } from "./wake.ts";

/** How a wait that can be interrupted has ended. */
export enum WaitEnd {
  Woken,
  /** The deadline has come. */
  Late,
  /** `interrupt` was called for the thread, before or while it waited. */
  Interrupted,
  /** It goes on. */
  Never,
}

export class Waiter extends Struct {
  next: ptr<Waiter> | null;
  previous: ptr<Waiter> | null;
  thread: ptr<Thread>;
  /** Where it is, or was when it was woken. Changes under that queue's lock, as `woken` does. */
  queue: ptr<WaitQueue>;
  woken: bool;
  /** What the queue's owner wants to know of who waits. */
  wanted: u64;
}

export class WaitQueue extends Struct {
  lock: SpinLock;
  first: ptr<Waiter> | null;
  last: ptr<Waiter> | null;

  // Of all methods: the lock is held, and so interrupts are off.

  append(waiter: ptr<Waiter>): void {
    waiter.queue = addressOf(this);
    waiter.woken = false;
    waiter.next = null;
    waiter.previous = this.last;
    if (this.last === null) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
  }
  remove(waiter: ptr<Waiter>): void {
    const next = waiter.next;
    const previous = waiter.previous;
    if (previous === null) this.first = next;
    else previous.next = next;
    if (next === null) this.last = previous;
    else next.previous = previous;
  }
  /**
   * The current thread waits as `waiter` until it is woken, or `deadline` (nanoseconds since boot; FOREVER). True: it was woken. The lock is
   * released; whoever woke it may have given it what it waits for, so nothing is left to be looked at.
   */
  sleep(waiter: ptr<Waiter>, deadline: u64): bool {
    const thread = currentThread();
    waiter.thread = thread;
    this.append(waiter);
    thread.state = ThreadState.Waiting;
    this.lock.release();
    return awaitWaker(addressOf(this), waiter, deadline);
  }
  /** `sleep` that takes the lock again. */
  wait(deadline: u64): bool {
    const waiter: Waiter = zeroed();
    const woken = this.sleep(addressOf(waiter), deadline);
    this.lock.acquire();
    return woken;
  }
  /** `wait` that `interrupt` ends too: at once, if it has been called and `thread.interrupted` is true still. */
  waitInterruptibly(deadline: u64): WaitEnd {
    const waiter: Waiter = zeroed();
    return this.waitAs(addressOf(waiter), deadline);
  }
  /** The same, as a waiter of the caller's. */
  waitAs(waiter: ptr<Waiter>, deadline: u64): WaitEnd {
    const thread = currentThread();
    let end = WaitEnd.Interrupted;
    atomicStore(addressOf(thread.interruptible), true);
    if (!atomicLoad(addressOf(thread.interrupted))) {
      waiter.thread = thread;
      this.append(waiter);
      thread.state = ThreadState.Waiting;
      this.lock.release();
      end = awaitEnd(addressOf(this), waiter, deadline, true);
      this.lock.acquire();
    }
    atomicStore(addressOf(thread.interruptible), false);
    return end;
  }
  /** Wakes the thread that has waited longest. False: nobody waits. */
  wakeOne(): bool {
    const waiter = this.first;
    if (waiter === null) return false;
    this.wakeWaiter(waiter);
    return true;
  }
  wakeAll(): void {
    while (this.wakeOne());
  }
  wakeWaiter(waiter: ptr<Waiter>): void {
    this.remove(waiter);
    waiter.woken = true;
    wake(waiter.thread);
  }
  /** Releases the lock; what was woken and outranks the caller runs now. */
  unlock(flags: u64): void {
    this.lock.release();
    resumeInterrupts(flags);
  }
}

function wakeByTimer(argument: ptr<unknown>): void {
  wake(cast<Thread>(argument));
}
/** The lock of the queue that a waiter is in is held from here. Whoever is waking it has done so by then. */
function lockQueueOf(waiter: ptr<Waiter>): ptr<WaitQueue> {
  for (;;) {
    const queue = atomicLoadRelaxed(addressOf(waiter.queue));
    queue.lock.acquire();
    if (waiter.queue === queue) return queue;
    queue.lock.release();
  }
}
/**
 * What follows once the current thread's waiter is in `queue`, its state set and the lock released. Only where it is in that queue
 * the deadline counts: one that was moved to another is as good as woken.
 */
export function awaitWaker(queue: ptr<WaitQueue>, waiter: ptr<Waiter>, deadline: u64): bool {
  if (deadline === FOREVER) {
    block();
    // Seldom not: `interrupt` may come late, for a wait before this one.
    if (waiter.woken || resume(queue, waiter, FOREVER, false) === WaitEnd.Woken) return true;
  }
  return awaitEnd(queue, waiter, deadline, false) === WaitEnd.Woken;
}
/** The same, of a wait that can be interrupted or not. */
function awaitEnd(queue: ptr<WaitQueue>, waiter: ptr<Waiter>, deadline: u64, interruptible: bool): WaitEnd {
  const thread = currentThread();
  const timer = addressOf(thread.timer);
  if (deadline !== FOREVER) {
    timer.callback = wakeByTimer;
    timer.argument = thread;
    timer.start(deadline);
  }
  for (;;) {
    block();
    const end = resume(queue, waiter, deadline, interruptible);
    if (end === WaitEnd.Never) continue;
    if (deadline !== FOREVER) timer.cancel();
    return end;
  }
}
/** Why the current thread goes on; Never: it has to wait again, and its state says so. */
function resume(queue: ptr<WaitQueue>, waiter: ptr<Waiter>, deadline: u64, interruptible: bool): WaitEnd {
  const thread = currentThread();
  const at = lockQueueOf(waiter);
  let end = WaitEnd.Never;
  if (waiter.woken) end = WaitEnd.Woken;
  else if (at === queue && deadline !== FOREVER && nanoseconds() >= deadline) end = WaitEnd.Late;
  else if (interruptible && atomicLoad(addressOf(thread.interrupted))) end = WaitEnd.Interrupted;
  if (end === WaitEnd.Never) thread.state = ThreadState.Waiting;
  else if (end !== WaitEnd.Woken) at.remove(waiter);
  at.lock.release();
  return end;
}
/** Ends the thread's waits that can be interrupted, the one that it is in and those to come, until `thread.interrupted` is false again. */
export function interrupt(thread: ptr<Thread>): void {
  const flags = saveInterrupts();
  atomicStore(addressOf(thread.interrupted), true);
  if (atomicLoad(addressOf(thread.interruptible))) wake(thread);
  resumeInterrupts(flags);
}
