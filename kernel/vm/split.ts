/**
 * Splitting: a large leaf or promise becomes a table of smaller ones that say the same, so that part of it can be changed. Nothing needs a
 * flush: all translations stay right, and INVLPG later forgets a large one by any address in it (SDM vol. 3 §4.10.4.1).
 */
import { NONE } from "../memory/address.ts";
import {
  ENTRIES,
  holdsMemory,
  indexOf,
  isTable,
  LARGE,
  levelSize,
  ROOT_LEVEL,
  tableEntry,
  targetOf,
} from "./entry.ts";
import { giveTable, tableAt, takeTable } from "./table.ts";

/** Fills `table` with what `entry`, of the level above `level`, says. */
export function divide(table: usize, entry: u64, level: u64): void {
  const entries = tableAt(table);
  const below = level === 0 ? entry & ~LARGE : entry;
  const step = holdsMemory(entry, level + 1) ? levelSize(level) : 0;
  for (let i: usize = 0; i < ENTRIES; i++) entries[i] = below + i * step;
}
/** Whether `linear` is inside of what an entry of this level stands for, and not its first address. */
function isInside(linear: usize, level: u64): bool {
  return (linear & (levelSize(level) - 1)) !== 0;
}
/** How many tables it takes until an entry begins at `linear`. */
export function tablesToSplit(root: u64, linear: usize): u64 {
  let table = targetOf(root);
  for (let level: u64 = ROOT_LEVEL; level > 0; level--) {
    if (!isInside(linear, level)) return 0;
    const value = tableAt(table)[indexOf(linear, level)];
    if (isTable(value, level)) table = targetOf(value);
    else if (value === 0) return 0;
    else {
      let tables: u64 = 0;
      for (let at = level; isInside(linear, at); at--) tables++;
      return tables;
    }
  }
  return 0;
}
/** Tables that are taken before anything is changed, so that nothing has to be undone. */
export class SpareTables extends Struct {
  count: u64;
  tables: array<usize, 8>;

  /** `count` tables, at most 8. False, and none: no memory. */
  take(count: u64): bool {
    while (this.count < count) {
      const table = takeTable();
      if (table === NONE) {
        this.giveBack();
        return false;
      }
      this.tables[this.count++] = table;
    }
    return true;
  }
  giveBack(): void {
    while (this.count > 0) giveTable(this.tables[--this.count]);
  }
}
/**
 * Splits until an entry begins at `linear`, or nothing is there. A fault may make a promise into something else in the same
 * moment, so entries are exchanged; then it takes less tables than `tablesToSplit` has said, never more.
 */
export function splitAt(root: u64, linear: usize, spare: ptr<SpareTables>): void {
  let table = targetOf(root);
  for (let level: u64 = ROOT_LEVEL; level > 0 && isInside(linear, level); level--) {
    const entry = tableAt(table).offset(indexOf(linear, level));
    let value = atomicLoad(entry);
    while (value !== 0 && !isTable(value, level)) {
      const made = spare.tables[--spare.count];
      divide(made, value, level - 1);
      const found = atomicCompareExchange(entry, value, tableEntry(made, ENTRIES));
      if (found !== value) spare.tables[spare.count++] = made;
      value = found === value ? entry.value : found;
    }
    if (value === 0) return;
    table = targetOf(value);
  }
}
