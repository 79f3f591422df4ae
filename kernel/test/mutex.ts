/** Mutual exclusion and waiting: what must never happen does not, and nobody waits for ever. */

import type { Condition } from "../thread/condition.ts";
import type { Mutex } from "../thread/mutex.ts";
import type { RwLock } from "../thread/rw-lock.ts";
import { yieldNow } from "../thread/scheduler.ts";
import type { Semaphore } from "../thread/semaphore.ts";
import { sleep } from "../thread/sleep.ts";
import { MICROSECOND, MILLISECOND, nanoseconds, SECOND } from "../thread/time.ts";
import { check, checkEqual } from "./check.ts";
import { runApart, runTogether } from "./together.ts";
import { isVirtual } from "./virtual.ts";

let seed: u64 = 99;
/** Below `limit`; which number it is does not matter when threads race for it. */
function random(limit: u64): u64 {
  seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
  return mulHigh(seed, limit);
}
/** A deadline that came: exactly, where time is virtual. */
function checkLate(deadline: u64): void {
  const now = nanoseconds();
  check(now >= deadline, "not before the deadline");
  if (isVirtual() && now > deadline + (DEBUG ? 20 : 3) * MICROSECOND)
    checkEqual(now, deadline, "at the deadline");
}

/** A deadline that does not come. */
const LONG: u64 = 60 * SECOND;
const THREADS: u32 = 8;
const ROUNDS: u64 = 500;
const mutex: Mutex = zeroed();
const condition: Condition = zeroed();
class Counts extends Struct {
  a: u64;
  b: u64;
  inside: u32;
  most: u32;
  bad: u32;
}
const counts: Counts = zeroed();
function clear(): void {
  counts.a = 0;
  counts.b = 0;
  counts.inside = 0;
  counts.most = 0;
  counts.bad = 0;
}
/** Adds slowly, with others let in between if they can get in. */
function addSlowly(index: u64): void {
  for (let i: u64 = 0; i < ROUNDS; i++) {
    mutex.lock();
    if (atomicAdd(addressOf(counts.inside), 1) !== 0) counts.bad++;
    const before = counts.a;
    if ((i + index) % 5 === 0) yieldNow();
    else if (i % 7 === 0) pause();
    counts.a = before + 1;
    atomicAdd(addressOf(counts.inside), 0xffff_ffff);
    mutex.unlock();
    if ((i ^ index) % 3 === 0) yieldNow();
  }
}
function checkAdditions(): void {
  checkEqual(counts.a, u64(THREADS) * ROUNDS, "no addition is lost");
  checkEqual(u64(counts.bad), 0, "never two inside");
  checkEqual(mutex.owner, 0, "it is free in the end");
}
export function exclusion(): void {
  clear();
  runTogether(THREADS, addSlowly);
  checkAdditions();
}
/** Between processors that never stop. */
export function exclusionApart(): void {
  clear();
  runApart(THREADS, addSlowly);
  checkAdditions();
}
/** Who has waited longest is next: between two turns of one thread all others that want to have theirs. */
class Turns extends Struct {
  next: u32;
  order: array<u8, 4096>;
}
const turns: Turns = zeroed();
function takeTurns(index: u64): void {
  for (let i: u32 = 0; i < 50; i++) {
    mutex.lock();
    turns.order[turns.next] = truncate<u8>(index);
    turns.next++;
    sleep(5 * MICROSECOND);
    mutex.unlock();
  }
}
export function handOver(): void {
  turns.next = 0;
  runTogether(4, takeTurns);
  checkEqual(u64(turns.next), 200, "all turns");
  // In the middle all four are there, unless the host keeps them from it.
  if (!isVirtual()) return;
  let repeated: u32 = 0;
  for (let i: u32 = 40; i < 120; i++) if (turns.order[i] === turns.order[i - 1]) repeated++;
  checkEqual(u64(repeated), 0, "nobody is served twice while others wait");
}
/** Until another thread has done something. */
function awaitWord(word: ptr<u64>): void {
  while (atomicLoad(word) === 0) sleep(100 * MICROSECOND);
}
function holdMutex(index: u64): void {
  if (index === 0) {
    mutex.lock();
    atomicStore(addressOf(counts.a), 1);
    awaitWord(addressOf(counts.b));
    mutex.unlock();
    return;
  }
  awaitWord(addressOf(counts.a));
  check(!mutex.tryLock(), "it is taken");
  const deadline = nanoseconds() + 2 * MILLISECOND;
  check(!mutex.lockUntil(deadline), "it stays so");
  checkLate(deadline);
  atomicStore(addressOf(counts.b), 1);
  check(mutex.lockUntil(nanoseconds() + LONG), "until it is free");
  check(mutex.isMine(), "it is ours");
  mutex.unlock();
  check(mutex.tryLock(), "it is free");
  mutex.unlock();
}
export function mutexDeadline(): void {
  clear();
  runTogether(2, holdMutex);
}

/** Two threads in turn, each waiting for the other. */
function pingPong(index: u64): void {
  mutex.lock();
  for (let i: u64 = 0; i < 1000; i++) {
    while (counts.a % 2 !== index) condition.wait(addressOf(mutex));
    counts.a++;
    condition.signal();
  }
  mutex.unlock();
}
export function conditionPingPong(): void {
  clear();
  runTogether(2, pingPong);
  checkEqual(counts.a, 2000, "each as often as the other");
}
export function conditionPingPongApart(): void {
  clear();
  runApart(2, pingPong);
  checkEqual(counts.a, 2000, "each as often as the other");
}

const PLACES: u64 = 8;
const ITEMS: u64 = 600;
class Ring extends Struct {
  items: array<u64, 8>;
  put: u64;
  taken: u64;
  notEmpty: Condition;
  notFull: Condition;
}
const ring: Ring = zeroed();
/** Even ones produce, odd ones consume. */
function produceOrConsume(index: u64): void {
  for (let i: u64 = 0; i < ITEMS; i++) {
    mutex.lock();
    if (index % 2 === 0) {
      while (ring.put - ring.taken === PLACES) ring.notFull.wait(addressOf(mutex));
      ring.items[ring.put % PLACES] = index * ITEMS + i;
      ring.put++;
      ring.notEmpty.signal();
    } else {
      while (ring.put === ring.taken) ring.notEmpty.wait(addressOf(mutex));
      counts.a += ring.items[ring.taken % PLACES];
      ring.taken++;
      ring.notFull.signal();
    }
    mutex.unlock();
  }
}
export function producersAndConsumers(): void {
  clear();
  ring.put = 0;
  ring.taken = 0;
  runTogether(6, produceOrConsume);
  let expected: u64 = 0;
  for (let index: u64 = 0; index < 6; index += 2)
    for (let i: u64 = 0; i < ITEMS; i++) expected += index * ITEMS + i;
  checkEqual(ring.taken, 3 * ITEMS, "everything is taken");
  checkEqual(counts.a, expected, "once");
}
function awaitBroadcast(index: u64): void {
  mutex.lock();
  if (index === 0) {
    while (counts.b !== u64(THREADS - 1)) condition.wait(addressOf(mutex));
    counts.a = 1;
    condition.broadcast();
  } else {
    counts.b++;
    if (counts.b === u64(THREADS - 1)) condition.broadcast();
    while (counts.a === 0) condition.wait(addressOf(mutex));
    if (atomicAdd(addressOf(counts.inside), 1) !== 0) counts.bad++;
    yieldNow();
    atomicAdd(addressOf(counts.inside), 0xffff_ffff);
    counts.most++;
  }
  mutex.unlock();
}
/** All wake, and each alone has the mutex. */
export function broadcast(): void {
  clear();
  runTogether(THREADS, awaitBroadcast);
  checkEqual(u64(counts.most), u64(THREADS - 1), "all have gone on");
  checkEqual(u64(counts.bad), 0, "one at a time");
}
function awaitNothing(index: u64): void {
  mutex.lock();
  const deadline = nanoseconds() + (index + 1) * MILLISECOND;
  check(!condition.waitUntil(addressOf(mutex), deadline), "nobody signals");
  checkLate(deadline);
  check(mutex.isMine(), "the mutex is ours again");
  mutex.unlock();
}
export function conditionDeadline(): void {
  runTogether(3, awaitNothing);
}
/** Tokens that are signalled are taken or left, never lost or doubled, whatever deadlines come in between. */
function raceDeadlines(index: u64): void {
  for (let i: u64 = 0; i < 300; i++) {
    mutex.lock();
    if (index % 2 === 0) {
      counts.a++;
      counts.b++;
      condition.signal();
    } else if (counts.a === 0)
      condition.waitUntil(addressOf(mutex), nanoseconds() + random(20 * MICROSECOND));
    if (index % 2 !== 0 && counts.a > 0) {
      counts.a--;
      counts.most++;
    }
    if (!mutex.isMine()) counts.bad++;
    mutex.unlock();
    if (random(4) === 0) sleep(random(10 * MICROSECOND));
  }
}
export function conditionRace(): void {
  clear();
  runTogether(6, raceDeadlines);
  runApart(6, raceDeadlines);
  checkEqual(counts.a + u64(counts.most), counts.b, "each token is taken or left");
  checkEqual(u64(counts.bad), 0, "the mutex is always ours");
  check(condition.waiters.first === null, "nobody waits");
  checkEqual(mutex.owner, 0, "the mutex is free");
}

const semaphore: Semaphore = zeroed();
function useUnits(index: u64): void {
  const count = (index % 3) + 1;
  for (let i: u64 = 0; i < 100; i++) {
    semaphore.acquire(count);
    const inside = atomicAdd(addressOf(counts.inside), truncate<u32>(count)) + truncate<u32>(count);
    if (inside > 4) atomicAdd(addressOf(counts.bad), 1);
    if (inside > counts.most) counts.most = inside;
    if (i % 10 === 0) sleep(5 * MICROSECOND);
    else yieldNow();
    atomicAdd(addressOf(counts.inside), 0 - truncate<u32>(count));
    semaphore.release(count);
  }
}
export function semaphoreCounts(): void {
  clear();
  semaphore.units = 4;
  runTogether(6, useUnits);
  runApart(6, useUnits);
  checkEqual(semaphore.units, 4, "all units are back");
  checkEqual(u64(counts.bad), 0, "never more than there are");
  checkEqual(u64(counts.most), 4, "all of them at times");
}
/** The first wants more than there will be, the second, behind it, what there is then. */
function wantUnits(index: u64): void {
  if (index === 0) {
    while (counts.a === 0 && semaphore.waiters.first === semaphore.waiters.last) sleep(100 * MICROSECOND);
    semaphore.release(3);
  } else if (index === 1) {
    const deadline = nanoseconds() + 10 * MILLISECOND;
    check(!semaphore.acquireUntil(4, deadline), "there never are four");
    checkLate(deadline);
    counts.a = 1;
  } else {
    while (counts.a === 0 && semaphore.waiters.first === null) sleep(100 * MICROSECOND);
    check(semaphore.acquireUntil(2, nanoseconds() + LONG), "two are left for who comes behind");
    check(counts.a === 1 || !isVirtual(), "once the first has given up");
  }
}
export function semaphoreDeadline(): void {
  clear();
  semaphore.units = 0;
  runTogether(3, wantUnits);
  checkEqual(semaphore.units, 1, "one is left");
  check(semaphore.tryAcquire(1), "it can be had");
  check(!semaphore.tryAcquire(1), "no more");
}

const lock: RwLock = zeroed();
function readOrWrite(index: u64): void {
  for (let i: u64 = 0; i < 200; i++) {
    if ((i + index) % 4 === 0) {
      lock.lockWrite();
      if (atomicAdd(addressOf(counts.inside), 0x1_0000) !== 0) counts.bad++;
      yieldNow();
      counts.a++;
      atomicAdd(addressOf(counts.inside), 0 - u32(0x1_0000));
      lock.unlockWrite();
    } else {
      lock.lockRead();
      const inside = atomicAdd(addressOf(counts.inside), 1) + 1;
      if (inside > 0xffff) atomicAdd(addressOf(counts.bad), 1);
      else if (inside > counts.most) counts.most = inside;
      yieldNow();
      atomicAdd(addressOf(counts.inside), 0xffff_ffff);
      lock.unlockRead();
    }
  }
}
export function readersAndWriters(): void {
  clear();
  runTogether(THREADS, readOrWrite);
  runApart(THREADS, readOrWrite);
  checkEqual(u64(counts.bad), 0, "writers are alone");
  check(counts.most > 1, "readers are not");
  checkEqual(counts.a, u64(THREADS) * 100, "all have written");
}
/** Readers that always overlap, and one writer. */
function readOn(index: u64): void {
  if (index > 0) {
    sleep(index * 300 * MICROSECOND);
    while (atomicLoad(addressOf(counts.a)) === 0 && atomicLoad(addressOf(counts.b)) < 2000) {
      lock.lockRead();
      sleep(MILLISECOND);
      lock.unlockRead();
      atomicAdd(addressOf(counts.b), 1);
    }
    return;
  }
  sleep(10 * MILLISECOND);
  const start = nanoseconds();
  lock.lockWrite();
  atomicStore(addressOf(counts.a), 1);
  check(
    nanoseconds() - start < (isVirtual() ? 2 * MILLISECOND : LONG),
    "a writer waits for those before it only",
  );
  lock.unlockWrite();
}
export function writerDoesNotStarve(): void {
  clear();
  runTogether(4, readOn);
  checkEqual(counts.a, 1, "it has written");
}
/** One reads until another has read too, with a writer between them that gives up. */
function giveUpWriting(index: u64): void {
  if (index === 0) {
    lock.lockRead();
    atomicStore(addressOf(counts.a), 1);
    awaitWord(addressOf(counts.b));
    lock.unlockRead();
  } else if (index === 1) {
    awaitWord(addressOf(counts.a));
    const deadline = nanoseconds() + 2 * MILLISECOND;
    check(!lock.lockWriteUntil(deadline), "someone reads");
    checkLate(deadline);
    counts.most = 1;
  } else {
    awaitWord(addressOf(counts.a));
    while (counts.most === 0 && lock.waiters.first === null) sleep(100 * MICROSECOND);
    check(lock.lockReadUntil(nanoseconds() + LONG), "who waits behind a writer goes on with it");
    lock.unlockRead();
    atomicStore(addressOf(counts.b), 1);
  }
}
export function rwLockDeadline(): void {
  clear();
  runTogether(3, giveUpWriting);
  lock.lockWrite();
  lock.unlockWrite();
}
