/**
 * Timers: calls at a time. Each processor keeps its own in a heap, and its local APIC's timer is set for the first of them and the
 * scheduler's next look, whichever is earlier; if there is neither, no interrupt comes. An interrupt that was set is never
 * taken back: one without a cause costs less than setting the timer at every switch.
 */
import { startTimer } from "../arch/apic.ts";
import { cpuIndex, type MAX_CPUS } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import type { Heap, HeapNode } from "./heap.ts";
import type { SpinLock } from "./spin-lock.ts";
import { FOREVER, nanoseconds, ticksAt } from "./time.ts";

/** Called with interrupts off, in the interrupt; it may start its timer again. */
type Callback = fn<(argument: ptr<unknown>) => void>;

export class Timer extends Struct {
  /** Its key is the time. */
  node: at<0, HeapNode>;
  callback: Callback;
  argument: ptr<unknown>;
  /** Whose heap it is in. */
  cpu: u32;

  /** `deadline` in nanoseconds since boot; one that has passed comes at once. The timer is not started already. */
  start(deadline: u64): void {
    const flags = saveInterrupts();
    const index = cpuIndex();
    const queue = addressOf(queues[index]);
    queue.lock.acquire();
    this.cpu = index;
    queue.heap.insert(addressOf(this.node), deadline);
    queue.lock.release();
    interruptBy(deadline);
    restoreInterrupts(flags);
  }
  /**
   * After this it neither runs nor will run. True if it had not begun to. Not for its own callback, nor with a lock that the
   * callback takes.
   */
  cancel(): bool {
    for (;;) {
      const queue = addressOf(queues[this.cpu]);
      const flags = queue.lock.lock();
      const waits = this.node.rank !== 0;
      const runs = queue.running === addressOf(this);
      if (waits) queue.heap.remove(addressOf(this.node));
      queue.lock.unlock(flags);
      if (!runs) return waits;
      pause();
    }
  }
}
/** @align 64 */
class TimerQueue extends Struct {
  lock: SpinLock;
  heap: Heap;
  /** Whose callback is being called. */
  running: ptr<Timer> | null;
  /** What the local APIC's timer is set for; FOREVER: it is not. */
  armed: u64;
  interrupts: u64;
}
const queues: array<TimerQueue, typeof MAX_CPUS> = zeroed();

/** Once for each processor, before it starts a timer. */
export function initTimers(): void {
  queues[cpuIndex()].armed = FOREVER;
}
/** This processor gets a timer interrupt at `deadline` or before. Interrupts are off. */
export function interruptBy(deadline: u64): void {
  const queue = addressOf(queues[cpuIndex()]);
  if (queue.armed <= deadline) return;
  queue.armed = deadline;
  startTimer(ticksAt(deadline));
}
/** The timer's interrupt: calls what is due, and sets the timer for what comes next. */
export function runTimers(): void {
  const queue = addressOf(queues[cpuIndex()]);
  queue.interrupts++;
  queue.armed = FOREVER;
  queue.lock.acquire();
  for (;;) {
    const node = queue.heap.first();
    if (node === null) break;
    if (node.key > nanoseconds()) {
      interruptBy(node.key);
      break;
    }
    queue.heap.remove(node);
    const timer = cast<Timer>(node);
    queue.running = timer;
    queue.lock.release();
    timer.callback(timer.argument);
    queue.lock.acquire();
    queue.running = null;
  }
  queue.lock.release();
}
/** Timer interrupts of a processor since its start. */
export function timerInterrupts(cpu: u32): u64 {
  return queues[cpu].interrupts;
}
