/**
 * What it costs to hand over from one thread to another on one processor, in cycles: by mutex and condition variable, and by
 * yielding. An image of its own; scripts/switch/ runs the same in C under Linux. One line each: `NAME CYCLES` for a hand-over.
 */
import { debugExit } from "../arch/debug-exit.ts";
import { newline, print, printU64 } from "../console/print.ts";
import { startKernel } from "../main.ts";
import type { Condition } from "../thread/condition.ts";
import type { Mutex } from "../thread/mutex.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";

const PASSED: u8 = 0x10;
const WARM_UP: u64 = 2000;
const ROUNDS: u64 = 20_000;

const mutex: Mutex = zeroed();
const condition: Condition = zeroed();
class Shared extends Struct {
  turn: u64;
  start: u64;
  end: u64;
}
const shared: Shared = zeroed();

/** Each turn's end, by whoever has had it. */
function count(): void {
  shared.turn++;
  if (shared.turn === WARM_UP) shared.start = readTsc();
  else if (shared.turn === WARM_UP + ROUNDS) shared.end = readTsc();
}
function wait(argument: ptr<unknown>): void {
  const self = address(argument);
  mutex.lock();
  while (shared.turn < WARM_UP + ROUNDS) {
    while (shared.turn % 2 !== self) condition.wait(addressOf(mutex));
    count();
    condition.signal();
  }
  mutex.unlock();
}
function yieldInTurn(_argument: ptr<unknown>): void {
  while (shared.turn < WARM_UP + ROUNDS) {
    count();
    yieldNow();
  }
}
function measure(name: ptr<u8>, body: fn<(argument: ptr<unknown>) => void>): void {
  shared.turn = 0;
  const options: ThreadOptions = init({ allowed: 1 });
  const first = spawn("first", body, pointer<unknown>(0), addressOf(options));
  const second = spawn("second", body, pointer<unknown>(1), addressOf(options));
  if (first === null || second === null) return;
  join(first);
  join(second);
  print(name);
  print(" ");
  printU64((shared.end - shared.start) / ROUNDS);
  newline();
}
function run(): void {
  measure("condition", wait);
  measure("yield", yieldInTurn);
  debugExit(PASSED);
}
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, run);
}
