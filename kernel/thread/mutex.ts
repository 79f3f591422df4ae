/**
 * Mutual exclusion of threads. Who finds it taken spins a little while the owner runs on another processor, then waits; who unlocks it
 * while others wait gives it to the first of them, so that nobody starves. Not recursive, and not for interrupt handlers.
 *
 *     owner:   63                 1   0
 *              address of Thread    │ 1: threads wait, and `waiters` says which      0: free
 */
import { cpuCount } from "../arch/cpu.ts";
import { restoreInterrupts } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";
import { runQueues } from "./run-queue.ts";
import { currentThread } from "./thread.ts";
import { FOREVER } from "./time.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";
import { wake } from "./wake.ts";

const CONTENDED: u64 = 1;
/** How often a running owner is looked at before its waiter sleeps: less than two switches cost. */
const SPINS: u32 = 16;

export class Mutex extends Struct {
  owner: u64;
  waiters: WaitQueue;

  lock(): void {
    const self = address(currentThread());
    if (atomicCompareExchange(addressOf(this.owner), 0, self) !== 0) this.lockSlowly(self, FOREVER);
  }
  /** Waits at most until `deadline`, in nanoseconds since boot. False: it came first. */
  lockUntil(deadline: u64): bool {
    const self = address(currentThread());
    return atomicCompareExchange(addressOf(this.owner), 0, self) === 0 || this.lockSlowly(self, deadline);
  }
  tryLock(): bool {
    return atomicCompareExchange(addressOf(this.owner), 0, address(currentThread())) === 0;
  }
  unlock(): void {
    const self = address(currentThread());
    if (atomicCompareExchange(addressOf(this.owner), self, 0) !== self) this.handOver(self);
  }
  isMine(): bool {
    return (atomicLoadRelaxed(addressOf(this.owner)) & ~CONTENDED) === address(currentThread());
  }

  lockSlowly(self: u64, deadline: u64): bool {
    if (this.isMine())
      panicWith("a mutex is locked twice by one thread", "mutex", address(addressOf(this)), "thread", self);
    if (this.spin(self)) return true;
    const flags = this.waiters.lock.lock();
    if (this.takeOrMark(self)) {
      this.waiters.lock.unlock(flags);
      return true;
    }
    const waiter: Waiter = zeroed();
    const owned = this.waiters.sleep(addressOf(waiter), deadline);
    restoreInterrupts(flags);
    return owned;
  }
  /** True: it is ours. It is given up when others wait, and when the owner does not run. */
  spin(self: u64): bool {
    for (let i: u32 = 0; i < SPINS; i++) {
      const owner = atomicLoadRelaxed(addressOf(this.owner));
      if (owner === 0) {
        if (atomicCompareExchange(addressOf(this.owner), 0, self) === 0) return true;
      } else if ((owner & CONTENDED) !== 0 || !runsElsewhere(owner)) return false;
      pause();
    }
    return false;
  }
  /** Under the waiters' lock. True: it was free, and is the thread's now. Else its owner will find that threads wait. */
  takeOrMark(thread: u64): bool {
    for (;;) {
      const owner = atomicLoadRelaxed(addressOf(this.owner));
      if (owner === 0) {
        if (atomicCompareExchange(addressOf(this.owner), 0, thread) === 0) return true;
      } else if ((owner & CONTENDED) !== 0) return false;
      else if (atomicCompareExchange(addressOf(this.owner), owner, owner | CONTENDED) === owner) return false;
    }
  }
  handOver(self: u64): void {
    const flags = this.waiters.lock.lock();
    const owner = atomicLoadRelaxed(addressOf(this.owner));
    if (owner !== (self | CONTENDED))
      panicWith("a mutex is unlocked by a thread that has not locked it", "owner", owner, "thread", self);
    const waiter = this.waiters.first;
    if (waiter === null) atomicStoreRelease(addressOf(this.owner), 0);
    else {
      const more = waiter.next === null ? 0 : CONTENDED;
      atomicStoreRelease(addressOf(this.owner), address(waiter.thread) | more);
      this.waiters.wakeWaiter(waiter);
    }
    this.waiters.unlock(flags);
  }
  /** For Condition: a waiter of another queue, whose lock is held, is to own this as soon as it can, and to wake then. */
  giveTo(waiter: ptr<Waiter>): void {
    this.waiters.lock.acquire();
    if (this.takeOrMark(address(waiter.thread))) {
      waiter.woken = true;
      wake(waiter.thread);
    } else this.waiters.append(waiter);
    this.waiters.lock.release();
  }
}

/** Only compares: the owner may be gone by now. */
function runsElsewhere(owner: u64): bool {
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) if (address(runQueues[cpu].current) === owner) return true;
  return false;
}
