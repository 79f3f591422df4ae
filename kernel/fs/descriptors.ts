/**
 * Descriptors: small numbers for open files, the lowest free one first. One is taken before a file is opened, so that nothing has happened
 * if there is none.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { EBADF, EINVAL, EMFILE, ENOMEM } from "./errno.ts";
import { dropFile, holdFile, type OpenFile } from "./file.ts";

class Descriptor extends Struct {
  file: ptr<OpenFile> | null;
  taken: bool;
  closesOnExec: bool;
}
/** As many as there can ever be (fs.nr_open). */
export const DESCRIPTORS_MAX: u64 = 1 << 20;
const FIRST_ROOM: u64 = 64;

class Table extends Struct {
  lock: SpinLock;
  rows: ptr<Descriptor> | null;
  room: u64;
  /** None below is free. */
  lowest: u64;
  /** RLIMIT_NOFILE: numbers are below. */
  limit: u64;
}
const table: Table = init({ limit: 1024 });

export function setDescriptorLimit(limit: u64): void {
  table.limit = limit;
}
export function descriptorLimit(): u64 {
  return table.limit;
}

/** Room for at least `wanted`. False: there is no memory. */
function grow(wanted: u64): bool {
  let room = table.room === 0 ? FIRST_ROOM : table.room;
  while (room < wanted) room *= 2;
  const memory = malloc(room * sizeof<Descriptor>());
  if (memory === null) return false;
  memset(memory, 0, room * sizeof<Descriptor>());
  const flags = table.lock.lock();
  let old: ptr<unknown> | null = memory;
  if (table.room < room) {
    if (table.rows !== null) memcpy(memory, table.rows, table.room * sizeof<Descriptor>());
    old = table.rows;
    table.rows = cast<Descriptor>(memory);
    table.room = room;
  }
  table.lock.unlock(flags);
  free(old);
  return true;
}
/** Where a descriptor is; null: it is beyond all that there are. */
function rowOf(number: u64): ptr<Descriptor> | null {
  const rows = table.rows;
  return rows === null || number >= table.room ? null : rows.offset(number);
}
/** The lowest free number from `from` on, within the table; its room if there is none. */
function lowestFree(from: u64): u64 {
  let number = from < table.lowest ? table.lowest : from;
  for (; number < table.room; number++) {
    const row = rowOf(number);
    if (row !== null && !row.taken) break;
  }
  if (from <= table.lowest) table.lowest = number;
  return number;
}
/** The lowest free number of at least `from`, without a file yet. -EMFILE, -EINVAL: `from` is beyond the limit, -ENOMEM. */
export function takeDescriptor(from: u64, closesOnExec: bool): i64 {
  if (from >= table.limit) return from === 0 ? -EMFILE : -EINVAL;
  for (;;) {
    const flags = table.lock.lock();
    const number = lowestFree(from);
    const row = number < table.limit ? rowOf(number) : null;
    if (row !== null) {
      row.taken = true;
      row.file = null;
      row.closesOnExec = closesOnExec;
    }
    table.lock.unlock(flags);
    if (number >= table.limit) return -EMFILE;
    if (row !== null) return i64(number);
    if (!grow(number + 1)) return -ENOMEM;
  }
}
/** What takeDescriptor gave gets its file, and the caller's reference. */
export function setDescriptor(number: i64, file: ptr<OpenFile>): void {
  const flags = table.lock.lock();
  const row = rowOf(u64(number));
  if (row !== null) row.file = file;
  table.lock.unlock(flags);
}
/** What takeDescriptor gave is free again. */
export function giveDescriptor(number: i64): void {
  clear(u64(number));
}
/** Frees a number; its file's reference is the caller's. */
function clear(number: u64): ptr<OpenFile> | null {
  const flags = table.lock.lock();
  const row = rowOf(number);
  const file = row === null ? null : row.file;
  if (row !== null) {
    row.file = null;
    row.taken = false;
    if (number < table.lowest) table.lowest = number;
  }
  table.lock.unlock(flags);
  return file;
}

/** The open file, with a reference that the caller has to drop; null: there is none. */
export function fileOf(number: u64): ptr<OpenFile> | null {
  const flags = table.lock.lock();
  const row = rowOf(number);
  const file = row === null ? null : row.file;
  if (file !== null) holdFile(file);
  table.lock.unlock(flags);
  return file;
}
export function closeDescriptor(number: u64): i64 {
  const flags = table.lock.lock();
  const row = rowOf(number);
  const file = row === null ? null : row.file;
  if (row !== null && file !== null) {
    row.file = null;
    row.taken = false;
    if (number < table.lowest) table.lowest = number;
  }
  table.lock.unlock(flags);
  if (file === null) return -EBADF;
  dropFile(file);
  return 0;
}
/** dup and fcntl's F_DUPFD. */
export function duplicate(number: u64, from: u64, closesOnExec: bool): i64 {
  const file = fileOf(number);
  if (file === null) return -EBADF;
  const copy = takeDescriptor(from, closesOnExec);
  if (copy < 0) dropFile(file);
  else setDescriptor(copy, file);
  return copy;
}
/** dup2 and dup3: `to` is closed before, in the same moment. The numbers differ. */
export function duplicateTo(number: u64, to: u64, closesOnExec: bool): i64 {
  if (to >= table.limit) return -EBADF;
  const file = fileOf(number);
  if (file === null) return -EBADF;
  if (to >= table.room && !grow(to + 1)) {
    dropFile(file);
    return -ENOMEM;
  }
  const flags = table.lock.lock();
  const row = rowOf(to);
  const before = row === null ? null : row.file;
  if (row !== null) {
    row.file = file;
    row.taken = true;
    row.closesOnExec = closesOnExec;
  }
  table.lock.unlock(flags);
  if (before !== null) dropFile(before);
  return i64(to);
}
/** Of FD_CLOEXEC: 1 or 0, or -EBADF. */
export function closesOnExec(number: u64): i64 {
  const flags = table.lock.lock();
  const row = rowOf(number);
  const is = row === null || row.file === null ? -EBADF : i64(row.closesOnExec);
  table.lock.unlock(flags);
  return is;
}
export function setClosesOnExec(number: u64, closes: bool): i64 {
  const flags = table.lock.lock();
  const row = rowOf(number);
  const good = row !== null && row.file !== null;
  if (row !== null) row.closesOnExec = closes;
  table.lock.unlock(flags);
  return good ? 0 : -EBADF;
}
/** The first number in use from `from` on, or -EBADF. */
export function nextDescriptor(from: u64): i64 {
  const flags = table.lock.lock();
  let number = from;
  for (; number < table.room; number++) {
    const row = rowOf(number);
    if (row !== null && row.file !== null) break;
  }
  const found = number < table.room ? i64(number) : -EBADF;
  table.lock.unlock(flags);
  return found;
}
/** All from `first` to `last`. `onlyMark`: they close on exec. */
export function closeRange(first: u64, last: u64, onlyMark: bool): void {
  for (let number = nextDescriptor(first); number >= 0 && u64(number) <= last; ) {
    if (onlyMark) setClosesOnExec(u64(number), true);
    else closeDescriptor(u64(number));
    number = nextDescriptor(u64(number) + 1);
  }
}
/** All of them; and the table's memory. */
export function closeAll(): void {
  closeRange(0, DESCRIPTORS_MAX, false);
  const flags = table.lock.lock();
  const rows = table.rows;
  table.rows = null;
  table.room = 0;
  table.lowest = 0;
  table.lock.unlock(flags);
  free(rows);
}
