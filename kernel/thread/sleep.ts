/** Waiting for a time alone. */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { block } from "./scheduler.ts";
import { currentThread, type Thread, ThreadState } from "./thread.ts";
import { deadlineAfter, nanoseconds } from "./time.ts";
import { wake } from "./wake.ts";

function wakeSleeper(argument: ptr<unknown>): void {
  wake(cast<Thread>(argument));
}
/** Not before `deadline`, in nanoseconds since boot. */
export function sleepUntil(deadline: u64): void {
  const thread = currentThread();
  const timer = addressOf(thread.timer);
  const flags = saveInterrupts();
  while (nanoseconds() < deadline) {
    timer.callback = wakeSleeper;
    timer.argument = thread;
    thread.state = ThreadState.Waiting;
    timer.start(deadline);
    block();
    timer.cancel();
  }
  restoreInterrupts(flags);
}
/** At least `time` nanoseconds. */
export function sleep(time: u64): void {
  sleepUntil(deadlineAfter(time));
}
