/**
 * The pages that page tables are made of: where they come from, how they are reached, and how an address is followed down through them.
 * What an entry may say is decided by those who write it.
 */
import { Area, areaBase } from "../memory/address.ts";
import { takeBootPage } from "../memory/boot-pages.ts";
import { indexOf, isLeaf, PRESENT, ROOT_LEVEL, targetOf, USER, WRITABLE } from "./entry.ts";

/** Where physical memory is reached: at its own address until the aliases are there. */
let window: usize = 0;

/** From here on tables are reached through the early area's alias. */
export function useAliasForTables(): void {
  window = areaBase(Area.Early);
}
/** A table's entries. */
export function tableAt(physical: usize): ptr<u64> {
  return pointer<u64>(window | physical);
}
/** An empty table, by its physical address; NONE without memory. */
export function takeTable(): usize {
  return takeBootPage();
}
/** What points to a table: all rights, since only leaves take some away. */
export function tableEntry(table: usize, linear: usize): u64 {
  return table | PRESENT | WRITABLE | (linear >> 63 === 0 ? USER : 0);
}

/** Where an address has been followed to. */
export class Place extends Struct {
  entry: ptr<u64>;
  level: u64;
}
/** Follows `linear` from a root down to `level`, or to what ends the way before: a leaf, or an entry that is not present. */
export function follow(root: usize, linear: usize, level: u64): Place {
  let table = root;
  for (let at: u64 = ROOT_LEVEL; ; at--) {
    const entry = tableAt(table).offset(indexOf(linear, at));
    if (at === level || (entry.value & PRESENT) === 0 || isLeaf(entry.value, at)) return { entry, level: at };
    table = targetOf(entry.value);
  }
}
