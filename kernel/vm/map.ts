/**
 * What others use of page tables: mapping, unmapping, changing rights, translating. Addresses and sizes are multiples of 4 KiB; large
 * leaves come and go by themselves. For want of memory all of it happens or nothing. Not to be called with a spin lock held:
 * unmapping, and taking rights away, waits for the other processors (tlb.ts).
 */
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { clear } from "./clear.ts";
import { COUNTED, GLOBAL, isLeaf, levelSize, targetOf } from "./entry.ts";
import { fill } from "./fill.ts";
import type { Gathered } from "./gathered.ts";
import { protect } from "./protect.ts";
import { type AddressSpace, isKernels, shareKernelTables, spaceOf } from "./space.ts";
import { type SpareTables, splitAt, tablesToSplit } from "./split.ts";
import { follow } from "./table.ts";
import { ALL_CPUS } from "./tlb.ts";

/**
 * `size` bytes from `linear` become memory from `physical` on; NONE: pages of zeros, each made when it is touched. Nothing may be there
 * yet. `rights`: CODE, CONSTANTS, DATA, DEVICE of entry.ts; with COUNTED the mapping holds a reference to each frame, promises always
 * do. False: no memory for tables; then nothing is mapped.
 */
export function mapRange(
  space: ptr<AddressSpace>,
  linear: usize,
  physical: usize,
  size: usize,
  rights: u64,
): bool {
  const end = linear + size;
  const counted = physical === NONE ? rights | COUNTED : rights;
  // A program's translations must not outlive its root in CR3.
  const bits = isKernels(linear) ? counted : counted & ~GLOBAL;
  const flags = space.lock.lock();
  const reached = fill(addressOf(space.root), linear, physical, size, bits);
  if (linear >> 63 !== 0) shareKernelTables(linear, end);
  space.lock.unlock(flags);
  // Tables may have been made for the page that failed.
  if (reached !== end) unmapRange(space, linear, reached + PAGE_SIZE - linear);
  return reached === end;
}
/** Which processors may have translations of an address of the space. */
function cpusOf(space: ptr<AddressSpace>, linear: usize): u32 {
  return isKernels(linear) ? ALL_CPUS : atomicLoad(addressOf(space.cpus));
}
/** Whether large leaves reach over the ends of a range. */
function reachOver(root: u64, linear: usize, end: usize): bool {
  return tablesToSplit(root, linear) !== 0 || tablesToSplit(root, end) !== 0;
}
/** Sees to it that leaves begin at both ends of a range. False: no memory for tables; then nothing has changed. */
function splitEnds(space: ptr<AddressSpace>, linear: usize, end: usize): bool {
  const spare: SpareTables = zeroed();
  const flags = space.lock.lock();
  const enough = spare.take(tablesToSplit(space.root, linear) + tablesToSplit(space.root, end));
  if (enough) {
    splitAt(space.root, linear, addressOf(spare));
    splitAt(space.root, end, addressOf(spare));
  }
  space.lock.unlock(flags);
  spare.giveBack();
  return enough;
}
/** Leaves begin at both ends of a range, so that nothing that is done to just this range needs memory. False: no memory for tables. */
export function prepareRange(space: ptr<AddressSpace>, linear: usize, size: usize): bool {
  return !reachOver(space.root, linear, linear + size) || splitEnds(space, linear, linear + size);
}
/**
 * Nothing is mapped in `size` bytes from `linear` on when this comes back, in any processor's TLB either; frames whose last reference
 * was the mapping are free. False: a large leaf was to be split and there was no memory for its tables; then nothing has changed.
 */
export function unmapRange(space: ptr<AddressSpace>, linear: usize, size: usize): bool {
  const end = linear + size;
  const gathered: Gathered = zeroed();
  for (let at = linear; at < end; ) {
    const flags = space.lock.lock();
    const whole = at !== linear || !reachOver(space.root, linear, end);
    if (whole) at = clear(addressOf(space.root), at, end, addressOf(gathered));
    space.lock.unlock(flags);
    if (!whole && !splitEnds(space, linear, end)) return false;
    gathered.release(cpusOf(space, linear));
  }
  return true;
}
/** Other rights for what is mapped there, or promised; false as above. */
export function protectRange(space: ptr<AddressSpace>, linear: usize, size: usize, rights: u64): bool {
  const end = linear + size;
  const gathered: Gathered = zeroed();
  for (let at = linear; at < end; ) {
    const flags = space.lock.lock();
    const whole = at !== linear || !reachOver(space.root, linear, end);
    if (whole) at = protect(space.root, at, end, rights, addressOf(gathered));
    space.lock.unlock(flags);
    if (!whole && !splitEnds(space, linear, end)) return false;
    gathered.release(cpusOf(space, linear));
  }
  return true;
}

/** One page, in the kernel's space or, for a program's address, in the current one. False: no memory for tables. */
export function mapPage(linear: usize, physical: usize, rights: u64): bool {
  return mapRange(spaceOf(linear), linear, physical, PAGE_SIZE, rights);
}
export function unmapPages(linear: usize, pages: usize): bool {
  return unmapRange(spaceOf(linear), linear, pages << PAGE_SHIFT);
}
export function protectPages(linear: usize, pages: usize, rights: u64): bool {
  return protectRange(spaceOf(linear), linear, pages << PAGE_SHIFT, rights);
}
/** The physical address of what a linear one shows; NONE: nothing is there, or not yet. */
export function translate(linear: usize): usize {
  const place = follow(targetOf(spaceOf(linear).root), linear, 0);
  const entry = atomicLoadRelaxed(place.entry);
  if (!isLeaf(entry, place.level)) return NONE;
  return targetOf(entry) | (linear & (levelSize(place.level) - 1));
}
