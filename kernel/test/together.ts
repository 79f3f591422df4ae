/** Several threads run one function, each with its number. */
import { cpuCount } from "../arch/cpu.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import type { Thread } from "../thread/thread.ts";
import { check } from "./check.ts";

const MOST = 16;
class Body extends Struct {
  run: fn<(index: u64) => void> | null;
}
const body: Body = zeroed();
function runBody(argument: ptr<unknown>): void {
  const run = body.run;
  if (run !== null) run(address(argument));
}
/** Returns when all have ended. */
export function runTogether(count: u32, run: fn<(index: u64) => void>): void {
  runAll(count, run, false);
}
/** Each on a processor of its own, as far as there are so many. */
export function runApart(count: u32, run: fn<(index: u64) => void>): void {
  runAll(count, run, true);
}
function runAll(count: u32, run: fn<(index: u64) => void>, apart: bool): void {
  const threads: array<ptr<Thread> | null, typeof MOST> = zeroed();
  body.run = run;
  for (let i: u32 = 0; i < count; i++) {
    const options: ThreadOptions = init({ allowed: apart ? 1 << (i % cpuCount) : 0 });
    threads[i] = spawn("together", runBody, pointer<unknown>(u64(i)), addressOf(options));
    check(threads[i] !== null, "there is memory for a thread");
  }
  for (let i: u32 = 0; i < count; i++) {
    const thread = threads[i];
    if (thread !== null) join(thread);
  }
}
