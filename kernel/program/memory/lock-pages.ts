/**
 * Pages that stay where they are: mlock(2) and its kin, in Linux's order of checks (mm/mlock.c). Nothing is ever swapped out here, so a locked page is
 * one that is there. RLIMIT_MEMLOCK counts bytes of locked mappings; root may lock what it wants (CAP_IPC_LOCK).
 */
import { EINVAL, ENOMEM, EPERM } from "../../fs/errno.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { PROGRAMS_END } from "../../vm/space.ts";
import { process } from "../process.ts";
import { bytesWith, isCovered, markRange } from "./edit.ts";
import { LOCKED } from "./mapping.ts";
import { populate } from "./populate.ts";
import { type ProgramMemory, pagesUp } from "./program-memory.ts";
import { findFrom } from "./tree.ts";

const MLOCK_ONFAULT: u64 = 1;
const MCL_CURRENT: u64 = 1;
const MCL_FUTURE: u64 = 2;
const MCL_ONFAULT: u64 = 4;

function isPrivileged(): bool {
  return process.owner === 0;
}
/** Whether the program may lock anything at all. */
export function mayLock(memory: ptr<ProgramMemory>): bool {
  return isPrivileged() || memory.lockLimit !== 0;
}
/** Whether so many bytes more may be locked. The lock is held. */
export function fitsLocked(memory: ptr<ProgramMemory>, more: usize): bool {
  if (isPrivileged()) return true;
  const limit = memory.lockLimit & ~(PAGE_SIZE - 1);
  return more <= limit && bytesWith(memory, 0, PROGRAMS_END, LOCKED) <= limit - more;
}
/** What is locked there already does not count twice. */
function fitsRange(memory: ptr<ProgramMemory>, start: usize, end: usize): bool {
  const there = end < start ? 0 : bytesWith(memory, start, end, LOCKED);
  return fitsLocked(memory, end - start - there);
}
/** The lock is held for writing. */
function markLocked(memory: ptr<ProgramMemory>, start: usize, end: usize, flags: u32): i64 {
  if (flags !== 0 && !fitsRange(memory, start, end)) return -ENOMEM;
  if (end < start) return -EINVAL;
  if (end === start) return 0;
  if (!isCovered(memory, start, end)) return -ENOMEM;
  return markRange(memory, start, end, flags, LOCKED);
}
/** All bytes' pages, also those that are only begun. */
function mark(memory: ptr<ProgramMemory>, start: usize, bytes: usize, flags: u32, isLater: bool): i64 {
  const from = start & ~(PAGE_SIZE - 1);
  const size = pagesUp(bytes + (start - from));
  memory.lock.lockWrite();
  const status = markLocked(memory, from, from + size, flags);
  memory.lock.unlockWrite();
  if (status === 0 && flags !== 0 && !isLater) populate(memory, from, from + size);
  return status;
}
/** mlock2(2); mlock(2) is without flags. */
export function lockPages(memory: ptr<ProgramMemory>, start: usize, bytes: usize, flags: u64): i64 {
  if ((flags & ~MLOCK_ONFAULT) !== 0) return -EINVAL;
  if (!mayLock(memory)) return -EPERM;
  return mark(memory, start, bytes, LOCKED, flags !== 0);
}
/** munlock(2). */
export function unlockPages(memory: ptr<ProgramMemory>, start: usize, bytes: usize): i64 {
  return mark(memory, start, bytes, 0, true);
}
function markAll(memory: ptr<ProgramMemory>, flags: u32): void {
  memory.lock.lockWrite();
  let mapping = findFrom(memory.tree, 0);
  while (mapping !== null) {
    mapping.flags = (mapping.flags & ~LOCKED) | flags;
    mapping = findFrom(memory.tree, mapping.end);
  }
  memory.lock.unlockWrite();
}
/** mlockall(2). */
export function lockAll(memory: ptr<ProgramMemory>, flags: u64): i64 {
  const known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
  if ((flags & ~known) !== 0 || flags === 0 || flags === MCL_ONFAULT) return -EINVAL;
  if (!mayLock(memory)) return -EPERM;
  if ((flags & MCL_CURRENT) !== 0 && !isPrivileged() && memory.bytes > memory.lockLimit) return -ENOMEM;
  memory.locksAll = (flags & MCL_FUTURE) !== 0;
  if ((flags & MCL_CURRENT) === 0) return 0;
  markAll(memory, LOCKED);
  if ((flags & MCL_ONFAULT) === 0 && memory.tree !== null)
    populate(memory, memory.tree.first, memory.tree.last);
  return 0;
}
/** munlockall(2). */
export function unlockAll(memory: ptr<ProgramMemory>): i64 {
  memory.locksAll = false;
  markAll(memory, 0);
  return 0;
}
