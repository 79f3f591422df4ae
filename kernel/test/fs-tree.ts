/** What the cases of files stand on: a root in memory, and short ways to make, find, read and remove by path. */

import { linkAt, makeAt, removeAt, renameAt, symlinkAt } from "../fs/changes.ts";
import { initContext, setDirectory } from "../fs/context.ts";
import { ENOENT } from "../fs/errno.ts";
import { rootName } from "../fs/mounts.ts";
import { dropName, dropNames, holdName, type Name } from "../fs/name.ts";
import { S_IFDIR, S_IFREG } from "../fs/node.ts";
import { endWalk, FOLLOW, MAY_MISS, resolve, takeName, type Walk } from "../fs/path.ts";
import { makeRamfs } from "../fs/ramfs.ts";
import { textLength } from "../lib/text.ts";
import { readCounters } from "../memory/allocators.ts";
import type { Counters } from "../memory/counters.ts";
import { panicWith } from "../panic.ts";

export function sameBytes(a: ptr<u8>, b: ptr<u8>, count: usize): bool {
  for (let i: usize = 0; i < count; i++) if (a[i] !== b[i]) return false;
  return true;
}
/** The root of all; a file system in memory, if nothing is mounted yet. */
export function root(): ptr<Name> {
  const there = rootName();
  if (there !== null) return there;
  const fileSystem = makeRamfs("rootfs");
  if (fileSystem === null || initContext(fileSystem) < 0)
    panicWith("no root for the cases", "none", 0, null, 0);
  const made = rootName();
  if (made === null) panicWith("no root for the cases", "none", 0, null, 0);
  return made;
}
/** Walks from the root; what is found is in `walk`. */
export function walkTo(path: ptr<u8>, flags: u32, walk: ptr<Walk>): i64 {
  return resolve(root(), root(), path, textLength(path), flags, walk);
}
/** The name at a path, to be dropped; null: there is none. Links are followed. */
export function nameAt(path: ptr<u8>): ptr<Name> | null {
  const walk: Walk = zeroed();
  return walkTo(path, FOLLOW, addressOf(walk)) < 0 ? null : takeName(addressOf(walk));
}
/** What looking for a path gives. */
export function statusOf(path: ptr<u8>, flags: u32): i64 {
  const walk: Walk = zeroed();
  const status = walkTo(path, flags, addressOf(walk));
  if (status === 0) endWalk(addressOf(walk));
  return status;
}
export function make(path: ptr<u8>, mode: u32): i64 {
  const walk: Walk = zeroed();
  let status = walkTo(path, MAY_MISS, addressOf(walk));
  if (status < 0) return status;
  status = makeAt(addressOf(walk), mode, 0, null);
  endWalk(addressOf(walk));
  return status;
}
export function makeFileAt(path: ptr<u8>): i64 {
  return make(path, S_IFREG | 0o644);
}
export function makeDirectoryAt(path: ptr<u8>): i64 {
  return make(path, S_IFDIR | 0o755);
}
export function makeLink(target: ptr<u8>, path: ptr<u8>): i64 {
  const walk: Walk = zeroed();
  let status = walkTo(path, MAY_MISS, addressOf(walk));
  if (status < 0) return status;
  status = symlinkAt(addressOf(walk), target, textLength(target));
  endWalk(addressOf(walk));
  return status;
}
export function linkTo(old: ptr<u8>, path: ptr<u8>): i64 {
  const walk: Walk = zeroed();
  const name = nameAt(old);
  if (name === null) return -ENOENT;
  let status = walkTo(path, MAY_MISS, addressOf(walk));
  if (status === 0) {
    status = linkAt(name, addressOf(walk));
    endWalk(addressOf(walk));
  }
  dropName(name);
  return status;
}
export function remove(path: ptr<u8>, isDirectory: bool): i64 {
  const walk: Walk = zeroed();
  let status = walkTo(path, 0, addressOf(walk));
  if (status < 0) return status;
  status = removeAt(addressOf(walk), isDirectory);
  endWalk(addressOf(walk));
  return status;
}
export function move(from: ptr<u8>, to: ptr<u8>, flags: u32): i64 {
  const old: Walk = zeroed();
  const made: Walk = zeroed();
  let status = walkTo(from, 0, addressOf(old));
  if (status < 0) return status;
  status = walkTo(to, MAY_MISS, addressOf(made));
  if (status === 0) {
    status = renameAt(addressOf(old), addressOf(made), flags);
    endWalk(addressOf(made));
  }
  endWalk(addressOf(old));
  return status;
}
/** Stands in the root again. */
export function standInRoot(): void {
  setDirectory(holdName(root()));
}
/** Bytes that live objects take, when nothing is kept that nobody refers to. */
export function liveBytes(): u64 {
  dropNames();
  const counters: Counters = zeroed();
  readCounters(addressOf(counters));
  return counters.live;
}
