/** Pages that stay where they are: mlock(2) and its kin. Nothing is ever swapped out here, so a locked page is one that is there. */
import { EINVAL, ENOMEM } from "../../fs/errno.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { cutAt, isCovered, join } from "./edit.ts";
import { LOCKED, type Spares } from "./mapping.ts";
import { populate } from "./populate.ts";
import { MOST_MAPPINGS, type ProgramMemory, pagesUp } from "./program-memory.ts";
import { findFrom } from "./tree.ts";

const MLOCK_ONFAULT: u64 = 1;
const MCL_CURRENT: u64 = 1;
const MCL_FUTURE: u64 = 2;
const MCL_ONFAULT: u64 = 4;

/** The lock is held for writing. */
function markLocked(memory: ptr<ProgramMemory>, start: usize, end: usize, flags: u32): i64 {
  if (!isCovered(memory, start, end)) return -ENOMEM;
  const spares: Spares = init({});
  if (memory.mappings + 2 > MOST_MAPPINGS || !spares.take(2)) return -ENOMEM;
  cutAt(memory, start, addressOf(spares));
  cutAt(memory, end, addressOf(spares));
  let mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start < end) {
    mapping.flags = (mapping.flags & ~LOCKED) | flags;
    mapping = findFrom(memory.tree, mapping.end);
  }
  join(memory, start, end);
  spares.giveBack();
  return 0;
}
/** All bytes' pages, also those that are only begun. */
function mark(memory: ptr<ProgramMemory>, start: usize, bytes: usize, flags: u32, isLater: bool): i64 {
  const from = start & ~(PAGE_SIZE - 1);
  const size = pagesUp(bytes + (start - from));
  if (from + size < from) return -EINVAL;
  if (size === 0) return 0;
  memory.lock.lockWrite();
  const status = markLocked(memory, from, from + size, flags);
  memory.lock.unlockWrite();
  if (status === 0 && flags !== 0 && !isLater) populate(memory, from, from + size);
  return status;
}
/** mlock2(2); mlock(2) is without flags. */
export function lockPages(memory: ptr<ProgramMemory>, start: usize, bytes: usize, flags: u64): i64 {
  if ((flags & ~MLOCK_ONFAULT) !== 0) return -EINVAL;
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
