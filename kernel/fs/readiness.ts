/**
 * Waiting for something to change: an event count. Who finds that it has to wait remembers `sequence`, lets its locks go, and sleeps unless the
 * sequence has moved since. Beside sleepers there are watches, which are told: poll's and epoll's.
 */
import { WaitEnd, type WaitQueue } from "../thread/wait-queue.ts";

/** In the list of one Readiness. `notify` is called with interrupts off under that one's lock, and may only mark and wake. */
export class Watch extends Struct {
  next: ptr<Watch> | null;
  previous: ptr<Watch> | null;
  of: ptr<Readiness> | null;
  notify: fn<(watch: ptr<Watch>) => void>;
  argument: ptr<unknown> | null;
}

export class Readiness extends Struct {
  queue: WaitQueue;
  sequence: u64;
  watches: ptr<Watch> | null;

  /** Taken before one looks whether to wait. */
  now(): u64 {
    return atomicLoadAcquire(addressOf(this.sequence));
  }
  /** After the change; also from interrupts. */
  changed(): void {
    const flags = this.queue.lock.lock();
    this.sequence++;
    this.queue.wakeAll();
    let watch = this.watches;
    while (watch !== null) {
      const next = watch.next;
      watch.notify(watch);
      watch = next;
    }
    this.queue.unlock(flags);
  }
  /** Woken: something has changed since `seen`. */
  wait(seen: u64, deadline: u64): WaitEnd {
    const flags = this.queue.lock.lock();
    const end = this.sequence !== seen ? WaitEnd.Woken : this.queue.waitInterruptibly(deadline);
    this.queue.unlock(flags);
    return end;
  }
  /** From here on `watch` is told of changes, until `unwatch`. */
  watch(watch: ptr<Watch>): void {
    const flags = this.queue.lock.lock();
    watch.of = addressOf(this);
    watch.previous = null;
    watch.next = this.watches;
    if (watch.next !== null) watch.next.previous = watch;
    this.watches = watch;
    this.queue.unlock(flags);
  }
}
/** A watch that was set, or not; it is not told of anything once this returns. */
export function unwatch(watch: ptr<Watch>): void {
  const of = watch.of;
  if (of === null) return;
  const flags = of.queue.lock.lock();
  const next = watch.next;
  const previous = watch.previous;
  if (previous === null) of.watches = next;
  else previous.next = next;
  if (next !== null) next.previous = previous;
  watch.of = null;
  of.queue.unlock(flags);
}
