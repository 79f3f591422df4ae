/**
 * Who is ready to run on a processor, in the order in which they shall, and who does run. Each processor has one; its lock also guards
 * the threads whose `cpu` it is. A lock of another run queue is never taken while one is held.
 *
 *     key:   63  1 │ run time, decayed (decay.ts)       fair
 *            63  0 │ 2³² − level                        others: the highest level first
 */
import type { MAX_CPUS } from "../arch/cpu.ts";
import { aged, chargeFor, generationOf, NORMAL_WEIGHT, rateAt } from "./decay.ts";
import { type Heap, nextNode } from "./heap.ts";
import type { SpinLock } from "./spin-lock.ts";
import { isAllowed, type Thread, threadOf } from "./thread.ts";
import { FOREVER, MICROSECOND, MILLISECOND } from "./time.ts";

/** Nanoseconds of a processor, of normal weight, by which a thread must be ahead of the one that runs to take its place. */
export const GRANULARITY: u64 = MILLISECOND;
const LEAST_SLICE: u64 = 20 * MICROSECOND;
const NORMAL_INVERSE: u32 = 1024;
static_assert(NORMAL_INVERSE * NORMAL_WEIGHT === 1 << 20);
const FAIR: u64 = 0x8000_0000_0000_0000;
const LEVELS: u64 = 0x1_0000_0000;
/** Nodes that are looked at to find a thread for another processor. */
const LOOK: u32 = 32;

/** @align 64 */
export class RunQueue extends Struct {
  lock: SpinLock;
  ready: Heap;
  current: ptr<Thread>;
  /** Runs when nobody else does; it is never in `ready`. */
  idle: ptr<Thread>;
  /** `current` has been charged up to here. */
  since: u64;
  /** Of all figures in `ready`, and `current`'s. */
  generation: u64;
  /** FS's base as it is. */
  threadPointer: usize;
  /** Whose vector registers are loaded, if they were not loaded elsewhere since. */
  vectors: ptr<Thread> | null;
  /** When it last looked for a processor that has less to do. */
  balanced: u64;
  /** 1: an interrupt that asks for a switch is on its way here. */
  notified: u32;
  switches: u64;

  /** Threads that are ready or running; racy without the lock. */
  load(): u32 {
    return this.ready.count + (this.current === this.idle ? 0 : 1);
  }
  isIdle(): bool {
    return this.current === this.idle;
  }
  /** Brings all figures up to a generation. */
  age(generation: u64): void {
    const past = generation - this.generation;
    this.generation = generation;
    let node = this.ready.first();
    while (node !== null) {
      const thread = threadOf(node);
      thread.runTime = aged(thread.runTime, past);
      thread.generation = generation;
      if (thread.level === 0) node.key = keyOf(thread);
      node = nextNode(node);
    }
    this.current.runTime = aged(this.current.runTime, past);
    this.current.generation = generation;
  }
  /** Charges the thread that runs for its time up to `now`. */
  advance(now: u64): void {
    const generation = generationOf(now);
    if (generation > this.generation) this.age(generation);
    if (now <= this.since) return;
    const time = now - this.since;
    const current = this.current;
    this.since = now;
    current.ran += time;
    current.runTime += chargeFor(time, now, current.inverse);
  }
  /** The thread's `cpu` is this one. */
  insert(thread: ptr<Thread>): void {
    if (thread.generation > this.generation) this.age(thread.generation);
    thread.runTime = aged(thread.runTime, this.generation - thread.generation);
    thread.generation = this.generation;
    this.ready.insert(addressOf(thread.node), keyOf(thread));
  }
  remove(thread: ptr<Thread>): void {
    this.ready.remove(addressOf(thread.node));
  }
  /** A thread that yields loses what it is ahead of `first`. */
  placeBehind(thread: ptr<Thread>, first: ptr<Thread>): void {
    if (first.level === 0 && thread.runTime < first.runTime) thread.runTime = first.runTime;
  }
  /** GRANULARITY as run time. */
  margin(): u64 {
    return GRANULARITY * rateAt(this.since, NORMAL_INVERSE);
  }
  /** Whether a ready thread shall take the place of the one that runs, by what is charged so far. */
  outranks(thread: ptr<Thread>): bool {
    const current = this.current;
    if (current === this.idle) return true;
    if (thread.level !== current.level) return thread.level > current.level;
    return thread.level === 0 && thread.runTime + this.margin() <= current.runTime;
  }
  /** When the thread that runs must give way to a ready one, if it runs on. */
  sliceEnd(thread: ptr<Thread>): u64 {
    const current = this.current;
    if (thread.level > current.level) return this.since;
    if (current.level > 0) return FOREVER;
    const limit = thread.runTime + this.margin();
    const ahead = limit > current.runTime ? limit - current.runTime : 0;
    const time = ahead / rateAt(this.since, current.inverse) + 1;
    return this.since + (time > LEAST_SLICE ? time : LEAST_SLICE);
  }
  /** Of the threads that may go to `cpu` the first one that is found soon, taken out; null: there is none. */
  takeFor(cpu: u32): ptr<Thread> | null {
    let best: ptr<Thread> | null = null;
    let node = this.ready.first();
    for (let i: u32 = 0; node !== null && i < LOOK; i++) {
      const thread = threadOf(node);
      if (isAllowed(thread, cpu) && (best === null || best.node.key > node.key)) best = thread;
      node = nextNode(node);
    }
    if (best !== null) this.remove(best);
    return best;
  }
}
export const runQueues: array<RunQueue, typeof MAX_CPUS> = zeroed();

function keyOf(thread: ptr<Thread>): u64 {
  return thread.level === 0 ? FAIR | thread.runTime : LEVELS - u64(thread.level);
}
