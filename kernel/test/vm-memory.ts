/** Out of memory in the middle: each request for a frame fails in turn, and what was asked for is as if it had not been. */
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { frameReferences } from "../memory/frame.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import { cloneRoot, releaseRoot } from "../vm/clone.ts";
import { CONSTANTS, COUNTED, DATA, levelSize } from "../vm/entry.ts";
import { mapRange, protectRange, translate, unmapRange } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { type AddressSpace, kernelSpace } from "../vm/space.ts";
import { allocateStack, freeStack } from "../vm/stack.ts";
import { checkInvariants } from "../vm/walker.ts";
import { check, checkEqual } from "./check.ts";

/** Requests that are made to fail at most; more than anything here makes. */
const LIMIT: u64 = 64;

/** Fails the first request of `attempt` for a frame, then the second, … until it succeeds; after each failure all is as before. */
function failInTurn(attempt: fn<() => bool>, undo: fn<() => void>): void {
  const free = freeFrameCount();
  let n: u64 = 1;
  for (; n <= LIMIT; n++) {
    failAfter(n);
    const done = attempt();
    failAfter(0);
    if (done) break;
    checkEqual(freeFrameCount(), free, "frames after a failure");
    check(checkInvariants(), "invariants after a failure");
  }
  check(n > 1 && n <= LIMIT, "it failed before it succeeded");
  undo();
  checkEqual(freeFrameCount(), free, "frames in the end");
}

let window: usize = 0;
let memory: usize = NONE;
const GIB: usize = 1 << 30;
/** Where no RAM is; nobody looks at it. */
const FAR: usize = 32 * GIB;

/** Over the edge of a gigabyte, so that tables of three levels are missing. */
function mapOverEdge(): bool {
  return mapRange(
    addressOf(kernelSpace),
    window + GIB - 8 * PAGE_SIZE,
    memory,
    16 * PAGE_SIZE,
    DATA | COUNTED,
  );
}
function unmapOverEdge(): void {
  unmapRange(addressOf(kernelSpace), window + GIB - 8 * PAGE_SIZE, 16 * PAGE_SIZE);
  for (let i: usize = 0; i < 16; i++)
    checkEqual(u64(frameReferences(memory + (i << PAGE_SHIFT))), 1, "references without mappings");
}
/** In the middle of a leaf of 1 GiB, or of 2 MiB. */
function unmapInside(): bool {
  return unmapRange(addressOf(kernelSpace), window + 0x30_1000, PAGE_SIZE);
}
function protectInside(): bool {
  return protectRange(addressOf(kernelSpace), window + 0x30_1000, 0x50_0000, DATA);
}
function checkInside(): void {
  checkEqual(translate(window + 0x30_0000), FAR + 0x30_0000, "the page before");
  checkEqual(translate(window + 0x30_2000), FAR + 0x30_2000, "the page behind");
  unmapRange(addressOf(kernelSpace), window, GIB);
  check(mapRange(addressOf(kernelSpace), window, FAR, GIB, CONSTANTS), "one piece again");
}
function withLargeLeaf(test: fn<() => void>): void {
  const range = reserveRange(2 * GIB, 0, RangeKind.Physical);
  window = (range + GIB - 1) & ~(GIB - 1);
  check(mapRange(addressOf(kernelSpace), window, FAR, GIB, CONSTANTS), "mapped");
  test();
  releaseRange(range);
}
export function mappingWithoutMemory(): void {
  memory = allocateContiguous(16, 1, NONE);
  const range = reserveRange(3 * GIB, 0, RangeKind.Physical);
  window = (range + GIB - 1) & ~(GIB - 1);
  failInTurn(mapOverEdge, unmapOverEdge);
  releaseRange(range);
  freeContiguous(memory, 16);
}
export function splittingWithoutMemory(): void {
  withLargeLeaf((): void => {
    failInTurn(unmapInside, checkInside);
    failInTurn(protectInside, checkInside);
  });
}

let made: usize = 0;
export function stacksWithoutMemory(): void {
  failInTurn(
    (): bool => {
      made = allocateStack(0x1_0000);
      return made !== 0;
    },
    (): void => freeStack(made),
  );
}
export function rangesWithoutTables(): void {
  failInTurn(
    (): bool => {
      made = reserveRange(5 * levelSize(1), PAGE_SIZE, RangeKind.DemandZero);
      return made !== 0;
    },
    (): void => releaseRange(made),
  );
}
const clone: AddressSpace = zeroed();
export function clonesWithoutMemory(): void {
  failInTurn(
    (): bool => cloneRoot(addressOf(clone)),
    (): void => releaseRoot(addressOf(clone)),
  );
}
