/**
 * Emptying page tables: whole leaves and promises go, and tables that are empty then. What large leaves cover in part has been split
 * before (split.ts). Who calls holds the space's lock, and releases what has been gathered without it.
 */
import { panicWith } from "../panic.ts";
import { alignUp, countOf, holdsMemory, indexOf, isTable, levelSize, ROOT_LEVEL, targetOf } from "./entry.ts";
import type { Gathered } from "./gathered.ts";
import { countEntries, tableAt } from "./table.ts";

/** How far it is. */
class Clearing extends Struct {
  at: usize;
  gathered: ptr<Gathered>;
}

/** Empties what the table that `parent` points to, of entries of `level`, covers up to `end`. */
function clearTable(c: ptr<Clearing>, parent: ptr<u64>, level: u64, end: usize): void {
  const table = tableAt(targetOf(parent.value));
  while (c.at < end && !c.gathered.isFull()) {
    const entry = table.offset(indexOf(c.at, level));
    const above = alignUp(c.at, level);
    const next = above === 0 || above > end ? end : above;
    if (isTable(entry.value, level)) {
      const from = c.at;
      clearTable(c, entry, level - 1, next);
      if (countOf(entry.value) === 0) {
        c.gathered.addTable(from, targetOf(entry.value));
        atomicStore(entry, 0);
        countEntries(parent, ~u64(0));
      }
      continue;
    }
    if (entry.value !== 0) {
      if (next - c.at !== levelSize(level))
        panicWith("part of a large leaf unmapped", "linear", c.at, "entry", entry.value);
      const old = atomicExchange(entry, 0);
      if (holdsMemory(old, level)) c.gathered.addLeaf(c.at, old, level);
      countEntries(parent, ~u64(0));
    }
    c.at = next;
  }
}
/** Empties from `linear` up to `end`, or as much as can be gathered. Gives the address that it has come to. */
export function clear(root: ptr<u64>, linear: usize, end: usize, gathered: ptr<Gathered>): usize {
  const c: Clearing = { at: linear, gathered };
  clearTable(addressOf(c), root, ROOT_LEVEL, end);
  return c.at;
}
