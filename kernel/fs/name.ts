/**
 * Names: places in the tree of files, each with its node and its parent. Who has a file open, or stands in a directory, refers to its name;
 * so `..`, getcwd and /proc know where that is, also after it has been renamed. Names that nobody refers to are kept for a while, and with
 * them their nodes. There is one name for one entry of a directory; entries that are not there are not kept.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { ENAMETOOLONG, ENOENT, ENOMEM } from "./errno.ts";
import type { Mount } from "./mounts.ts";
import { NAME_MAX, type Node } from "./node.ts";
import { dropNode } from "./node-cache.ts";

export class Name extends Struct {
  node: ptr<Node>;
  /** null: the root of a file system, or of nothing. */
  parent: ptr<Name> | null;
  /** Of roots. */
  mount: ptr<Mount> | null;
  text: ptr<u8>;
  length: usize;
  references: u32;
  /** It can be found; else the entry has been taken away, or never was one. */
  hashed: bool;
  nextInHash: ptr<Name> | null;
  /** Among those that nobody refers to. */
  newer: ptr<Name> | null;
  older: ptr<Name> | null;
}

const BUCKETS = 2048;
const table: array<ptr<Name> | null, typeof BUCKETS> = zeroed();
/** Names kept that nobody refers to. */
const KEPT: u64 = 4096;
/** Guards the table, all names' parents and texts, and who is kept. */
const lock: SpinLock = zeroed();
let newest: ptr<Name> | null = null;
let oldest: ptr<Name> | null = null;
let kept: u64 = 0;
let live: u64 = 0;

/** Names that there are. */
export function nameCount(): u64 {
  return atomicLoad(addressOf(live));
}

function bucketOf(parent: ptr<Name>, text: ptr<u8>, length: usize): ptr<ptr<Name> | null> {
  let hash: u64 = address(parent) >> 4;
  for (let i: usize = 0; i < length; i++) hash = (hash ^ u64(text[i])) * 0x100_0000_01b3;
  return addressOf(table[(hash * 0x9e37_79b9_7f4a_7c15) >> 53]);
}
function isCalled(name: ptr<Name>, parent: ptr<Name>, text: ptr<u8>, length: usize): bool {
  if (name.parent !== parent || name.length !== length) return false;
  for (let i: usize = 0; i < length; i++) if (name.text[i] !== text[i]) return false;
  return true;
}
function find(parent: ptr<Name>, text: ptr<u8>, length: usize): ptr<Name> | null {
  let name = bucketOf(parent, text, length).value;
  while (name !== null && !isCalled(name, parent, text, length)) name = name.nextInHash;
  return name;
}
function insert(name: ptr<Name>, parent: ptr<Name>): void {
  const bucket = bucketOf(parent, name.text, name.length);
  name.nextInHash = bucket.value;
  bucket.value = name;
  name.hashed = true;
}
function remove(name: ptr<Name>): void {
  const parent = name.parent;
  if (!name.hashed || parent === null) return;
  let at = bucketOf(parent, name.text, name.length);
  for (;;) {
    const other = at.value;
    if (other === null) return;
    if (other === name) break;
    at = addressOf(other.nextInHash);
  }
  at.value = name.nextInHash;
  name.hashed = false;
}
function keep(name: ptr<Name>): void {
  name.newer = null;
  name.older = newest;
  if (newest === null) oldest = name;
  else newest.newer = name;
  newest = name;
  kept++;
}
function unkeep(name: ptr<Name>): void {
  const newer = name.newer;
  const older = name.older;
  if (newer === null) newest = older;
  else newer.older = older;
  if (older === null) oldest = newer;
  else older.newer = newer;
  kept--;
}
function refer(name: ptr<Name>): void {
  if (name.references === 0) unkeep(name);
  name.references++;
}

/** A name with one reference that cannot be found. The node's reference is its own from here on; the parent gets one more. null: no memory, nothing was taken. */
export function makeName(
  parent: ptr<Name> | null,
  text: ptr<u8>,
  length: usize,
  node: ptr<Node>,
): ptr<Name> | null {
  const memory = malloc(sizeof<Name>());
  if (memory === null) return null;
  const copy = malloc(length + 1);
  if (copy === null) {
    free(memory);
    return null;
  }
  const name = cast<Name>(memory);
  memset(name, 0, sizeof<Name>());
  name.text = cast<u8>(copy);
  name.length = length;
  memcpy(copy, text, length);
  name.text[length] = 0;
  name.node = node;
  name.references = 1;
  name.parent = parent === null ? null : holdName(parent);
  atomicAdd(addressOf(live), 1);
  return name;
}
/** One more reference, by who has one. */
export function holdName(name: ptr<Name>): ptr<Name> {
  const flags = lock.lock();
  refer(name);
  lock.unlock(flags);
  return name;
}
/** One less. May sleep, since a node may go. */
export function dropName(dropped: ptr<Name>): void {
  let name = dropped;
  for (;;) {
    const flags = lock.lock();
    name.references--;
    let victim: ptr<Name> | null = null;
    if (name.references === 0) {
      if (name.hashed && name.node.operations.follow === null) {
        keep(name);
        if (kept > KEPT) victim = takeOldest();
      } else {
        // What leads to something else now may be gone next time.
        remove(name);
        victim = name;
      }
    }
    lock.unlock(flags);
    if (victim === null) return;
    const parent = victim.parent;
    destroy(victim);
    if (parent === null) return;
    name = parent;
  }
}
function takeOldest(): ptr<Name> | null {
  const name = oldest;
  if (name === null) return null;
  unkeep(name);
  remove(name);
  return name;
}
function destroy(name: ptr<Name>): void {
  dropNode(name.node);
  free(name.text);
  free(name);
  atomicAdd(addressOf(live), 0xffff_ffff_ffff_ffff);
}
/** Forgets all names that nobody refers to. */
export function dropNames(): void {
  for (;;) {
    const flags = lock.lock();
    const name = takeOldest();
    lock.unlock(flags);
    if (name === null) return;
    const parent = name.parent;
    destroy(name);
    if (parent !== null) dropName(parent);
  }
}

function findHeld(parent: ptr<Name>, text: ptr<u8>, length: usize): ptr<Name> | null {
  const flags = lock.lock();
  const name = find(parent, text, length);
  if (name !== null) refer(name);
  lock.unlock(flags);
  return name;
}
/** Leaves the name of an entry of a directory, with a reference. The directory's lock is not held. */
export function childOf(parent: ptr<Name>, text: ptr<u8>, length: usize, found: ptr<ptr<Name> | null>): i64 {
  found.value = findHeld(parent, text, length);
  if (found.value !== null) return 0;
  const directory = parent.node;
  directory.lock.lock();
  const status = childLocked(parent, text, length, found);
  directory.lock.unlock();
  return status;
}
/** The same with the directory's lock held. */
export function childLocked(
  parent: ptr<Name>,
  text: ptr<u8>,
  length: usize,
  found: ptr<ptr<Name> | null>,
): i64 {
  found.value = findHeld(parent, text, length);
  if (found.value !== null) return 0;
  const lookup = parent.node.operations.lookup;
  if (length > NAME_MAX) return -ENAMETOOLONG;
  if (lookup === null) return -ENOENT;
  let node: ptr<Node> | null = null;
  const status = lookup(parent.node, text, length, addressOf(node));
  if (status < 0) return status;
  if (node === null) return -ENOENT;
  return addChild(parent, text, length, node, found);
}
/** An entry that has just been found or made gets its name, and the node's reference is that one's. The directory's lock is held. */
export function addChild(
  parent: ptr<Name>,
  text: ptr<u8>,
  length: usize,
  node: ptr<Node>,
  found: ptr<ptr<Name> | null>,
): i64 {
  const name = makeName(parent, text, length, node);
  if (name === null) {
    dropNode(node);
    return -ENOMEM;
  }
  const flags = lock.lock();
  insert(name, parent);
  lock.unlock(flags);
  found.value = name;
  return 0;
}
/** The entry has been taken away. The caller has a reference; the directory's lock is held. */
export function unlinkName(name: ptr<Name>): void {
  const flags = lock.lock();
  remove(name);
  lock.unlock(flags);
}
/** The entry has been renamed; the locks of both directories are held. -ENOMEM: the name is forgotten, and will be found anew. */
export function moveName(name: ptr<Name>, parent: ptr<Name>, text: ptr<u8>, length: usize): void {
  const copy = malloc(length + 1);
  const old = name.parent;
  const oldText = name.text;
  if (copy !== null) {
    memcpy(copy, text, length);
    cast<u8>(copy)[length] = 0;
    holdName(parent);
  }
  const flags = lock.lock();
  remove(name);
  if (copy !== null) {
    name.parent = parent;
    name.text = cast<u8>(copy);
    name.length = length;
    insert(name, parent);
  }
  lock.unlock(flags);
  if (copy === null) return;
  free(oldText);
  if (old !== null) dropName(old);
}

/** Whether `name` is `above`, or somewhere below it. */
export function isBelow(name: ptr<Name>, above: ptr<Name>): bool {
  const flags = lock.lock();
  let at: ptr<Name> | null = name;
  while (at !== null && at !== above) at = upOf(at);
  lock.unlock(flags);
  return at !== null;
}
function upOf(name: ptr<Name>): ptr<Name> | null {
  const mount = name.mount;
  if (mount === null) return name.parent;
  return mount.on;
}
/** The directory above, with a reference, over the roots of mounts, but not over `root`; that of a root is itself. */
export function parentOf(name: ptr<Name>, root: ptr<Name>): ptr<Name> {
  const flags = lock.lock();
  let at = name;
  while (at !== root && at.mount !== null) {
    const on = at.mount.on;
    if (on === null) break;
    at = on;
  }
  if (at !== root && at.parent !== null) at = at.parent;
  refer(at);
  lock.unlock(flags);
  return at;
}

/**
 * The path from `root`, ended by a zero, at the end of `room` bytes; gives where it begins. -ENAMETOOLONG: it does not fit. A name that was taken
 * away is told with its old path, one that is not below `root` from the top of what it is below.
 */
export function pathOf(name: ptr<Name>, root: ptr<Name>, to: ptr<u8>, room: usize): i64 {
  if (room < 2) return -ENAMETOOLONG;
  let at = room - 1;
  to[at] = 0;
  const flags = lock.lock();
  let place: ptr<Name> | null = name;
  let status: i64 = 0;
  while (place !== null && place !== root) {
    const up = upOf(place);
    if (place.mount === null && up !== null) {
      if (place.length + 1 > at) {
        status = -ENAMETOOLONG;
        break;
      }
      at -= place.length;
      memcpy(to.offset(at), place.text, place.length);
      at--;
      to[at] = char("/");
    }
    place = up;
  }
  lock.unlock(flags);
  if (status < 0) return status;
  if (at === room - 1) {
    at--;
    to[at] = char("/");
  }
  return i64(at);
}
/** Whether a name, or something above it, has been taken away. */
export function isGone(name: ptr<Name>): bool {
  return !name.hashed && name.mount === null;
}
