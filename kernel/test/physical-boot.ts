/**
 * An image of its own for what the test image cannot do, since it is up already: memory maps full of holes, objects from before the
 * allocators, and misuse that ends in a panic. `crash=` on the command line says which. Ends as the test image does.
 */
import { enterCpu, initialApicId } from "../arch/cpu.ts";
import { initGates } from "../arch/descriptors.ts";
import { initSegments } from "../arch/segments.ts";
import { initCommandLine, optionIs } from "../boot/command-line.ts";
import { addEntry, RAM } from "../boot/loaded.ts";
import { readLoader } from "../boot/loader.ts";
import { initMemoryMap, usableBytes, usableCount } from "../boot/memory-map.ts";
import { printLine } from "../console/print.ts";
import { initSerial } from "../console/serial.ts";
import { NONE, PAGE_SHIFT, PAGE_SIZE, physicalOf } from "../memory/address.ts";
import { giveBootPage, takeBootPage, takeBootPages } from "../memory/boot-pages.ts";
import { freeContiguous } from "../memory/contiguous.ts";
import { earlyAllocate, earlyFree } from "../memory/early.ts";
import { dropFrame, holdFrame } from "../memory/frame.ts";
import { sections } from "../memory/frame-table.ts";
import { printMemory } from "../memory/memory-table.ts";
import { drainPools } from "../memory/page-pool.ts";
import {
  allocateFrames,
  allocatePage,
  frameCount,
  freeFrameCount,
  freeFrames,
  freePage,
  initPhysical,
} from "../memory/physical.ts";
import { checkPhysical } from "../memory/physical-check.ts";
import { initAliases } from "../vm/alias.ts";
import { beginCase, check, checkEqual, failuresOfCase } from "./check.ts";
import { allOfIt, contiguousRanges, everyFrameIsCounted, rangesBeyondTheLargestBlock } from "./physical.ts";
import { randomRequests } from "./physical-random.ts";

const DEBUG_EXIT: u16 = 0xf4;
const PASSED: u32 = 0x10;
const FAILED: u32 = 0x11;
const RESERVED: u32 = 2;
const MIB: usize = 1 << 20;

/** Single pages, odd bytes, islands of one page, a hole of more than a section, and RAM that overlaps RAM. */
function makeHoles(): void {
  for (let i: usize = 0; i < 12; i++) addEntry(4 * MIB + i * 700_000, 1, RESERVED);
  for (let i: usize = 0; i < 12; i++) addEntry(20 * MIB + i * 3 * PAGE_SIZE, 2 * PAGE_SIZE, RESERVED);
  addEntry(24 * MIB - PAGE_SIZE, 2 * PAGE_SIZE, RESERVED);
  addEntry(40 * MIB - 100, 34 * MIB + 50_000, RESERVED);
  addEntry(6 * MIB, 3 * MIB, RAM);
}

class Scenario extends Struct {
  name: ptr<u8>;
  run: fn<() => void>;
}
const scenarios: array<Scenario, 14> = [
  { name: "holes", run: holes },
  { name: "table", run: printMemory },
  { name: "twice", run: () => freeTwice(0) },
  { name: "twice-block", run: () => freeTwice(3) },
  { name: "twice-page", run: pageTwice },
  { name: "order", run: wrongOrder },
  { name: "inside", run: inside },
  { name: "never", run: () => freePage(0x3f_f000) },
  { name: "frame-table", run: () => freePage(physicalOf(address(sections))) },
  { name: "no-ram", run: () => freePage(0x7000_0000_0000) },
  { name: "odd", run: odd },
  { name: "shared", run: shared },
  { name: "dropped", run: droppedTooOften },
  { name: "junk", run: writtenAfterFree },
];

function holes(): void {
  everyFrameIsCounted();
  checkEqual(frameCount(), usableBytes() >> PAGE_SHIFT, "every page of the map is counted");
  check(usableCount > 20, "there are holes");
  allOfIt();
  contiguousRanges();
  rangesBeyondTheLargestBlock();
  randomRequests();
}
function freeTwice(order: u32): void {
  const physical = allocateFrames(order);
  freeFrames(physical, order);
  freeFrames(physical, order);
}
function pageTwice(): void {
  const page = allocatePage();
  freePage(page);
  freePage(page);
}
function wrongOrder(): void {
  freeFrames(allocateFrames(2), 3);
}
function inside(): void {
  freePage(allocateFrames(2) + PAGE_SIZE);
}
function odd(): void {
  freePage(allocatePage() + 16);
}
function shared(): void {
  const page = allocatePage();
  holdFrame(page);
  freePage(page);
}
function droppedTooOften(): void {
  const page = allocatePage();
  dropFrame(page);
  dropFrame(page);
}
/** Seen by debug builds only. */
function writtenAfterFree(): void {
  const page = allocatePage();
  freePage(page);
  pointer<u32>(0xffff_8000_0000_0000 | (page + 64)).value = 0x1234;
  freePage(allocatePage());
  printLine("not seen");
}

const OBJECTS = 40;
const objects: array<ptr<u8>, typeof OBJECTS> = zeroed();
let wholePages: ptr<u8> = pointer<u8>(0);
let kept: usize = 0;

/** What start-up code does: pages for tables, aligned ones, some given back; objects in the early area. */
function beforeTheAllocator(): void {
  kept = takeBootPages(3, 1 << 16);
  check(kept !== NONE && (kept & 0xffff) === 0, "aligned pages");
  const page = takeBootPage();
  giveBootPage(page);
  checkEqual(takeBootPage(), page, "a page given back is taken again");
  giveBootPage(page);
  for (let i: usize = 0; i < OBJECTS; i++) {
    const object = earlyAllocate(i * 30, 16);
    check(object !== null, "an early object");
    if (object !== null) objects[i] = cast<u8>(object);
    memset(objects[i], truncate<u8>(i), i * 30);
  }
  const large = earlyAllocate(3 * PAGE_SIZE, PAGE_SIZE);
  if (large !== null) wholePages = cast<u8>(large);
  for (let i: usize = 0; i < OBJECTS; i += 2) earlyFree(objects[i]);
}
function afterTheAllocator(): void {
  check(checkPhysical(), "all invariants hold");
  const before = freeFrameCount();
  for (let i: usize = 1; i < OBJECTS; i += 2) {
    let same = true;
    for (let at: usize = 0; at < i * 30; at++) if (objects[i][at] !== truncate<u8>(i)) same = false;
    check(same, "an early object is as it was");
    earlyFree(objects[i]);
  }
  earlyFree(wholePages);
  check(freeFrameCount() >= before + 6, "pages of early objects are back");
  freePage(kept);
  freeContiguous(kept + PAGE_SIZE, 2);
  drainPools();
  check(checkPhysical(), "all invariants hold without early objects");
}

export function kmain(info: ptr<unknown>, protocol: u32): void {
  initSerial();
  enterCpu(initialApicId());
  initSegments(0, 0);
  initGates();
  readLoader(info, protocol);
  initCommandLine();
  if (optionIs("crash", "holes")) makeHoles();
  initMemoryMap();
  initAliases();
  beginCase("physical at the start");
  beforeTheAllocator();
  initPhysical();
  afterTheAllocator();
  for (let i: usize = 0; i < scenarios.length; i++) {
    if (optionIs("crash", scenarios[i].name)) scenarios[i].run();
  }
  out32(DEBUG_EXIT, failuresOfCase() === 0 ? PASSED : FAILED);
}
