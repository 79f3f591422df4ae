/**
 * Random mappings, against a model of one number for each page: mapped in all sizes, unmapped and protected in any part, so that large
 * leaves come and are split, tables come and go. The frames are mapped several times, with references.
 */
import type { Random } from "../bench/random.ts";
import { Area, inArea, NONE, PAGE_SHIFT } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { frameAt, frameReferences } from "../memory/frame.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { canWrite } from "../vm/catch.ts";
import { CONSTANTS, COUNTED, DATA, levelSize } from "../vm/entry.ts";
import { mapRange, protectRange, translate, unmapRange } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { kernelSpace } from "../vm/space.ts";
import { findViolations } from "../vm/walker.ts";
import { check, checkEqual } from "./check.ts";

const OPERATIONS: u64 = 1500;
const CHECK_EVERY: u64 = 150;
/** Of the window in which it maps, and of the memory that it maps there. */
const PAGES: usize = 2048;
const MEMORY: usize = 1024;
const LARGE: usize = 512;
const WRITABLE: u32 = 0x1_0000;

/** 0: nothing; else 1 + the page of the memory, and WRITABLE. */
const model: array<u32, typeof PAGES> = zeroed();
let window: usize = 0;
let memory: usize = NONE;

function at(page: usize): usize {
  return window + (page << PAGE_SHIFT);
}
function isEmpty(page: usize, count: usize): bool {
  for (let i: usize = 0; i < count; i++) if (model[page + i] !== 0) return false;
  return true;
}
function map(random: ptr<Random>): void {
  const large = random.chance(1, 3);
  const count = large ? LARGE : random.between(1, 40);
  const page = large ? random.below(PAGES / LARGE) * LARGE : random.below(PAGES - 40);
  const from =
    large && random.chance(1, 2) ? random.below(MEMORY / LARGE) * LARGE : random.below(MEMORY - count + 1);
  if (!isEmpty(page, count)) return;
  const writable = random.chance(1, 2);
  const rights = (writable ? DATA : CONSTANTS) | COUNTED;
  check(
    mapRange(addressOf(kernelSpace), at(page), memory + (from << PAGE_SHIFT), count << PAGE_SHIFT, rights),
    "mapped",
  );
  for (let i: usize = 0; i < count; i++) model[page + i] = u32(from + i + 1) | (writable ? WRITABLE : 0);
}
function unmap(page: usize, count: usize): void {
  check(unmapRange(addressOf(kernelSpace), at(page), count << PAGE_SHIFT), "unmapped");
  for (let i: usize = 0; i < count; i++) model[page + i] = 0;
}
function protect(page: usize, count: usize, writable: bool): void {
  const rights = writable ? DATA : CONSTANTS;
  check(protectRange(addressOf(kernelSpace), at(page), count << PAGE_SHIFT, rights), "protected");
  for (let i: usize = 0; i < count; i++) {
    if (model[page + i] !== 0) model[page + i] = (model[page + i] & 0xffff) | (writable ? WRITABLE : 0);
  }
}
/** Looks at one page through its mapping. */
function look(page: usize): void {
  const said = model[page];
  if (said === 0) {
    checkEqual(translate(at(page) + 123), NONE, "nothing is mapped");
    return;
  }
  const number = usize(said & 0xffff) - 1;
  checkEqual(translate(at(page) + 123), memory + (number << PAGE_SHIFT) + 123, "physical address");
  checkEqual(pointer<u64>(at(page)).value, number, "what the page says");
  checkEqual(u64(canWrite(at(page) + 8)), u64((said & WRITABLE) !== 0), "may be written");
}
function checkAll(): void {
  for (let page: usize = 0; page < PAGES; page++) look(page);
  const mappings: u64 = countReferences();
  let mapped: u64 = 0;
  for (let page: usize = 0; page < PAGES; page++) if (model[page] !== 0) mapped++;
  checkEqual(mappings, mapped, "references of all frames");
  checkEqual(u64(findViolations(4)), 0, "violations");
}
/** All but the one that this test has. */
function countReferences(): u64 {
  let references: u64 = 0;
  for (let i: usize = 0; i < MEMORY; i++) references += u64(frameReferences(memory + (i << PAGE_SHIFT))) - 1;
  return references;
}
export function mappingsAtRandom(): void {
  const free = freeFrameCount();
  memory = allocateContiguous(MEMORY, LARGE, NONE);
  if (memory === NONE) return;
  for (let i: usize = 0; i < MEMORY; i++) {
    // The walker is told that someone else has the frame as well.
    frameAt(memory + (i << PAGE_SHIFT)).owner = 1;
    pointer<u64>(inArea(Area.Early, memory + (i << PAGE_SHIFT))).value = i;
  }
  const range = reserveRange((PAGES + LARGE) << PAGE_SHIFT, 0, RangeKind.Physical);
  window = (range + levelSize(1) - 1) & ~(levelSize(1) - 1);
  const random: Random = zeroed();
  random.seed(11);
  for (let i: u64 = 0; i < OPERATIONS; i++) {
    const page = random.below(PAGES - 100);
    const count = random.chance(1, 8) ? random.between(1, 100 + 0) : random.between(1, 9);
    if (random.chance(1, 2)) map(addressOf(random));
    else if (random.chance(1, 8)) unmap((page / LARGE) * LARGE, LARGE);
    else if (random.chance(4, 7)) unmap(page, count);
    else protect(page, count, random.chance(1, 2));
    for (let n: u32 = 0; n < 8; n++) look(random.below(PAGES));
    if (i % CHECK_EVERY === 0) checkAll();
  }
  unmap(0, PAGES);
  checkAll();
  releaseRange(range);
  freeContiguous(memory, MEMORY);
  checkEqual(freeFrameCount(), free, "all frames come back");
}
