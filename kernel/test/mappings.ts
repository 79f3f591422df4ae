/** A program's mappings: made, changed and taken away; what is touched is there, and what may not be touched is not. */
import { EEXIST, EINVAL, ENOMEM } from "../fs/errno.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { adviseMemory } from "../program/memory/advise.ts";
import { moveHeapEnd, openHeap } from "../program/memory/heap.ts";
import { MAP_FIXED, MAP_FIXED_NOREPLACE, mapZeros, unmapMemory } from "../program/memory/map.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../program/memory/mapping.ts";
import { PLACES_END, type ProgramMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import { remapMemory } from "../program/memory/remap.ts";
import { residentPages } from "../program/memory/resident.ts";
import { levelSize } from "../vm/entry.ts";
import { look } from "../vm/pages.ts";
import { check, checkEqual } from "./check.ts";
import {
  closeProgram,
  getByte,
  isReadable,
  isWritable,
  openProgram,
  putByte,
  space,
} from "./mappings-program.ts";

const READ_WRITE: u32 = PROT_READ | PROT_WRITE;
const memory: ProgramMemory = zeroed();

function map(address: usize, pages: usize, protection: u32, flags: u64): usize {
  const at = mapZeros(addressOf(memory), address, pages * PAGE_SIZE, protection, flags);
  check(at > 0, "mapped");
  return usize(at);
}
function unmap(at: usize, pages: usize): void {
  checkEqual(u64(unmapMemory(addressOf(memory), at, pages * PAGE_SIZE)), 0, "unmapped");
}
function protect(at: usize, pages: usize, protection: u32): i64 {
  return protectMemory(addressOf(memory), at, pages * PAGE_SIZE, u64(protection));
}

export function zerosAreMapped(): void {
  openProgram(addressOf(memory));
  const at = map(0, 4, READ_WRITE, 0);
  checkEqual(at, PLACES_END - 4 * PAGE_SIZE, "as high as can be");
  checkEqual(getByte(at), 0, "zeros");
  check(putByte(at + PAGE_SIZE, 5) && getByte(at + PAGE_SIZE) === 5, "written");
  check(!isReadable(at - 1) && !isReadable(at + 4 * PAGE_SIZE), "nothing beside it");
  const below = map(0, 2, READ_WRITE, 0);
  checkEqual(below, at - 2 * PAGE_SIZE, "the next one below");
  checkEqual(u64(memory.mappings), 1, "one mapping, since they are alike");
  unmap(at + PAGE_SIZE, 1);
  check(!isReadable(at + PAGE_SIZE) && isReadable(at + 2 * PAGE_SIZE), "a hole");
  checkEqual(u64(memory.mappings), 2, "two mappings");
  checkEqual(map(0, 1, PROT_READ, 0), at + PAGE_SIZE, "the hole is filled first");
  check(isReadable(at + PAGE_SIZE) && !isWritable(at + PAGE_SIZE), "to be read only");
  checkEqual(memory.bytes, 6 * PAGE_SIZE, "bytes");
  closeProgram(addressOf(memory));
}
export function addressesAreChosen(): void {
  openProgram(addressOf(memory));
  const hint: usize = 0xc0_0000_0000;
  checkEqual(map(hint, 16, READ_WRITE, 0), hint, "a hint");
  check(map(hint + PAGE_SIZE, 16, READ_WRITE, 0) !== hint + PAGE_SIZE, "that is taken");
  putByte(hint, 3);
  checkEqual(map(hint, 1, READ_WRITE, MAP_FIXED), hint, "a fixed address");
  checkEqual(getByte(hint), 0, "of which the old contents are gone");
  const again = mapZeros(addressOf(memory), hint, PAGE_SIZE, READ_WRITE, MAP_FIXED_NOREPLACE);
  checkEqual(u64(-again), u64(EEXIST), "nothing is replaced");
  const odd = mapZeros(addressOf(memory), hint + 1, PAGE_SIZE, READ_WRITE, MAP_FIXED);
  checkEqual(u64(-odd), u64(EINVAL), "not a page");
  const huge = mapZeros(addressOf(memory), 0, usize(1) << 47, READ_WRITE, 0);
  checkEqual(u64(-huge), u64(ENOMEM), "more than there is");
  closeProgram(addressOf(memory));
}
/** What was written is kept while it may not be touched. */
export function rightsAreChanged(): void {
  openProgram(addressOf(memory));
  const at = map(0, 8, READ_WRITE, 0);
  putByte(at + 2 * PAGE_SIZE, 77);
  checkEqual(u64(protect(at + PAGE_SIZE, 3, 0)), 0, "no rights");
  checkEqual(u64(memory.mappings), 3, "cut");
  for (let i: usize = 1; i < 4; i++) check(!isReadable(at + i * PAGE_SIZE), "not to be touched");
  check(isWritable(at) && isWritable(at + 4 * PAGE_SIZE), "beside it");
  checkEqual(u64(protect(at + PAGE_SIZE, 3, PROT_READ)), 0, "to be read");
  checkEqual(getByte(at + 2 * PAGE_SIZE), 77, "as it was");
  checkEqual(getByte(at + 3 * PAGE_SIZE), 0, "zeros");
  check(!isWritable(at + 2 * PAGE_SIZE) && !isWritable(at + 3 * PAGE_SIZE), "only read");
  checkEqual(u64(protect(at, 8, READ_WRITE | PROT_EXEC)), 0, "all rights");
  checkEqual(u64(memory.mappings), 1, "one again");
  check(isWritable(at + 2 * PAGE_SIZE) && getByte(at + 2 * PAGE_SIZE) === 77, "to be written");
  checkEqual(u64(-protect(at + 7 * PAGE_SIZE, 2, PROT_READ)), u64(ENOMEM), "over the end");
  check(!isWritable(at + 7 * PAGE_SIZE), "changed as far as it goes");
  closeProgram(addressOf(memory));
}
/** Hundreds of gigabytes that may not be touched, of which some get rights later. */
export function reservationsCostNothing(): void {
  const free = openProgram(addressOf(memory));
  const size = levelSize(2) * 300;
  const at = map(0, size / PAGE_SIZE, 0, 0);
  check(!isReadable(at + size / 2), "not to be touched");
  checkEqual(u64(protect(at, size / PAGE_SIZE, READ_WRITE)), 0, "to be written");
  check(putByte(at + size / 2, 9) && putByte(at + size - 1, 8), "the middle and the end");
  checkEqual(u64(protect(at, size / PAGE_SIZE, 0)), 0, "not any more");
  check(!isReadable(at + size / 2), "gone from sight");
  checkEqual(u64(protect(at + size / 2, 1, PROT_READ)), 0, "a page");
  checkEqual(getByte(at + size / 2), 9, "is as it was");
  check(free - freeFrameCount() < 24, "few frames");
  closeProgram(addressOf(memory));
}
export function heapGrows(): void {
  openProgram(addressOf(memory));
  const start: usize = 0x60_0000;
  openHeap(addressOf(memory), start - 100);
  checkEqual(moveHeapEnd(addressOf(memory), 0), start, "where it is");
  checkEqual(moveHeapEnd(addressOf(memory), start + 100), start + 100, "a little");
  check(isWritable(start + 99) && isWritable(start + 4095) && !isReadable(start + 4096), "a page");
  checkEqual(moveHeapEnd(addressOf(memory), start + 0x10_0000), start + 0x10_0000, "more");
  check(putByte(start + 0xf_ffff, 1), "written");
  checkEqual(moveHeapEnd(addressOf(memory), start + 4096), start + 4096, "less");
  check(!isReadable(start + 4096), "gone");
  checkEqual(moveHeapEnd(addressOf(memory), start + 8192), start + 8192, "again");
  checkEqual(getByte(start + 4096), 0, "zeros again");
  map(start + 0x2_0000, 1, READ_WRITE, MAP_FIXED);
  checkEqual(moveHeapEnd(addressOf(memory), start + 0x2_0000), start + 8192, "something is in the way");
  checkEqual(moveHeapEnd(addressOf(memory), start - 1), start + 8192, "not below its start");
  closeProgram(addressOf(memory));
}
/** What is filled from one end to the other gets 2 MiB at a time; any part of that can be changed. */
export function fullMappingsGetLargePages(): void {
  const free = openProgram(addressOf(memory));
  const size = levelSize(1);
  const at: usize = 0x1_0000_0000;
  map(at, (4 * size) / PAGE_SIZE, READ_WRITE, MAP_FIXED);
  for (let i: usize = 0; i < 4 * size; i += PAGE_SIZE)
    check(putByte(at + i, truncate<u8>(i >> 12)), "written");
  check(freeFrameCount() + 4 * (size / PAGE_SIZE) + 32 >= free, "no more frames than pages, and tables");
  checkEqual(look(addressOf(space), at).level, 0, "small pages at first");
  checkEqual(look(addressOf(space), at + 2 * size).level, 1, "then large ones");
  checkEqual(residentPages(addressOf(memory), at, at + 4 * size), 4 * (size / PAGE_SIZE), "all is there");
  const inside = at + 2 * size + 5 * PAGE_SIZE;
  checkEqual(u64(protect(inside, 3, PROT_READ)), 0, "a part is to be read");
  check(!isWritable(inside) && isWritable(inside - PAGE_SIZE), "only that part");
  checkEqual(u64(protect(inside + PAGE_SIZE, 1, 0)), 0, "one page is not to be touched");
  unmap(at + 3 * size + 7 * PAGE_SIZE, 2);
  const moved = remapMemory(
    addressOf(memory),
    at + 3 * size - 4 * PAGE_SIZE,
    10 * PAGE_SIZE,
    12 * PAGE_SIZE,
    1,
    0,
  );
  check(moved > 0, "some move");
  checkEqual(getByte(usize(moved) + 3 * PAGE_SIZE), 255, "the end of one large page");
  checkEqual(getByte(usize(moved) + 9 * PAGE_SIZE), 5, "the beginning of the next");
  checkEqual(getByte(usize(moved) + 10 * PAGE_SIZE), 0, "and more");
  let wrong: u64 = 0;
  for (let i: usize = 0; i < 3 * size - 4 * PAGE_SIZE; i += PAGE_SIZE) {
    const isHidden = at + i === inside + PAGE_SIZE;
    if (getByte(at + i) !== (isHidden ? 256 : (i >> 12) & 255)) wrong++;
  }
  checkEqual(wrong, 0, "pages that say something else");
  checkEqual(u64(adviseMemory(addressOf(memory), at + 2 * size, PAGE_SIZE, 4)), 0, "one is not needed");
  checkEqual(getByte(at + 2 * size), 0, "zeros");
  checkEqual(getByte(at + 2 * size + PAGE_SIZE), 1, "its neighbour stays");
  closeProgram(addressOf(memory));
}
