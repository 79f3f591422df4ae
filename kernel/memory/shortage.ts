/**
 * When memory has run out: everyone who keeps some in reserve is asked to give it back, first on the processor that is short of it, then on
 * the others, by an interrupt. They register here, so that whoever finds memory short need not know them. Nothing is taken from users.
 *
 *     for (let attempt: u32 = 0; nothing && relieveShortage(attempt); attempt++) try again
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuCount, cpuIndex, forbidPreemption, type MAX_CPUS, thisCpu } from "../arch/cpu.ts";
import { INTERRUPT_FLAG, readFlags } from "../arch/instructions.ts";
import { setInterruptHandler } from "../arch/interrupts.ts";
import { RESERVES_VECTOR } from "../arch/vectors.ts";
import { allowPreemption } from "../thread/preemption.ts";

/** Gives back what the calling processor, or nobody in particular, keeps; whether that was anything. Preemption is forbidden. */
type Reserve = fn<() => bool>;

const MAX_RESERVES = 8;
const reserves: array<Reserve | null, typeof MAX_RESERVES> = zeroed();
let reserveCount: usize = 0;
/** How many times memory was short, and how many times other processors were asked for what they keep. */
export let shortages: u64 = 0;
export let othersAsked: u64 = 0;

/** Of each processor: requests to it, and how many of them have been done; while it waits for others it can be interrupted for theirs. */
class Asked extends Struct {
  requests: u32;
  done: u32;
  gave: bool;
  waits: bool;
}
const asked: array<Asked, typeof MAX_CPUS> = zeroed();
/** A processor that is in the middle of something is asked again so often, after so many looks. */
const ATTEMPTS = 16;
const PATIENCE = 2000;

/** At start-up only. */
export function addReserve(reserve: Reserve): void {
  if (reserveCount === reserves.length) return;
  reserves[reserveCount] = reserve;
  reserveCount++;
}
function emptyHere(): bool {
  let relieved = false;
  for (let i: usize = 0; i < reserveCount; i++) {
    const reserve = reserves[i];
    if (reserve === null) continue;
    if (reserve()) relieved = true;
  }
  return relieved;
}

/** The handler of RESERVES_VECTOR: unless it has interrupted someone who is at what the processor keeps. */
function onAsked(): void {
  const cpu = thisCpu();
  const own = addressOf(asked[cpu.index]);
  const requests = atomicLoadAcquire(addressOf(own.requests));
  if (own.done === requests || (cpu.preemption !== 0 && !own.waits)) return;
  own.gave = emptyHere();
  atomicStoreRelease(addressOf(own.done), requests);
}
/** Before other processors are started. */
export function initShortage(): void {
  setInterruptHandler(RESERVES_VECTOR, onAsked);
}
/** One processor gives back what it keeps; false also if it has not found the time. */
function ask(cpu: u32): bool {
  const other = addressOf(asked[cpu]);
  const request = atomicAdd(addressOf(other.requests), 1) + 1;
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    sendInterrupt(cpu, RESERVES_VECTOR);
    for (let i: u32 = 0; i < PATIENCE; i++) {
      if (truncate<i32>(atomicLoadAcquire(addressOf(other.done)) - request) >= 0) return other.gave;
      pause();
    }
  }
  return false;
}
/** With interrupts off the caller may hold what the others wait for, so that they cannot answer. */
function askOthers(): bool {
  if ((readFlags() & INTERRUPT_FLAG) === 0) return false;
  const own = addressOf(asked[cpuIndex()]);
  if (own.waits) return false;
  let relieved = false;
  own.waits = true;
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    if (cpu === cpuIndex()) continue;
    othersAsked++;
    if (ask(cpu)) relieved = true;
  }
  own.waits = false;
  return relieved;
}

/** Whether it is worth trying again. `attempt` is 0 at first, then one more each time. */
export function relieveShortage(attempt: u32): bool {
  forbidPreemption();
  if (attempt === 0) shortages++;
  const relieved = (attempt === 0 && emptyHere()) || (attempt <= 1 && askOthers());
  allowPreemption();
  return relieved;
}
