/**
 * What memory's operations cost, in cycles of the timing model: an image of its own, which docs/kernel.md has the figures of. One line each:
 * `NAME CYCLES`, of one operation with the one that undoes it, unless the name is of one alone; the loop around is not taken off.
 */
import { debugExit } from "../arch/debug-exit.ts";
import { newline, print, printU64 } from "../console/print.ts";
import { startKernel } from "../main.ts";
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { free, malloc } from "../memory/malloc.ts";
import { allocateFrames, allocatePage, freeFrames, freePage } from "../memory/physical.ts";
import { NO_EXECUTE, WRITABLE } from "../vm/entry.ts";
import { clearPage } from "../vm/fault-pages.ts";
import { mapPage, protectPages, unmapPages } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { allocateStack, freeStack } from "../vm/stack.ts";

const PASSED: u8 = 0x10;
const WARM_UP: u64 = 300;
const ROUNDS: u64 = 1024;
/** Ranges that are there while others are taken and given back. */
const OTHERS = 1000;
/** Pages at once, where that is what is measured. */
const MANY: usize = 32;

const others: array<usize, typeof OTHERS> = zeroed();
class Place extends Struct {
  linear: usize;
  physical: usize;
}
const place: Place = zeroed();

function printCost(name: ptr<u8>, cycles: u64): void {
  print(name);
  print(" ");
  printU64(cycles);
  newline();
}
function measure(name: ptr<u8>, operation: fn<() => void>): void {
  for (let i: u64 = 0; i < WARM_UP; i++) operation();
  const start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) operation();
  printCost(name, (readTsc() - start) / ROUNDS);
}
function page(): void {
  freePage(allocatePage());
}
function frame(): void {
  freeFrames(allocateFrames(0), 0);
}
function block(): void {
  freeFrames(allocateFrames(3), 3);
}
function run(): void {
  freeContiguous(allocateContiguous(5, 1, NONE), 5);
}
function clear(): void {
  clearPage(place.physical);
}
function range(): void {
  releaseRange(reserveRange(0x1_0000, PAGE_SIZE, RangeKind.Reserved));
}
function stack(): void {
  freeStack(allocateStack(0x1_0000));
}
function object(bytes: usize): u64 {
  for (let i: u64 = 0; i < WARM_UP; i++) free(malloc(bytes));
  const start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) free(malloc(bytes));
  return (readTsc() - start) / ROUNDS;
}
/** Each part of a page's life by itself: tables are there already, since the page before it stays. */
function pages(): void {
  const from = place.linear;
  mapPage(from + ROUNDS * PAGE_SIZE, place.physical, WRITABLE | NO_EXECUTE);
  let start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) mapPage(from + i * PAGE_SIZE, place.physical, WRITABLE | NO_EXECUTE);
  printCost("map-page", (readTsc() - start) / ROUNDS);
  start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) protectPages(from + i * PAGE_SIZE, 1, NO_EXECUTE);
  printCost("protect-page", (readTsc() - start) / ROUNDS);
  start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i++) unmapPages(from + i * PAGE_SIZE, 1);
  printCost("unmap-page", (readTsc() - start) / ROUNDS);
  for (let i: u64 = 0; i < ROUNDS; i++) mapPage(from + i * PAGE_SIZE, place.physical, WRITABLE | NO_EXECUTE);
  start = readTsc();
  for (let i: u64 = 0; i < ROUNDS; i += MANY) unmapPages(from + i * PAGE_SIZE, MANY);
  printCost("unmap-many-each", (readTsc() - start) / ROUNDS);
}
/** Of a promised range, whose first pages have been touched so that tables are there. */
function touches(): void {
  const at = reserveRange(2 * ROUNDS * PAGE_SIZE, PAGE_SIZE, RangeKind.DemandZero);
  for (let i: u64 = 0; i < ROUNDS; i += 512) pointer<u8>(at + i * PAGE_SIZE).value = 1;
  const start = readTsc();
  let count: u64 = 0;
  for (let i: u64 = 0; i < ROUNDS; i++) {
    if (i % 512 === 0) continue;
    pointer<u8>(at + i * PAGE_SIZE).value = 1;
    count++;
  }
  printCost("first-touch", (readTsc() - start) / count);
}
function costs(): void {
  measure("page", page);
  measure("frame", frame);
  measure("block-of-8", block);
  measure("range-of-5", run);
  printCost("malloc-64", object(64));
  printCost("malloc-2048", object(2048));
  printCost("malloc-4096", object(4096));
  printCost("malloc-8192", object(8192));
  place.physical = allocatePage();
  place.linear = reserveRange(2 * ROUNDS * PAGE_SIZE, 0, RangeKind.Reserved);
  pages();
  measure("clear-page", clear);
  touches();
  measure("stack-64K", stack);
  measure("reserve", range);
  for (let i: usize = 0; i < OTHERS; i++)
    others[i] = reserveRange(0x1_0000 + (i % 7) * PAGE_SIZE, PAGE_SIZE, RangeKind.Reserved);
  for (let i: usize = 0; i < OTHERS; i += 3) releaseRange(others[i]);
  measure("reserve-among-1000", range);
  debugExit(PASSED);
}
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, costs);
}
