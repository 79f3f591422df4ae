/** What a program says of its memory's use: madvise(2), in Linux's order of checks (mm/madvise.c). Advice that changes nothing here is taken and forgotten. */
import { EACCES, EFAULT, EINVAL, ENOMEM, EOPNOTSUPP, EPERM } from "../../fs/errno.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { unmapRange } from "../../vm/map.ts";
import { markRange } from "./edit.ts";
import { LARGE_PAGES, LOCKED, type Mapping, PROT_WRITE, SHARED, SMALL_PAGES } from "./mapping.ts";
import { touch } from "./populate.ts";
import { type ProgramMemory, pagesUp } from "./program-memory.ts";
import { Served } from "./serve.ts";
import { findFrom } from "./tree.ts";

/** @base u32 */
enum Advice {
  Normal = 0,
  Random = 1,
  Sequential = 2,
  WillNeed = 3,
  DontNeed = 4,
  Free = 8,
  Remove = 9,
  DontFork = 10,
  DoFork = 11,
  Mergeable = 12,
  Unmergeable = 13,
  HugePage = 14,
  NoHugePage = 15,
  DontDump = 16,
  DoDump = 17,
  WipeOnFork = 18,
  KeepOnFork = 19,
  Cold = 20,
  PageOut = 21,
  PopulateRead = 22,
  PopulateWrite = 23,
  DontNeedLocked = 24,
  Collapse = 25,
  HardwarePoison = 100,
  SoftOffline = 101,
}

/** The part of a mapping that is advised, and what becomes of it. */
function adviseMapping(
  memory: ptr<ProgramMemory>,
  mapping: ptr<Mapping>,
  start: usize,
  end: usize,
  advice: Advice,
): i64 {
  const isShared = (mapping.flags & SHARED) !== 0;
  const isLocked = (mapping.flags & LOCKED) !== 0;
  switch (advice) {
    case Advice.DontNeed:
    case Advice.DontNeedLocked:
      if (isLocked && advice === Advice.DontNeed) return -EINVAL;
      // Shared zeros are nowhere else.
      if (isShared && mapping.file === null) return 0;
      break;
    case Advice.Free:
      if (isShared || mapping.file !== null) return -EINVAL;
      break;
    case Advice.Remove:
      if (isLocked || (mapping.file === null && !isShared)) return -EINVAL;
      if (!isShared || (mapping.protection & PROT_WRITE) === 0) return -EACCES;
      if (mapping.file !== null) return -EOPNOTSUPP;
      break;
    case Advice.Cold:
    case Advice.PageOut:
      return isLocked ? -EINVAL : 0;
    case Advice.WipeOnFork:
      return isShared || mapping.file !== null ? -EINVAL : 0;
    default:
      return 0;
  }
  return unmapRange(memory.space, start, end - start) ? 0 : -ENOMEM;
}
/** The lock is held for writing. Where nothing is mapped is passed over, and told at the end. */
function adviseLocked(memory: ptr<ProgramMemory>, start: usize, end: usize, advice: Advice): i64 {
  let status: i64 = 0;
  // Whether large pages are wanted is kept.
  if (advice === Advice.HugePage) status = markRange(memory, start, end, LARGE_PAGES, SMALL_PAGES);
  if (advice === Advice.NoHugePage) status = markRange(memory, start, end, SMALL_PAGES, LARGE_PAGES);
  if (status !== 0) return status;
  let at = start;
  let mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start < end) {
    if (mapping.start > at) status = -ENOMEM;
    const from = mapping.start > start ? mapping.start : start;
    at = mapping.end < end ? mapping.end : end;
    const done = adviseMapping(memory, mapping, from, at, advice);
    if (done !== 0) return done;
    mapping = findFrom(memory.tree, mapping.end);
  }
  return at < end ? -ENOMEM : status;
}
function populateAll(memory: ptr<ProgramMemory>, start: usize, end: usize, isWrite: bool): i64 {
  for (let at = start; at < end; at += PAGE_SIZE) {
    switch (touch(memory, at, isWrite)) {
      case Served.Yes:
        break;
      case Served.NoPage:
        return -EFAULT;
      case Served.Forbidden:
        return -EINVAL;
      default:
        return -ENOMEM;
    }
  }
  return 0;
}
function isKnown(advice: u64): bool {
  return advice <= 4 || (advice >= 8 && advice <= 25) || advice === 100 || advice === 101;
}
/** madvise(2): 0, or the negative of an error. */
export function adviseMemory(memory: ptr<ProgramMemory>, start: usize, bytes: usize, advice: u64): i64 {
  if (!isKnown(advice) || (start & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  const size = pagesUp(bytes);
  const end = start + size;
  if ((bytes !== 0 && size === 0) || end < start) return -EINVAL;
  if (size === 0) return 0;
  const what = u32(advice) as Advice;
  if (what === Advice.HardwarePoison || what === Advice.SoftOffline) return -EPERM;
  if (what === Advice.PopulateRead || what === Advice.PopulateWrite)
    return populateAll(memory, start, end, what === Advice.PopulateWrite);
  memory.lock.lockWrite();
  const status = adviseLocked(memory, start, end, what);
  memory.lock.unlockWrite();
  return status;
}
