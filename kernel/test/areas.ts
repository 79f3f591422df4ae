/** What the tagged address promises: one frame behind every alias, an area for each kind of object, and no other area that frees it. */
import { hasOption, optionText } from "../boot/command-line.ts";
import { Area, areaBase, areaOf, inArea, NONE, PAGE_SIZE, physicalOf } from "../memory/address.ts";
import { readCounters } from "../memory/allocators.ts";
import type { Counters } from "../memory/counters.ts";
import { alignedAlloc, free, freeSized, malloc, mallocUsableSize, realloc } from "../memory/malloc.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { relieveShortage } from "../memory/shortage.ts";
import {
  forgetViolations,
  lastViolation,
  tolerateViolations,
  Violation,
  violationCount,
} from "../memory/violation.ts";
import { check, checkEqual } from "./check.ts";

const MAGIC: u64 = 0x1234_5678_9abc_def0;
const AREAS: u64 = 8;

/** The alias areas: all but mapped, device and debug. */
function isAlias(area: Area): bool {
  return area !== Area.Mapped && area !== Area.Device && area !== Area.Debug;
}
/** What is written in one area is read in all others, for each of them. */
export function oneFrameInAllAreas(): void {
  const physical = allocatePage();
  check(physical !== NONE, "there is a frame");
  for (let from: u64 = 0; from < AREAS; from++) {
    if (!isAlias(from as Area)) continue;
    pointer<u64>(inArea(from as Area, physical) + from * 8).value = MAGIC + from;
  }
  for (let to: u64 = 0; to < AREAS; to++) {
    if (!isAlias(to as Area)) continue;
    const linear = inArea(to as Area, physical);
    checkEqual(u64(areaOf(linear)), to, "the address says its area");
    checkEqual(physicalOf(linear), physical, "and its frame");
    for (let from: u64 = 0; from < AREAS; from++) {
      if (isAlias(from as Area)) checkEqual(pointer<u64>(linear + from * 8).value, MAGIC + from, "one frame");
    }
  }
  freePage(physical);
}

/** Whether freeing what is at an address is found to be wrong, and how. */
function refusal(linear: usize): Violation {
  forgetViolations();
  tolerateViolations(true);
  free(pointer<u8>(linear));
  tolerateViolations(false);
  return violationCount === 0 ? Violation.None : lastViolation.kind;
}
/** An object is its own area's only, at its own address only, and once only. */
function ownedByOne(object: ptr<unknown> | null, area: Area): void {
  check(object !== null, "there is memory");
  if (object === null) return;
  const linear = address(object);
  checkEqual(u64(areaOf(linear)), u64(area), "the area of the size");
  for (let other: u64 = 0; other < AREAS; other++) {
    if ((other as Area) === area) continue;
    checkEqual(
      u64(refusal(inArea(other as Area, physicalOf(linear)))),
      u64(Violation.InvalidPointer),
      "another area refuses it",
    );
  }
  for (let offset: usize = 1; offset < 16; offset += 7) {
    checkEqual(u64(refusal(linear + offset)), u64(Violation.InvalidPointer), "inside of it is no object");
  }
  checkEqual(u64(refusal(linear)), u64(Violation.None), "its area takes it");
}
export function areasRefuseWhatIsNotTheirs(): void {
  ownedByOne(malloc(1), Area.Mempool);
  ownedByOne(malloc(64), Area.Mempool);
  ownedByOne(malloc(1000), Area.Mempool);
  ownedByOne(malloc(1920), Area.Mempool);
  ownedByOne(malloc(2048), Area.HalfPage);
  ownedByOne(malloc(4096), Area.Page);
  ownedByOne(malloc(4097), Area.Large);
  ownedByOne(malloc(100_000), Area.Large);
}
/** Interior addresses that are aligned as objects are. */
export function interiorPointersAreRefused(): void {
  const small = malloc(640);
  const large = malloc(5 * PAGE_SIZE);
  for (let offset: usize = 16; offset < 640; offset += 16) {
    checkEqual(u64(refusal(address(small) + offset)), u64(Violation.InvalidPointer), "inside of 640 bytes");
  }
  for (let page: usize = 1; page < 5; page++) {
    checkEqual(
      u64(refusal(address(large) + page * PAGE_SIZE)),
      u64(Violation.InvalidPointer),
      "a later page",
    );
  }
  free(small);
  free(large);
}
/** Pages, half pages and large objects: always. Small ones: as long as nothing else has been freed. */
export function doubleFreesAreFound(): void {
  const small = malloc(100);
  const other = malloc(100);
  free(other);
  free(small);
  checkEqual(u64(refusal(address(small))), u64(Violation.DoubleFree), "small");
  const third = malloc(100);
  const fourth = malloc(100);
  check(third !== fourth, "nothing is in the pool twice");
  free(third);
  free(fourth);
  const half = malloc(2048);
  const page = malloc(4096);
  const large = malloc(3 * PAGE_SIZE);
  free(half);
  free(page);
  free(large);
  checkEqual(u64(refusal(address(half))), u64(Violation.DoubleFree), "half page");
  checkEqual(u64(refusal(address(page))), u64(Violation.DoubleFree), "page");
  check(refusal(address(large)) !== Violation.None, "large");
}
export function nothingIsNobodys(): void {
  checkEqual(u64(refusal(0)), u64(Violation.None), "null is freed");
  checkEqual(u64(refusal(0x20_0000)), u64(Violation.InvalidPointer), "the kernel's image");
  checkEqual(u64(refusal(0x7fff_ffff_f000)), u64(Violation.InvalidPointer), "a program's address");
  checkEqual(u64(refusal(areaBase(Area.Mempool) + (1 << 43))), u64(Violation.InvalidPointer), "beyond RAM");
  checkEqual(u64(refusal(areaBase(Area.Page))), u64(Violation.InvalidPointer), "the first page of all");
  forgetViolations();
  tolerateViolations(true);
  const object = malloc(100);
  freeSized(object, 5000);
  checkEqual(u64(lastViolation.kind), u64(Violation.WrongCache), "freed with a size that it cannot have");
  checkEqual(mallocUsableSize(pointer<u8>(address(object) + 16)), 0, "no object has no size");
  check(realloc(pointer<u8>(address(object) + 16), 500) === null, "and is not resized");
  tolerateViolations(false);
  freeSized(object, 100);
}

/** Bytes of pages that malloc has, when nothing is kept in reserve. */
export function heldBytes(): u64 {
  while (relieveShortage(0)) {}
  const counters: Counters = zeroed();
  readCounters(addressOf(counters));
  return counters.held;
}
/** N pages cost N pages, at any alignment. */
export function wholePages(): void {
  for (let pages: usize = 1; pages <= 40; pages++) {
    for (let align: usize = 16; align <= 1 << 20; align <<= 4) {
      const before = heldBytes();
      const object = alignedAlloc(align, pages * PAGE_SIZE);
      check(object !== null, "there is memory");
      check(address(object) % align === 0, "it is aligned");
      checkEqual(heldBytes() - before, pages * PAGE_SIZE, "as many pages as it has");
      free(object);
      checkEqual(heldBytes(), before, "and none when it is free");
    }
  }
}
/** 2048 bytes cost half a page each. */
export function halfPages(): void {
  const COUNT = 501;
  const before = heldBytes();
  let chain: usize = 0;
  for (let i: u32 = 0; i < COUNT; i++) {
    const object = malloc(2048);
    check(object !== null && address(object) % 2048 === 0, "a half page, aligned to it");
    if (object === null) break;
    cast<usize>(object).value = chain;
    chain = address(object);
  }
  checkEqual(heldBytes() - before, (COUNT + 1) * 2048, "half a page each");
  while (chain !== 0) {
    const next = pointer<usize>(chain).value;
    free(pointer<u8>(chain));
    chain = next;
  }
  checkEqual(heldBytes(), before, "and none when all are free");
}
/** Whether malloc is the areas' as they usually are: other allocators and options have other places and sizes for objects. */
export function isPlain(): bool {
  const name = optionText("allocator");
  const isTagged = name === null || (name[0] === char("t") && name[1] === char("a"));
  return isTagged && !hasOption("verify") && !hasOption("debug");
}
