/**
 * What has been taken out of page tables and may still be in some processor's TLB: addresses to flush, frames and tables to give
 * back once that is done. A processor may walk a table, and write to memory, until it has answered; so nothing is freed before. Who
 * fills it holds the space's lock; who flushes it does not.
 */
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { COUNTED, levelSize, targetOf } from "./entry.ts";
import { giveTable } from "./table.ts";
import { flushTranslations } from "./tlb.ts";

const CAPACITY: u32 = 48;
/** A leaf, and the tables above it that it leaves empty. */
const ROOM: u32 = 4;
/** What `level` says of a table. */
const TABLE: u8 = 255;

export class Gathered extends Struct {
  count: u32;
  /** Where a leaf was; of tables, an address that it was for. */
  linear: array<usize, typeof CAPACITY>;
  /** The leaf's memory, or NONE if it is not counted; the table. */
  physical: array<usize, typeof CAPACITY>;
  level: array<u8, typeof CAPACITY>;

  isFull(): bool {
    return this.count + ROOM > CAPACITY;
  }
  private add(linear: usize, physical: usize, level: u8): void {
    this.linear[this.count] = linear;
    this.physical[this.count] = physical;
    this.level[this.count] = level;
    this.count++;
  }
  addLeaf(linear: usize, entry: u64, level: u64): void {
    this.add(linear, (entry & COUNTED) !== 0 ? targetOf(entry) : NONE, truncate<u8>(level));
  }
  addTable(linear: usize, table: usize): void {
    this.add(linear, table, TABLE);
  }
  /** Waits until no processor in `cpus` knows of it any more, then gives all of it back. Empty after that. */
  release(cpus: u32): void {
    if (this.count === 0) return;
    flushTranslations(cpus, addressOf(this.linear[0]), this.count);
    for (let i: u32 = 0; i < this.count; i++) {
      if (this.level[i] === TABLE) giveTable(this.physical[i]);
      else if (this.physical[i] !== NONE) drop(this.physical[i], levelSize(u64(this.level[i])));
    }
    this.count = 0;
  }
}
static_assert(sizeof<Gathered>() <= 1024);

/** Each frame of a leaf is counted by itself. */
function drop(physical: usize, size: usize): void {
  for (let done: usize = 0; done < size; done += PAGE_SIZE) dropFrame(physical + done);
}
