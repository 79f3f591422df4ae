/** Threads that use up processors, for cases about who gets how much. */
import { cpuIndex } from "../arch/cpu.ts";
import { cpuTime, setAffinity } from "../thread/attributes.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import { check } from "./check.ts";

const MOST = 16;
class Spinner extends Struct {
  thread: ptr<Thread> | null;
  /** Its time when last asked. */
  before: u64;
}
const spinners: array<Spinner, typeof MOST> = zeroed();
let count: u32 = 0;
class Flag extends Struct {
  set: u32;
}
const stop: Flag = zeroed();

/** Mostly pauses, which an emulator is quick at. */
function spin(_argument: ptr<unknown>): void {
  while (atomicLoadRelaxed(addressOf(stop.set)) === 0) {
    pause();
    pause();
    pause();
    pause();
    pause();
    pause();
    pause();
    pause();
  }
}
export function addSpinner(weight: u32, level: u32, allowed: u32): ptr<Thread> | null {
  const options: ThreadOptions = init({ weight, level, allowed });
  const thread = spawn("spinner", spin, null, addressOf(options));
  check(thread !== null, "a spinner is made");
  spinners[count] = { thread, before: 0 };
  count++;
  return thread;
}
/** Nanoseconds since this was last asked. */
export function timeOf(index: u32): u64 {
  const spinner = addressOf(spinners[index]);
  if (spinner.thread === null) return 0;
  const now = cpuTime(spinner.thread);
  const time = now - spinner.before;
  spinner.before = now;
  return time;
}
export function stopSpinners(): void {
  atomicStore(addressOf(stop.set), 1);
  for (let i: u32 = 0; i < count; i++) {
    const thread = spinners[i].thread;
    if (thread !== null) join(thread);
  }
  count = 0;
  atomicStore(addressOf(stop.set), 0);
}
/** The current thread stays where it is until `unpin`. Gives the processor as a mask. */
export function pin(): u32 {
  const here: u32 = 1 << cpuIndex();
  setAffinity(currentThread(), here);
  return here;
}
export function unpin(): void {
  setAffinity(currentThread(), 0xffff_ffff);
}
