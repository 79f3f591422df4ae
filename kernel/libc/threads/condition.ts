/** Conditions, barriers, locks for readers and writers, semaphores (POSIX <pthread.h>, <semaphore.h>), each a few words that are waited on. */
import { failWith } from "../errno.ts";
import { waitWord, wakeWord } from "../lock.ts";
import { type Mutex, pthread_mutex_lock, pthread_mutex_unlock } from "./mutex.ts";
import { EINVAL, ETIMEDOUT, isTime, type TimeSpec, waitUntil } from "./wait.ts";

const EBUSY: i32 = 16;
const EAGAIN: i32 = 11;
const EINTR: i32 = 4;
const ALL: u32 = 0x7fff_ffff;
const SERIAL: i32 = -1;
const NEVER: usize = 0;

/** pthread_cond_t: 48 bytes. */
class Condition extends Struct {
  /** Counts signals. */
  sequence: u32;
  isMonotonic: u32;
}
function waitOn(condition: ptr<Condition>, mutex: ptr<Mutex>, until: ptr<TimeSpec>, isMonotonic: bool): i32 {
  const sequence = atomicLoad(addressOf(condition.sequence));
  pthread_mutex_unlock(mutex);
  const status = waitUntil(addressOf(condition.sequence), sequence, until, isMonotonic);
  pthread_mutex_lock(mutex);
  return status === ETIMEDOUT ? ETIMEDOUT : 0;
}
/** @export */
export function pthread_cond_wait(condition: ptr<Condition>, mutex: ptr<Mutex>): i32 {
  return waitOn(condition, mutex, pointer<TimeSpec>(NEVER), true);
}
/** @export */
export function pthread_cond_timedwait(
  condition: ptr<Condition>,
  mutex: ptr<Mutex>,
  until: ptr<TimeSpec>,
): i32 {
  if (!isTime(until)) return EINVAL;
  return waitOn(condition, mutex, until, condition.isMonotonic !== 0);
}
/** @export */
export function pthread_cond_clockwait(
  condition: ptr<Condition>,
  mutex: ptr<Mutex>,
  clock: i32,
  until: ptr<TimeSpec>,
): i32 {
  if (!isTime(until)) return EINVAL;
  return waitOn(condition, mutex, until, clock === 1);
}
/** @export */
export function pthread_cond_signal(condition: ptr<Condition>): i32 {
  atomicAdd(addressOf(condition.sequence), 1);
  wakeWord(addressOf(condition.sequence), 1);
  return 0;
}
/** @export */
export function pthread_cond_broadcast(condition: ptr<Condition>): i32 {
  atomicAdd(addressOf(condition.sequence), 1);
  wakeWord(addressOf(condition.sequence), ALL);
  return 0;
}
/** @export */
export function pthread_cond_init(condition: ptr<Condition>, attributes: ptr<i32>): i32 {
  memset(condition, 0, 48);
  if (address(attributes) !== 0 && attributes.value === 1) condition.isMonotonic = 1;
  return 0;
}
/** @export */
export function pthread_cond_destroy(_condition: ptr<Condition>): i32 {
  return 0;
}
/** @export */
export function pthread_condattr_init(attributes: ptr<i32>): i32 {
  attributes.value = 0;
  return 0;
}
/** @export */
export function pthread_condattr_destroy(_attributes: ptr<i32>): i32 {
  return 0;
}
/** @export */
export function pthread_condattr_setclock(attributes: ptr<i32>, clock: i32): i32 {
  if (clock < 0 || clock > 1) return EINVAL;
  attributes.value = clock;
  return 0;
}
/** pthread_barrier_t: 32 bytes. */
class Barrier extends Struct {
  wanted: u32;
  arrived: u32;
  round: u32;
}
/** @export */
export function pthread_barrier_init(barrier: ptr<Barrier>, _attributes: usize, count: u32): i32 {
  if (count === 0) return EINVAL;
  memset(barrier, 0, 32);
  barrier.wanted = count;
  return 0;
}
/** @export */
export function pthread_barrier_wait(barrier: ptr<Barrier>): i32 {
  const round = atomicLoad(addressOf(barrier.round));
  if (atomicAdd(addressOf(barrier.arrived), 1) + 1 === barrier.wanted) {
    atomicStore(addressOf(barrier.arrived), 0);
    atomicAdd(addressOf(barrier.round), 1);
    wakeWord(addressOf(barrier.round), ALL);
    return SERIAL;
  }
  while (atomicLoad(addressOf(barrier.round)) === round) waitWord(addressOf(barrier.round), round);
  return 0;
}
/** @export */
export function pthread_barrier_destroy(_barrier: ptr<Barrier>): i32 {
  return 0;
}
/** pthread_rwlock_t: 56 bytes. The word: readers, or all ones for a writer. Writers that wait keep new readers out. */
class ReadWrite extends Struct {
  word: u32;
  writersWaiting: u32;
  /** Counts changes of the word that someone may wait for. */
  sequence: u32;
}
const WRITER: u32 = 0xffff_ffff;
function tryRead(lock: ptr<ReadWrite>): bool {
  for (;;) {
    const word = atomicLoad(addressOf(lock.word));
    if (word >= WRITER - 1 || atomicLoad(addressOf(lock.writersWaiting)) !== 0) return false;
    if (atomicCompareExchange(addressOf(lock.word), word, word + 1) === word) return true;
  }
}
function tryWrite(lock: ptr<ReadWrite>): bool {
  return atomicCompareExchange(addressOf(lock.word), 0, WRITER) === 0;
}
function lockReadUntil(lock: ptr<ReadWrite>, until: ptr<TimeSpec>): i32 {
  for (;;) {
    const sequence = atomicLoad(addressOf(lock.sequence));
    if (tryRead(lock)) return 0;
    if (waitUntil(addressOf(lock.sequence), sequence, until, false) === ETIMEDOUT) return ETIMEDOUT;
  }
}
function lockWriteUntil(lock: ptr<ReadWrite>, until: ptr<TimeSpec>): i32 {
  let status: i32 = 0;
  atomicAdd(addressOf(lock.writersWaiting), 1);
  for (;;) {
    const sequence = atomicLoad(addressOf(lock.sequence));
    if (tryWrite(lock)) break;
    if (waitUntil(addressOf(lock.sequence), sequence, until, false) === ETIMEDOUT) {
      status = ETIMEDOUT;
      break;
    }
  }
  atomicAdd(addressOf(lock.writersWaiting), WRITER);
  if (status !== 0) changed(lock);
  return status;
}
function changed(lock: ptr<ReadWrite>): void {
  atomicAdd(addressOf(lock.sequence), 1);
  wakeWord(addressOf(lock.sequence), ALL);
}
/** @export */
export function pthread_rwlock_init(lock: ptr<ReadWrite>, _attributes: usize): i32 {
  memset(lock, 0, 56);
  return 0;
}
/** @export */
export function pthread_rwlock_destroy(_lock: ptr<ReadWrite>): i32 {
  return 0;
}
/** @export */
export function pthread_rwlock_rdlock(lock: ptr<ReadWrite>): i32 {
  return lockReadUntil(lock, pointer<TimeSpec>(NEVER));
}
/** @export */
export function pthread_rwlock_wrlock(lock: ptr<ReadWrite>): i32 {
  return lockWriteUntil(lock, pointer<TimeSpec>(NEVER));
}
/** @export */
export function pthread_rwlock_tryrdlock(lock: ptr<ReadWrite>): i32 {
  return tryRead(lock) ? 0 : EBUSY;
}
/** @export */
export function pthread_rwlock_trywrlock(lock: ptr<ReadWrite>): i32 {
  return tryWrite(lock) ? 0 : EBUSY;
}
/** @export */
export function pthread_rwlock_timedrdlock(lock: ptr<ReadWrite>, until: ptr<TimeSpec>): i32 {
  return isTime(until) ? lockReadUntil(lock, until) : EINVAL;
}
/** @export */
export function pthread_rwlock_timedwrlock(lock: ptr<ReadWrite>, until: ptr<TimeSpec>): i32 {
  return isTime(until) ? lockWriteUntil(lock, until) : EINVAL;
}
/** @export */
export function pthread_rwlock_unlock(lock: ptr<ReadWrite>): i32 {
  if (atomicLoad(addressOf(lock.word)) === WRITER) atomicStore(addressOf(lock.word), 0);
  else atomicAdd(addressOf(lock.word), WRITER);
  changed(lock);
  return 0;
}
/** @export */
export function pthread_rwlockattr_init(_attributes: usize): i32 {
  return 0;
}
/** @export */
export function pthread_rwlockattr_destroy(_attributes: usize): i32 {
  return 0;
}
/** sem_t: 32 bytes. */
class Semaphore extends Struct {
  count: u32;
}
/** @export */
export function sem_init(semaphore: ptr<Semaphore>, _shared: i32, count: u32): i32 {
  if (count > ALL) return failWith(EINVAL);
  semaphore.count = count;
  return 0;
}
/** @export */
export function sem_destroy(_semaphore: ptr<Semaphore>): i32 {
  return 0;
}
/** @export */
export function sem_post(semaphore: ptr<Semaphore>): i32 {
  atomicAdd(addressOf(semaphore.count), 1);
  wakeWord(addressOf(semaphore.count), 1);
  return 0;
}
function take(semaphore: ptr<Semaphore>): bool {
  for (;;) {
    const count = atomicLoad(addressOf(semaphore.count));
    if (count === 0) return false;
    if (atomicCompareExchange(addressOf(semaphore.count), count, count - 1) === count) return true;
  }
}
/** @export */
export function sem_trywait(semaphore: ptr<Semaphore>): i32 {
  return take(semaphore) ? 0 : failWith(EAGAIN);
}
function waitFor(semaphore: ptr<Semaphore>, until: ptr<TimeSpec>): i32 {
  while (!take(semaphore)) {
    const status = waitUntil(addressOf(semaphore.count), 0, until, false);
    if (status === ETIMEDOUT || status === EINTR) return failWith(status);
  }
  return 0;
}
/** @export */
export function sem_wait(semaphore: ptr<Semaphore>): i32 {
  return waitFor(semaphore, pointer<TimeSpec>(NEVER));
}
/** @export */
export function sem_timedwait(semaphore: ptr<Semaphore>, until: ptr<TimeSpec>): i32 {
  return take(semaphore) ? 0 : isTime(until) ? waitFor(semaphore, until) : failWith(EINVAL);
}
/** @export */
export function sem_getvalue(semaphore: ptr<Semaphore>, place: ptr<i32>): i32 {
  place.value = i32(semaphore.count);
  return 0;
}
