/**
 * The memory of a program: its mappings, and the address space whose page tables show what of them is there. The mappings say what an address
 * is; page tables are filled as it is touched (fault.ts) and may be emptied at any time. Lock order: a node's, this one, a file's pages.
 */
import { PAGE_SIZE } from "../../memory/address.ts";
import { free } from "../../memory/malloc.ts";
import type { RwLock } from "../../thread/rw-lock.ts";
import { unmapRange } from "../../vm/map.ts";
import { type AddressSpace, PROGRAMS_END, PROGRAMS_START } from "../../vm/space.ts";
import { dropMapped } from "./mapped-file.ts";
import type { Mapping } from "./mapping.ts";
import { findFrom, remove, type Tree } from "./tree.ts";

/** RLIM_INFINITY (getrlimit(2)). */
export const UNLIMITED: u64 = 0xffff_ffff_ffff_ffff;
/** RLIMIT_MEMLOCK, until the program says otherwise. */
export const LOCK_LIMIT: u64 = 8 << 20;
/** As /proc/sys/vm/max_map_count has it. */
export const MOST_MAPPINGS: u32 = 65530;
/** Below here free places are looked for, from above: Linux's mmap_base for a stack of 8 MiB, without randomisation. */
export const PLACES_END: usize = 0x7fff_f7ff_f000;

export class ProgramMemory extends Struct {
  space: ptr<AddressSpace>;
  /** Held for reading by page faults, for writing by who changes mappings or takes pages out. */
  lock: RwLock;
  tree: Tree;
  mappings: u32;
  /** Of all mappings. */
  bytes: u64;
  /** RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK. */
  limit: u64;
  dataLimit: u64;
  lockLimit: u64;
  /** brk(2): where the heap begins and ends. */
  heapStart: usize;
  heapEnd: usize;
  /** An address in the first thread's stack, for people. */
  stack: usize;
  /** mlockall(MCL_FUTURE). */
  locksAll: bool;
}

/** The program's; null: there is none. */
let current: ptr<ProgramMemory> | null = null;

export function programMemory(): ptr<ProgramMemory> | null {
  return current;
}
/** An empty memory in a space that was cloned for it; it is the program's from here on. */
export function openMemory(memory: ptr<ProgramMemory>, space: ptr<AddressSpace>): void {
  memory.value = init({ space, limit: UNLIMITED, dataLimit: UNLIMITED, lockLimit: LOCK_LIMIT });
  current = memory;
}
/** Nothing is mapped any more; what a file has not got yet is still to be written back. The heap is nowhere. */
export function clearMemory(memory: ptr<ProgramMemory>): void {
  memory.lock.lockWrite();
  unmapRange(memory.space, PROGRAMS_START, PROGRAMS_END - PROGRAMS_START);
  for (;;) {
    const mapping = findFrom(memory.tree, 0);
    if (mapping === null) break;
    takeOut(memory, mapping);
  }
  memory.heapStart = 0;
  memory.heapEnd = 0;
  memory.stack = 0;
  memory.locksAll = false;
  memory.lock.unlockWrite();
}
/** `clearMemory` for good; the space is for the caller to release. No thread of the program runs. */
export function releaseMemory(memory: ptr<ProgramMemory>): void {
  clearMemory(memory);
  if (current === memory) current = null;
}
/** A mapping is none of the memory's any more, and is freed. */
export function takeOut(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>): void {
  if (memory.tree !== null) memory.tree = remove(memory.tree, mapping.start);
  memory.mappings--;
  memory.bytes -= mapping.end - mapping.start;
  const file = mapping.file;
  free(mapping);
  if (file !== null) dropMapped(file);
}

/** Whether a range is whole pages of a program's, and not empty. */
export function isPages(start: usize, bytes: usize): bool {
  return (
    bytes !== 0 &&
    ((start | bytes) & (PAGE_SIZE - 1)) === 0 &&
    start >= PROGRAMS_START &&
    start < PROGRAMS_END &&
    bytes <= PROGRAMS_END - start
  );
}
/** Bytes rounded up to pages; 0 if that is more than there are addresses. */
export function pagesUp(bytes: usize): usize {
  return (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}
