/**
 * Futexes: threads that wait until a word of the program's memory changes (futex(2)). All of them are in one queue, so that moving some from
 * one address to another is a change of what they wait for. Lists of robust ones are in robust.ts; priority inheritance is not here.
 */
import { EAGAIN, EFAULT, EINTR, ETIMEDOUT } from "../fs/errno.ts";
import { WaitEnd, Waiter, type WaitQueue } from "../thread/wait-queue.ts";
import { copyIn } from "./user.ts";

class FutexWaiter extends Waiter {
  /** Only a wake-up with one of these bits is meant. `wanted` is the address. */
  bits: u32;
}
const queue: WaitQueue = zeroed();

/** Waits until woken, if the word has this value still. `deadline`: nanoseconds since boot. 0, or the negative of an error. */
export function waitFutex(at: usize, value: u32, bits: u32, deadline: u64): i64 {
  const waiter: FutexWaiter = init({ wanted: at, bits });
  let word: u32 = 0;
  for (;;) {
    // It may have to be fetched, which no spin lock can wait for.
    if (!copyIn(addressOf(word), at, 4)) return -EFAULT;
    const flags = queue.lock.lock();
    if (!copyIn(addressOf(word), at, 4)) {
      queue.unlock(flags);
      continue;
    }
    let end = WaitEnd.Never;
    if (word === value) end = queue.waitAs(addressOf(waiter), deadline);
    queue.unlock(flags);
    if (end === WaitEnd.Never) return -EAGAIN;
    if (end === WaitEnd.Woken) return 0;
    return end === WaitEnd.Late ? -ETIMEDOUT : -EINTR;
  }
}
/** Wakes at most `count` that wait there for one of `bits`; the queue's lock is held. Gives their number. */
function wakeLocked(at: usize, count: u32, bits: u32): u32 {
  let woken: u32 = 0;
  let waiter = queue.first;
  while (waiter !== null && woken < count) {
    const next = waiter.next;
    if (waiter.wanted === at && (cast<FutexWaiter>(waiter).bits & bits) !== 0) {
      queue.wakeWaiter(waiter);
      woken++;
    }
    waiter = next;
  }
  return woken;
}
export function wakeFutex(at: usize, count: u32, bits: u32): u32 {
  const flags = queue.lock.lock();
  const woken = wakeLocked(at, count, bits);
  queue.unlock(flags);
  return woken;
}
/** FUTEX_CMP_REQUEUE, and without `compare` FUTEX_REQUEUE. Gives how many were woken or, with `compare`, woken or moved. */
export function requeueFutex(at: usize, count: u32, to: usize, most: u32, compare: bool, value: u32): i64 {
  let word: u32 = 0;
  if (!copyIn(addressOf(word), at, 4)) return -EFAULT;
  const flags = queue.lock.lock();
  if (compare && (!copyIn(addressOf(word), at, 4) || word !== value)) {
    queue.unlock(flags);
    return -EAGAIN;
  }
  const woken = wakeLocked(at, count, 0xffff_ffff);
  let moved: u32 = 0;
  for (let waiter = queue.first; waiter !== null && moved < most; waiter = waiter.next) {
    if (waiter.wanted !== at) continue;
    waiter.wanted = to;
    moved++;
  }
  queue.unlock(flags);
  return i64(compare ? woken + moved : woken);
}
/** How many wait there is not told; FUTEX_WAKE_OP's second address: `count` are woken if the old word there met a condition. */
export function wakeTwo(at: usize, count: u32, second: usize, secondCount: u32, isMet: bool): i64 {
  const flags = queue.lock.lock();
  let woken = wakeLocked(at, count, 0xffff_ffff);
  if (isMet) woken += wakeLocked(second, secondCount, 0xffff_ffff);
  queue.unlock(flags);
  return i64(woken);
}
