/**
 * What has been taken out of page tables and may still be in some processor's TLB: addresses to flush, frames and tables to give
 * back once that is done. A processor may walk a table, and write to memory, until it has answered; so nothing is freed before. Who
 * fills it holds the space's lock; who flushes it does not.
 */
import { PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { COUNTED, levelSize, targetOf } from "./entry.ts";
import { giveTable } from "./table.ts";
import { flushTranslations } from "./tlb.ts";

const CAPACITY: u32 = 32;
/** A leaf, and the tables above it that it leaves empty. */
const ROOM: u32 = 4;
/** In the place of a leaf's level: a table. */
const TABLE: usize = 4;
const LEVEL_MASK: usize = 7;

export class Gathered extends Struct {
  count: u32;
  /** Where a leaf was; of tables, an address that it was for. */
  linear: array<usize, typeof CAPACITY>;
  /** The table or the leaf's memory, with the level in the low bits; 0 for a leaf that is not counted. */
  physical: array<usize, typeof CAPACITY>;

  isFull(): bool {
    return this.count + ROOM > CAPACITY;
  }
  private add(linear: usize, physical: usize): void {
    this.linear[this.count] = linear;
    this.physical[this.count] = physical;
    this.count++;
  }
  addLeaf(linear: usize, entry: u64, level: u64): void {
    this.add(linear, (entry & COUNTED) !== 0 ? targetOf(entry) | level : 0);
  }
  addTable(linear: usize, table: usize): void {
    this.add(linear, table | TABLE);
  }
  /** Waits until no processor in `cpus` knows of it any more, then gives all of it back. Empty after that. */
  release(cpus: u32): void {
    if (this.count === 0) return;
    flushTranslations(cpus, addressOf(this.linear[0]), this.count);
    for (let i: u32 = 0; i < this.count; i++) if (this.physical[i] !== 0) giveBack(this.physical[i]);
    this.count = 0;
  }
}
static_assert(sizeof<Gathered>() <= 1024);

/** Each frame of a leaf is counted by itself. */
function giveBack(what: usize): void {
  const level = what & LEVEL_MASK;
  const physical = what & ~LEVEL_MASK;
  if (level === TABLE) giveTable(physical);
  else for (let done: usize = 0; done < levelSize(level); done += PAGE_SIZE) dropFrame(physical + done);
}
