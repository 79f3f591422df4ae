/**
 * Making, linking, removing and renaming, in an order after which `e2fsck -p` puts the disk right wherever the machine stops. The disk is told one thing at a
 * time:
 *
 * - an inode has no links on the disk as long as no entry leads to it: an entry that leads to such an inode is taken away, an inode without
 *   an entry would be a question;
 * - a name that is given another file leads to the one or the other, never to none; the file that loses its last name so has one in lost+found
 *   meanwhile.
 *
 * A directory that gets another parent, or a name that has no room in the block of its old one, is for a moment there twice, which e2fsck wants
 * to be asked about. The caller holds the directories' locks, and that of the node that goes.
 */
import { free, malloc } from "../../memory/malloc.ts";
import { EIO, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOTEMPTY } from "../errno.ts";
import { fileTime } from "../file-clock.ts";
import { type Node, S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, type TakeEntry } from "../node.ts";
import { dropNode, obtainNode } from "../node-cache.ts";
import { giveInode, takeInode } from "./allocate.ts";
import { Hole, mapBlock } from "./block-map.ts";
import {
  addEntry,
  type Found,
  findEntry,
  findNumber,
  isEmpty,
  listEntries,
  makeDots,
  removeName,
  renameEntry,
  replaceEntry,
} from "./directory.ts";
import {
  type Ext2Node,
  inodeOf,
  loadInode,
  numberOf,
  setDevice,
  storeInode,
  storeNewInode,
  volumeOf,
} from "./inode.ts";
import { LINKS_MAX, POINTERS } from "./layout.ts";
import { giveBuffer, takeFresh, type Volume, writeAndGive } from "./volume.ts";

function isDirectory(node: ptr<Node>): bool {
  return (node.attributes.mode & S_IFMT) === S_IFDIR;
}
/** A directory has changed; its inode is written some time. */
function touch(node: ptr<Node>): void {
  const now = fileTime();
  node.attributes.modified = now;
  node.attributes.changed = now;
  inodeOf(node).dirty = true;
}
/** The node of an inode that is on the disk. The volume's lock is not held. */
function obtain(volume: ptr<Volume>, number: i64, found: ptr<ptr<Node> | null>): i64 {
  return obtainNode(addressOf(volume.fileSystem), u64(number), volume.operations, loadInode, null, found);
}

export function lookup(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  found: ptr<ptr<Node> | null>,
): i64 {
  const volume = volumeOf(directory);
  volume.lock.lock();
  const number = findNumber(directory, name, length);
  volume.lock.unlock();
  if (number < 0) return number;
  const status = obtain(volume, number, found);
  // An entry that leads to a deleted inode is not in order.
  return status === -ENOENT ? -EIO : status;
}
export function list(directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>): i64 {
  const copy = malloc(usize(volumeOf(directory).blockSize));
  if (copy === null) return -ENOMEM;
  const status = listEntries(directory, position, cast<u8>(copy), take, taker);
  free(copy);
  return status;
}

// -------------------------------------------------------------------------------------------------- making

class Wanted extends Struct {
  mode: u32;
  device: u64;
}
/** `FillNode` of an inode that was nobody's. */
function fillNew(node: ptr<Node>, argument: ptr<unknown> | null): i64 {
  const wanted = cast<Wanted>(argument);
  const memory = malloc(sizeof<Ext2Node>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Ext2Node>());
  node.data = memory;
  const now = fileTime();
  const a = addressOf(node.attributes);
  a.mode = wanted.mode;
  a.links = isDirectory(node) ? 2 : 1;
  a.blockSize = u64(volumeOf(node).blockSize);
  a.accessed = now;
  a.modified = now;
  a.changed = now;
  const type = wanted.mode & S_IFMT;
  if (type === S_IFCHR || type === S_IFBLK) {
    a.device = wanted.device;
    setDevice(node, wanted.device);
  }
  return 0;
}
/** A link's target: in place of the pointers if it fits there, with a zero behind it. */
function setTarget(node: ptr<Node>, target: ptr<u8>, bytes: usize): i64 {
  const volume = volumeOf(node);
  node.attributes.size = bytes;
  if (bytes < POINTERS * 4) {
    memcpy(addressOf(inodeOf(node).pointers), target, bytes);
    return 0;
  }
  let fresh = false;
  const block = mapBlock(node, 0, Hole.Fill, addressOf(fresh));
  if (block < 0) return block;
  const buffer = takeFresh(volume, u32(block));
  if (buffer === null) return volume.failure;
  memcpy(buffer.data, target, bytes);
  return writeAndGive(volume, buffer);
}
/** Puts a new node into its directory; the lock is held. */
function enter(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  node: ptr<Node>,
  target: ptr<u8>,
  bytes: usize,
): i64 {
  let status: i64 = 0;
  if (isDirectory(node)) status = makeDots(node, numberOf(directory));
  else if (bytes > 0) status = setTarget(node, target, bytes);
  if (status === 0) status = storeNewInode(node);
  if (status === 0) status = addEntry(directory, name, length, numberOf(node), node.attributes.mode);
  if (status === 0) status = storeInode(node, node.attributes.links);
  if (status !== 0) return status;
  if (isDirectory(node)) directory.attributes.links++;
  touch(directory);
  return 0;
}
function make(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  wanted: ptr<Wanted>,
  target: ptr<u8>,
  bytes: usize,
  found: ptr<ptr<Node> | null>,
): i64 {
  const volume = volumeOf(directory);
  const ofDirectory = (wanted.mode & S_IFMT) === S_IFDIR;
  if (ofDirectory && directory.attributes.links >= LINKS_MAX) return -EMLINK;
  volume.lock.lock();
  const number = takeInode(volume, numberOf(directory), ofDirectory);
  volume.lock.unlock();
  if (number < 0) return number;
  let status = obtainNode(
    addressOf(volume.fileSystem),
    u64(number),
    volume.operations,
    fillNew,
    wanted,
    found,
  );
  const node = found.value;
  volume.lock.lock();
  if (node === null) giveInode(volume, u32(number), ofDirectory);
  else status = enter(directory, name, length, node, target, bytes);
  volume.lock.unlock();
  if (status === 0 || node === null) return status;
  // Without links it is freed when it is dropped.
  node.attributes.links = 0;
  found.value = null;
  dropNode(node);
  return status;
}
export function create(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  mode: u32,
  device: u64,
  found: ptr<ptr<Node> | null>,
): i64 {
  const wanted: Wanted = { mode, device };
  return make(directory, name, length, addressOf(wanted), "", 0, found);
}
class Slot extends Struct {
  node: ptr<Node> | null;
}
export function symlink(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  target: ptr<u8>,
  bytes: usize,
): i64 {
  const wanted: Wanted = { mode: S_IFLNK | 0o777, device: 0 };
  const slot: Slot = zeroed();
  if (bytes === 0) return -ENOENT;
  if (bytes >= usize(volumeOf(directory).blockSize)) return -ENAMETOOLONG;
  const made = addressOf(slot.node);
  const status = make(directory, name, length, addressOf(wanted), target, bytes, made);
  if (slot.node !== null) dropNode(slot.node);
  return status;
}
export function link(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>): i64 {
  const volume = volumeOf(directory);
  if (node.attributes.links >= LINKS_MAX) return -EMLINK;
  volume.lock.lock();
  node.attributes.links++;
  node.attributes.changed = fileTime();
  let status = storeInode(node, node.attributes.links);
  if (status === 0) status = addEntry(directory, name, length, numberOf(node), node.attributes.mode);
  if (status === 0) touch(directory);
  else {
    node.attributes.links--;
    inodeOf(node).dirty = true;
  }
  volume.lock.unlock();
  return status;
}

// ------------------------------------------------------------------------------------------------ removing

/** One link less, or both of a directory's; the disk knows. */
function loseLink(node: ptr<Node>): i64 {
  node.attributes.links = isDirectory(node) ? 0 : node.attributes.links - 1;
  node.attributes.changed = fileTime();
  return storeInode(node, node.attributes.links);
}
function removeLocked(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>): i64 {
  if (isDirectory(node)) {
    const empty = isEmpty(node);
    if (empty !== 1) return empty === 0 ? -ENOTEMPTY : empty;
  }
  const links = node.attributes.links;
  let status = loseLink(node);
  if (status === 0) status = removeName(directory, name, length);
  if (status !== 0) {
    node.attributes.links = links;
    storeInode(node, links);
    return status;
  }
  if (isDirectory(node)) directory.attributes.links--;
  touch(directory);
  return 0;
}
export function unlink(directory: ptr<Node>, name: ptr<u8>, length: usize, _isDirectory: bool): i64 {
  const volume = volumeOf(directory);
  const slot: Slot = zeroed();
  let status = lookup(directory, name, length, addressOf(slot.node));
  const node = slot.node;
  if (node === null) return status;
  volume.lock.lock();
  status = removeLocked(directory, name, length, node);
  volume.lock.unlock();
  dropNode(node);
  return status;
}

// ------------------------------------------------------------------------------------------------ renaming

/** "#" and a number: what e2fsck calls files that it finds without a name. */
function lostName(number: u32, to: ptr<u8>): usize {
  let digits: usize = 1;
  for (let rest = number / 10; rest !== 0; rest /= 10) digits++;
  let rest = number;
  for (let at = digits; at > 0; at--) {
    to[at] = char("0") + truncate<u8>(rest % 10);
    rest /= 10;
  }
  to[0] = char("#");
  return digits + 1;
}
const LOST_NAME = 16;

/** A name that is there leads to another file from now on; the one that it led to has lost a link. */
function giveName(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>, old: ptr<Node>): i64 {
  const volume = volumeOf(directory);
  const lost = volume.lostAndFound;
  const text: array<u8, typeof LOST_NAME> = zeroed();
  const textLength = lostName(numberOf(old), addressOf(text[0]));
  let rescued = false;
  if (isDirectory(old)) {
    const status = loseLink(old);
    if (status !== 0) return status;
  } else if (old.attributes.links === 1 && lost !== null && lost !== directory) {
    rescued =
      findNumber(lost, addressOf(text[0]), textLength) === -ENOENT &&
      addEntry(lost, addressOf(text[0]), textLength, numberOf(old), old.attributes.mode) === 0;
  }
  const found: Found = zeroed();
  const there = findEntry(directory, name, length, addressOf(found));
  let status =
    there < 0 ? there : replaceEntry(directory, addressOf(found), numberOf(node), node.attributes.mode);
  if (found.buffer !== null) giveBuffer(found.buffer);
  if (status === 0 && !isDirectory(old)) status = loseLink(old);
  if (rescued && lost !== null) removeName(lost, addressOf(text[0]), textLength);
  return status;
}
/** A directory's parent is another one from now on. */
function setParent(node: ptr<Node>, parent: ptr<Node>): i64 {
  const found: Found = zeroed();
  const there = findEntry(node, "..", 2, addressOf(found));
  const status = there < 0 ? there : replaceEntry(node, addressOf(found), numberOf(parent), S_IFDIR);
  if (found.buffer !== null) giveBuffer(found.buffer);
  return status;
}
/** Within its block, if it can be. */
function renameInPlace(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  newName: ptr<u8>,
  newLength: usize,
): bool {
  const found: Found = zeroed();
  if (findEntry(directory, name, length, addressOf(found)) < 0) return false;
  const renamed = renameEntry(directory, addressOf(found), newName, newLength);
  if (found.buffer !== null) giveBuffer(found.buffer);
  return renamed;
}
function renameLocked(
  from: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  to: ptr<Node>,
  newName: ptr<u8>,
  newLength: usize,
  node: ptr<Node>,
  old: ptr<Node> | null,
): i64 {
  let status: i64 = 0;
  const moves = isDirectory(node) && from !== to;
  if (old !== null && isDirectory(old)) {
    const empty = isEmpty(old);
    if (empty !== 1) return empty === 0 ? -ENOTEMPTY : empty;
  }
  if (moves && old === null && to.attributes.links >= LINKS_MAX) return -EMLINK;
  const done = old === null && from === to && renameInPlace(from, name, length, newName, newLength);
  if (!done) {
    status =
      old === null
        ? addEntry(to, newName, newLength, numberOf(node), node.attributes.mode)
        : giveName(to, newName, newLength, node, old);
    if (status === 0 && moves) status = setParent(node, to);
    if (status === 0) status = removeName(from, name, length);
  }
  if (status !== 0) return status;
  if (old !== null && isDirectory(old)) to.attributes.links--;
  if (moves) {
    from.attributes.links--;
    to.attributes.links++;
  }
  node.attributes.changed = fileTime();
  inodeOf(node).dirty = true;
  touch(from);
  touch(to);
  return 0;
}
export function rename(
  from: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  to: ptr<Node>,
  newName: ptr<u8>,
  newLength: usize,
): i64 {
  const volume = volumeOf(from);
  const moved: Slot = zeroed();
  const old: Slot = zeroed();
  let status = lookup(from, name, length, addressOf(moved.node));
  const node = moved.node;
  if (node === null) return status;
  status = lookup(to, newName, newLength, addressOf(old.node));
  if (status === 0 || status === -ENOENT) {
    volume.lock.lock();
    status = renameLocked(from, name, length, to, newName, newLength, node, old.node);
    volume.lock.unlock();
  }
  if (old.node !== null) dropNode(old.node);
  dropNode(node);
  return status;
}
