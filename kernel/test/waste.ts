/** How much memory objects cost: internal waste of sizes drawn uniformly, beside other rules; and how much of RAM page objects can have. */

import { optionIs } from "../boot/command-line.ts";
import { entries, entryCount, RAM } from "../boot/loaded.ts";
import { newline, print, printU64 } from "../console/print.ts";
import { free, malloc } from "../memory/malloc.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { heldBytes } from "./areas.ts";
import { check } from "./check.ts";

const FROM: usize = 16;
const TO: usize = 4096;
/** Free frames of a machine in which each size can be had some times. */
const LARGE_MACHINE: u64 = 20_000;
/** In parts of a thousand. */
const SEED_WASTE: u64 = 220;
const DENSE_WASTE: u64 = 100;
const RAM_HELD: u64 = 980;

function printPermille(name: ptr<u8>, value: u64): void {
  print(name);
  printU64(value / 10);
  print(".");
  printU64(value % 10);
  print(" %");
}
/** What OSv's malloc takes for a size: a power of two in a page with a header of 40 bytes, from 1025 bytes a page. In 4096ths of bytes. */
function osvCost(size: usize): u64 {
  if (size > 1024) return 4096 * 4096;
  let power: u64 = 16;
  while (power < size) power *= 2;
  return (4096 * 4096) / ((4096 - 40) / power);
}
/** Each size from 16 to 4096 equally often, all live at once: pages held, against bytes asked for. */
export function wasteOfAllSizes(): void {
  const before = heldBytes();
  const rounds: usize = freeFrameCount() > LARGE_MACHINE ? 4 : 1;
  let chain: usize = 0;
  let asked: u64 = 0;
  let osv: u64 = 0;
  for (let i: usize = 0; i < rounds * (TO - FROM + 1); i++) {
    const size = FROM + (i % (TO - FROM + 1));
    const object = malloc(size);
    check(object !== null, "there is memory");
    if (object === null) break;
    cast<usize>(object).value = chain;
    chain = address(object);
    asked += size;
    osv += osvCost(size);
  }
  const held = heldBytes() - before;
  const waste = ((held - asked) * 1000) / held;
  const osvHeld = osv / 4096;
  printPermille("waste of sizes 16 to 4096: ", waste);
  printPermille(", by OSv's rules ", ((osvHeld - asked) * 1000) / osvHeld);
  newline();
  const bound = optionIs("policy", "dense") ? DENSE_WASTE : SEED_WASTE;
  // Where there are few objects, slabs that are not full yet count.
  check(waste <= (rounds === 1 ? bound + 10 : bound), "waste is within its bound");
  while (chain !== 0) {
    const next = pointer<usize>(chain).value;
    free(pointer<u8>(chain));
    chain = next;
  }
}
/** RAM that the firmware tells of. */
function ramBytes(): u64 {
  let bytes: u64 = 0;
  for (let i: usize = 0; i < entryCount; i++)
    if (entries[i].type === RAM) bytes += entries[i].end - entries[i].start;
  return bytes;
}
/** Page objects until there are no more. On a small machine the first MiB and the kernel count, so that its share is of what was free. */
export function pagesHoldAllOfRam(): void {
  heldBytes();
  const available = freeFrameCount();
  const all = available > LARGE_MACHINE ? ramBytes() : available * 4096;
  let chain: usize = 0;
  let pages: u64 = 0;
  for (;;) {
    const object = malloc(4096);
    if (object === null) break;
    cast<usize>(object).value = chain;
    chain = address(object);
    pages++;
  }
  const share = (pages * 4096 * 1000) / all;
  printPermille("page objects have of memory: ", share);
  newline();
  check(share >= RAM_HELD, "nearly all of RAM");
  while (chain !== 0) {
    const next = pointer<usize>(chain).value;
    free(pointer<u8>(chain));
    chain = next;
  }
}
