/**
 * Mounting ext2 (revisions 0 and 1, blocks of 1 to 4 KiB). A file system with features that change how it is read is refused; one with features that who
 * writes must know, or that was not unmounted in order, is mounted to be read only: its bitmaps may be wrong, and e2fsck is there to
 * put that right.
 */

import { printLine } from "../../console/print.ts";
import { type Disk, readDisk, SECTOR } from "../../drivers/block.ts";
import { free, malloc } from "../../memory/malloc.ts";
import { EINVAL, EIO, ENOMEM } from "../errno.ts";
import { type FileSystem, type Node, type NodeOperations, type Room, S_IFDIR, S_IFMT } from "../node.ts";
import { dropNode, obtainNode, visitNodes } from "../node-cache.ts";
import {
  giveReserved,
  readLink,
  readPage,
  readPages,
  release,
  reserve,
  setAttributes,
  sync,
  writePage,
} from "./files.ts";
import { inodeOf, loadInode, storeInode } from "./inode.ts";
import {
  CLEAN,
  DYNAMIC_REVISION,
  type GroupDescriptor,
  HAS_ERRORS,
  INCOMPAT_KNOWN,
  MAGIC,
  OLD_FIRST_INODE,
  OLD_INODE_SIZE,
  RO_KNOWN,
  ROOT_INODE,
  SUPER_BYTES,
  SUPER_OFFSET,
} from "./layout.ts";
import { create, link, list, lookup, rename, symlink, unlink } from "./names.ts";
import {
  type Buffer,
  flushVolume,
  freeBuffers,
  takeBuffer,
  type Volume,
  volumeTime,
  writeSuper,
} from "./volume.ts";

const operations: NodeOperations = init({
  lookup,
  create,
  symlink,
  link,
  unlink,
  rename,
  readLink,
  list,
  setAttributes,
  readPage,
  readPages,
  writePage,
  reserve,
  sync,
  release,
});

/** Whether the superblock is one of ext2, and its numbers fit each other and the disk. */
function isSound(volume: ptr<Volume>): bool {
  const s = addressOf(volume.super);
  if (s.magic !== MAGIC || s.revision > DYNAMIC_REVISION || s.blockSizeShift > 2) return false;
  if (s.revision < DYNAMIC_REVISION) {
    s.inodeSize = OLD_INODE_SIZE;
    s.firstInode = OLD_FIRST_INODE;
    s.incompatible = 0;
    s.readOnlyCompatible = 0;
  }
  const size = u32(1024) << s.blockSizeShift;
  const inodeSize = u32(s.inodeSize);
  if (inodeSize < 128 || inodeSize > size || popcount(inodeSize) !== 1) return false;
  if (s.firstDataBlock !== (size === 1024 ? 1 : 0) || s.blocks <= s.firstDataBlock) return false;
  if (s.blocksPerGroup === 0 || s.blocksPerGroup > size * 8) return false;
  if (s.inodesPerGroup === 0 || s.inodesPerGroup > size * 8) return false;
  if ((u64(s.blocks) * u64(size)) / SECTOR > volume.disk.sectors) return false;
  volume.blockSize = size;
  volume.fanout = size / 4;
  volume.inodeSize = inodeSize;
  volume.groups = (s.blocks - s.firstDataBlock + s.blocksPerGroup - 1) / s.blocksPerGroup;
  return u64(s.inodes) === u64(volume.groups) * u64(s.inodesPerGroup);
}
/** Group descriptors, which stay in memory. */
function readDescriptors(volume: ptr<Volume>): i64 {
  const bytes = volume.groups * u32(sizeof<GroupDescriptor>());
  const count = (bytes + volume.blockSize - 1) / volume.blockSize;
  const memory = malloc(usize(count) * 8);
  if (memory === null) return -ENOMEM;
  volume.descriptors = cast<ptr<Buffer>>(memory);
  for (let i: u32 = 0; i < count; i++) {
    const buffer = takeBuffer(volume, volume.super.firstDataBlock + 1 + i);
    if (buffer === null) return volume.failure;
    volume.descriptors[i] = buffer;
    volume.descriptorBlocks = i + 1;
  }
  return 0;
}
function readRoot(volume: ptr<Volume>): i64 {
  const fileSystem = addressOf(volume.fileSystem);
  const slot: Slot = zeroed();
  const status = obtainNode(
    fileSystem,
    u64(ROOT_INODE),
    addressOf(operations),
    loadInode,
    null,
    addressOf(slot.node),
  );
  const root = slot.node;
  if (root === null) return status;
  if ((root.attributes.mode & S_IFMT) !== S_IFDIR) {
    dropNode(root);
    return -EIO;
  }
  fileSystem.root = root;
  const lost: Slot = zeroed();
  lookup(root, "lost+found", 10, addressOf(lost.node));
  const node = lost.node;
  if (node !== null && (node.attributes.mode & S_IFMT) === S_IFDIR) volume.lostAndFound = node;
  else if (node !== null) dropNode(node);
  return 0;
}
class Slot extends Struct {
  node: ptr<Node> | null;
}
/** From here to `closeExt2` the disk says that the file system is in use. */
function begin(volume: ptr<Volume>): i64 {
  const s = addressOf(volume.super);
  volume.state = s.state;
  if (volume.fileSystem.readOnly) return 0;
  s.state &= ~CLEAN;
  s.mounts++;
  s.mounted = volumeTime(volume);
  return writeSuper(volume);
}
function give(volume: ptr<Volume>): void {
  freeBuffers(volume);
  if (address(volume.descriptors) !== 0) free(volume.descriptors);
  if (address(volume.scratch) !== 0) free(volume.scratch);
  free(volume);
}
function open(volume: ptr<Volume>, readOnly: bool): i64 {
  const s = addressOf(volume.super);
  const status = readDisk(volume.disk, SUPER_OFFSET / SECTOR, cast<u8>(s), SUPER_BYTES);
  if (status !== 0) return status;
  if (!isSound(volume) || (s.incompatible & ~INCOMPAT_KNOWN) !== 0) return -EINVAL;
  const inOrder = (s.state & CLEAN) !== 0 && (s.state & HAS_ERRORS) === 0;
  const known = (s.readOnlyCompatible & ~RO_KNOWN) === 0;
  volume.operations = addressOf(operations);
  volume.fileSystem = init({
    name: "ext2",
    readOnly: readOnly || volume.disk.readOnly || !known || !inOrder,
    statistics,
    sync: syncAll,
    finish,
    data: volume,
  });
  if (!inOrder && !readOnly)
    printLine("warning: ext2: it was not unmounted, and is read only until e2fsck has seen it");
  const scratch = malloc(usize(volume.blockSize));
  if (scratch === null) return -ENOMEM;
  volume.scratch = cast<u8>(scratch);
  const described = readDescriptors(volume);
  if (described !== 0) return described;
  const rooted = readRoot(volume);
  return rooted === 0 ? begin(volume) : rooted;
}
/** The file system of a disk, left in `made`. -EINVAL: it has none that is known here. */
export function openExt2(disk: ptr<Disk>, readOnly: bool, made: ptr<ptr<FileSystem> | null>): i64 {
  made.value = null;
  const memory = malloc(sizeof<Volume>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Volume>());
  const volume = cast<Volume>(memory);
  volume.disk = disk;
  const status = open(volume, readOnly);
  if (status === 0) made.value = addressOf(volume.fileSystem);
  else give(volume);
  return status;
}
/** Of one that is not mounted any more, and whose other nodes nobody has: all is written, and the disk says that it is in order. */
export function closeExt2(fileSystem: ptr<FileSystem>): i64 {
  const volume = cast<Volume>(fileSystem.data);
  if (volume.lostAndFound !== null) dropNode(volume.lostAndFound);
  dropNode(fileSystem.root);
  const status = fileSystem.readOnly ? 0 : markInOrder(volume);
  give(volume);
  return status;
}
/** All is written, and then the disk says so. */
function markInOrder(volume: ptr<Volume>): i64 {
  let status = flushVolume(volume);
  if (status === 0) {
    volume.super.state = volume.state;
    status = writeSuper(volume);
    flushVolume(volume);
  }
  return status;
}
/** A file that has no name any more goes, though somebody has it open. */
function releaseNameless(node: ptr<Node>, _argument: ptr<unknown> | null): void {
  if (node.attributes.links !== 0) return;
  release(node);
  node.data = null;
}
/** At the machine's end: as `closeExt2`, for one that is mounted still. */
function finish(fileSystem: ptr<FileSystem>): void {
  if (fileSystem.readOnly) return;
  visitNodes(fileSystem, releaseNameless, null);
  if (syncAll(fileSystem) === 0) markInOrder(cast<Volume>(fileSystem.data));
}
function storeIfDirty(node: ptr<Node>, argument: ptr<unknown> | null): void {
  const volume = cast<Volume>(argument);
  volume.lock.lock();
  if (node.data !== null && inodeOf(node).dirty && node.attributes.links !== 0) {
    giveReserved(node);
    storeInode(node, node.attributes.links);
  }
  volume.lock.unlock();
}
/** Inodes and everything else that is not on the disk yet; pages have been written. */
function syncAll(fileSystem: ptr<FileSystem>): i64 {
  const volume = cast<Volume>(fileSystem.data);
  if (fileSystem.readOnly) return 0;
  visitNodes(fileSystem, storeIfDirty, volume);
  volume.lock.lock();
  const status = flushVolume(volume);
  volume.lock.unlock();
  return status;
}
function statistics(fileSystem: ptr<FileSystem>, room: ptr<Room>): i64 {
  const volume = cast<Volume>(fileSystem.data);
  const s = addressOf(volume.super);
  volume.lock.lock();
  room.type = u64(MAGIC);
  room.blockSize = u64(volume.blockSize);
  room.blocks = u64(s.blocks);
  room.free = u64(s.freeBlocks);
  room.files = u64(s.inodes);
  room.freeFiles = u64(s.freeInodes);
  volume.lock.unlock();
  return 0;
}
