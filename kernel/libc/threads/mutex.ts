/** Mutexes, spin locks (POSIX <pthread.h>). A mutex has glibc's layout as far as its initialisers go: the kind at 16. */
import { lockWord, unlockWord } from "../lock.ts";
import { thisThread } from "../thread-block.ts";
import { EINVAL, ETIMEDOUT, isTime, type TimeSpec, waitUntil } from "./wait.ts";

const EBUSY: i32 = 16;
const EDEADLK: i32 = 35;
const EPERM: i32 = 1;
const RECURSIVE: i32 = 1;
const ERROR_CHECK: i32 = 2;

export class Mutex extends Struct {
  /** 0: free; 1: taken; 2: taken, and someone may wait. */
  word: u32;
  count: u32;
  /** The number of the thread that has it. */
  owner: i32;
  users: u32;
  kind: i32;
}
/** Whether the caller has it and may have it again, or is told so. -1: go on. */
function again(mutex: ptr<Mutex>): i32 {
  const kind = mutex.kind & 3;
  if (kind === 0 || mutex.owner !== thisThread().id) return -1;
  if (kind === RECURSIVE) {
    mutex.count++;
    return 0;
  }
  return kind === ERROR_CHECK ? EDEADLK : -1;
}
function taken(mutex: ptr<Mutex>): i32 {
  mutex.owner = thisThread().id;
  mutex.count = 1;
  return 0;
}
/** @export */
export function pthread_mutex_lock(mutex: ptr<Mutex>): i32 {
  const status = again(mutex);
  if (status >= 0) return status;
  lockWord(addressOf(mutex.word));
  return taken(mutex);
}
/** @export */
export function pthread_mutex_trylock(mutex: ptr<Mutex>): i32 {
  const status = again(mutex);
  if (status >= 0) return status === EDEADLK ? EBUSY : status;
  return atomicCompareExchange(addressOf(mutex.word), 0, 1) === 0 ? taken(mutex) : EBUSY;
}
function lockUntil(mutex: ptr<Mutex>, until: ptr<TimeSpec>, isMonotonic: bool): i32 {
  const status = again(mutex);
  if (status >= 0) return status;
  if (atomicCompareExchange(addressOf(mutex.word), 0, 1) === 0) return taken(mutex);
  if (!isTime(until)) return EINVAL;
  while (atomicExchange(addressOf(mutex.word), 2) !== 0)
    if (waitUntil(addressOf(mutex.word), 2, until, isMonotonic) === ETIMEDOUT) return ETIMEDOUT;
  return taken(mutex);
}
/** @export */
export function pthread_mutex_timedlock(mutex: ptr<Mutex>, until: ptr<TimeSpec>): i32 {
  return lockUntil(mutex, until, false);
}
/** @export */
export function pthread_mutex_clocklock(mutex: ptr<Mutex>, clock: i32, until: ptr<TimeSpec>): i32 {
  return lockUntil(mutex, until, clock === 1);
}
/** @export */
export function pthread_mutex_unlock(mutex: ptr<Mutex>): i32 {
  if ((mutex.kind & 3) !== 0) {
    if (mutex.owner !== thisThread().id) return EPERM;
    mutex.count--;
    if (mutex.count > 0) return 0;
  }
  mutex.owner = 0;
  unlockWord(addressOf(mutex.word));
  return 0;
}
/** @export */
export function pthread_mutex_init(mutex: ptr<Mutex>, attributes: ptr<i32>): i32 {
  memset(mutex, 0, 40);
  if (address(attributes) !== 0) mutex.kind = attributes.value & 3;
  return 0;
}
/** @export */
export function pthread_mutex_destroy(mutex: ptr<Mutex>): i32 {
  return mutex.word === 0 ? 0 : EBUSY;
}
/** @export */
export function pthread_mutexattr_init(attributes: ptr<i32>): i32 {
  attributes.value = 0;
  return 0;
}
/** @export */
export function pthread_mutexattr_destroy(_attributes: ptr<i32>): i32 {
  return 0;
}
/** @export */
export function pthread_mutexattr_settype(attributes: ptr<i32>, kind: i32): i32 {
  if (kind < 0 || kind > 3) return EINVAL;
  attributes.value = kind;
  return 0;
}
/** @export */
export function pthread_mutexattr_gettype(attributes: ptr<i32>, kind: ptr<i32>): i32 {
  kind.value = attributes.value & 3;
  return 0;
}
/** @export */
export function pthread_mutexattr_setpshared(_attributes: ptr<i32>, _shared: i32): i32 {
  return 0;
}
/** @export */
export function pthread_spin_init(lock: ptr<u32>, _shared: i32): i32 {
  lock.value = 0;
  return 0;
}
/** @export */
export function pthread_spin_destroy(_lock: ptr<u32>): i32 {
  return 0;
}
/** Waits as a mutex does: who has it may not be running. @export */
export function pthread_spin_lock(lock: ptr<u32>): i32 {
  lockWord(lock);
  return 0;
}
/** @export */
export function pthread_spin_trylock(lock: ptr<u32>): i32 {
  return atomicCompareExchange(lock, 0, 1) === 0 ? 0 : EBUSY;
}
/** @export */
export function pthread_spin_unlock(lock: ptr<u32>): i32 {
  unlockWord(lock);
  return 0;
}
