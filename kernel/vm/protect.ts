/**
 * Changing rights of what is mapped or promised. What large leaves cover in part has been split before. What is not there is passed over.
 * Who calls holds the space's lock, and flushes what has been gathered without it.
 */
import { panicWith } from "../panic.ts";
import {
  alignUp,
  BORROWED,
  COUNTED,
  indexOf,
  isLeaf,
  isTable,
  isWithheld,
  levelSize,
  NO_EXECUTE,
  PRESENT,
  ROOT_LEVEL,
  released,
  targetOf,
  UNCACHED,
  WITHHELD,
  WRITABLE,
  withheld,
} from "./entry.ts";
import type { Gathered } from "./gathered.ts";
import { knownRights } from "./paging.ts";
import { tableAt } from "./table.ts";

/** What can be changed; the rest of an entry stays. */
const CHANGED: u64 = WRITABLE | NO_EXECUTE | UNCACHED;

class Protecting extends Struct {
  at: usize;
  rights: u64;
  gathered: ptr<Gathered>;
}

/** What an entry becomes. */
function changed(old: u64, rights: u64): u64 {
  let now = (old & ~CHANGED) | (rights & CHANGED);
  if ((old & BORROWED) !== 0) now &= ~WRITABLE;
  if ((rights & WITHHELD) !== 0) return withheld(now);
  return isWithheld(now) ? released(now) : now;
}
/** Whether a translation that a TLB has kept allows more than the new entry, or caches otherwise. */
function takesAway(old: u64, now: u64): bool {
  return (
    (old & ~now & (WRITABLE | PRESENT)) !== 0 ||
    (now & ~old & NO_EXECUTE) !== 0 ||
    ((old ^ now) & UNCACHED) !== 0
  );
}
function change(p: ptr<Protecting>, entry: ptr<u64>, level: u64): void {
  // The processor sets A and D, and a fault redeems a promise, at any time.
  let old = atomicLoad(entry);
  for (;;) {
    const now = changed(old, p.rights);
    const found = atomicCompareExchange(entry, old, now);
    if (found !== old) {
      old = found;
      continue;
    }
    if (isLeaf(old, level) && takesAway(old, now)) p.gathered.addLeaf(p.at, old & ~COUNTED, level);
    return;
  }
}
function protectTable(p: ptr<Protecting>, table: usize, level: u64, end: usize): void {
  while (p.at < end && !p.gathered.isFull()) {
    const entry = tableAt(table).offset(indexOf(p.at, level));
    const above = alignUp(p.at, level);
    const next = above === 0 || above > end ? end : above;
    if (isTable(entry.value, level)) {
      protectTable(p, targetOf(entry.value), level - 1, next);
      continue;
    }
    if (entry.value !== 0) {
      if (next - p.at !== levelSize(level))
        panicWith("part of a large leaf protected", "linear", p.at, "entry", entry.value);
      change(p, entry, level);
    }
    p.at = next;
  }
}
/** Gives what is mapped from `linear` up to `end` other rights, as far as can be gathered. Gives the address that it has come to. */
export function protect(root: u64, linear: usize, end: usize, rights: u64, gathered: ptr<Gathered>): usize {
  const p: Protecting = { at: linear, rights: knownRights(rights) & (CHANGED | WITHHELD), gathered };
  protectTable(addressOf(p), targetOf(root), ROOT_LEVEL, end);
  return p.at;
}
