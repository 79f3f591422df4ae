/** Making, removing and moving entries of directories: what is the same for all file systems, with Linux's checks in Linux's order (fs/namei.c is where they are told; man pages give their errors). */
import type { Mutex } from "../thread/mutex.ts";
import { EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EROFS, EXDEV } from "./errno.ts";
import { addChild, childLocked, dropName, isBelow, moveName, type Name, unlinkName } from "./name.ts";
import { type Node, S_IFDIR, S_IFMT } from "./node.ts";
import { isDirectory, Last, type Walk } from "./path.ts";

/** Held while several directories are locked, so that none of them can move. */
const tree: Mutex = zeroed();

/** Whether an entry can be made where the walk ends. The directory's lock is held. */
function mayMake(walk: ptr<Walk>, parent: ptr<Name>, isDirectoryMade: bool): i64 {
  let there: ptr<Name> | null = null;
  const status = childLocked(parent, walk.text, walk.length, addressOf(there));
  if (there !== null) {
    dropName(there);
    return -EEXIST;
  }
  if (status !== -ENOENT) return status;
  if (walk.slashes && !isDirectoryMade) return -ENOENT;
  if (parent.node.attributes.links === 0) return -ENOENT;
  return parent.node.fileSystem.readOnly ? -EROFS : 0;
}
/** The directory where something is to be made; null with the error in `status`. */
function placeFor(walk: ptr<Walk>, status: ptr<i64>): ptr<Name> | null {
  const parent = walk.parent;
  if (walk.last !== Last.Normal || parent === null) {
    status.value = -EEXIST;
    return null;
  }
  return parent;
}
/** A new file, directory or device by the type in `mode`; leaves its name, with a reference, if `made` is not null. */
export function makeAt(walk: ptr<Walk>, mode: u32, device: u64, made: ptr<ptr<Name> | null> | null): i64 {
  let status: i64 = 0;
  const parent = placeFor(walk, addressOf(status));
  if (parent === null) return status;
  const directory = parent.node;
  const create = directory.operations.create;
  directory.lock.lock();
  status = mayMake(walk, parent, (mode & S_IFMT) === S_IFDIR);
  if (status === 0 && create === null) status = -EPERM;
  let name: ptr<Name> | null = null;
  if (status === 0 && create !== null) {
    let node: ptr<Node> | null = null;
    status = create(directory, walk.text, walk.length, mode, device, addressOf(node));
    if (node !== null) status = addChild(parent, walk.text, walk.length, node, addressOf(name));
  }
  directory.lock.unlock();
  if (made !== null) made.value = name;
  else if (name !== null) dropName(name);
  return status;
}
export function symlinkAt(walk: ptr<Walk>, target: ptr<u8>, bytes: usize): i64 {
  let status: i64 = 0;
  const parent = placeFor(walk, addressOf(status));
  if (parent === null) return status;
  const directory = parent.node;
  const symlink = directory.operations.symlink;
  directory.lock.lock();
  status = mayMake(walk, parent, false);
  if (status === 0)
    status = symlink === null ? -EPERM : symlink(directory, walk.text, walk.length, target, bytes);
  directory.lock.unlock();
  return status;
}
/** One more name for what `old` names. */
export function linkAt(old: ptr<Name>, walk: ptr<Walk>): i64 {
  let status: i64 = 0;
  const parent = placeFor(walk, addressOf(status));
  if (parent === null) return status;
  const directory = parent.node;
  const node = old.node;
  const link = directory.operations.link;
  if (isDirectory(old)) {
    directory.lock.lock();
    status = mayMake(walk, parent, false);
    directory.lock.unlock();
    return status < 0 ? status : node.fileSystem !== directory.fileSystem ? -EXDEV : -EPERM;
  }
  directory.lock.lock();
  status = mayMake(walk, parent, false);
  if (status === 0 && node.fileSystem !== directory.fileSystem) status = -EXDEV;
  if (status === 0 && link === null) status = -EPERM;
  if (status === 0 && link !== null) {
    node.lock.lock();
    if (node.attributes.links === 0) status = -ENOENT;
    else status = link(directory, walk.text, walk.length, node);
    node.lock.unlock();
  }
  directory.lock.unlock();
  return status;
}

/** unlink, or rmdir. */
export function removeAt(walk: ptr<Walk>, isRmdir: bool): i64 {
  const parent = walk.parent;
  if (walk.last !== Last.Normal || parent === null) {
    if (!isRmdir) return -EISDIR;
    return walk.last === Last.Dot ? -EINVAL : walk.last === Last.DotDot ? -ENOTEMPTY : -EBUSY;
  }
  const directory = parent.node;
  if (isRmdir) tree.lock();
  directory.lock.lock();
  let name: ptr<Name> | null = null;
  let status = childLocked(parent, walk.text, walk.length, addressOf(name));
  if (name !== null) {
    status = removeLocked(parent, walk, name, isRmdir);
    if (status === 0) unlinkName(name);
  }
  directory.lock.unlock();
  if (isRmdir) tree.unlock();
  if (name !== null) dropName(name);
  return status;
}
function removeLocked(parent: ptr<Name>, walk: ptr<Walk>, name: ptr<Name>, isRmdir: bool): i64 {
  const directory = parent.node;
  const unlink = directory.operations.unlink;
  const node = name.node;
  if (walk.slashes && !isRmdir && !isDirectory(name)) return -ENOTDIR;
  if (isDirectory(name) !== isRmdir) return isRmdir ? -ENOTDIR : -EISDIR;
  if (directory.fileSystem.readOnly) return -EROFS;
  if (node.covered !== null) return -EBUSY;
  if (unlink === null) return -EPERM;
  node.lock.lock();
  const status = unlink(directory, walk.text, walk.length, isRmdir);
  node.lock.unlock();
  return status;
}

/** renameat2's flag. */
export const RENAME_NOREPLACE: u32 = 1;

export function renameAt(from: ptr<Walk>, to: ptr<Walk>, flags: u32): i64 {
  const parent = from.parent;
  const newParent = to.parent;
  if (parent !== null && newParent !== null && parent.node.fileSystem !== newParent.node.fileSystem)
    return -EXDEV;
  if (from.last !== Last.Normal || parent === null) return -EBUSY;
  if (to.last !== Last.Normal || newParent === null)
    return (flags & RENAME_NOREPLACE) !== 0 ? -EEXIST : -EBUSY;
  const a = parent.node;
  const b = newParent.node;
  tree.lock();
  if (a === b) a.lock.lock();
  else if (address(a) < address(b)) {
    a.lock.lock();
    b.lock.lock();
  } else {
    b.lock.lock();
    a.lock.lock();
  }
  let name: ptr<Name> | null = null;
  let replaced: ptr<Name> | null = null;
  let status = childLocked(parent, from.text, from.length, addressOf(name));
  if (name !== null) {
    status = childLocked(newParent, to.text, to.length, addressOf(replaced));
    if (status === 0 || status === -ENOENT)
      status = renameLocked(parent, from, newParent, to, flags, name, replaced);
  }
  b.lock.unlock();
  if (a !== b) a.lock.unlock();
  tree.unlock();
  if (name !== null) dropName(name);
  if (replaced !== null) dropName(replaced);
  return status;
}
function mayRename(
  parent: ptr<Name>,
  from: ptr<Walk>,
  newParent: ptr<Name>,
  to: ptr<Walk>,
  flags: u32,
  name: ptr<Name>,
  replaced: ptr<Name> | null,
): i64 {
  if ((flags & RENAME_NOREPLACE) !== 0 && replaced !== null) return -EEXIST;
  if (!isDirectory(name) && (from.slashes || to.slashes)) return -ENOTDIR;
  if (isBelow(newParent, name)) return -EINVAL;
  if (replaced !== null && isBelow(parent, replaced)) return -ENOTEMPTY;
  if (parent.node.fileSystem.readOnly) return -EROFS;
  if (newParent.node.attributes.links === 0) return -ENOENT;
  if (replaced !== null && replaced.node !== name.node) {
    if (isDirectory(name) && !isDirectory(replaced)) return -ENOTDIR;
    if (!isDirectory(name) && isDirectory(replaced)) return -EISDIR;
    if (replaced.node.covered !== null) return -EBUSY;
  }
  return name.node.covered !== null ? -EBUSY : 0;
}
function renameLocked(
  parent: ptr<Name>,
  from: ptr<Walk>,
  newParent: ptr<Name>,
  to: ptr<Walk>,
  flags: u32,
  name: ptr<Name>,
  replaced: ptr<Name> | null,
): i64 {
  let status = mayRename(parent, from, newParent, to, flags, name, replaced);
  // Two names of one file: both stay.
  if (status < 0 || (replaced !== null && replaced.node === name.node)) return status;
  const rename = parent.node.operations.rename;
  if (rename === null) return -EPERM;
  if (replaced !== null) replaced.node.lock.lock();
  status = rename(parent.node, from.text, from.length, newParent.node, to.text, to.length);
  if (replaced !== null) {
    replaced.node.lock.unlock();
    if (status === 0) unlinkName(replaced);
  }
  if (status === 0) moveName(name, newParent, to.text, to.length);
  return status;
}
