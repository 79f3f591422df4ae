/**
 * Calls at a later time for who has no Timer of its own. What they need is taken from the allocator, and kept for later calls when they are
 * done, since an interrupt cannot give it back.
 */
import { malloc } from "../memory/malloc.ts";
import type { SpinLock } from "./spin-lock.ts";
import { deadlineAfter } from "./time.ts";
import type { Timer } from "./timer.ts";

class Call extends Struct {
  timer: at<0, Timer>;
  callback: fn<(argument: ptr<unknown>) => void>;
  argument: ptr<unknown>;
  next: ptr<Call> | null;
}
const lock: SpinLock = zeroed();
let unused: ptr<Call> | null = null;

function takeUnused(): ptr<Call> | null {
  const flags = lock.lock();
  const call = unused;
  if (call !== null) unused = call.next;
  lock.unlock(flags);
  return call;
}
function make(): ptr<Call> | null {
  const memory = malloc(sizeof<Call>());
  if (memory !== null) memset(memory, 0, sizeof<Call>());
  return memory === null ? null : cast<Call>(memory);
}
function run(argument: ptr<unknown>): void {
  const call = cast<Call>(argument);
  const callback = call.callback;
  const value = call.argument;
  lock.acquire();
  call.next = unused;
  unused = call;
  lock.release();
  callback(value);
}
/** `callback(argument)` in `time` nanoseconds, in an interrupt. It cannot be taken back. False: there is no memory. For threads. */
export function after(
  time: u64,
  callback: fn<(argument: ptr<unknown>) => void>,
  argument: ptr<unknown>,
): bool {
  const kept = takeUnused();
  const call = kept === null ? make() : kept;
  if (call === null) return false;
  call.callback = callback;
  call.argument = argument;
  call.timer.callback = run;
  call.timer.argument = call;
  call.timer.start(deadlineAfter(time));
  return true;
}
