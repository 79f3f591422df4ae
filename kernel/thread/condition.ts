/**
 * Condition variables: a thread that holds a mutex waits until another says that something may have changed, and holds it again when it
 * goes on. Who is signalled does not wake to find the mutex taken: it joins the mutex's own queue, and wakes as its owner.
 * One condition goes with one mutex. Use as POSIX's: in a loop that looks at what is waited for.
 */
import { restoreInterrupts } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";
import type { Mutex } from "./mutex.ts";
import { resumeInterrupts } from "./preemption.ts";
import { currentThread, ThreadState } from "./thread.ts";
import { FOREVER } from "./time.ts";
import { awaitWaker, type Waiter, type WaitQueue } from "./wait-queue.ts";

export class Condition extends Struct {
  waiters: WaitQueue;

  wait(mutex: ptr<Mutex>): void {
    this.waitUntil(mutex, FOREVER);
  }
  /** False: nobody signalled before `deadline`, in nanoseconds since boot. The mutex is the caller's either way. */
  waitUntil(mutex: ptr<Mutex>, deadline: u64): bool {
    if (!mutex.isMine())
      panicWith(
        "a condition is waited for without its mutex",
        "owner",
        mutex.owner,
        "thread",
        address(currentThread()),
      );
    const thread = currentThread();
    const waiter: Waiter = zeroed();
    waiter.thread = thread;
    waiter.wanted = address(mutex);
    const flags = this.waiters.lock.lock();
    this.waiters.append(addressOf(waiter));
    thread.state = ThreadState.Waiting;
    this.waiters.lock.release();
    mutex.unlock();
    const signalled = awaitWaker(addressOf(this.waiters), addressOf(waiter), deadline);
    restoreInterrupts(flags);
    if (!signalled) mutex.lock();
    return signalled;
  }
  /** The one that has waited longest. */
  signal(): void {
    const flags = this.waiters.lock.lock();
    this.pass();
    this.waiters.lock.release();
    resumeInterrupts(flags);
  }
  broadcast(): void {
    const flags = this.waiters.lock.lock();
    while (this.pass());
    this.waiters.lock.release();
    resumeInterrupts(flags);
  }
  /** The first waiter goes over to its mutex. False: there is none. */
  pass(): bool {
    const waiter = this.waiters.first;
    if (waiter === null) return false;
    this.waiters.remove(waiter);
    pointer<Mutex>(waiter.wanted).giveTo(waiter);
    return true;
  }
}
