/**
 * Keeping promises: what is not present, but promised, becomes a page of zeros. No lock is taken: an entry is exchanged for what it
 * becomes if it still is what it was, and whoever comes second finds the first one's page. Interrupts are off meanwhile, so no table goes
 * away under it (tlb.ts). Counts of tables stay right, since an entry that was not 0 becomes another one.
 */
import { NONE } from "../memory/address.ts";
import {
  ENTRIES,
  indexOf,
  isLeaf,
  isPromise,
  isTable,
  leaf,
  RIGHTS,
  ROOT_LEVEL,
  tableEntry,
  targetOf,
} from "./entry.ts";
import { clearPage, giveFaultPage, type Source, takeFaultPage } from "./fault-pages.ts";
import { divide } from "./split.ts";
import { adoptTable, tableAt } from "./table.ts";

/** What became of an access. */
/** @base u8 */
export enum Outcome {
  /** Nothing is mapped or promised there. */
  Absent = 0,
  /** There is memory now. */
  Present = 1,
  /** There should be, but no page was left. */
  NoMemory = 2,
}

/** The promise becomes a page of zeros, or if it is for more, a table of promises. False: no page was left. */
function keep(entry: ptr<u64>, value: u64, level: u64, source: Source): bool {
  const page = takeFaultPage(source);
  if (page === NONE) return false;
  let now: u64 = 0;
  if (level === 0) {
    clearPage(page);
    now = leaf(page, 0, value & RIGHTS);
  } else {
    divide(page, value, level - 1);
    now = tableEntry(page, ENTRIES);
  }
  if (atomicCompareExchange(entry, value, now) !== value) giveFaultPage(page, source);
  else if (level > 0) adoptTable();
  return true;
}
/** Sees to it that what is promised at an address is there. Interrupts are off. */
export function demand(root: u64, linear: usize, source: Source): Outcome {
  let table = targetOf(root);
  for (let level: u64 = ROOT_LEVEL; ; ) {
    const entry = tableAt(table).offset(indexOf(linear, level));
    const value = atomicLoad(entry);
    if (isTable(value, level)) {
      table = targetOf(value);
      level--;
    } else if (isLeaf(value, level)) return Outcome.Present;
    else if (!isPromise(value)) return Outcome.Absent;
    else if (!keep(entry, value, level, source)) return Outcome.NoMemory;
  }
}
