/**
 * Mappings that grow, shrink and move: mremap(2), in Linux's order of checks (mm/mremap.c). What has been written moves along, page by page.
 * Of shared zeros, MREMAP_DONTUNMAP and doubling by an old size of 0 are refused: their pages are nowhere but where they are mapped.
 */
import { EAGAIN, EFAULT, EINVAL, ENOMEM } from "../../fs/errno.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { protectRange, unmapRange } from "../../vm/map.ts";
import { mapAgain } from "../../vm/pages.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../../vm/space.ts";
import { join, putIn } from "./edit.ts";
import { fitsLocked } from "./lock-pages.ts";
import { emptyLocked, placeFor } from "./map.ts";
import { LOCKED, type Mapping, rightsOfPages, SHARED, type Spares } from "./mapping.ts";
import { populate } from "./populate.ts";
import { MOST_MAPPINGS, type ProgramMemory, pagesUp } from "./program-memory.ts";
import { find, isFree, refresh } from "./tree.ts";

const MREMAP_MAYMOVE: u64 = 1;
const MREMAP_FIXED: u64 = 2;
const MREMAP_DONTUNMAP: u64 = 4;

/** What is to become what: whole pages. */
class Move extends Struct {
  from: usize;
  size: usize;
  newSize: usize;
  flags: u64;
  /** With MREMAP_FIXED; a wish with MREMAP_DONTUNMAP. */
  to: usize;
}

/** The mapping that reaches over all of the old part, and may become larger. null: `status` says why not. */
function source(memory: ptr<ProgramMemory>, move: ptr<Move>, status: ptr<i64>): ptr<Mapping> | null {
  const mapping = find(memory.tree, move.from);
  status.value = -EFAULT;
  if (mapping === null) return null;
  const isShared = (mapping.flags & SHARED) !== 0;
  if (move.size === 0 && !(isShared && mapping.file !== null)) {
    status.value = -EINVAL;
    return null;
  }
  if (isShared && mapping.file === null && (move.flags & MREMAP_DONTUNMAP) !== 0) {
    status.value = -EINVAL;
    return null;
  }
  if (move.size > mapping.end - move.from) return null;
  if (move.newSize > move.size) {
    const position = mapping.position + (move.from - mapping.start);
    status.value = -EINVAL;
    if (mapping.file !== null && position + move.newSize < position) return null;
    status.value = -EAGAIN;
    if ((mapping.flags & LOCKED) !== 0 && !fitsLocked(memory, move.newSize - move.size)) return null;
    status.value = -ENOMEM;
    if (memory.bytes + (move.newSize - move.size) > memory.limit) return null;
  }
  return mapping;
}
/** A mapping of the new size at `to`, where nothing is, that shows what the old part did; that is gone then, or empty with MREMAP_DONTUNMAP. */
function moveTo(
  memory: ptr<ProgramMemory>,
  mapping: ptr<Mapping>,
  move: ptr<Move>,
  to: usize,
  spares: ptr<Spares>,
): i64 {
  const size = move.size < move.newSize ? move.size : move.newSize;
  if (!mapAgain(memory.space, move.from, to, size)) return -ENOMEM;
  if (!unmapRange(memory.space, move.from, move.size)) {
    unmapRange(memory.space, to, size);
    return -ENOMEM;
  }
  const made = spares.next();
  made.value = mapping.value;
  made.start = to;
  made.end = to + move.newSize;
  made.position = mapping.position + (move.from - mapping.start);
  if (made.file !== null) made.file.mappings++;
  if (made.protection === 0) protectRange(memory.space, to, size, rightsOfPages(made));
  const keepsOld = (move.flags & MREMAP_DONTUNMAP) !== 0;
  if (keepsOld) mapping.flags &= ~LOCKED;
  else if (move.size > 0) emptyLocked(memory, move.from, move.from + move.size, spares);
  putIn(memory, made);
  join(memory, to, to + move.newSize);
  if (keepsOld) join(memory, move.from, move.from + move.size);
  return i64(to);
}
/** To a given place, or leaving the old part mapped, or both. The lock is held for writing. */
function moveAway(memory: ptr<ProgramMemory>, move: ptr<Move>, spares: ptr<Spares>): i64 {
  if ((move.to & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  if (move.newSize > PROGRAMS_END || move.to > PROGRAMS_END - move.newSize) return -EINVAL;
  if ((move.flags & MREMAP_FIXED) !== 0 && move.to < PROGRAMS_START) return -EINVAL;
  if (move.from + move.size > move.to && move.to + move.newSize > move.from) return -EINVAL;
  if (memory.mappings + 2 > MOST_MAPPINGS) return -ENOMEM;
  const isFixed = (move.flags & MREMAP_FIXED) !== 0;
  if (isFixed && !emptyLocked(memory, move.to, move.to + move.newSize, spares)) return -ENOMEM;
  let status: i64 = 0;
  const mapping = source(memory, move, addressOf(status));
  if (mapping === null) return status;
  if ((move.flags & MREMAP_DONTUNMAP) !== 0 && memory.bytes + move.newSize > memory.limit) return -ENOMEM;
  const to = isFixed ? move.to : placeFor(memory, move.to, move.newSize, 0);
  return to === 0 ? -ENOMEM : moveTo(memory, mapping, move, to, spares);
}
/** The mapping, which ends where the old part does, becomes longer where it is. False: something is behind it. */
function growHere(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, move: ptr<Move>): bool {
  const end = move.from + move.newSize;
  if (mapping.end !== move.from + move.size || end > PROGRAMS_END || end < move.from) return false;
  if (!isFree(memory.tree, mapping.end, end)) return false;
  memory.bytes += end - mapping.end;
  mapping.end = end;
  refresh(memory.tree, mapping.start);
  join(memory, mapping.start, end);
  return true;
}
/** The lock is held for writing. */
function remapLocked(memory: ptr<ProgramMemory>, move: ptr<Move>, spares: ptr<Spares>): i64 {
  if (find(memory.tree, move.from) === null) return -EFAULT;
  if ((move.flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0) return moveAway(memory, move, spares);
  if (move.size >= move.newSize) {
    if (move.size === move.newSize) return i64(move.from);
    const end = move.from + move.newSize;
    if (end > PROGRAMS_END || move.size - move.newSize > PROGRAMS_END - end) return -EINVAL;
    return emptyLocked(memory, end, move.from + move.size, spares) ? i64(move.from) : -ENOMEM;
  }
  let status: i64 = 0;
  const mapping = source(memory, move, addressOf(status));
  if (mapping === null) return status;
  if (move.size > 0 && growHere(memory, mapping, move)) return i64(move.from);
  if ((move.flags & MREMAP_MAYMOVE) === 0 || memory.mappings + 2 > MOST_MAPPINGS) return -ENOMEM;
  const to = placeFor(memory, 0, move.newSize, 0);
  return to === 0 ? -ENOMEM : moveTo(memory, mapping, move, to, spares);
}
/** mremap(2). The new address, or the negative of an error; with MREMAP_FIXED what was there may be gone then, as under Linux. */
export function remapMemory(
  memory: ptr<ProgramMemory>,
  from: usize,
  bytes: usize,
  newBytes: usize,
  flags: u64,
  to: usize,
): i64 {
  if ((flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) !== 0) return -EINVAL;
  if ((flags & MREMAP_FIXED) !== 0 && (flags & MREMAP_MAYMOVE) === 0) return -EINVAL;
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  if ((flags & MREMAP_DONTUNMAP) !== 0 && (!mayMove || bytes !== newBytes)) return -EINVAL;
  if ((from & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  const move: Move = { from, size: pagesUp(bytes), newSize: pagesUp(newBytes), flags, to };
  if (move.newSize === 0 || move.newSize > PROGRAMS_END) return -EINVAL;
  const spares: Spares = init({});
  if (!spares.take(5)) return -ENOMEM;
  memory.lock.lockWrite();
  const status = remapLocked(memory, addressOf(move), addressOf(spares));
  const mapping = status < 0 ? null : find(memory.tree, usize(status));
  const isLocked = mapping !== null && (mapping.flags & LOCKED) !== 0;
  memory.lock.unlockWrite();
  spares.giveBack();
  if (isLocked && move.newSize > move.size) populate(memory, usize(status), usize(status) + move.newSize);
  return status;
}
