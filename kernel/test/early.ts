/** The early area: objects of all sizes and alignments, before and after the allocators are up; pages come back with the last object. */
import { Area, areaOf, PAGE_SIZE } from "../memory/address.ts";
import { earlyAllocate, earlyFree, earlySize } from "../memory/early.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import { checkPhysical } from "../memory/physical-check.ts";
import { check, checkEqual } from "./check.ts";
import { settle } from "./physical-model.ts";

const OBJECTS = 200;
const sizes: array<usize, 12> = [0, 1, 8, 15, 16, 100, 1000, 2047, 2048, 2049, 4096, 10_000];
const objects: array<ptr<u8>, typeof OBJECTS> = zeroed();
const lengths: array<usize, typeof OBJECTS> = zeroed();

/** Every object is zeros, aligned, of its size, and keeps what is written to it. */
export function earlyObjects(): void {
  settle();
  const before = freeFrameCount();
  let count: usize = 0;
  for (let align: usize = 1; align <= 2048; align *= 2) {
    for (let i: usize = 0; i < sizes.length; i++) {
      // Objects of whole pages are few.
      if ((sizes[i] > 2048 || align >= 2048) && align !== 16 && align !== 2048) continue;
      const object = earlyAllocate(sizes[i], align);
      check(object !== null, "there is memory");
      if (object === null) continue;
      const bytes = cast<u8>(object);
      check(areaOf(address(object)) === Area.Early, "in the early area");
      checkEqual(address(object) & (align - 1), 0, "aligned");
      checkEqual(earlySize(object), sizes[i], "its size");
      for (let at: usize = 0; at < sizes[i]; at++)
        if (bytes[at] !== 0) checkEqual(u64(bytes[at]), 0, "zeros");
      memset(bytes, truncate<u8>(count), sizes[i]);
      objects[count] = bytes;
      lengths[count] = sizes[i];
      count++;
    }
  }
  for (let i: usize = 0; i < count; i++) {
    let same = true;
    for (let at: usize = 0; at < lengths[i]; at++) if (objects[i][at] !== truncate<u8>(i)) same = false;
    check(same, "no other object was written over it");
  }
  for (let i: usize = 1; i < count; i += 2) earlyFree(objects[i]);
  for (let i: usize = 0; i < count; i += 2) earlyFree(objects[i]);
  settle();
  checkEqual(freeFrameCount(), before, "all pages are back");
  check(checkPhysical(), "all invariants hold");
}
/** Aligned to more than a page. */
export function earlyAlignment(): void {
  const before = freeFrameCount();
  const object = earlyAllocate(PAGE_SIZE + 1, 1 << 16);
  check(object !== null && (address(object) & 0xffff) === 0, "aligned to 64 KiB");
  checkEqual(before - freeFrameCount(), 2, "two pages");
  if (object !== null) earlyFree(object);
  checkEqual(freeFrameCount(), before, "all pages are back");
}
export function earlyWithoutMemory(): void {
  const before = freeFrameCount();
  failAfter(1);
  const large = earlyAllocate(PAGE_SIZE, 16);
  check(large === null, "no whole page");
  failAfter(0);
  check(earlyAllocate(1 << 50, 16) === null, "more than there can be");
  checkEqual(freeFrameCount(), before, "nothing is lost");
}
