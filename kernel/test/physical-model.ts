/**
 * A model of physical memory for tests: a bit for each frame that the tests hold. What is allocated must be usable, held by nobody
 * else, and aligned. The bits lie in memory that is allocated itself.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { FrameState, frameAt, frameOf, NO_FRAME } from "../memory/frame.ts";
import { ORDERS, SEGMENTS, vitrine_memory } from "../memory/memory-report.ts";
import { ATTEMPTS, findMore } from "../memory/physical.ts";
import { relieveShortage } from "../memory/shortage.ts";

let bits: ptr<u64> = pointer<u64>(0);
let bitsPages: usize = 0;

/** False if there is no memory for it. */
export function makeModel(): bool {
  const frames = usable[usableCount - 1].end >> PAGE_SHIFT;
  bitsPages = (frames / 8 + PAGE_SIZE) >> PAGE_SHIFT;
  const physical = allocateContiguous(bitsPages, 1, NONE);
  if (physical === NONE) return false;
  bits = pointer<u64>(inArea(Area.Mempool, physical));
  for (let i: usize = 0; i < bitsPages; i++) memset(bits.offset(i * 512), 0, PAGE_SIZE);
  return true;
}
export function dropModel(): void {
  freeContiguous(address(bits) - inArea(Area.Mempool, 0), bitsPages);
}

function isUsable(start: usize, end: usize): bool {
  for (let i: usize = 0; i < usableCount; i++)
    if (usable[i].start <= start && end <= usable[i].end) return true;
  return false;
}
/** Frames have been allocated: whether that is right. They are held from here on. */
export function modelTake(physical: usize, pages: usize, alignPages: usize): bool {
  if ((physical & (alignPages * PAGE_SIZE - 1)) !== 0) return false;
  if (!isUsable(physical, physical + pages * PAGE_SIZE)) return false;
  for (let i: usize = 0; i < pages; i++) {
    const number = (physical >> PAGE_SHIFT) + i;
    const bit = u64(1) << (number & 63);
    if ((bits[number >> 6] & bit) !== 0) return false;
    if (frameAt(number << PAGE_SHIFT).state === FrameState.Free) return false;
    bits[number >> 6] |= bit;
  }
  return true;
}
export function modelGive(physical: usize, pages: usize): void {
  for (let i: usize = 0; i < pages; i++) {
    const number = (physical >> PAGE_SHIFT) + i;
    bits[number >> 6] &= ~(u64(1) << (number & 63));
  }
}

/** All that is kept in reserve goes back to the buddy allocator, so that what is free depends on what is held alone. */
export function settle(): void {
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) findMore(attempt);
}
/** A number that depends on which free blocks there are, and not on their order in lists. Reserves and pools are emptied before. */
export function freeBlocksDigest(): u64 {
  relieveShortage(0);
  settle();
  let digest: u64 = 0;
  for (let s: usize = 0; s < usize(SEGMENTS); s++) {
    for (let order: u32 = 0; order < ORDERS; order++) {
      let at = vitrine_memory.segments[s].first[order];
      while (at !== NO_FRAME) {
        digest += (u64(at) * 0x9e37_79b9_7f4a_7c15) ^ (u64(order) << 56);
        at = frameOf(at).next;
      }
    }
  }
  return digest;
}
