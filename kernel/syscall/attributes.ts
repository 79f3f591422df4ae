/** What of a file can be changed by name or descriptor: mode, owner, times, size; and writing back (chmod(2), chown(2), utimensat(2), truncate(2), fallocate(2), fsync(2)). */
import { hasPage, pageBytes, takePage, writePages } from "../fs/cache.ts";
import { cutFile, MAX_SIZE } from "../fs/contents.ts";
import {
  EBADF,
  EFAULT,
  EFBIG,
  EINVAL,
  EISDIR,
  ENODEV,
  EOPNOTSUPP,
  EPERM,
  EROFS,
  ESPIPE,
} from "../fs/errno.ts";
import { dropFile, isWritable, type OpenFile } from "../fs/file.ts";
import { fileTime } from "../fs/file-clock.ts";
import {
  type Attributes,
  type Node,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  SET_ACCESSED,
  SET_GROUP,
  SET_MODE,
  SET_MODIFIED,
  SET_OWNER,
} from "../fs/node.ts";
import { FOLLOW } from "../fs/path.ts";
import { syncAll, syncFileSystem, syncNode } from "../fs/sync.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { copyIn } from "../program/user.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, HERE, leave, type Place, reach } from "./paths.ts";
import { reachByFlags } from "./stat.ts";

const S_ISUID: u32 = 0o4000;
const S_ISGID: u32 = 0o2000;
const S_IXGRP: u32 = 0o010;

function change(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  const setAttributes = node.operations.setAttributes;
  if (node.fileSystem.readOnly) return -EROFS;
  node.lock.lock();
  const status =
    setAttributes === null ? changeHere(node, wanted, changes) : setAttributes(node, wanted, changes);
  node.lock.unlock();
  return status;
}
/** Of nodes that are nobody's file: pipes and their like. */
function changeHere(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  const attributes = addressOf(node.attributes);
  const type = attributes.mode & S_IFMT;
  if (type === S_IFREG || type === S_IFDIR) return -EPERM;
  if (type === 0) return -EOPNOTSUPP;
  if ((changes & SET_MODE) !== 0) attributes.mode = type | (wanted.mode & 0o7777);
  if ((changes & SET_OWNER) !== 0) attributes.owner = wanted.owner;
  if ((changes & SET_GROUP) !== 0) attributes.group = wanted.group;
  attributes.changed = fileTime();
  return 0;
}
function setMode(node: ptr<Node>, mode: u32): i64 {
  const wanted: Attributes = zeroed();
  wanted.mode = mode & 0o7777;
  return change(node, addressOf(wanted), SET_MODE);
}
function chmodAt(directory: u64, path: usize, mode: u32): i64 {
  const place: Place = zeroed();
  let status = reach(directory, path, FOLLOW, addressOf(place));
  if (status < 0) return status;
  status = place.node === null ? -EBADF : setMode(place.node, mode);
  leave(addressOf(place));
  return status;
}
export function sysChmod(call: ptr<Call>): i64 {
  return chmodAt(HERE, call.args[0], truncate<u32>(call.args[1]));
}
export function sysFchmodat(call: ptr<Call>): i64 {
  return chmodAt(call.args[0], call.args[1], truncate<u32>(call.args[2]));
}
export function sysFchmod(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = setMode(file.node, truncate<u32>(call.args[1]));
  dropFile(file);
  return status;
}

/** What stays as it is. */
const NOBODY: u32 = 0xffff_ffff;
function setOwner(node: ptr<Node>, owner: u32, group: u32): i64 {
  const wanted: Attributes = zeroed();
  let changes: u32 = 0;
  if (owner !== NOBODY) changes |= SET_OWNER;
  if (group !== NOBODY) changes |= SET_GROUP;
  wanted.owner = owner;
  wanted.group = group;
  const mode = node.attributes.mode;
  if ((mode & S_IFMT) === S_IFREG && (mode & (S_ISUID | S_ISGID)) !== 0) {
    changes |= SET_MODE;
    wanted.mode = mode & 0o7777 & ~S_ISUID;
    if ((mode & S_IXGRP) !== 0) wanted.mode &= ~S_ISGID;
  }
  return change(node, addressOf(wanted), changes);
}
function chownAt(directory: u64, path: usize, owner: u32, group: u32, flags: u32): i64 {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const place: Place = zeroed();
  let status = reachByFlags(directory, path, flags, addressOf(place));
  if (status < 0) return status;
  status = place.node === null ? -EBADF : setOwner(place.node, owner, group);
  leave(addressOf(place));
  return status;
}
export function sysChown(call: ptr<Call>): i64 {
  return chownAt(HERE, call.args[0], truncate<u32>(call.args[1]), truncate<u32>(call.args[2]), 0);
}
export function sysLchown(call: ptr<Call>): i64 {
  const owner = truncate<u32>(call.args[1]);
  return chownAt(HERE, call.args[0], owner, truncate<u32>(call.args[2]), AT_SYMLINK_NOFOLLOW);
}
export function sysFchownat(call: ptr<Call>): i64 {
  const owner = truncate<u32>(call.args[2]);
  const flags = truncate<u32>(call.args[4]);
  return chownAt(call.args[0], call.args[1], owner, truncate<u32>(call.args[3]), flags);
}
export function sysFchown(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = setOwner(file.node, truncate<u32>(call.args[1]), truncate<u32>(call.args[2]));
  dropFile(file);
  return status;
}

// ---------------------------------------------------------------------------------------------------- times

const SECOND: i64 = 1_000_000_000;
const MICROSECOND: i64 = 1000;
const UTIME_NOW: i64 = 0x3fff_ffff;
const UTIME_OMIT: i64 = 0x3fff_fffe;
/** Two of struct timespec or timeval. */
class Times extends Struct {
  accessed: i64;
  accessedRest: i64;
  modified: i64;
  modifiedRest: i64;
}
/** One of both times as utimensat has it. False: it is not a time. */
function readTime(seconds: i64, rest: i64, bit: u32, time: ptr<i64>, changes: ptr<u32>): bool {
  if (rest === UTIME_OMIT) return true;
  if (rest !== UTIME_NOW && (rest < 0 || rest >= SECOND)) return false;
  time.value = rest === UTIME_NOW ? fileTime() : seconds * SECOND + rest;
  changes.value |= bit;
  return true;
}
function setTimes(directory: u64, path: usize, times: ptr<Times> | null, flags: u32): i64 {
  const wanted: Attributes = zeroed();
  let changes: u32 = 0;
  let valid = true;
  if (times === null) {
    wanted.accessed = fileTime();
    wanted.modified = wanted.accessed;
    changes = SET_ACCESSED | SET_MODIFIED;
  } else {
    const accessed = addressOf(wanted.accessed);
    const modified = addressOf(wanted.modified);
    const good =
      readTime(times.accessed, times.accessedRest, SET_ACCESSED, accessed, addressOf(changes)) &&
      readTime(times.modified, times.modifiedRest, SET_MODIFIED, modified, addressOf(changes));
    valid = good;
    if (good && changes === 0) return 0;
  }
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const place: Place = zeroed();
  let status = reachByFlags(directory, path, flags, addressOf(place));
  if (status < 0) return status;
  if (!valid) status = -EINVAL;
  else status = place.node === null ? -EBADF : change(place.node, addressOf(wanted), changes);
  leave(addressOf(place));
  return status;
}
export function sysUtimensat(call: ptr<Call>): i64 {
  const times: Times = zeroed();
  const given = call.args[2] !== 0;
  if (given && !copyIn(addressOf(times), call.args[2], sizeof<Times>())) return -EFAULT;
  const flags = truncate<u32>(call.args[3]);
  if (call.args[1] !== 0) return setTimes(call.args[0], call.args[1], given ? addressOf(times) : null, flags);
  // Without a path it is the descriptor's file.
  const file = fileIn(call, 0);
  if (file === null) return truncate<u32>(call.args[0]) === truncate<u32>(HERE) ? -EFAULT : -EBADF;
  const status = flags !== 0 ? -EINVAL : setFileTimes(file, given ? addressOf(times) : null);
  dropFile(file);
  return status;
}
function setFileTimes(file: ptr<OpenFile>, times: ptr<Times> | null): i64 {
  const wanted: Attributes = zeroed();
  let changes: u32 = SET_ACCESSED | SET_MODIFIED;
  wanted.accessed = fileTime();
  wanted.modified = wanted.accessed;
  if (times !== null) {
    changes = 0;
    const accessed = addressOf(wanted.accessed);
    const modified = addressOf(wanted.modified);
    if (!readTime(times.accessed, times.accessedRest, SET_ACCESSED, accessed, addressOf(changes)))
      return -EINVAL;
    if (!readTime(times.modified, times.modifiedRest, SET_MODIFIED, modified, addressOf(changes)))
      return -EINVAL;
  }
  return changes === 0 ? 0 : change(file.node, addressOf(wanted), changes);
}
/** With microseconds in their place. */
function setTimevals(directory: u64, path: usize, from: usize): i64 {
  const times: Times = zeroed();
  if (from === 0) return setTimes(directory, path, null, 0);
  if (!copyIn(addressOf(times), from, sizeof<Times>())) return -EFAULT;
  const limit = SECOND / MICROSECOND;
  if (times.accessedRest < 0 || times.accessedRest >= limit) return -EINVAL;
  if (times.modifiedRest < 0 || times.modifiedRest >= limit) return -EINVAL;
  times.accessedRest *= MICROSECOND;
  times.modifiedRest *= MICROSECOND;
  return setTimes(directory, path, addressOf(times), 0);
}
export function sysUtimes(call: ptr<Call>): i64 {
  return setTimevals(HERE, call.args[0], call.args[1]);
}
export function sysFutimesat(call: ptr<Call>): i64 {
  return setTimevals(call.args[0], call.args[1], call.args[2]);
}
/** struct utimbuf: whole seconds. */
export function sysUtime(call: ptr<Call>): i64 {
  if (call.args[1] === 0) return setTimes(HERE, call.args[0], null, 0);
  const seconds: array<i64, 2> = zeroed();
  if (!copyIn(addressOf(seconds), call.args[1], 16)) return -EFAULT;
  const times: Times = init({ accessed: seconds[0], modified: seconds[1] });
  return setTimes(HERE, call.args[0], addressOf(times), 0);
}

// ----------------------------------------------------------------------------------------------------- size

function cut(node: ptr<Node>, size: u64): i64 {
  const type = node.attributes.mode & S_IFMT;
  if (type === S_IFDIR) return -EISDIR;
  if (type !== S_IFREG) return -EINVAL;
  node.lock.lock();
  const status = cutFile(node, size);
  node.lock.unlock();
  return status;
}
export function sysTruncate(call: ptr<Call>): i64 {
  if (truncate<i64>(call.args[1]) < 0) return -EINVAL;
  const place: Place = zeroed();
  let status = reach(HERE, call.args[0], FOLLOW, addressOf(place));
  if (status < 0) return status;
  status = place.node === null ? -EINVAL : cut(place.node, call.args[1]);
  leave(addressOf(place));
  return status;
}
export function sysFtruncate(call: ptr<Call>): i64 {
  if (truncate<i64>(call.args[1]) < 0) return -EINVAL;
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const isFile = (file.node.attributes.mode & S_IFMT) === S_IFREG;
  const status = isFile && isWritable(file) ? cut(file.node, call.args[1]) : -EINVAL;
  dropFile(file);
  return status;
}
const FALLOC_KEEP_SIZE: u32 = 1;
const FALLOC_PUNCH_HOLE: u32 = 2;
const FALLOC_KNOWN: u32 = 0x7b;
/** Contents from `start` to `end` are zeros; the file's size is as before. */
function zeroRange(node: ptr<Node>, start: u64, end: u64): i64 {
  let at = start;
  while (at < end) {
    const offset = at % PAGE_SIZE;
    const step = PAGE_SIZE - offset < end - at ? PAGE_SIZE - offset : end - at;
    if (hasPage(node, at / PAGE_SIZE) || node.operations.readPage !== null) {
      let physical: usize = 0;
      const status = takePage(node, at / PAGE_SIZE, true, false, addressOf(physical));
      if (status < 0) return status;
      memset(pageBytes(physical).offset(offset), 0, step);
      dropFrame(physical);
    }
    at += step;
  }
  return 0;
}
const FALLOC_COLLAPSE_RANGE: u32 = 8;
const FALLOC_ZERO_RANGE: u32 = 16;
const FALLOC_INSERT_RANGE: u32 = 32;
const FALLOC_UNSHARE_RANGE: u32 = 64;
/** Which bits go together (vfs_fallocate of Linux 6.1). */
function checkMode(mode: u32): i64 {
  const punches = (mode & FALLOC_PUNCH_HOLE) !== 0;
  if ((mode & ~FALLOC_KNOWN) !== 0 || (punches && (mode & FALLOC_ZERO_RANGE) !== 0)) return -EOPNOTSUPP;
  if (punches && (mode & FALLOC_KEEP_SIZE) === 0) return -EOPNOTSUPP;
  if ((mode & FALLOC_COLLAPSE_RANGE) !== 0 && mode !== FALLOC_COLLAPSE_RANGE) return -EINVAL;
  if ((mode & FALLOC_INSERT_RANGE) !== 0 && mode !== FALLOC_INSERT_RANGE) return -EINVAL;
  const withUnshare = FALLOC_UNSHARE_RANGE | FALLOC_KEEP_SIZE;
  return (mode & FALLOC_UNSHARE_RANGE) !== 0 && (mode & ~withUnshare) !== 0 ? -EINVAL : 0;
}
function allocate(file: ptr<OpenFile>, mode: u32, start: i64, length: i64): i64 {
  const node = file.node;
  if (start < 0 || length <= 0) return -EINVAL;
  const status = checkMode(mode);
  if (status < 0) return status;
  if (!isWritable(file)) return -EBADF;
  switch (node.attributes.mode & S_IFMT) {
    case S_IFREG:
      break;
    case S_IFIFO:
      return -ESPIPE;
    case S_IFDIR:
      return -EISDIR;
    default:
      return -ENODEV;
  }
  const end = u64(start) + u64(length);
  if (end > MAX_SIZE) return -EFBIG;
  if ((mode & ~(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE)) !== 0) return -EOPNOTSUPP;
  node.lock.lock();
  const size = node.attributes.size;
  let done: i64 = 0;
  if ((mode & FALLOC_PUNCH_HOLE) !== 0) done = zeroRange(node, u64(start), end < size ? end : size);
  else if (mode === 0 && end > size) done = cutFile(node, end);
  node.lock.unlock();
  return done;
}
/** Room is not set aside: a write may still find none. */
export function sysFallocate(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = allocate(
    file,
    truncate<u32>(call.args[1]),
    truncate<i64>(call.args[2]),
    truncate<i64>(call.args[3]),
  );
  dropFile(file);
  return status;
}

// ---------------------------------------------------------------------------------------------- writing back

export function sysSync(_call: ptr<Call>): i64 {
  syncAll();
  return 0;
}
export function sysSyncfs(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = syncFileSystem(file.node.fileSystem);
  dropFile(file);
  return status;
}
function canSync(node: ptr<Node>): bool {
  const type = node.attributes.mode & S_IFMT;
  return type === S_IFREG || type === S_IFDIR;
}
export function sysFsync(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = canSync(file.node) ? syncNode(file.node) : -EINVAL;
  dropFile(file);
  return status;
}
export function sysFdatasync(call: ptr<Call>): i64 {
  return sysFsync(call);
}
export function sysSyncFileRange(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  let status: i64 = 0;
  const start = truncate<i64>(call.args[1]);
  const count = truncate<i64>(call.args[2]);
  if (truncate<u32>(call.args[3]) > 7 || start < 0 || count < 0 || start + count < 0) status = -EINVAL;
  else if (!canSync(file.node)) status = -ESPIPE;
  else status = writePages(file.node);
  dropFile(file);
  return status;
}
/** What will be read, and how: taken note of, no more. */
export function sysFadvise64(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const advice = truncate<u32>(call.args[3]);
  const isPipe = (file.node.attributes.mode & S_IFMT) === S_IFIFO;
  dropFile(file);
  if (isPipe) return -ESPIPE;
  return advice > 5 || truncate<i64>(call.args[2]) < 0 ? -EINVAL : 0;
}
export function sysReadahead(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const good = (file.flags & 3) !== 1;
  const isFile = (file.node.attributes.mode & S_IFMT) === S_IFREG;
  dropFile(file);
  if (!good) return -EBADF;
  return isFile && truncate<i64>(call.args[2]) >= 0 ? 0 : -EINVAL;
}

/** What is mounted is the machine's. */
export function sysMount(_call: ptr<Call>): i64 {
  return -EPERM;
}
export function sysUmount2(_call: ptr<Call>): i64 {
  return -EPERM;
}
