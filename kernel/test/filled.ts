/**
 * An image whose memory is known, for `vitrine inspect`: with `slots=N` it holds N times what `fill` allocates, of each kind; it prints the
 * kernel's own figures and stops there. Lines: the table of memory, `cache NAME SIZE SLABS FRAMES OUT ROOM`, and `held PAGES`.
 */
import { debugExit } from "../arch/debug-exit.ts";
import { optionNumber } from "../boot/command-line.ts";
import { newline, print, printU64 } from "../console/print.ts";
import { startKernel } from "../main.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { readCounters } from "../memory/allocators.ts";
import { caches } from "../memory/cache.ts";
import type { Counters } from "../memory/counters.ts";
import { debugAlloc, free, malloc } from "../memory/malloc.ts";
import { printMemory } from "../memory/memory-table.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { relieveShortage } from "../memory/shortage.ts";

const PASSED: u8 = 0x10;

/** One page, six of a large object, eleven of another, half a page, a page of the debug area; objects of slabs; and holes between. */
function fill(): void {
  const page = malloc(PAGE_SIZE);
  const hole = malloc(3 * PAGE_SIZE);
  malloc(6 * PAGE_SIZE);
  const other = malloc(2 * PAGE_SIZE);
  malloc(11 * PAGE_SIZE);
  malloc(PAGE_SIZE / 2);
  debugAlloc(16, 100);
  for (let i: u32 = 0; i < 10; i++) {
    malloc(64);
    malloc(1000);
    free(malloc(200));
  }
  free(hole);
  free(other);
  if (page === null) print("no memory\n");
}
function printNumber(number: u64): void {
  print(" ");
  printU64(number);
}
function printCaches(): void {
  for (let cache = caches; cache !== null; cache = cache.next) {
    if (cache.slabs === 0) continue;
    print("cache ");
    print(cache.name);
    printNumber(u64(cache.size));
    printNumber(u64(cache.slabs));
    printNumber(u64(cache.slabs) << u64(cache.order));
    printNumber(cache.out);
    printNumber(u64(cache.slabs) * u64(cache.count));
    newline();
  }
}
function run(): void {
  const rounds = optionNumber("slots", 0);
  for (let i: u64 = 0; i < rounds; i++) fill();
  while (relieveShortage(0)) {}
  // Some of both kinds of free frames.
  freePage(allocatePage());
  printMemory();
  printCaches();
  const counters: Counters = zeroed();
  readCounters(addressOf(counters));
  print("held");
  printNumber(counters.held >> PAGE_SHIFT);
  newline();
  debugExit(PASSED);
}
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, run);
}
