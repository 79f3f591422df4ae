/**
 * What trace points cost, in cycles, for operations that have some: an image of its own. docs/trace.md compares it with the same one built
 * without points. One line each: `NAME CYCLES`, of one operation.
 */
import { debugExit } from "../arch/debug-exit.ts";
import { newline, print, printU64 } from "../console/print.ts";
import { startKernel } from "../main.ts";
import { NONE } from "../memory/address.ts";
import { free, malloc } from "../memory/malloc.ts";
import { allocateFrames, freeFrames } from "../memory/physical.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";

const PASSED: u8 = 0x10;
const WARM_UP: u64 = 500;
const ROUNDS: u64 = 2000;
const SIZE: usize = 64;
const ORDER: u32 = 3;

class Turns extends Struct {
  done: u64;
  start: u64;
  end: u64;
}
const turns: Turns = zeroed();

function object(): void {
  free(malloc(SIZE));
}
function block(): void {
  const physical = allocateFrames(ORDER);
  if (physical !== NONE) freeFrames(physical, ORDER);
}
function printCost(name: ptr<u8>, cycles: u64): void {
  print(name);
  print(" ");
  printU64(cycles / ROUNDS);
  newline();
}
function measure(name: ptr<u8>, operation: fn<() => void>): void {
  for (let i: u64 = 0; i < WARM_UP; i++) operation();
  const start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) operation();
  printCost(name, readTsc() - start);
}
function yieldInTurn(_argument: ptr<unknown>): void {
  while (turns.done < WARM_UP + ROUNDS) {
    turns.done++;
    if (turns.done === WARM_UP) turns.start = readTsc();
    else if (turns.done === WARM_UP + ROUNDS) turns.end = readTsc();
    yieldNow();
  }
}
function run(): void {
  measure("malloc-free", object);
  measure("frames", block);
  const options: ThreadOptions = init({ allowed: 1 });
  const first = spawn("first", yieldInTurn, null, addressOf(options));
  const second = spawn("second", yieldInTurn, null, addressOf(options));
  if (first !== null) join(first);
  if (second !== null) join(second);
  printCost("switch", turns.end - turns.start);
  debugExit(PASSED);
}
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, run);
}
