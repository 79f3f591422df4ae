/**
 * Single pages of a space that are put in while others may do the same: an entry is only exchanged if it still is what it was. For page
 * faults of programs, which come on several processors at once. Not to be called with a spin lock held.
 */
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { holdFrame } from "../memory/frame.ts";
import {
  ACCESSED,
  alignDown,
  COUNTED,
  DIRTY,
  GLOBAL,
  holdsMemory,
  indexOf,
  isTable,
  leaf,
  levelSize,
  promise,
  RIGHTS,
  targetOf,
} from "./entry.ts";
import { fill } from "./fill.ts";
import type { Gathered } from "./gathered.ts";
import { mapRange, unmapRange } from "./map.ts";
import { knownRights } from "./paging.ts";
import type { AddressSpace } from "./space.ts";
import { countEntries, follow, tableAt } from "./table.ts";

/** What became of a page that was to be put in. */
/** @base u8 */
export enum Put {
  /** It is there. */
  Done = 0,
  /** Something else is there by now, and stays. */
  Changed = 1,
  NoMemory = 2,
}
/** What the processor notes in an entry by itself. */
const NOTED: u64 = ACCESSED | DIRTY;

/** What is at an address: an entry, and the level where it stands. */
export class Seen extends Struct {
  entry: u64;
  level: u64;
}
export function look(space: ptr<AddressSpace>, linear: usize): Seen {
  const place = follow(targetOf(space.root), linear, 0);
  return { entry: atomicLoad(place.entry), level: place.level };
}

/** Nothing is there yet: tables are made. */
function putFirst(space: ptr<AddressSpace>, linear: usize, physical: usize, rights: u64): Put {
  const flags = space.lock.lock();
  const place = follow(targetOf(space.root), linear, 0);
  const empty = place.entry.value === 0;
  const reached = empty ? fill(addressOf(space.root), linear, physical, PAGE_SIZE, rights) : linear;
  space.lock.unlock(flags);
  if (!empty) return Put.Changed;
  if (reached !== linear) return Put.Done;
  // Tables may have been made.
  unmapRange(space, linear, PAGE_SIZE);
  return Put.NoMemory;
}
/**
 * The page at `linear` is memory at `physical`, to which the mapping holds a reference of its own, if the entry for it still is `old`: 0, or a
 * leaf or promise of 4 KiB. When it comes back no processor knows the old one any more.
 */
export function putPage(
  space: ptr<AddressSpace>,
  linear: usize,
  old: u64,
  physical: usize,
  rights: u64,
): Put {
  const bits = (rights & ~GLOBAL) | COUNTED;
  if (old === 0) return putFirst(space, linear, physical, bits);
  const gathered: Gathered = zeroed();
  let put = Put.Changed;
  const flags = space.lock.lock();
  const place = follow(targetOf(space.root), linear, 0);
  let now = atomicLoad(place.entry);
  while (put === Put.Changed && place.level === 0 && ((now ^ old) & ~NOTED) === 0) {
    const found = atomicCompareExchange(place.entry, now, leaf(physical, 0, knownRights(bits)));
    if (found === now) put = Put.Done;
    else now = found;
  }
  if (put === Put.Done) {
    holdFrame(physical);
    if (holdsMemory(now, 0)) gathered.addLeaf(linear, now, 0);
  }
  space.lock.unlock(flags);
  gathered.release(atomicLoad(addressOf(space.cpus)));
  return put;
}
/** Promises of zeros wherever nothing is, from `start` up to `end`, which are in the same 2 MiB. False: no memory. */
export function promiseGaps(space: ptr<AddressSpace>, start: usize, end: usize, rights: u64): bool {
  const bits = (rights & ~GLOBAL) | COUNTED;
  const flags = space.lock.lock();
  const place = follow(targetOf(space.root), start, 1);
  let reached = end;
  if (place.entry.value === 0) reached = fill(addressOf(space.root), start, NONE, end - start, bits);
  else if (isTable(place.entry.value, place.level)) {
    const table = tableAt(targetOf(place.entry.value));
    let made: u64 = 0;
    for (let i = indexOf(start, 0); i <= indexOf(end - 1, 0); i++) {
      if (table[i] !== 0) continue;
      atomicStore(table.offset(i), promise(knownRights(bits)));
      made++;
    }
    countEntries(place.entry, made);
  }
  space.lock.unlock(flags);
  if (reached === end) return true;
  unmapRange(space, start, PAGE_SIZE);
  return false;
}
/** `physical` becomes a leaf of 2 MiB at `linear`, both multiples of that, if nothing is there; as `putPage`. */
export function putLarge(space: ptr<AddressSpace>, linear: usize, physical: usize, rights: u64): Put {
  const flags = space.lock.lock();
  const place = follow(targetOf(space.root), linear, 1);
  const empty = place.entry.value === 0;
  const reached = empty
    ? fill(addressOf(space.root), linear, physical, levelSize(1), (rights & ~GLOBAL) | COUNTED)
    : linear;
  space.lock.unlock(flags);
  if (!empty) return Put.Changed;
  if (reached !== linear) return Put.Done;
  unmapRange(space, linear, PAGE_SIZE);
  return Put.NoMemory;
}
/**
 * What is mapped from `from` on is mapped at `to` as well, where nothing is yet; promises are left out. False: no memory for tables; then
 * nothing is at `to`.
 */
export function mapAgain(space: ptr<AddressSpace>, from: usize, to: usize, size: usize): bool {
  let done: usize = 0;
  while (done < size) {
    const seen = look(space, from + done);
    const at = (from + done) & (levelSize(seen.level) - 1);
    const bytes = levelSize(seen.level) - at < size - done ? levelSize(seen.level) - at : size - done;
    if (holdsMemory(seen.entry, seen.level)) {
      const rights = seen.entry & RIGHTS;
      if (!mapRange(space, to + done, targetOf(seen.entry) + at, bytes, rights)) {
        if (done > 0) unmapRange(space, to, done);
        return false;
      }
    }
    done += bytes;
  }
  return true;
}
/** Whether all 2 MiB around an address are empty. */
export function isLargeGap(space: ptr<AddressSpace>, linear: usize): bool {
  return follow(targetOf(space.root), alignDown(linear, 1), 1).entry.value === 0;
}
