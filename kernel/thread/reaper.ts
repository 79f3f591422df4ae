/** The thread that frees detached threads, which could not free their own stacks. */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { takeDead } from "./dead.ts";
import { block, setReaper } from "./scheduler.ts";
import { release, spawn, type ThreadOptions } from "./spawn.ts";
import { currentThread, ThreadState } from "./thread.ts";

const STACK: usize = 0x4000;

function reap(_argument: ptr<unknown>): void {
  const self = currentThread();
  for (;;) {
    const flags = saveInterrupts();
    // Set before the look: whoever buries one after it finds a thread that waits.
    self.state = ThreadState.Waiting;
    const dead = takeDead();
    if (dead === null) block();
    else self.state = ThreadState.Running;
    restoreInterrupts(flags);
    if (dead !== null) release(dead);
  }
}
/** Once. False: there is no memory. */
export function startReaper(): bool {
  const options: ThreadOptions = init({ level: 1, stackBytes: STACK });
  const thread = spawn("reaper", reap, null, addressOf(options));
  if (thread !== null) setReaper(thread);
  return thread !== null;
}
