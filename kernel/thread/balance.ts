/** Threads move to where there is less to do: to a processor that falls idle, and now and then from one that has too much. */
import { cpuIndex } from "../arch/cpu.ts";
import { migrate, mostReady, NO_CPU, online } from "./placement.ts";
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
/** What a look at another processor finds. */
class Offer extends Struct {
  cpu: u32;
  load: u32;
  /** What its current thread has run, in `generation`. */
  claim: u64;
  generation: u64;
}
/** Of all others the one with the least load, and among equals the one whose thread has run most. */
function bestOffer(others: u32, now: u64, best: ptr<Offer>): void {
  best.load = 0xffff_ffff;
  for (let rest = others; rest !== 0; rest &= rest - 1) {
    const cpu = ctz(rest);
    const queue = addressOf(runQueues[cpu]);
    queue.lock.acquire();
    queue.advance(now);
    const load = queue.load();
    const claim = queue.current.runTime;
    const generation = queue.generation;
    queue.lock.release();
    if (load < best.load || (load === best.load && claim > best.claim))
      best.value = { cpu, load, claim, generation };
  }
}
/**
 * Of two processors of which one has one thread more, all would get less there for ever: so its first one moves if it has run much less
 * than the one that runs on the other.
 */
function isWorthIt(queue: ptr<RunQueue>, offer: ptr<Offer>): bool {
  const load = queue.load();
  if (offer.load + 2 <= load) return true;
  const first = queue.ready.first();
  if (first === null || offer.load + 1 !== load || offer.generation !== queue.generation) return false;
  return threadOf(first).runTime + TURN * queue.margin() <= offer.claim;
}
/** Gives a thread away, if it is time to look for that and it does good. Interrupts are off. */
export function balance(): void {
  const here = cpuIndex();
  const one: u32 = 1 << here;
  const queue = addressOf(runQueues[here]);
  const now = queue.since;
  const others = online.all() & ~one;
  if (others === 0 || now - queue.balanced < INTERVAL) return;
  queue.balanced = now;
  const offer: Offer = zeroed();
  bestOffer(others, now, addressOf(offer));
  queue.lock.acquire();
  const thread = isWorthIt(queue, addressOf(offer)) ? queue.takeFor(offer.cpu) : null;
  if (thread === null) queue.lock.release();
  else migrate(queue, thread, offer.cpu);
}
