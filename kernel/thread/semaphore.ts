/**
 * Counting semaphore. Units go to who waits in the order of coming: a thread that wants many is not passed by those that want few.
 */
import { restoreInterrupts } from "../arch/instructions.ts";
import { FOREVER } from "./time.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

export class Semaphore extends Struct {
  /** Units that nobody has; the first value is set before use. */
  units: u64;
  waiters: WaitQueue;

  acquire(count: u64): void {
    this.acquireUntil(count, FOREVER);
  }
  /** False: `deadline` (nanoseconds since boot) came first, and nothing is taken. */
  acquireUntil(count: u64, deadline: u64): bool {
    const flags = this.waiters.lock.lock();
    if (this.take(count)) {
      this.waiters.lock.unlock(flags);
      return true;
    }
    const waiter: Waiter = zeroed();
    waiter.wanted = count;
    const got = this.waiters.sleep(addressOf(waiter), deadline);
    if (!got) {
      // Those behind may want less than there is.
      this.waiters.lock.acquire();
      this.serve();
      this.waiters.lock.release();
    }
    restoreInterrupts(flags);
    return got;
  }
  tryAcquire(count: u64): bool {
    const flags = this.waiters.lock.lock();
    const got = this.take(count);
    this.waiters.lock.unlock(flags);
    return got;
  }
  /** Also for interrupt handlers. */
  release(count: u64): void {
    const flags = this.waiters.lock.lock();
    this.units += count;
    this.serve();
    this.waiters.unlock(flags);
  }

  take(count: u64): bool {
    if (this.waiters.first !== null || this.units < count) return false;
    this.units -= count;
    return true;
  }
  serve(): void {
    for (;;) {
      const waiter = this.waiters.first;
      if (waiter === null || waiter.wanted > this.units) return;
      this.units -= waiter.wanted;
      this.waiters.wakeWaiter(waiter);
    }
  }
}
