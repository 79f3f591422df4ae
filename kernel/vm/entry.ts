/**
 * An entry of a page table, 64 bits: nothing (0), a pointer to the next table, a leaf, which is memory, or a promise: not present, to be
 * a page of zeros when it is first touched. Leaves and promises can be withheld: they are kept, but nobody may touch them. SDM vol. 3
 * §4.5, four levels. Here are the bits, the levels, and what of an address selects what; nothing here touches a table.
 *
 *     63  62 61     52 51                   12 11  10   9   8   7   6   5   4   3   2   1   0
 *     NX │  │       B │ physical address      │   │   │ C │ G │ PS│ D │ A │PCD│PWT│ 0 │ W │ 1   a leaf
 *     0  │  │ count   │ table                 │                     │ A │       │ 0 │ 1 │ 1   a table
 *     NX │ 0                                  │ Z │   │ C │ G │           │PCD│PWT│ 0 │ W │ 0   a promise
 *     NX │  │       B │ physical address, or 0│ 0 │ H │ C │ G │ PS│ D │ A │PCD│PWT│ 0 │ W │ 0   either of them withheld
 *
 * U, for ring 3, is never set: there is none. C counts: the leaf holds references to its frames. Z: zeros. B: borrowed. H: withheld.
 *
 *     47      39 38      30 29      21 20      12 11        0
 *     level 3   │ level 2  │ level 1  │ level 0  │ offset        of a linear address
 *       512 GiB      1 GiB      2 MiB      4 KiB                 that one entry of the level stands for
 */
import { PAGE_SHIFT } from "../memory/address.ts";

export const PRESENT: u64 = 1;
export const WRITABLE: u64 = 2;
export const WRITE_THROUGH: u64 = 8;
export const CACHE_DISABLE: u64 = 0x10;
export const ACCESSED: u64 = 0x20;
export const DIRTY: u64 = 0x40;
/** Levels 1 and 2: a leaf of 2 MiB, 1 GiB. In level 0 this bit is PAT's, which stays 0. */
export const LARGE: u64 = 0x80;
/** Stays in the TLB when CR3 is loaded. */
export const GLOBAL: u64 = 0x100;
/** Ours: the mapping holds a reference to its frame, and gives it back when it goes. */
export const COUNTED: u64 = 0x200;
/** Ours, of entries that are not present: a promise of zeros. */
export const PROMISE: u64 = 0x800;
/** Ours, of entries that are not present: a leaf, or without an address a promise, that cannot be touched until it has rights again. */
export const WITHHELD: u64 = 0x400;
/** Ours, of leaves of 4 KiB: the memory is somebody else's, and is not written here whatever rights the mapping gets. */
export const BORROWED: u64 = 0x10_0000_0000_0000;
export const NO_EXECUTE: u64 = 0x8000_0000_0000_0000;
/** Of a table entry, or of a leaf of 4 KiB. */
export const ADDRESS_MASK: u64 = 0x000f_ffff_ffff_f000;
/** Not cached, writes in order: PAT's entry 3 as it is after reset (SDM vol. 3 §11.12.4). */
export const UNCACHED: u64 = CACHE_DISABLE | WRITE_THROUGH;

/**
 * Of an entry that points to a table: how many of the table's entries are not 0. A table without any is given back at once. PERMANENT:
 * not counted, never given back.
 */
const COUNT_SHIFT: u64 = 52;
const COUNT_MASK: u64 = 0x3ff;
export const PERMANENT: u64 = 0x3ff;

/** What a mapping may be given; the rest of a leaf's bits is the processor's, or follows from where it stands. */
export const RIGHTS: u64 = WRITABLE | UNCACHED | GLOBAL | COUNTED | BORROWED | NO_EXECUTE;
/** The kernel's kinds of memory. None is both writable and executable. */
export const CODE: u64 = GLOBAL;
export const CONSTANTS: u64 = GLOBAL | NO_EXECUTE;
export const DATA: u64 = GLOBAL | WRITABLE | NO_EXECUTE;
export const DEVICE: u64 = DATA | UNCACHED;

/** Entries of a table. */
export const ENTRIES: usize = 512;
/** The root's: a PML4. Leaves are at 0, 1, and where the processor has leaves of 1 GiB, 2. */
export const ROOT_LEVEL: u64 = 3;
const INDEX_BITS: u64 = 9;

/**
 * Bits of an address below what selects an entry of this level: 12, 21, 30, 39.
 * @inline
 */
export function levelShift(level: u64): u64 {
  return PAGE_SHIFT + INDEX_BITS * level;
}
/** Bytes that an entry of this level stands for. */
export function levelSize(level: u64): usize {
  return usize(1) << levelShift(level);
}
/**
 * Which entry of a table of this level an address selects.
 * @inline
 */
export function indexOf(linear: usize, level: u64): usize {
  return (linear >> levelShift(level)) & (ENTRIES - 1);
}
/** The first address for which an entry of the level stands, of those that it shares with `linear`. */
export function alignDown(linear: usize, level: u64): usize {
  return linear & ~(levelSize(level) - 1);
}
/** The first address behind those; 0 at the end of the address space. */
export function alignUp(linear: usize, level: u64): usize {
  return alignDown(linear, level) + levelSize(level);
}
/** Whether an entry of this level points to a table. */
export function isTable(entry: u64, level: u64): bool {
  return level > 0 && (entry & PRESENT) !== 0 && (level === ROOT_LEVEL || (entry & LARGE) === 0);
}
/** Whether an entry of this level is memory. */
export function isLeaf(entry: u64, level: u64): bool {
  return (entry & PRESENT) !== 0 && !isTable(entry, level);
}
export function isPromise(entry: u64): bool {
  return (entry & (PRESENT | PROMISE)) === PROMISE;
}
export function isWithheld(entry: u64): bool {
  return (entry & (PRESENT | WITHHELD)) === WITHHELD;
}
/** Whether an entry of this level stands for memory that there is, withheld or not. */
export function holdsMemory(entry: u64, level: u64): bool {
  return isLeaf(entry, level) || (isWithheld(entry) && targetOf(entry) !== 0);
}
/** A leaf or promise that cannot be touched any more. */
export function withheld(entry: u64): u64 {
  return (entry & ~(PRESENT | PROMISE)) | WITHHELD;
}
/** What it was before. */
export function released(entry: u64): u64 {
  return (entry & ~WITHHELD) | (targetOf(entry) === 0 ? PROMISE : PRESENT);
}
/** Where the table or the memory lies that a present entry points to. */
export function targetOf(entry: u64): usize {
  return entry & ADDRESS_MASK;
}
/** A leaf for memory at `physical`. */
export function leaf(physical: usize, level: u64, rights: u64): u64 {
  return physical | rights | PRESENT | (level > 0 ? LARGE : 0);
}
/** Memory of zeros at the first touch. */
export function promise(rights: u64): u64 {
  return rights | PROMISE;
}
/** What points to a table with `count` entries: all rights, since leaves alone take some away. */
export function tableEntry(table: usize, count: u64): u64 {
  return table | PRESENT | WRITABLE | (count << COUNT_SHIFT);
}
export function countOf(entry: u64): u64 {
  return (entry >> COUNT_SHIFT) & COUNT_MASK;
}
/** The entry with another count, unless its table is permanent. */
export function withCount(entry: u64, count: u64): u64 {
  return countOf(entry) === PERMANENT
    ? entry
    : (entry & ~(COUNT_MASK << COUNT_SHIFT)) | (count << COUNT_SHIFT);
}
