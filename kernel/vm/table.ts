/**
 * The pages that page tables are made of: where they come from, how they are reached, and how an address is followed down through
 * them. What an entry may say is decided by those who write it.
 */
import { Area, areaBase, NONE, PAGE_SIZE } from "../memory/address.ts";
import { takeBootPage } from "../memory/boot-pages.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { countOf, indexOf, isTable, ROOT_LEVEL, targetOf, withCount } from "./entry.ts";

/** Where physical memory is reached: at its own address until the aliases are there. */
let window: usize = 0;
/** Whether tables come from the frame allocator. */
let allocating: bool = false;
/** Tables that there are; the walker finds as many. */
export let tableCount: u64 = 0;

/** From here on tables are reached through the early area's alias. */
export function useAliasForTables(): void {
  window = areaBase(Area.Early);
}
/** From here on they are the frame allocator's pages. */
export function allocateTables(): void {
  allocating = true;
}
/** A table's entries. */
export function tableAt(physical: usize): ptr<u64> {
  return pointer<u64>(window | physical);
}
/** An empty table, by its physical address; NONE without memory. */
export function takeTable(): usize {
  let table = NONE;
  if (allocating) {
    table = allocatePage();
    if (table !== NONE) memset(tableAt(table), 0, PAGE_SIZE);
  } else table = takeBootPage();
  if (table !== NONE) atomicAdd(addressOf(tableCount), 1);
  return table;
}
/** A page that somebody has taken has become a table. */
export function adoptTable(): void {
  atomicAdd(addressOf(tableCount), 1);
}
/** A table that no processor can come to any more. */
export function giveTable(table: usize): void {
  atomicAdd(addressOf(tableCount), ~u64(0));
  freePage(table);
}

/** One entry more, or less, of the table that `parent` points to is not 0. */
export function countEntries(parent: ptr<u64>, change: u64): void {
  parent.value = withCount(parent.value, countOf(parent.value) + change);
}

/** Where an address has been followed to. */
export class Place extends Struct {
  entry: ptr<u64>;
  level: u64;
}
/** Follows `linear` from a root down to `level`, or to what ends the way before it: a leaf, a promise, nothing. */
export function follow(root: usize, linear: usize, level: u64): Place {
  let table = root;
  for (let at: u64 = ROOT_LEVEL; ; at--) {
    const entry = tableAt(table).offset(indexOf(linear, at));
    const value = atomicLoadRelaxed(entry);
    if (at === level || !isTable(value, at)) return { entry, level: at };
    table = targetOf(value);
  }
}
