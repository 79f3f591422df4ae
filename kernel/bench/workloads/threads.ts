/**
 * Several processors: objects that one makes and another frees. After Larson and Krishnan, "Memory allocation for long-running
 * server applications" (1998), and the `mstress` of mimalloc's tests, by description.
 */
import { yieldNow } from "../../thread/scheduler.ts";
import type { Barrier } from "../barrier.ts";
import { examinedSize } from "../meter.ts";
import type { Run } from "../run.ts";
import { runOf, workerCount } from "../workers.ts";

// ------------------------------------------------------------------------------------------- producer, consumer

/** Objects on their way; a power of two. */
const QUEUE = 256;
class Queue extends Struct {
  objects: array<ptr<u8>, typeof QUEUE>;
  /** Ever put in, by the producer; ever taken out, by the consumer. */
  put: u64;
  taken: u64;
}
const queue: Queue = zeroed();

/** Worker 0 makes objects of 16 to 512 bytes, worker 1 frees them. */
export function producerConsumer(run: ptr<Run>): void {
  if (run.worker === 0) produce(run);
  else if (run.worker === 1) consume(run);
}
function produce(run: ptr<Run>): void {
  for (let i: u64 = 0; i < run.operations; i++) {
    const object = run.meter.allocate(run.random.between(16, 512));
    while (i - atomicLoadAcquire(addressOf(queue.taken)) === QUEUE) pause();
    // What there is no memory for is no object, but counts.
    queue.objects[i & (QUEUE - 1)] = object === null ? pointer<u8>(0) : object;
    atomicStoreRelease(addressOf(queue.put), i + 1);
  }
}
function consume(run: ptr<Run>): void {
  for (let i: u64 = 0; i < run.operations; i++) {
    while (atomicLoadAcquire(addressOf(queue.put)) === i) pause();
    const object = queue.objects[i & (QUEUE - 1)];
    if (address(object) !== 0) run.meter.release(object, examinedSize(object));
    atomicStoreRelease(addressOf(queue.taken), i + 1);
  }
}

// ------------------------------------------------------------------------------------------------------- larson

const ROUNDS: u64 = 10;
const barrier: Barrier = zeroed();

/** Each worker replaces objects of 16 to 1024 bytes in a set, and hands the set on after a tenth of its work. */
export function larson(run: ptr<Run>): void {
  const workers = workerCount();
  for (let round: u64 = 0; round < ROUNDS; round++) {
    const slots = runOf((run.worker + truncate<u32>(round)) % workers).slots;
    for (let i: u64 = 0; i < run.operations / ROUNDS; i++) {
      const at = run.random.below(slots.count);
      slots.empty(run.meter, at);
      slots.fill(run.meter, at, run.random.between(16, 1024));
    }
    barrier.wait(workers);
  }
  run.slots.emptyAll(run.meter);
}

// ------------------------------------------------------------------------------------------------------ mstress

/** Places through which workers exchange objects. */
const TRANSFERS = 1024;
const transfers: array<usize, typeof TRANSFERS> = zeroed();

/** Small sizes are many, large ones few: each doubling half as likely, 16 bytes to 64 KiB. */
function powerLaw(run: ptr<Run>): usize {
  const doubling = ctz(run.random.next() | 0x1000);
  return run.random.between(u64(16) << doubling, u64(32) << doubling);
}
/** Bursts: objects are made, some kept, some exchanged for what another worker has left. */
export function mstress(run: ptr<Run>): void {
  let kept: usize = 0;
  for (let done: u64 = 0; done < run.operations; ) {
    const burst = run.random.between(1, 64);
    for (let i: u64 = 0; i < burst && done < run.operations; i++) {
      const at = run.random.below(run.slots.count);
      if (run.slots.has(at)) {
        if (run.random.chance(1, 4)) continue;
        run.slots.empty(run.meter, at);
        kept--;
      }
      if (run.slots.fill(run.meter, at, powerLaw(run))) kept++;
      done++;
    }
    exchange(run);
    if (kept > run.slots.count / 2) {
      run.slots.emptyShuffled(run.meter, run.random);
      kept = 0;
    }
    if (run.random.chance(1, 32)) yieldNow();
  }
  run.slots.emptyAll(run.meter);
  barrier.wait(workerCount());
  if (run.worker !== 0) return;
  for (let i: usize = 0; i < TRANSFERS; i++) drop(run, atomicExchange(addressOf(transfers[i]), 0));
}
/** One new object for an old one of whoever it was. */
function exchange(run: ptr<Run>): void {
  const object = run.meter.allocate(powerLaw(run));
  if (object === null) return;
  drop(run, atomicExchange(addressOf(transfers[run.random.below(TRANSFERS)]), address(object)));
}
function drop(run: ptr<Run>, at: usize): void {
  if (at === 0) return;
  const object = pointer<u8>(at);
  run.meter.release(object, examinedSize(object));
}
