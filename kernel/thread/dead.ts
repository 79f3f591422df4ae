/** Detached threads that have ended, until the reaper frees what they had: they could not free their own stacks. */
import type { SpinLock } from "./spin-lock.ts";
import type { Thread } from "./thread.ts";

const lock: SpinLock = zeroed();
let first: ptr<Thread> | null = null;

/** Nobody runs on the thread's stack any more. */
export function bury(thread: ptr<Thread>): void {
  const flags = lock.lock();
  thread.nextDead = first;
  first = thread;
  lock.unlock(flags);
}
/** null: there is none. */
export function takeDead(): ptr<Thread> | null {
  const flags = lock.lock();
  const thread = first;
  if (thread !== null) first = thread.nextDead;
  lock.unlock(flags);
  return thread;
}
