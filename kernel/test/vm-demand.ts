/** Promises: pages of zeros that are made when they are touched, and given back. */
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import { canRead, canWrite, catchFault } from "../vm/catch.ts";
import { CONSTANTS, DATA, levelSize, targetOf } from "../vm/entry.ts";
import { protectPages, translate, unmapPages } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { kernelSpace } from "../vm/space.ts";
import { follow } from "../vm/table.ts";
import { check, checkEqual } from "./check.ts";

const SIZE: usize = 1 << 20;

export function promisesAreKept(): void {
  const free = freeFrameCount();
  const range = reserveRange(SIZE, PAGE_SIZE, RangeKind.DemandZero);
  check(range !== 0, "reserved");
  check(free - freeFrameCount() <= 4, "nothing but tables");
  checkEqual(translate(range), NONE, "nothing is there");
  const before = freeFrameCount();
  let zeros: u64 = 0;
  for (let at: usize = 0; at < SIZE; at += 8) {
    if (pointer<u64>(range + at).value === 0) zeros++;
    pointer<u64>(range + at).value = at ^ 0x5555;
  }
  checkEqual(zeros, SIZE / 8, "words that were 0");
  checkEqual(before - freeFrameCount(), SIZE >> PAGE_SHIFT, "a frame for each page");
  let right: u64 = 0;
  for (let at: usize = 0; at < SIZE; at += 8) {
    if (pointer<u64>(range + at).value === (at ^ 0x5555)) right++;
  }
  checkEqual(right, SIZE / 8, "words as written");
  check(!canRead(range - 1) && !canRead(range + SIZE), "guards");
  releaseRange(range);
  check(!canRead(range), "gone");
  check(free - freeFrameCount() <= 1, "all frames come back");
}
/** A gigabyte costs nothing until it is touched, and then little. */
export function largePromises(): void {
  const size = 3 * levelSize(2);
  reserveAndRelease(size);
  const free = freeFrameCount();
  const range = reserveRange(size, 0, RangeKind.DemandZero);
  check(range !== 0, "reserved");
  check(follow(targetOf(kernelSpace.root), range + levelSize(2), 0).level >= 1, "promised by few entries");
  pointer<u64>(range + size / 2).value = 7;
  pointer<u64>(range + size - 8).value = 8;
  checkEqual(pointer<u64>(range + size / 2).value, 7, "the middle");
  checkEqual(pointer<u64>(range + size - 8).value, 8, "the end");
  check(free - freeFrameCount() <= 12, "few frames");
  releaseRange(range);
  checkEqual(freeFrameCount(), free, "all come back");
}
function reserveAndRelease(size: usize): void {
  const range = reserveRange(size, 0, RangeKind.DemandZero);
  if (range !== 0) releaseRange(range);
}
/** Rights of what is only promised; holes in it. */
export function promisesAreChanged(): void {
  const free = freeFrameCount();
  const range = reserveRange(16 * PAGE_SIZE, PAGE_SIZE, RangeKind.DemandZero);
  check(protectPages(range + 2 * PAGE_SIZE, 2, CONSTANTS), "protected");
  check(canRead(range + 2 * PAGE_SIZE) && !canWrite(range + 2 * PAGE_SIZE), "zeros that are only read");
  check(!canWrite(range + 3 * PAGE_SIZE), "also before they are read");
  check(protectPages(range + 2 * PAGE_SIZE, 2, DATA), "and back");
  check(canWrite(range + 2 * PAGE_SIZE) && canWrite(range + 3 * PAGE_SIZE), "written");
  check(unmapPages(range + 8 * PAGE_SIZE, 1), "a hole");
  check(!canRead(range + 8 * PAGE_SIZE) && canRead(range + 9 * PAGE_SIZE), "of one page");
  releaseRange(range);
  check(free - freeFrameCount() <= 1, "all come back");
}
/** Whoever touches a promise while frames fail gets one that was kept aside for such moments. */
export function promisesSurviveFailure(): void {
  const range = reserveRange(4 * PAGE_SIZE, PAGE_SIZE, RangeKind.DemandZero);
  pointer<u64>(range).value = 1;
  failAfter(1);
  const fault = catchFault(touch, range + PAGE_SIZE);
  failAfter(0);
  checkEqual(fault, NONE, "no fault");
  checkEqual(pointer<u64>(range + PAGE_SIZE).value, 5, "what was written");
  releaseRange(range);
}
function touch(linear: usize): void {
  pointer<u64>(linear).value = 5;
}
