/** Threads begin: what runs on a processor already becomes its idle thread. */
import { cpuCount, cpuIndex, type MAX_CPUS, thisCpu } from "../arch/cpu.ts";
import { panic } from "../panic.ts";
import { idle } from "./idle.ts";
import { online } from "./placement.ts";
import { startReaper } from "./reaper.ts";
import { runQueues } from "./run-queue.ts";
import { setName, spawn } from "./spawn.ts";
import { type Thread, ThreadState } from "./thread.ts";
import { listThread } from "./thread-list.ts";
import { initThreadPointer } from "./thread-local.ts";
import { initTicks } from "./tick.ts";
import { nanoseconds } from "./time.ts";
import { initTimers } from "./timer.ts";
import { initVectors } from "./vector-state.ts";

const idleThreads: array<Thread, typeof MAX_CPUS> = zeroed();

/** The calling processor runs threads from now on. Interrupts are off; its timer and the clock are ready. */
function enterProcessor(): void {
  const index = cpuIndex();
  const thread = addressOf(idleThreads[index]);
  const queue = addressOf(runQueues[index]);
  setName(thread, "idle");
  listThread(thread);
  thread.cpu = index;
  thread.state = ThreadState.Running;
  thread.allowed = 1 << index;
  queue.current = thread;
  queue.idle = thread;
  queue.since = nanoseconds();
  queue.balanced = queue.since;
  thisCpu().thread = thread;
  initTimers();
  initThreadPointer();
  initVectors();
  online.add(index);
}
/** On the first processor: threads can be made from now on. */
export function initThreads(): void {
  initTicks();
  enterProcessor();
  if (!startReaper()) panic("no memory for the first threads");
}
/** On every other processor: the end of its start-up. */
export function enterThreads(): never {
  enterProcessor();
  idle();
}
function callFirst(argument: ptr<unknown>): void {
  functionAt<() => void>(address(argument))();
}
/** The end of the first processor's start-up: `first` runs as the first thread, when all processors that have been started run threads. */
export function startFirst(first: fn<() => void>): never {
  while (popcount(online.all()) < cpuCount) pause();
  const thread = spawn("main", callFirst, pointer<unknown>(address(first)), null);
  if (thread === null) panic("no memory for the first thread");
  idle();
}
