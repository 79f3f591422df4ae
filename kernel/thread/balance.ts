/** Threads move to where there is less to do: to a processor that falls idle, and now and then from one that has too much. */
import { cpuIndex } from "../arch/cpu.ts";
import { leastLoaded, migrate, mostReady, NO_CPU, online } from "./placement.ts";
import { type RunQueue, runQueues } from "./run-queue.ts";
import { threadOf } from "./thread.ts";
import { MILLISECOND } from "./time.ts";

/** Between looks of one processor. */
const INTERVAL: u64 = 32 * MILLISECOND;
/** By how many margins a thread must be behind one elsewhere to take turns with it. */
const TURN: u64 = 8;

/** A thread of another processor comes here. False: none may. Interrupts are off. */
export function steal(): bool {
  const here = cpuIndex();
  const from = mostReady();
  if (from === NO_CPU || from === here) return false;
  const queue = addressOf(runQueues[from]);
  queue.lock.acquire();
  const thread = queue.takeFor(here);
  if (thread === null) queue.lock.release();
  else migrate(queue, thread, here);
  return thread !== null;
}
/**
 * Of two processors of which one has one thread more, all would get less there for ever: so its next one moves if it has run much less
 * than the one that runs on the other.
 */
function shallMove(queue: ptr<RunQueue>, other: ptr<RunQueue>): bool {
  const load = queue.load();
  const otherLoad = other.load();
  if (otherLoad + 2 <= load) return true;
  const first = queue.ready.first();
  if (first === null || otherLoad + 1 !== load || other.generation !== queue.generation) return false;
  return threadOf(first).runTime + TURN * queue.margin() <= other.claim;
}
/** Gives a thread away, if it is time to look for that and it does good. Interrupts are off. */
export function balance(): void {
  const here = cpuIndex();
  const one: u32 = 1 << here;
  const queue = addressOf(runQueues[here]);
  const others = online.all() & ~one;
  if (others === 0 || queue.since - queue.balanced < INTERVAL) return;
  queue.balanced = queue.since;
  const target = leastLoaded(others);
  queue.lock.acquire();
  const thread = shallMove(queue, addressOf(runQueues[target])) ? queue.takeFor(target) : null;
  if (thread === null) queue.lock.release();
  else migrate(queue, thread, target);
}
