/**
 * A mapping: addresses of the program that one call gave it, or part of one, with the same rights throughout (mmap(2)). What it shows is zeros,
 * or a file from `position` on; where the pages are, the page tables say. Mappings are the nodes of a tree (tree.ts) and do not overlap.
 */
import { free, malloc } from "../../memory/malloc.ts";
import { AddressNode } from "../../vm/address-tree.ts";
import { COUNTED, NO_EXECUTE, WITHHELD, WRITABLE } from "../../vm/entry.ts";
import type { MappedFile } from "./mapped-file.ts";

/** Rights, as mmap(2) has them. */
export const PROT_READ: u32 = 1;
export const PROT_WRITE: u32 = 2;
export const PROT_EXEC: u32 = 4;
export const PROT_ALL: u32 = 7;

// Bits of `flags`.

/** Writes are the file's; of zeros, they stay whatever the program advises. */
export const SHARED: u32 = 1;
/** PROT_WRITE can be had: of shared files, those that were opened for writing. */
export const MAY_WRITE: u32 = 2;
/** MAP_GROWSDOWN: it is shown so, and does not grow. */
export const GROWS_DOWN: u32 = 4;
/** mlock(2). */
export const LOCKED: u32 = 8;
/** MADV_HUGEPAGE, MADV_NOHUGEPAGE. */
export const LARGE_PAGES: u32 = 16;
export const SMALL_PAGES: u32 = 32;
/** MAP_NORESERVE: shown, but nothing is ever reserved. */
export const NO_RESERVE: u32 = 64;

export class Mapping extends AddressNode {
  /** Of the subtree: where its first mapping starts, where its last one ends, and the longest free stretch between two of it. */
  first: usize;
  last: usize;
  gap: usize;
  /** null: zeros. */
  file: ptr<MappedFile> | null;
  /** Where `start` is in the file, in bytes: a multiple of a page. */
  position: u64;
  protection: u32;
  flags: u32;
}

/** What page tables say of pages with these rights; a file's page must not be written before the file knows. */
export function rightsOf(protection: u32, isWritable: bool): u64 {
  if (protection === 0) return COUNTED | NO_EXECUTE | WITHHELD;
  let rights = COUNTED;
  if ((protection & PROT_WRITE) !== 0 && isWritable) rights |= WRITABLE;
  if ((protection & PROT_EXEC) === 0) rights |= NO_EXECUTE;
  return rights;
}
/** Rights of all pages that the mapping has, when it gets them anew. Of shared files' pages each write begins with a fault. */
export function rightsOfPages(mapping: ptr<Mapping>): u64 {
  const isSharedFile = mapping.file !== null && (mapping.flags & SHARED) !== 0;
  return rightsOf(mapping.protection, !isSharedFile);
}
/** The page of the file that an address shows. */
export function indexAt(mapping: ptr<Mapping>, linear: usize): u64 {
  return (mapping.position + (linear - mapping.start)) >> 12;
}
/** Whether two mappings that lie side by side could be one. */
export function isContinued(mapping: ptr<Mapping>, next: ptr<Mapping>): bool {
  if (mapping.end !== next.start || mapping.protection !== next.protection || mapping.flags !== next.flags)
    return false;
  const file = mapping.file;
  const other = next.file;
  if (file === null || other === null) return file === null && other === null;
  return file.node === other.node && mapping.position + (mapping.end - mapping.start) === next.position;
}

/** Records that are taken before anything is changed, so that nothing fails in the middle. */
export class Spares extends Struct {
  first: ptr<AddressNode> | null;

  /** False, and none: there is no memory. */
  take(count: u32): bool {
    for (let i: u32 = 0; i < count; i++) {
      const memory = malloc(sizeof<Mapping>());
      if (memory === null) {
        this.giveBack();
        return false;
      }
      this.put(cast<Mapping>(memory));
    }
    return true;
  }
  put(mapping: ptr<Mapping>): void {
    mapping.left = this.first;
    this.first = mapping;
  }
  next(): ptr<Mapping> {
    const mapping = this.first;
    if (mapping === null) unreachable();
    this.first = mapping.left;
    return cast<Mapping>(mapping);
  }
  giveBack(): void {
    while (this.first !== null) free(this.next());
  }
}
