/**
 * The kernel's root and its clones. A stray entry below programs' limit would be everyone's: it is found before anything is cloned. Each
 * clone has its own memory at programs' addresses, and the kernel's above.
 */
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { canRead } from "../vm/catch.ts";
import { cloneRoot, findStray, releaseRoot, type Stray } from "../vm/clone.ts";
import { DATA, indexOf, levelSize, PRESENT, ROOT_LEVEL, targetOf, WRITABLE } from "../vm/entry.ts";
import { mapRange, translate } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { type AddressSpace, enterSpace, kernelSpace, PROGRAMS_END } from "../vm/space.ts";
import { tableAt } from "../vm/table.ts";
import { checkInvariants } from "../vm/walker.ts";
import { check, checkEqual } from "./check.ts";

/** The table of a level that covers address 0. */
function lowTable(level: u64): usize {
  let table = targetOf(kernelSpace.root);
  for (let at = ROOT_LEVEL; at > level; at--) table = targetOf(tableAt(table)[0]);
  return table;
}
/** Plants an entry for `linear` in the lowest table of `level`, and takes it out again. */
function plant(linear: usize, level: u64): void {
  const entry = tableAt(lowTable(level)).offset(indexOf(linear, level));
  const stray: Stray = zeroed();
  check(!findStray(addressOf(stray)), "clean before");
  // The empty table would be the level's own: nothing is walked through it.
  entry.value = lowTable(level) | PRESENT | WRITABLE;
  check(findStray(addressOf(stray)), "found");
  checkEqual(stray.linear, linear, "its address");
  checkEqual(stray.level, level, "its level");
  checkEqual(stray.entry, entry.value, "its entry");
  entry.value = 0;
  check(!findStray(addressOf(stray)), "clean after");
}
export function strayEntriesAreFound(): void {
  plant(0x40_0000, 1);
  plant(levelSize(2) - levelSize(1), 1);
  plant(levelSize(2), 2);
  plant(511 * levelSize(2), 2);
  plant(levelSize(3), 3);
  plant(255 * levelSize(3), 3);
}

const one: AddressSpace = zeroed();
const other: AddressSpace = zeroed();
const ADDRESS: usize = 0x40_0000;
const HIGH: usize = PROGRAMS_END - PAGE_SIZE;

export function clonesAreApart(): void {
  const free = freeFrameCount();
  check(cloneRoot(addressOf(one)) && cloneRoot(addressOf(other)), "cloned");
  check(mapRange(addressOf(one), ADDRESS, NONE, PAGE_SIZE, DATA), "memory of one");
  check(mapRange(addressOf(other), ADDRESS, NONE, 4 * PAGE_SIZE, DATA), "memory of the other");
  check(mapRange(addressOf(other), HIGH, NONE, PAGE_SIZE, DATA), "at the end as well");
  enterSpace(addressOf(one));
  pointer<u64>(ADDRESS).value = 111;
  check(!canRead(ADDRESS + PAGE_SIZE) && !canRead(HIGH), "one has one page");
  enterSpace(addressOf(other));
  checkEqual(pointer<u64>(ADDRESS).value, 0, "the other's page");
  pointer<u64>(ADDRESS).value = 222;
  pointer<u64>(HIGH).value = 333;
  enterSpace(addressOf(one));
  checkEqual(pointer<u64>(ADDRESS).value, 111, "one still has its own");
  enterSpace(addressOf(kernelSpace));
  check(!canRead(ADDRESS), "the kernel has none");
  checkEqual(translate(ADDRESS), NONE, "nor a translation");
  check(checkInvariants(), "invariants with two programs");
  releaseRoot(addressOf(one));
  releaseRoot(addressOf(other));
  checkEqual(freeFrameCount(), free, "all frames come back");
}
/** What the kernel maps after a program has begun is there in the program, too. */
export function clonesSeeTheKernel(): void {
  check(cloneRoot(addressOf(one)), "cloned");
  // More than the first 512 GiB of the area: a new entry of the root.
  const size = 0x81 << 30;
  const first = reserveRange(size, 0, RangeKind.Reserved);
  const second = reserveRange(size, 0, RangeKind.Reserved);
  const third = reserveRange(size, 0, RangeKind.Reserved);
  const fourth = reserveRange(size, 0, RangeKind.Reserved);
  check(mapRange(addressOf(kernelSpace), fourth + size - PAGE_SIZE, NONE, PAGE_SIZE, DATA), "mapped");
  enterSpace(addressOf(one));
  pointer<u64>(fourth + size - PAGE_SIZE).value = 9;
  enterSpace(addressOf(kernelSpace));
  checkEqual(pointer<u64>(fourth + size - PAGE_SIZE).value, 9, "the same page");
  check(checkInvariants(), "invariants");
  releaseRange(first);
  releaseRange(second);
  releaseRange(third);
  releaseRange(fourth);
  releaseRoot(addressOf(one));
}
