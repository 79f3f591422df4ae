/**
 * New mappings and their end: mmap(2), munmap(2). Nothing is put into page tables: pages come as they are touched. Checks are in Linux's order
 * (mm/mmap.c's do_mmap); what runs out is -ENOMEM, and then nothing has changed.
 */
import { EAGAIN, EEXIST, EINVAL, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM } from "../../fs/errno.ts";
import type { Name } from "../../fs/name.ts";
import type { Node } from "../../fs/node.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { unmapRange } from "../../vm/map.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../../vm/space.ts";
import { bytesIn, cutAt, join, putIn, takeOutRange } from "./edit.ts";
import { fitsLocked, mayLock } from "./lock-pages.ts";
import { dropMapped, type MappedFile, openMapped } from "./mapped-file.ts";
import {
  GROWS_DOWN,
  LOCKED,
  MAY_WRITE,
  type Mapping,
  NO_RESERVE,
  PROT_ALL,
  SHARED,
  type Spares,
} from "./mapping.ts";
import { populate } from "./populate.ts";
import { MOST_MAPPINGS, PLACES_END, type ProgramMemory, pagesUp } from "./program-memory.ts";
import { find, findPlace, isFree } from "./tree.ts";

/** mmap(2)'s flags. */
export const MAP_SHARED: u64 = 1;
export const MAP_PRIVATE: u64 = 2;
export const MAP_SHARED_VALIDATE: u64 = 3;
export const MAP_TYPE: u64 = 15;
export const MAP_FIXED: u64 = 0x10;
export const MAP_ANONYMOUS: u64 = 0x20;
export const MAP_32BIT: u64 = 0x40;
export const MAP_GROWSDOWN: u64 = 0x100;
export const MAP_LOCKED: u64 = 0x2000;
export const MAP_NORESERVE: u64 = 0x4000;
export const MAP_POPULATE: u64 = 0x8000;
export const MAP_NONBLOCK: u64 = 0x1_0000;
export const MAP_HUGETLB: u64 = 0x4_0000;
export const MAP_FIXED_NOREPLACE: u64 = 0x10_0000;
/** What MAP_SHARED_VALIDATE lets pass (LEGACY_MAP_MASK): MAP_DENYWRITE, MAP_EXECUTABLE and MAP_STACK beside the above. */
const KNOWN: u64 = 0x7_f973;
/** MAP_32BIT's addresses. */
const LOW_START: usize = 0x4000_0000;
const LOW_END: usize = 0x8000_0000;

/** What is to be mapped. */
export class Wanted extends Struct {
  address: usize;
  bytes: usize;
  /** PROT_ and MAP_ bits. */
  protection: u64;
  flags: u64;
  /** null: zeros. Whether it can be mapped at all, and read, has been seen to. */
  node: ptr<Node> | null;
  /** By which it was opened. */
  name: ptr<Name> | null;
  position: u64;
  /** The file may be changed by this mapping if it is shared. */
  mayWrite: bool;
}

/** Where nothing is; 0: nowhere. Who calls holds the lock. */
export function placeFor(memory: ptr<ProgramMemory>, hint: usize, size: usize, flags: u64): usize {
  const at = hint & ~(PAGE_SIZE - 1);
  if (at >= PROGRAMS_START && size <= PROGRAMS_END - PROGRAMS_START && at <= PROGRAMS_END - size) {
    if (isFree(memory.tree, at, at + size)) return at;
  }
  if ((flags & MAP_32BIT) !== 0) return findPlace(memory.tree, LOW_START, LOW_END, size);
  const place = findPlace(memory.tree, PROGRAMS_START, PLACES_END, size);
  return place !== 0 ? place : findPlace(memory.tree, PROGRAMS_START, PROGRAMS_END, size);
}
/** Whether `start` can be an address that somebody insists on; 0, or the negative of an error. */
export function checkFixed(start: usize, size: usize): i64 {
  if (size > PROGRAMS_END || start > PROGRAMS_END - size) return -ENOMEM;
  if ((start & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  return start < PROGRAMS_START ? -EPERM : 0;
}
/** The address for it, or the negative of an error. */
function choose(memory: ptr<ProgramMemory>, wanted: ptr<Wanted>, size: usize): i64 {
  if (size > PROGRAMS_END) return -ENOMEM;
  if ((wanted.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) === 0) {
    const place = placeFor(memory, wanted.address, size, wanted.flags);
    return place === 0 ? -ENOMEM : i64(place);
  }
  const status = checkFixed(wanted.address, size);
  if (status !== 0) return status;
  const isTaken = !isFree(memory.tree, wanted.address, wanted.address + size);
  if ((wanted.flags & MAP_FIXED_NOREPLACE) !== 0 && isTaken) return -EEXIST;
  return i64(wanted.address);
}
/** Whether the kind of mapping is one that there is, for a file or zeros. */
function checkType(wanted: ptr<Wanted>): i64 {
  const type = wanted.flags & MAP_TYPE;
  const growsDown = (wanted.flags & MAP_GROWSDOWN) !== 0;
  if (wanted.node === null) {
    if (type === MAP_SHARED) return growsDown ? -EINVAL : 0;
    return type === MAP_PRIVATE ? 0 : -EINVAL;
  }
  if (type === MAP_SHARED_VALIDATE && (wanted.flags & ~KNOWN) !== 0) return -EOPNOTSUPP;
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) return -EINVAL;
  return growsDown ? -EINVAL : 0;
}
function flagsOf(memory: ptr<ProgramMemory>, wanted: ptr<Wanted>): u32 {
  let flags: u32 = 0;
  if ((wanted.flags & MAP_TYPE) !== MAP_PRIVATE) flags |= SHARED;
  if (wanted.node === null || (flags & SHARED) === 0 || wanted.mayWrite) flags |= MAY_WRITE;
  if ((wanted.flags & MAP_GROWSDOWN) !== 0) flags |= GROWS_DOWN;
  if ((wanted.flags & MAP_NORESERVE) !== 0) flags |= NO_RESERVE;
  if ((wanted.flags & MAP_LOCKED) !== 0 || memory.locksAll) flags |= LOCKED;
  return flags;
}
/** The lock is held for writing. Gives the address, or the negative of an error. */
function mapLocked(memory: ptr<ProgramMemory>, wanted: ptr<Wanted>, size: usize): i64 {
  if (memory.mappings > MOST_MAPPINGS) return -ENOMEM;
  const chosen = choose(memory, wanted, size);
  if (chosen < 0) return chosen;
  const start = usize(chosen);
  const end = start + size;
  if ((wanted.flags & MAP_LOCKED) !== 0 && !mayLock(memory)) return -EPERM;
  if ((flagsOf(memory, wanted) & LOCKED) !== 0 && !fitsLocked(memory, size)) return -EAGAIN;
  const status = checkType(wanted);
  if (status !== 0) return status;
  const more = size - bytesIn(memory, start, end);
  if (memory.bytes + more > memory.limit) return -ENOMEM;
  const spares: Spares = init({});
  if (!spares.take(3)) return -ENOMEM;
  let file: ptr<MappedFile> | null = null;
  if (wanted.node !== null) {
    file = openMapped(wanted.node, wanted.name);
    if (file === null) {
      spares.giveBack();
      return -ENOMEM;
    }
  }
  if (!emptyLocked(memory, start, end, addressOf(spares))) {
    if (file !== null) dropMapped(file);
    spares.giveBack();
    return -ENOMEM;
  }
  const mapping = spares.next();
  mapping.value = init<Mapping>({
    start,
    end,
    file,
    position: wanted.position,
    protection: truncate<u32>(wanted.protection) & PROT_ALL,
    flags: flagsOf(memory, wanted),
  });
  putIn(memory, mapping);
  join(memory, start, end);
  spares.giveBack();
  return chosen;
}
/** Nothing is mapped from `start` up to `end` any more. False: no memory, and nothing has changed. Two spare records are enough. */
export function emptyLocked(memory: ptr<ProgramMemory>, start: usize, end: usize, spares: ptr<Spares>): bool {
  if (isFree(memory.tree, start, end)) return true;
  if (!unmapRange(memory.space, start, end - start)) return false;
  cutAt(memory, start, spares);
  cutAt(memory, end, spares);
  takeOutRange(memory, start, end);
  return true;
}
/** mmap(2) but for the descriptor. Gives the address, or the negative of an error. Sleeps. */
export function mapMemory(memory: ptr<ProgramMemory>, wanted: ptr<Wanted>): i64 {
  if (wanted.bytes === 0) return -EINVAL;
  const size = pagesUp(wanted.bytes);
  if (size === 0) return -ENOMEM;
  if (wanted.position + size < wanted.position) return -EOVERFLOW;
  memory.lock.lockWrite();
  const start = mapLocked(memory, wanted, size);
  memory.lock.unlockWrite();
  const populates = (wanted.flags & (MAP_POPULATE | MAP_NONBLOCK)) === MAP_POPULATE;
  if (start >= 0 && (populates || memory.locksAll || (wanted.flags & MAP_LOCKED) !== 0))
    populate(memory, usize(start), usize(start) + size);
  return start;
}
/** Zeros, for the kernel's own use: the loader, stacks. `flags`: MAP_FIXED, …; private unless they say otherwise. */
export function mapZeros(
  memory: ptr<ProgramMemory>,
  address: usize,
  bytes: usize,
  protection: u32,
  flags: u64,
): i64 {
  const type = (flags & MAP_TYPE) === 0 ? MAP_PRIVATE : 0;
  const wanted: Wanted = init({
    address,
    bytes,
    protection: u64(protection),
    flags: flags | type | MAP_ANONYMOUS,
  });
  return mapMemory(memory, addressOf(wanted));
}
/** A private view of a file, likewise. `name` is shown to people. */
export function mapFile(
  memory: ptr<ProgramMemory>,
  address: usize,
  bytes: usize,
  protection: u32,
  flags: u64,
  node: ptr<Node>,
  position: u64,
  name: ptr<Name> | null,
): i64 {
  const wanted: Wanted = init({
    address,
    bytes,
    protection: u64(protection),
    flags: flags | MAP_PRIVATE,
    node,
    name,
    position,
  });
  return mapMemory(memory, addressOf(wanted));
}

/** munmap(2). */
export function unmapMemory(memory: ptr<ProgramMemory>, start: usize, bytes: usize): i64 {
  if ((start & (PAGE_SIZE - 1)) !== 0 || start > PROGRAMS_END || bytes > PROGRAMS_END - start) return -EINVAL;
  const size = pagesUp(bytes);
  if (size === 0) return -EINVAL;
  if (start + size <= PROGRAMS_START) return 0;
  const from = start < PROGRAMS_START ? PROGRAMS_START : start;
  const spares: Spares = init({});
  if (!spares.take(2)) return -ENOMEM;
  memory.lock.lockWrite();
  const isFull = memory.mappings >= MOST_MAPPINGS && splitsOne(memory, from, start + size);
  const done = !isFull && emptyLocked(memory, from, start + size, addressOf(spares));
  memory.lock.unlockWrite();
  spares.giveBack();
  return done ? 0 : -ENOMEM;
}
/** Whether there would be one mapping more. */
function splitsOne(memory: ptr<ProgramMemory>, start: usize, end: usize): bool {
  const mapping = find(memory.tree, start);
  return mapping !== null && mapping.start < start && mapping.end > end;
}
