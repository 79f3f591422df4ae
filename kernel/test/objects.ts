/**
 * Live objects with their sizes and contents, as a test's own book beside an allocator's: every object's bytes say whose they are, and are
 * looked at before it goes. Of large objects the ends of each page are enough.
 */
import type { Random } from "../bench/random.ts";
import { mallocUsableSize } from "../memory/malloc.ts";
import { check } from "./check.ts";

const PAGE: usize = 4096;
/** Objects up to here are written whole. */
const WHOLE: usize = 512;

export class Owned extends Struct {
  object: ptr<u8> | null;
  size: usize;
  seed: u8;
}

/** The byte at an offset of an object. */
function byteAt(seed: u8, offset: usize): u8 {
  return seed ^ truncate<u8>(offset * 7 + (offset >> 8));
}
function isMarked(offset: usize, size: usize): bool {
  return size <= WHOLE || offset % PAGE < 16 || offset % PAGE >= PAGE - 16 || offset >= size - 16;
}
/** The next offset that is marked. */
function nextMarked(offset: usize, size: usize): usize {
  let at = offset + 1;
  if (!isMarked(at, size)) {
    const end = (at & ~(PAGE - 1)) + PAGE - 16;
    at = end < size - 16 ? end : size - 16;
  }
  return at;
}
export function mark(object: ptr<u8>, size: usize, seed: u8): void {
  for (let i: usize = 0; i < size; i = nextMarked(i, size)) object[i] = byteAt(seed, i);
}
/** Of the first `size` bytes of an object that was marked with `marked` of them. */
export function isMarkedBy(object: ptr<u8>, size: usize, marked: usize, seed: u8): bool {
  for (let i: usize = 0; i < size; i = nextMarked(i, marked)) if (object[i] !== byteAt(seed, i)) return false;
  return true;
}

/** Takes an object into the book; null is no object. */
export function own(owned: ptr<Owned>, object: ptr<unknown> | null, size: usize, seed: u8): void {
  owned.object = object === null ? null : cast<u8>(object);
  owned.size = size;
  owned.seed = seed;
  if (owned.object === null) return;
  check(mallocUsableSize(object) >= size, "an object is as large as was asked for");
  mark(owned.object, size, seed);
}
/** Whether its contents are as they were written. */
export function isIntact(owned: ptr<Owned>): bool {
  return owned.object === null || isMarkedBy(owned.object, owned.size, owned.size, owned.seed);
}
/** Small sizes often, large ones now and then: 0 to 16 KiB, and one in 64 to 256 KiB. */
export function randomSize(random: ptr<Random>): usize {
  const kind = random.below(64);
  if (kind === 0) return random.below(256 << 10);
  return random.below(usize(1) << (4 + random.below(11)));
}
