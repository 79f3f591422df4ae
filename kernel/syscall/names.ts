/** Entries of directories: mkdir(2), mknod(2), rmdir(2), unlink(2), rename(2), link(2), symlink(2), readlink(2). */
import { linkAt, makeAt, RENAME_NOREPLACE, removeAt, renameAt, symlinkAt } from "../fs/changes.ts";
import { umask } from "../fs/context.ts";
import { EFAULT, EINVAL, ENOENT, ENOMEM, EPERM } from "../fs/errno.ts";
import {
  type Node,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../fs/node.ts";
import { FOLLOW, MAY_MISS, PARENT, PATH_MAX } from "../fs/path.ts";
import { free, malloc } from "../memory/malloc.ts";
import { copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  HERE,
  leave,
  type Place,
  reach,
  reachAt,
  takePath,
} from "./paths.ts";

function mkdirAt(directory: u64, path: usize, mode: u32): i64 {
  const place: Place = zeroed();
  let status = reach(directory, path, MAY_MISS | PARENT, addressOf(place));
  if (status < 0) return status;
  status = makeAt(addressOf(place.walk), S_IFDIR | (mode & 0o1777 & ~umask()), 0, null);
  leave(addressOf(place));
  return status;
}
export function sysMkdir(call: ptr<Call>): i64 {
  return mkdirAt(HERE, call.args[0], truncate<u32>(call.args[1]));
}
export function sysMkdirat(call: ptr<Call>): i64 {
  return mkdirAt(call.args[0], call.args[1], truncate<u32>(call.args[2]));
}
function mknodAt(directory: u64, path: usize, givenMode: u32, device: u32): i64 {
  let mode = givenMode & 0xffff;
  switch (mode & S_IFMT) {
    case 0:
      mode |= S_IFREG;
      break;
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
      break;
    case S_IFDIR:
      return -EPERM;
    default:
      return -EINVAL;
  }
  const place: Place = zeroed();
  let status = reach(directory, path, MAY_MISS | PARENT, addressOf(place));
  if (status < 0) return status;
  status = makeAt(addressOf(place.walk), mode & ~umask(), u64(device), null);
  leave(addressOf(place));
  return status;
}
export function sysMknod(call: ptr<Call>): i64 {
  return mknodAt(HERE, call.args[0], truncate<u32>(call.args[1]), truncate<u32>(call.args[2]));
}
export function sysMknodat(call: ptr<Call>): i64 {
  return mknodAt(call.args[0], call.args[1], truncate<u32>(call.args[2]), truncate<u32>(call.args[3]));
}

function unlinkAt(directory: u64, path: usize, isRmdir: bool): i64 {
  const place: Place = zeroed();
  let status = reach(directory, path, PARENT, addressOf(place));
  if (status < 0) return status;
  status = removeAt(addressOf(place.walk), isRmdir);
  leave(addressOf(place));
  return status;
}
export function sysUnlink(call: ptr<Call>): i64 {
  return unlinkAt(HERE, call.args[0], false);
}
export function sysRmdir(call: ptr<Call>): i64 {
  return unlinkAt(HERE, call.args[0], true);
}
export function sysUnlinkat(call: ptr<Call>): i64 {
  const flags = truncate<u32>(call.args[2]);
  if ((flags & ~AT_REMOVEDIR) !== 0) return -EINVAL;
  return unlinkAt(call.args[0], call.args[1], flags !== 0);
}

const RENAME_EXCHANGE: u32 = 2;
const RENAME_WHITEOUT: u32 = 4;
function rename(from: u64, path: usize, to: u64, newPath: usize, flags: u32): i64 {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return -EINVAL;
  if ((flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE) return -EINVAL;
  const old: Place = zeroed();
  const made: Place = zeroed();
  let status = reach(from, path, MAY_MISS | PARENT, addressOf(old));
  if (status < 0) return status;
  status = reach(to, newPath, MAY_MISS | PARENT, addressOf(made));
  if (status === 0) {
    // No file system here has these.
    if ((flags & ~RENAME_NOREPLACE) !== 0) status = -EINVAL;
    else status = renameAt(addressOf(old.walk), addressOf(made.walk), flags);
    leave(addressOf(made));
  }
  leave(addressOf(old));
  return status;
}
export function sysRename(call: ptr<Call>): i64 {
  return rename(HERE, call.args[0], HERE, call.args[1], 0);
}
export function sysRenameat(call: ptr<Call>): i64 {
  return rename(call.args[0], call.args[1], call.args[2], call.args[3], 0);
}
export function sysRenameat2(call: ptr<Call>): i64 {
  return rename(call.args[0], call.args[1], call.args[2], call.args[3], truncate<u32>(call.args[4]));
}

function link(from: u64, path: usize, to: u64, newPath: usize, flags: u32): i64 {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const old: Place = zeroed();
  const made: Place = zeroed();
  let status = reachAt(from, path, flags, (flags & AT_SYMLINK_FOLLOW) !== 0 ? FOLLOW : 0, addressOf(old));
  if (status < 0) return status;
  const name = old.walk.name;
  if (name === null) status = -ENOENT;
  else {
    status = reach(to, newPath, MAY_MISS | PARENT, addressOf(made));
    if (status === 0) {
      status = linkAt(name, addressOf(made.walk));
      leave(addressOf(made));
    }
  }
  leave(addressOf(old));
  return status;
}
export function sysLink(call: ptr<Call>): i64 {
  return link(HERE, call.args[0], HERE, call.args[1], 0);
}
export function sysLinkat(call: ptr<Call>): i64 {
  return link(call.args[0], call.args[1], call.args[2], call.args[3], truncate<u32>(call.args[4]));
}

function symlink(target: usize, directory: u64, path: usize): i64 {
  let text: ptr<u8> | null = null;
  const length = takePath(target, addressOf(text));
  if (length < 0) return length;
  const place: Place = zeroed();
  let status: i64 = length === 0 ? -ENOENT : reach(directory, path, MAY_MISS | PARENT, addressOf(place));
  if (status === 0 && text !== null) {
    status = symlinkAt(addressOf(place.walk), text, u64(length));
    leave(addressOf(place));
  }
  free(text);
  return status;
}
export function sysSymlink(call: ptr<Call>): i64 {
  return symlink(call.args[0], HERE, call.args[1]);
}
export function sysSymlinkat(call: ptr<Call>): i64 {
  return symlink(call.args[0], call.args[1], call.args[2]);
}

function putLink(node: ptr<Node>, to: usize, room: usize): i64 {
  const readLink = node.operations.readLink;
  if ((node.attributes.mode & S_IFMT) !== S_IFLNK || readLink === null) return -EINVAL;
  const memory = malloc(PATH_MAX);
  if (memory === null) return -ENOMEM;
  let status = readLink(node, cast<u8>(memory), room < PATH_MAX ? room : PATH_MAX);
  if (status > 0 && !copyOut(to, memory, u64(status))) status = -EFAULT;
  free(memory);
  return status;
}
function readlinkAt(directory: u64, path: usize, to: usize, room: u64): i64 {
  const size = truncate<i32>(room);
  if (size <= 0) return -EINVAL;
  const place: Place = zeroed();
  let status = reachAt(directory, path, AT_EMPTY_PATH, 0, addressOf(place));
  if (status < 0) return status;
  status = place.node === null ? -ENOENT : putLink(place.node, to, u64(size));
  // With an empty path, what is no link is not there.
  if (status === -EINVAL && place.path === null) status = -ENOENT;
  leave(addressOf(place));
  return status;
}
export function sysReadlink(call: ptr<Call>): i64 {
  return readlinkAt(HERE, call.args[0], call.args[1], call.args[2]);
}
export function sysReadlinkat(call: ptr<Call>): i64 {
  return readlinkAt(call.args[0], call.args[1], call.args[2], call.args[3]);
}
