/** open(2), openat(2), openat2(2), creat(2), close(2), close_range(2). */
import { makeAt } from "../fs/changes.ts";
import { cutFile } from "../fs/contents.ts";
import { umask } from "../fs/context.ts";
import {
  closeDescriptor,
  closeRange,
  giveDescriptor,
  setDescriptor,
  takeDescriptor,
} from "../fs/descriptors.ts";
import {
  E2BIG,
  EEXIST,
  EFAULT,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  EOPNOTSUPP,
  EROFS,
} from "../fs/errno.ts";
import {
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
  type OpenFile,
} from "../fs/file.ts";
import { dropName, type Name } from "../fs/name.ts";
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../fs/node.ts";
import { openName } from "../fs/node-file.ts";
import { BENEATH, CREATES, FOLLOW, isDirectory, Last, MAY_MISS, NO_LINKS } from "../fs/path.ts";
import { copyIn } from "../program/user.ts";
import type { Call } from "./call.ts";
import { HERE, leave, type Place, reach } from "./paths.ts";

/** O_TMPFILE without O_DIRECTORY. */
const TMPFILE_BIT: u32 = 0x40_0000;
/** Flags that are forgotten once the file is open. */
const ONCE: u32 = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;
/** All that open(2) knows; openat2 refuses others. */
const KNOWN: u32 = 0x7f_ffc3;

/** What is there may be opened so. */
function mayOpen(name: ptr<Name>, flags: u32): i64 {
  const type = name.node.attributes.mode & S_IFMT;
  const writes = (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
  if ((flags & O_PATH) !== 0) return (flags & O_DIRECTORY) !== 0 && type !== S_IFDIR ? -ENOTDIR : 0;
  if ((flags & O_DIRECTORY) !== 0 && type !== S_IFDIR) return -ENOTDIR;
  if (type === S_IFLNK) return -ELOOP;
  if (type === S_IFDIR && writes) return -EISDIR;
  const isDevice = type === S_IFCHR || type === S_IFIFO;
  return writes && !isDevice && name.node.fileSystem.readOnly ? -EROFS : 0;
}
function openPlace(place: ptr<Place>, flags: u32, mode: u32, opened: ptr<ptr<OpenFile> | null>): i64 {
  let name = place.walk.name;
  let made: ptr<Name> | null = null;
  const creates = (flags & O_CREAT) !== 0;
  if (name !== null && creates && (flags & O_EXCL) !== 0) return -EEXIST;
  if (
    creates &&
    (place.walk.slashes || place.walk.last !== Last.Normal) &&
    (name === null || isDirectory(name))
  )
    return -EISDIR;
  if (name === null) {
    const status = makeAt(addressOf(place.walk), S_IFREG | (mode & 0o7777 & ~umask()), 0, addressOf(made));
    if (status < 0) return status;
    name = made;
    if (name === null) return -ENOENT;
  }
  let status: i64 = made === null ? mayOpen(name, flags) : 0;
  if (status === 0 && creates && isDirectory(name)) status = -EISDIR;
  const kept = (flags & ~ONCE) | ((flags & O_PATH) !== 0 ? 0 : O_LARGEFILE);
  if (status === 0) status = openName(name, kept, opened);
  if (status === 0 && (flags & O_TRUNC) !== 0 && (name.node.attributes.mode & S_IFMT) === S_IFREG) {
    name.node.lock.lock();
    // What has no size of its own, as in /proc, is not cut.
    if (name.node.operations.read === null) status = cutFile(name.node, 0);
    name.node.lock.unlock();
  }
  if (made !== null) dropName(made);
  return status;
}
function open(directory: u64, path: usize, givenFlags: u32, mode: u32, resolveFlags: u32): i64 {
  let flags = givenFlags;
  if ((flags & O_PATH) !== 0) flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if ((flags & TMPFILE_BIT) !== 0) {
    if ((flags & O_TMPFILE) !== O_TMPFILE || (flags & O_ACCMODE) === O_RDONLY) return -EINVAL;
    return -EOPNOTSUPP;
  }
  if ((flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0) return -EINVAL;
  const place: Place = zeroed();
  let walk = resolveFlags;
  if ((flags & O_CREAT) !== 0) walk |= MAY_MISS | CREATES;
  if ((flags & O_NOFOLLOW) === 0 && ((flags & O_CREAT) === 0 || (flags & O_EXCL) === 0)) walk |= FOLLOW;
  const reached = reach(directory, path, walk, addressOf(place));
  if (reached < 0) return reached;
  const descriptor = takeDescriptor(0, (flags & O_CLOEXEC) !== 0);
  let status = descriptor;
  let file: ptr<OpenFile> | null = null;
  if (descriptor >= 0) {
    status = openPlace(addressOf(place), flags, mode, addressOf(file));
    if (status < 0 || file === null) giveDescriptor(descriptor);
    else setDescriptor(descriptor, file);
  }
  leave(addressOf(place));
  return status < 0 ? status : descriptor;
}

export function sysOpen(call: ptr<Call>): i64 {
  return open(HERE, call.args[0], truncate<u32>(call.args[1]), truncate<u32>(call.args[2]), 0);
}
export function sysOpenat(call: ptr<Call>): i64 {
  return open(call.args[0], call.args[1], truncate<u32>(call.args[2]), truncate<u32>(call.args[3]), 0);
}
export function sysCreat(call: ptr<Call>): i64 {
  return open(HERE, call.args[0], O_CREAT | 1 | O_TRUNC, truncate<u32>(call.args[1]), 0);
}
/** struct open_how. */
class How extends Struct {
  flags: u64;
  mode: u64;
  resolve: u64;
}
const RESOLVE_NO_XDEV: u64 = 1;
const RESOLVE_NO_MAGICLINKS: u64 = 2;
const RESOLVE_NO_SYMLINKS: u64 = 4;
const RESOLVE_BENEATH: u64 = 8;
const RESOLVE_KNOWN: u64 = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
/** Mount points are crossed whatever RESOLVE_NO_XDEV says. */
export function sysOpenat2(call: ptr<Call>): i64 {
  const how: How = zeroed();
  const size = call.args[3];
  if (size < sizeof<How>()) return -EINVAL;
  if (size > 4096) return -E2BIG;
  if (!copyIn(addressOf(how), call.args[2], sizeof<How>())) return -EFAULT;
  for (let i = sizeof<How>(); i < size; i++) {
    let rest: u8 = 0;
    if (!copyIn(addressOf(rest), call.args[2] + i, 1)) return -EFAULT;
    if (rest !== 0) return -E2BIG;
  }
  if ((how.flags & ~u64(KNOWN)) !== 0 || (how.resolve & ~RESOLVE_KNOWN) !== 0) return -EINVAL;
  const flags = truncate<u32>(how.flags);
  const ofPaths = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if ((flags & O_PATH) !== 0 && (flags & ~ofPaths) !== 0) return -EINVAL;
  const makes = (flags & (O_CREAT | TMPFILE_BIT)) !== 0;
  if (how.mode > 0o7777 || (how.mode !== 0 && !makes)) return -EINVAL;
  let walk: u32 = 0;
  if ((how.resolve & RESOLVE_NO_SYMLINKS) !== 0) walk |= NO_LINKS;
  if ((how.resolve & RESOLVE_BENEATH) !== 0) walk |= BENEATH;
  return open(call.args[0], call.args[1], flags, truncate<u32>(how.mode), walk);
}
export function sysClose(call: ptr<Call>): i64 {
  return closeDescriptor(u64(truncate<u32>(call.args[0])));
}
const CLOSE_RANGE_UNSHARE: u32 = 2;
const CLOSE_RANGE_CLOEXEC: u32 = 4;
export function sysCloseRange(call: ptr<Call>): i64 {
  const first = truncate<u32>(call.args[0]);
  const last = truncate<u32>(call.args[1]);
  const flags = truncate<u32>(call.args[2]);
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0 || first > last) return -EINVAL;
  closeRange(u64(first), u64(last), (flags & CLOSE_RANGE_CLOEXEC) !== 0);
  return 0;
}
