/** Mapping: leaves of each size, rights, splitting, faults; each with an address translated back and looked at through the alias. */
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous } from "../memory/contiguous.ts";
import { dropFrame, frameReferences } from "../memory/frame.ts";
import { allocatePage, freeFrameCount } from "../memory/physical.ts";
import { canCall, canRead, canWrite } from "../vm/catch.ts";
import { CODE, CONSTANTS, COUNTED, DATA, levelSize, targetOf } from "../vm/entry.ts";
import { mapPage, mapRange, protectPages, translate, unmapPages } from "../vm/map.ts";
import { largestLeaf } from "../vm/paging.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { kernelSpace } from "../vm/space.ts";
import { follow } from "../vm/table.ts";
import { check, checkEqual } from "./check.ts";

declare const __text_start: u8;
declare const __rodata_start: u8;

/** Level of the leaf that maps an address. */
function levelAt(linear: usize): u64 {
  return follow(targetOf(kernelSpace.root), linear, 0).level;
}
/** Some address in a reserved range, at a multiple of `size`. */
function alignedIn(range: usize, size: usize): usize {
  return (range + size - 1) & ~(size - 1);
}

/** RAM from 0 on, once more, by one leaf of a level. */
function mapLeaf(level: u64): void {
  const size = levelSize(level);
  const range = reserveRange(2 * size, 0, RangeKind.Physical);
  const linear = alignedIn(range, size);
  check(mapRange(addressOf(kernelSpace), linear, 0, size, CONSTANTS), "mapped");
  checkEqual(levelAt(linear), level, "level of the leaf");
  checkEqual(levelAt(linear + size - 1), level, "level at its end");
  for (let at: usize = 0; at < size; at += size / 8 + 1)
    checkEqual(translate(linear + at), at, "physical address");
  checkEqual(translate(linear + size), NONE, "nothing behind it");
  checkEqual(
    pointer<u64>(linear + 0x500).value,
    pointer<u64>(inArea(Area.Early, 0x500)).value,
    "as the alias shows it",
  );
  check(!canWrite(linear + 8), "read only");
  check(protectPages(linear, size >> PAGE_SHIFT, DATA), "protected");
  checkEqual(levelAt(linear), level, "still one leaf");
  check(canWrite(linear + 0x600), "writable now");
  check(unmapPages(linear, size >> PAGE_SHIFT), "unmapped");
  check(!canRead(linear), "gone");
  releaseRange(range);
}
export function leavesOfEachSize(): void {
  const free = freeFrameCount();
  for (let level: u64 = 0; level <= largestLeaf; level++) mapLeaf(level);
  check(free - freeFrameCount() <= 1, "nothing is kept but a table of the root's");
}

/** A frame that is mapped twice, with references. */
export function mappingsAreCounted(): void {
  const free = freeFrameCount();
  const page = allocatePage();
  const range = reserveRange(2 * PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  const second = range + PAGE_SIZE;
  check(mapPage(range, page, DATA | COUNTED) && mapPage(second, page, CONSTANTS | COUNTED), "mapped twice");
  checkEqual(u64(frameReferences(page)), 3, "references");
  pointer<u64>(range + 24).value = 0x1234_5678_9abc;
  checkEqual(pointer<u64>(second + 24).value, 0x1234_5678_9abc, "the other shows it");
  dropFrame(page);
  checkEqual(u64(frameReferences(page)), 2, "references without ours");
  unmapPages(range, 1);
  checkEqual(pointer<u64>(second + 24).value, 0x1234_5678_9abc, "still there");
  releaseRange(range);
  checkEqual(freeFrameCount(), free, "the last mapping has freed it");
}

/** Parts of a large leaf: unmapped, protected; the rest stays, and every frame comes back. */
export function largeLeavesAreSplit(): void {
  const free = freeFrameCount();
  const size = levelSize(1);
  const pages = size >> PAGE_SHIFT;
  const physical = allocateContiguous(pages, pages, NONE);
  if (physical === NONE) return;
  const range = reserveRange(2 * size, 0, RangeKind.Physical);
  const linear = alignedIn(range, size);
  check(mapRange(addressOf(kernelSpace), linear, physical, size, DATA | COUNTED), "mapped");
  checkEqual(levelAt(linear), 1, "one leaf");
  freeContiguousReference(physical, pages);
  for (let i: usize = 0; i < pages; i++) pointer<u64>(linear + (i << PAGE_SHIFT)).value = i;

  check(unmapPages(linear + 5 * PAGE_SIZE, 2), "two pages unmapped");
  checkEqual(levelAt(linear), 0, "split");
  check(canRead(linear + 5 * PAGE_SIZE - 1) && !canRead(linear + 5 * PAGE_SIZE), "lower bound");
  check(!canRead(linear + 7 * PAGE_SIZE - 1) && canRead(linear + 7 * PAGE_SIZE), "upper bound");
  check(protectPages(linear + 8 * PAGE_SIZE, 1, CONSTANTS), "one protected");
  check(canWrite(linear + 7 * PAGE_SIZE) && !canWrite(linear + 8 * PAGE_SIZE), "only that");
  let right: u64 = 0;
  for (let i: usize = 0; i < pages; i++) {
    if (i !== 5 && i !== 6 && pointer<u64>(linear + (i << PAGE_SHIFT)).value === i) right++;
  }
  checkEqual(right, pages - 2, "pages with what was written");
  checkEqual(free - freeFrameCount(), pages - 2 + 1, "two frames are free again; a table is taken");
  releaseRange(range);
  checkEqual(freeFrameCount(), free, "all come back");
}
function freeContiguousReference(physical: usize, pages: usize): void {
  for (let i: usize = 0; i < pages; i++) dropFrame(physical + (i << PAGE_SHIFT));
}

/** A translation that has been used is not used after it is gone. */
export function nothingStaysInTheTlb(): void {
  const one = allocatePage();
  const other = allocatePage();
  const range = reserveRange(PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  pointer<u64>(inArea(Area.Early, one)).value = 1;
  pointer<u64>(inArea(Area.Early, other)).value = 2;
  for (let i: u32 = 0; i < 10; i++) {
    mapPage(range, one, DATA);
    checkEqual(pointer<u64>(range).value, 1, "the first frame");
    unmapPages(range, 1);
    mapPage(range, other, DATA);
    checkEqual(pointer<u64>(range).value, 2, "the second frame");
    unmapPages(range, 1);
  }
  releaseRange(range);
  dropFrame(one);
  dropFrame(other);
}

/** What the kernel itself may not do. */
export function imageHasItsRights(): void {
  const text = address(addressOf(__text_start));
  const constants = address(addressOf(__rodata_start));
  check(!canRead(0) && !canRead(8) && !canWrite(PAGE_SIZE - 1), "the first page is not there");
  check(canRead(text) && !canWrite(text), "code is not written");
  check(canRead(constants) && !canWrite(constants) && !canCall(constants), "constants are only read");
  check(canWrite(address(addressOf(variable))) && !canCall(address(addressOf(code))), "data is not executed");
  check(!canCall(inArea(Area.Early, text)), "nor is an alias");
}
let variable: u64 = 0;
/** RET. */
let code: u8 = 0xc3;

/** Pages that may be executed, once they are not written any more. */
export function pagesBecomeCode(): void {
  const page = allocatePage();
  const range = reserveRange(PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  mapPage(range, page, DATA | COUNTED);
  dropFrame(page);
  pointer<u8>(range).value = code;
  check(!canCall(range), "data is not executed");
  protectPages(range, 1, CODE);
  check(canCall(range), "code is");
  check(!canWrite(range), "and not written");
  releaseRange(range);
}
