/** Inodes between the disk and their nodes: `attributes` are the node's, the rest is in Ext2Node. Times are whole seconds. */
import { free, malloc } from "../../memory/malloc.ts";
import { EIO, ENOENT, ENOMEM } from "../errno.ts";
import { type Node, S_IFBLK, S_IFCHR, S_IFDIR, S_IFMT, S_IFREG } from "../node.ts";
import { type DiskInode, POINTERS, RO_LARGE_FILE } from "./layout.ts";
import {
  type Buffer,
  giveBuffer,
  groupOf,
  takeBuffer,
  type Volume,
  volumeTime,
  writeAndGive,
} from "./volume.ts";

/** Of a node: `data`. */
export class Ext2Node extends Struct {
  pointers: array<u32, typeof POINTERS>;
  flags: u32;
  /** The block of extended attributes; 0: none. */
  attributes: u32;
  /** The inode on disk is not this one yet. */
  dirty: bool;
  /** Blocks have been taken up to here, in bytes, for what was going to be written. */
  reserved: u64;
}
const SECOND: i64 = 1_000_000_000;
/** Sizes from here on want the feature of large files. */
const LARGE: u64 = 1 << 31;

export function volumeOf(node: ptr<Node>): ptr<Volume> {
  return cast<Volume>(node.fileSystem.data);
}
export function inodeOf(node: ptr<Node>): ptr<Ext2Node> {
  return cast<Ext2Node>(node.data);
}
export function numberOf(node: ptr<Node>): u32 {
  return truncate<u32>(node.number);
}

/** Where an inode lies in its buffer. */
class Place extends Struct {
  buffer: ptr<Buffer> | null;
  inode: ptr<DiskInode>;
}
function place(volume: ptr<Volume>, number: u32): Place {
  const s = addressOf(volume.super);
  const index = (number - 1) % s.inodesPerGroup;
  const perBlock = volume.blockSize / volume.inodeSize;
  const block = groupOf(volume, (number - 1) / s.inodesPerGroup).inodeTable + index / perBlock;
  const buffer = takeBuffer(volume, block);
  if (buffer === null) return init({ buffer: null });
  const at = buffer.data.offset(u64((index % perBlock) * volume.inodeSize));
  return { buffer, inode: cast<DiskInode>(at) };
}
function isDevice(mode: u32): bool {
  return (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK;
}
/** Devices below 256 are where they always were, others as Linux encodes them; both as makedev(3) has them. */
function deviceOf(inode: ptr<DiskInode>): u64 {
  return u64(inode.pointers[0] !== 0 ? inode.pointers[0] & 0xffff : inode.pointers[1]);
}
function fromSeconds(seconds: u32): i64 {
  return i64(truncate<i32>(seconds)) * SECOND;
}
function toSeconds(time: i64): u32 {
  return truncate<u32>(time / SECOND);
}

/** Fills a new node from the disk: `FillNode`. The volume's lock is taken here. */
export function loadInode(node: ptr<Node>, _argument: ptr<unknown> | null): i64 {
  const volume = volumeOf(node);
  const memory = malloc(sizeof<Ext2Node>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Ext2Node>());
  volume.lock.lock();
  const status = read(volume, node, cast<Ext2Node>(memory));
  volume.lock.unlock();
  if (status === 0) node.data = memory;
  else free(memory);
  return status;
}
function read(volume: ptr<Volume>, node: ptr<Node>, to: ptr<Ext2Node>): i64 {
  const number = numberOf(node);
  if (number === 0 || number > volume.super.inodes) return -EIO;
  const from = place(volume, number);
  if (from.buffer === null) return volume.failure;
  const inode = from.inode;
  const a = addressOf(node.attributes);
  a.mode = u32(inode.mode);
  a.links = u32(inode.links);
  a.owner = u32(inode.owner) | (u32(inode.ownerHigh) << 16);
  a.group = u32(inode.group) | (u32(inode.groupHigh) << 16);
  a.size = u64(inode.size);
  if ((a.mode & S_IFMT) === S_IFREG) a.size |= u64(inode.sizeHigh) << 32;
  a.blocks = u64(inode.blocks);
  a.blockSize = u64(volume.blockSize);
  a.device = isDevice(a.mode) ? deviceOf(inode) : 0;
  a.accessed = fromSeconds(inode.accessed);
  a.modified = fromSeconds(inode.modified);
  a.changed = fromSeconds(inode.changed);
  for (let i: usize = 0; i < POINTERS; i++) to.pointers[i] = inode.pointers[i];
  to.flags = inode.flags;
  to.attributes = inode.attributes;
  giveBuffer(from.buffer);
  return a.links === 0 ? -ENOENT : 0;
}

/**
 * Writes a node's inode to disk, now. `links`: what is written as the number of its links; 0 makes it a deleted inode there. The rest of the
 * inode is as it was.
 */
export function storeInode(node: ptr<Node>, links: u32): i64 {
  const volume = volumeOf(node);
  const to = place(volume, numberOf(node));
  if (to.buffer === null) return volume.failure;
  fillInode(volume, node, to.inode);
  to.inode.links = u16(links);
  to.inode.deleted = links === 0 ? volumeTime(volume) : 0;
  inodeOf(node).dirty = false;
  return writeAndGive(volume, to.buffer);
}
/** The same for an inode that was nobody's: all of it is new. */
export function storeNewInode(node: ptr<Node>): i64 {
  const volume = volumeOf(node);
  const to = place(volume, numberOf(node));
  if (to.buffer === null) return volume.failure;
  const generation = to.inode.generation;
  memset(to.inode, 0, usize(volume.inodeSize));
  to.inode.generation = generation + 1;
  giveBuffer(to.buffer);
  return storeInode(node, 0);
}
function fillInode(volume: ptr<Volume>, node: ptr<Node>, inode: ptr<DiskInode>): void {
  const a = addressOf(node.attributes);
  const from = inodeOf(node);
  inode.mode = u16(a.mode);
  inode.owner = truncate<u16>(a.owner);
  inode.ownerHigh = truncate<u16>(a.owner >> 16);
  inode.group = truncate<u16>(a.group);
  inode.groupHigh = truncate<u16>(a.group >> 16);
  inode.size = truncate<u32>(a.size);
  if ((a.mode & S_IFMT) === S_IFREG) {
    inode.sizeHigh = truncate<u32>(a.size >> 32);
    if (a.size >= LARGE && (volume.super.readOnlyCompatible & RO_LARGE_FILE) === 0) {
      volume.super.readOnlyCompatible |= RO_LARGE_FILE;
      volume.superDirty = true;
    }
  }
  inode.blocks = truncate<u32>(a.blocks);
  inode.accessed = toSeconds(a.accessed);
  inode.modified = toSeconds(a.modified);
  inode.changed = toSeconds(a.changed);
  inode.flags = from.flags;
  inode.attributes = from.attributes;
  for (let i: usize = 0; i < POINTERS; i++) inode.pointers[i] = from.pointers[i];
}
/** A device's number, where its pointers would be. */
export function setDevice(node: ptr<Node>, device: u64): void {
  const inode = inodeOf(node);
  const short = device < 0x1_0000;
  inode.pointers[0] = short ? truncate<u32>(device) : 0;
  inode.pointers[1] = short ? 0 : truncate<u32>(device);
}
/** Whether its pointers are blocks: not of devices, pipes, sockets, and links whose target is in their place. */
export function hasBlocks(node: ptr<Node>): bool {
  const type = node.attributes.mode & S_IFMT;
  if (type === S_IFREG || type === S_IFDIR) return true;
  const own = inodeOf(node).attributes === 0 ? u64(0) : u64(volumeOf(node).blockSize) / 512;
  return isLink(type) && node.attributes.blocks > own;
}
function isLink(type: u32): bool {
  return type === 0xa000;
}
