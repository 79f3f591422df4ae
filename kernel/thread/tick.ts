/** Interrupts that may end a thread's turn: the local APIC's timer, and another processor that has brought work. */
import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { setInterruptHandler, setReschedule } from "../arch/interrupts.ts";
import { TIMER_VECTOR, WAKE_VECTOR } from "../arch/vectors.ts";
import { balance } from "./balance.ts";
import { tellIdle } from "./placement.ts";
import { setSwitch } from "./preemption.ts";
import { runQueues } from "./run-queue.ts";
import { reschedule } from "./scheduler.ts";
import { threadOf } from "./thread.ts";
import { nanoseconds } from "./time.ts";
import { interruptBy, runTimers } from "./timer.ts";

function onTimer(): void {
  runTimers();
  const queue = addressOf(runQueues[cpuIndex()]);
  queue.lock.acquire();
  queue.advance(nanoseconds());
  const first = queue.ready.first();
  if (first !== null) {
    if (queue.outranks(threadOf(first))) thisCpu().pending = 1;
    else interruptBy(queue.sliceEnd(threadOf(first)));
  }
  const allowed = first === null ? 0 : threadOf(first).allowed;
  queue.lock.release();
  if (allowed === 0) return;
  tellIdle(allowed);
  balance();
}
function onWake(): void {
  atomicStore(addressOf(runQueues[cpuIndex()].notified), 0);
  thisCpu().pending = 1;
}
/** Once. */
export function initTicks(): void {
  setInterruptHandler(TIMER_VECTOR, onTimer);
  setInterruptHandler(WAKE_VECTOR, onWake);
  setReschedule(reschedule);
  setSwitch(reschedule);
}
