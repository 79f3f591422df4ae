/**
 * Filling page tables: the largest leaves that fit, tables as they are needed. Only where nothing is mapped yet; what this
 * maps needs no flush, since a processor keeps no translation of what was not present (SDM vol. 3 §4.10.2.3).
 */

import { NONE } from "../memory/address.ts";
import { panicWith } from "../panic.ts";
import { indexOf, isLeaf, leaf, levelSize, PRESENT, ROOT_LEVEL, targetOf } from "./entry.ts";
import { knownRights, largestLeaf } from "./paging.ts";
import { tableAt, tableEntry, takeTable } from "./table.ts";

/** The largest leaf that can begin here. */
function levelFor(linear: usize, physical: usize, size: usize): u64 {
  let level = largestLeaf;
  while (level > 0 && (((linear | physical) & (levelSize(level) - 1)) !== 0 || size < levelSize(level)))
    level--;
  return level;
}
/** Where the entry of `level` for `linear` is, with tables made down to there; null without memory. */
export function makeWay(root: usize, linear: usize, level: u64): ptr<u64> | null {
  let table = root;
  for (let at: u64 = ROOT_LEVEL; at > level; at--) {
    const entry = tableAt(table).offset(indexOf(linear, at));
    if ((entry.value & PRESENT) === 0) {
      const made = takeTable();
      if (made === NONE) return null;
      entry.value = tableEntry(made, linear);
    } else if (isLeaf(entry.value, at)) panicWith("mapped already", "linear", linear, "entry", entry.value);
    table = targetOf(entry.value);
  }
  return tableAt(table).offset(indexOf(linear, level));
}
/** `size` bytes from `linear` become memory from `physical` on. Page-aligned. False: no memory for tables. */
export function mapFresh(root: usize, linear: usize, physical: usize, size: usize, rights: u64): bool {
  const bits = knownRights(rights);
  for (let done: usize = 0; done < size; ) {
    const level = levelFor(linear + done, physical + done, size - done);
    const entry = makeWay(root, linear + done, level);
    if (entry === null) return false;
    if ((entry.value & PRESENT) !== 0)
      panicWith("mapped already", "linear", linear + done, "entry", entry.value);
    entry.value = leaf(physical + done, level, bits);
    done += levelSize(level);
  }
  return true;
}
