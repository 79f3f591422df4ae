/**
 * Ranges of the kernel's mapped area (area 4): reserved, filled as their kind says, named, released. A range of 2 MiB and more begins at
 * such a multiple, so that its promises and leaves are large. Programs' ranges are in their spaces' arenas.
 */
import { AREA_SHIFT, NONE, PAGE_SIZE, UPPER_HALF } from "../memory/address.ts";
import { panicWith } from "../panic.ts";
import { DATA, levelSize } from "./entry.ts";
import { mapRange, unmapRange } from "./map.ts";
import { RangeKind } from "./range.ts";
import { kernelSpace } from "./space.ts";

/** Area.Mapped. */
const START: usize = UPPER_HALF | (4 << AREA_SHIFT);
const END: usize = UPPER_HALF | (5 << AREA_SHIFT);

/** Opens the area. False: no memory. */
export function initRanges(): bool {
  return kernelSpace.arena.open(START, END);
}
/**
 * `size` bytes of addresses between two guards of `guard` bytes, all multiples of a page. DemandZero and Stack are promised zeros, other
 * kinds are left to the caller to map. Gives the first address behind the lower guard; 0: no memory, or no place.
 */
export function reserveRange(size: usize, guard: usize, kind: RangeKind): usize {
  const align = size >= levelSize(1) && guard === 0 ? levelSize(1) : PAGE_SIZE;
  const range = kernelSpace.arena.take(size + 2 * guard, align);
  if (range === null) return 0;
  range.guard = u32(guard);
  range.kind = kind;
  const start = range.start + guard;
  if (kind !== RangeKind.DemandZero && kind !== RangeKind.Stack) return start;
  if (mapRange(addressOf(kernelSpace), start, NONE, size, DATA)) return start;
  kernelSpace.arena.give(range);
  return 0;
}
/** What `reserveRange` gave, or any address in it; a name that lasts as long as the range. */
export function nameRange(linear: usize, name: ptr<u8>): void {
  const range = kernelSpace.arena.rangeOf(linear);
  if (range !== null) range.name = name;
}
/** Unmaps and gives back the range that an address is in. */
export function releaseRange(linear: usize): void {
  const range = kernelSpace.arena.rangeOf(linear);
  if (range === null) panicWith("released what is no range", "linear", linear, null, 0);
  if (!unmapRange(addressOf(kernelSpace), range.start, range.end - range.start))
    panicWith("a range reaches into a leaf that is not its own", "linear", linear, null, 0);
  kernelSpace.arena.give(range);
}
