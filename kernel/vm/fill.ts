/**
 * Filling page tables: leaves, the largest that fit, or promises; tables are made as they are needed. Only where nothing is yet.
 * It needs no flush: a processor keeps no translation of what is not present (SDM vol. 3 §4.10.2.3). Who calls holds the
 * space's lock.
 */
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { holdFrame } from "../memory/frame.ts";
import { panicWith } from "../panic.ts";
import {
  alignUp,
  COUNTED,
  indexOf,
  isTable,
  leaf,
  levelSize,
  PERMANENT,
  promise,
  ROOT_LEVEL,
  tableEntry,
  targetOf,
} from "./entry.ts";
import { knownRights, largestLeaf } from "./paging.ts";
import { countEntries, tableAt, takeTable } from "./table.ts";

/** Promises reach over 1 GiB at most, on every processor. */
const LARGEST_PROMISE: u64 = 2;

/** What is to be filled in, and how far it is. */
class Filling extends Struct {
  at: usize;
  end: usize;
  /** What `at` will show; NONE for promises. */
  physical: usize;
  rights: u64;
  /** Of the largest leaf or promise. */
  largest: u64;
}

/** Whether a leaf or promise of this level can begin here. */
function fits(f: ptr<Filling>, level: u64): bool {
  if (level > f.largest) return false;
  const size = levelSize(level);
  const bits = f.physical === NONE ? f.at : f.at | f.physical;
  return (bits & (size - 1)) === 0 && f.end - f.at >= size;
}
/** Each frame of a leaf is counted by itself. */
function hold(physical: usize, size: usize): void {
  for (let done: usize = 0; done < size; done += PAGE_SIZE) holdFrame(physical + done);
}
function put(f: ptr<Filling>, entry: ptr<u64>, level: u64): void {
  if (entry.value !== 0) panicWith("mapped already", "linear", f.at, "entry", entry.value);
  if (f.physical === NONE) atomicStoreRelease(entry, promise(f.rights));
  else {
    if ((f.rights & COUNTED) !== 0) hold(f.physical, levelSize(level));
    atomicStoreRelease(entry, leaf(f.physical, level, f.rights));
    f.physical += levelSize(level);
  }
  f.at += levelSize(level);
}
/** Fills what the table that `parent` points to, of entries of `level`, covers up to `end`. False: no memory for a table. */
function fillTable(f: ptr<Filling>, parent: ptr<u64>, level: u64, end: usize): bool {
  const table = tableAt(targetOf(parent.value));
  while (f.at < end) {
    const entry = table.offset(indexOf(f.at, level));
    if (fits(f, level)) {
      put(f, entry, level);
      countEntries(parent, 1);
      continue;
    }
    if (entry.value === 0) {
      const made = takeTable();
      if (made === NONE) return false;
      // Copies of the root point to the kernel's tables as well: those stay.
      const shared = level === ROOT_LEVEL && f.at >> 63 !== 0;
      atomicStoreRelease(entry, tableEntry(made, shared ? PERMANENT : 0));
      countEntries(parent, 1);
    } else if (!isTable(entry.value, level))
      panicWith("mapped already", "linear", f.at, "entry", entry.value);
    const next = alignUp(f.at, level);
    if (!fillTable(f, entry, level - 1, next === 0 || next > end ? end : next)) return false;
  }
  return true;
}

/**
 * `size` bytes from `linear` become memory from `physical` on, or promises of zeros if that is NONE. All are multiples of a page. Gives
 * the address that it has come to: the end, or where there was no memory for a table.
 */
export function fill(root: ptr<u64>, linear: usize, physical: usize, size: usize, rights: u64): usize {
  const largest = physical === NONE ? LARGEST_PROMISE : largestLeaf;
  const f: Filling = { at: linear, end: linear + size, physical, rights: knownRights(rights), largest };
  fillTable(addressOf(f), root, ROOT_LEVEL, f.end);
  return f.at;
}
