/** All threads that there are, in the order of their making, and their numbers. */
import type { SpinLock } from "./spin-lock.ts";
import type { Thread } from "./thread.ts";

const lock: SpinLock = zeroed();
let first: ptr<Thread> | null = null;
let last: ptr<Thread> | null = null;
let count: u32 = 0;
let nextId: u32 = 0;

/** Gives it the next number. */
export function listThread(thread: ptr<Thread>): void {
  const flags = lock.lock();
  thread.id = nextId;
  nextId++;
  count++;
  thread.nextThread = null;
  thread.previousThread = last;
  if (last === null) first = thread;
  else last.nextThread = thread;
  last = thread;
  lock.unlock(flags);
}
export function unlistThread(thread: ptr<Thread>): void {
  const flags = lock.lock();
  const next = thread.nextThread;
  const previous = thread.previousThread;
  if (previous === null) first = next;
  else previous.nextThread = next;
  if (next === null) last = previous;
  else next.previousThread = previous;
  count--;
  lock.unlock(flags);
}
/** Idle threads among them. */
export function threadCount(): u32 {
  return count;
}
/** `visit` is called under a lock: it may look, no more. */
export function visitThreads(visit: fn<(thread: ptr<Thread>) => void>): void {
  const flags = lock.lock();
  for (let thread = first; thread !== null; thread = thread.nextThread) visit(thread);
  lock.unlock(flags);
}
