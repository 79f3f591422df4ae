/**
 * A lock that many readers or one writer hold. It is given in the order of coming, to neighbouring readers together: a reader that
 * comes while a writer waits waits behind it, so that neither kind starves. Not recursive, not for readers either.
 */
import { restoreInterrupts } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";
import { currentThread, type Thread } from "./thread.ts";
import { FOREVER } from "./time.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

const READ: u64 = 0;
const WRITE: u64 = 1;

export class RwLock extends Struct {
  waiters: WaitQueue;
  /** That hold it. */
  readers: u32;
  /** That holds it. */
  writer: ptr<Thread> | null;

  lockRead(): void {
    this.lock(READ, FOREVER);
  }
  lockWrite(): void {
    this.lock(WRITE, FOREVER);
  }
  /** False: `deadline` (nanoseconds since boot) came first. */
  lockReadUntil(deadline: u64): bool {
    return this.lock(READ, deadline);
  }
  lockWriteUntil(deadline: u64): bool {
    return this.lock(WRITE, deadline);
  }
  unlockRead(): void {
    const flags = this.waiters.lock.lock();
    if (this.readers === 0) this.complain("a lock that nobody reads under is unlocked by a reader");
    this.readers--;
    this.serve();
    this.waiters.unlock(flags);
  }
  unlockWrite(): void {
    const flags = this.waiters.lock.lock();
    if (this.writer !== currentThread()) this.complain("a lock is unlocked by another than its writer");
    this.writer = null;
    this.serve();
    this.waiters.unlock(flags);
  }

  lock(wanted: u64, deadline: u64): bool {
    const flags = this.waiters.lock.lock();
    if (this.waiters.first === null && this.take(wanted, currentThread())) {
      this.waiters.lock.unlock(flags);
      return true;
    }
    if (this.writer === currentThread()) this.complain("a lock is locked again by its writer");
    const waiter: Waiter = zeroed();
    waiter.wanted = wanted;
    const got = this.waiters.sleep(addressOf(waiter), deadline);
    if (!got) {
      // Readers behind a writer that gave up need not wait.
      this.waiters.lock.acquire();
      this.serve();
      this.waiters.lock.release();
    }
    restoreInterrupts(flags);
    return got;
  }
  take(wanted: u64, thread: ptr<Thread>): bool {
    if (this.writer !== null || (wanted === WRITE && this.readers > 0)) return false;
    if (wanted === WRITE) this.writer = thread;
    else this.readers++;
    return true;
  }
  serve(): void {
    for (;;) {
      const waiter = this.waiters.first;
      if (waiter === null || !this.take(waiter.wanted, waiter.thread)) return;
      this.waiters.wakeWaiter(waiter);
    }
  }
  complain(what: ptr<u8>): never {
    panicWith(what, "lock", address(addressOf(this)), "readers", u64(this.readers));
  }
}
