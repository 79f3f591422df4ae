/** Contents and attributes of ext2's files, by pages, and the end of files that have no name any more. */
import { MOST_PARTS, readDiskParts, SECTOR } from "../../drivers/block.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { free } from "../../memory/malloc.ts";
import { EFBIG, EIO } from "../errno.ts";
import { fileTime } from "../file-clock.ts";
import {
  type Attributes,
  type Node,
  S_IFDIR,
  S_IFMT,
  SET_ACCESSED,
  SET_GROUP,
  SET_MODE,
  SET_MODIFIED,
  SET_OWNER,
  SET_SIZE,
} from "../node.ts";
import { giveBlock, giveInode } from "./allocate.ts";
import { cutBlocks, Hole, mapBlock, mostBlocks } from "./block-map.ts";
import { hasBlocks, inodeOf, numberOf, storeInode, volumeOf } from "./inode.ts";
import { type AttributeBlock, POINTERS } from "./layout.ts";
import { flushVolume, giveBuffer, readBlocks, takeBuffer, type Volume, writeBlocks } from "./volume.ts";

/** A page whose blocks do not follow each other. */
const APART: i64 = 0x7fff_ffff_ffff;
/** Blocks are counted in 32 bits, as units of 512 bytes. */
const LARGEST: u64 = 1 << 41;

function blocksToPage(volume: ptr<Volume>): u32 {
  return u32(PAGE_SIZE) / volume.blockSize;
}
/** The first block of a page whose blocks follow each other, 0 if all are holes, APART, or an error. */
function extentOf(node: ptr<Node>, index: u64): i64 {
  const count = blocksToPage(volumeOf(node));
  let fresh = false;
  let first: i64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const block = mapBlock(node, index * u64(count) + u64(i), Hole.Leave, addressOf(fresh));
    if (block < 0) return block;
    if (i === 0) first = block;
    else if (block !== (first === 0 ? 0 : first + i64(i))) return APART;
  }
  return first;
}
/** A page block by block. */
function readApart(node: ptr<Node>, index: u64, to: ptr<u8>): i64 {
  const volume = volumeOf(node);
  const count = blocksToPage(volume);
  let fresh = false;
  for (let i: u32 = 0; i < count; i++) {
    const at = to.offset(u64(i * volume.blockSize));
    const block = mapBlock(node, index * u64(count) + u64(i), Hole.Leave, addressOf(fresh));
    if (block < 0) return block;
    if (block === 0) memset(at, 0, usize(volume.blockSize));
    else {
      const status = readBlocks(volume, u32(block), at, 1);
      if (status !== 0) return status;
    }
  }
  return 0;
}
/** Some pages, one at least; how many, or an error. */
function readSome(node: ptr<Node>, index: u64, to: ptr<ptr<u8>>, count: usize): i64 {
  const volume = volumeOf(node);
  const first = extentOf(node, index);
  if (first < 0) return first;
  if (first === APART) {
    const status = readApart(node, index, to[0]);
    return status === 0 ? 1 : status;
  }
  if (first === 0) {
    memset(to[0], 0, PAGE_SIZE);
    return 1;
  }
  let pages: u32 = 1;
  const perPage = i64(blocksToPage(volume));
  while (usize(pages) < count && pages < MOST_PARTS) {
    if (extentOf(node, index + u64(pages)) !== first + i64(pages) * perPage) break;
    pages++;
  }
  const sector = (u64(first) * u64(volume.blockSize)) / SECTOR;
  const status = readDiskParts(volume.disk, sector, to, PAGE_SIZE, pages);
  return status === 0 ? i64(pages) : status;
}
/** Bytes behind the end are zeros, whatever the disk has there. */
function clearTail(node: ptr<Node>, index: u64, page: ptr<u8>): void {
  const start = index * PAGE_SIZE;
  const size = node.attributes.size;
  if (size >= start + PAGE_SIZE) return;
  const kept = size <= start ? 0 : size - start;
  memset(page.offset(kept), 0, PAGE_SIZE - kept);
}
export function readPages(node: ptr<Node>, index: u64, to: ptr<ptr<u8>>, count: usize): i64 {
  const volume = volumeOf(node);
  let done: usize = 0;
  let status: i64 = 0;
  volume.lock.lock();
  while (done < count) {
    status = readSome(node, index + done, to.offset(done), count - done);
    if (status < 0) break;
    done += usize(status);
  }
  volume.lock.unlock();
  for (let i: usize = 0; i < done; i++) clearTail(node, index + i, to[i]);
  return done === 0 ? status : i64(done);
}
export function readPage(node: ptr<Node>, index: u64, to: ptr<u8>): i64 {
  const page: array<ptr<u8>, 1> = [to];
  const status = readPages(node, index, addressOf(page[0]), 1);
  return status < 0 ? status : 0;
}

/** Blocks for what is going to be written. One in a page that is going to be read first is zeros on the disk. */
export function reserve(node: ptr<Node>, position: u64, bytes: usize): i64 {
  const volume = volumeOf(node);
  const size = u64(volume.blockSize);
  const isRead = position - (position % PAGE_SIZE) < node.attributes.size;
  let status: i64 = 0;
  volume.lock.lock();
  if (position + bytes > inodeOf(node).reserved) inodeOf(node).reserved = position + bytes;
  for (let index = position / size; index * size < position + bytes && status >= 0; index++) {
    let fresh = false;
    status = mapBlock(node, index, Hole.Fill, addressOf(fresh));
    if (status >= 0 && fresh && isRead) status = writeOne(volume, u32(status), volume.scratch, 0);
  }
  volume.lock.unlock();
  return status < 0 ? status : 0;
}
/** Blocks that were taken for what has not come are given back. */
export function giveReserved(node: ptr<Node>): void {
  const inode = inodeOf(node);
  const block = u64(volumeOf(node).blockSize);
  const size = node.attributes.size;
  if (inode.reserved > size) cutBlocks(node, (size + block - 1) / block, node.attributes.links);
  inode.reserved = 0;
}
/** A block's worth, or the file's last bytes and zeros behind them. */
function writeOne(volume: ptr<Volume>, block: u32, from: ptr<u8>, bytes: usize): i64 {
  if (bytes === usize(volume.blockSize)) return writeBlocks(volume, block, from, 1);
  memcpy(volume.scratch, from, bytes);
  memset(volume.scratch.offset(bytes), 0, usize(volume.blockSize) - bytes);
  return writeBlocks(volume, block, volume.scratch, 1);
}
function writeLocked(node: ptr<Node>, index: u64, from: ptr<u8>, bytes: usize): i64 {
  const volume = volumeOf(node);
  const size = usize(volume.blockSize);
  const start = index * PAGE_SIZE;
  let end = bytes;
  // It may have been cut since it was decided to write this page.
  if (start >= node.attributes.size) return 0;
  if (start + end > node.attributes.size) end = node.attributes.size - start;
  inodeOf(node).dirty = true;
  for (let at: usize = 0; at < end; ) {
    let fresh = false;
    const first = mapBlock(node, (start + at) / size, Hole.Fill, addressOf(fresh));
    if (first < 0) return first;
    let count: u32 = 1;
    // Whole blocks that follow each other are written at once.
    while (at + usize(count + 1) * size <= end) {
      const next = mapBlock(node, (start + at) / size + u64(count), Hole.Fill, addressOf(fresh));
      if (next < 0) return next;
      if (next !== first + i64(count)) break;
      count++;
    }
    const left = end - at;
    const status =
      count > 1
        ? writeBlocks(volume, u32(first), from.offset(at), count)
        : writeOne(volume, u32(first), from.offset(at), left < size ? left : size);
    if (status !== 0) return status;
    at += usize(count) * size;
  }
  return 0;
}
export function writePage(node: ptr<Node>, index: u64, from: ptr<u8>, bytes: usize): i64 {
  const volume = volumeOf(node);
  volume.lock.lock();
  const status = writeLocked(node, index, from, bytes);
  volume.lock.unlock();
  return status;
}

/** Zeros on the disk from a size to the end of its block, so that a file that grows again has them there. */
function clearBehind(node: ptr<Node>, size: u64): i64 {
  const volume = volumeOf(node);
  const kept = size % u64(volume.blockSize);
  let fresh = false;
  if (kept === 0) return 0;
  const block = mapBlock(node, size / u64(volume.blockSize), Hole.Leave, addressOf(fresh));
  if (block <= 0) return block;
  const status = readBlocks(volume, u32(block), volume.scratch, 1);
  if (status !== 0) return status;
  memset(volume.scratch.offset(kept), 0, u64(volume.blockSize) - kept);
  return writeBlocks(volume, u32(block), volume.scratch, 1);
}
function setSize(node: ptr<Node>, size: u64): i64 {
  const volume = volumeOf(node);
  const block = u64(volume.blockSize);
  const before = node.attributes.size;
  if (size > mostBlocks(volume) * block || size > LARGEST) return -EFBIG;
  node.attributes.size = size;
  inodeOf(node).dirty = true;
  if (size >= before) return 0;
  const cleared = clearBehind(node, size);
  const cut = cutBlocks(node, (size + block - 1) / block, node.attributes.links);
  return cleared === 0 ? cut : cleared;
}
export function setAttributes(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  const volume = volumeOf(node);
  const a = addressOf(node.attributes);
  volume.lock.lock();
  let status: i64 = 0;
  if ((changes & SET_SIZE) !== 0) status = setSize(node, wanted.size);
  if (status === 0) {
    if ((changes & SET_MODE) !== 0) a.mode = (a.mode & S_IFMT) | (wanted.mode & 0o7777);
    if ((changes & SET_OWNER) !== 0) a.owner = wanted.owner;
    if ((changes & SET_GROUP) !== 0) a.group = wanted.group;
    if ((changes & SET_ACCESSED) !== 0) a.accessed = wanted.accessed;
    if ((changes & SET_MODIFIED) !== 0) a.modified = wanted.modified;
    a.changed = fileTime();
    inodeOf(node).dirty = true;
  }
  volume.lock.unlock();
  return status;
}
export function readLink(node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  const volume = volumeOf(node);
  const size = node.attributes.size;
  const bytes = size < room ? size : room;
  if (!hasBlocks(node)) {
    if (size > POINTERS * 4) return -EIO;
    memcpy(to, addressOf(inodeOf(node).pointers), bytes);
    return i64(bytes);
  }
  let fresh = false;
  volume.lock.lock();
  const block = mapBlock(node, 0, Hole.Leave, addressOf(fresh));
  const buffer = block > 0 && size <= u64(volume.blockSize) ? takeBuffer(volume, u32(block)) : null;
  if (buffer !== null) {
    memcpy(to, buffer.data, bytes);
    giveBuffer(buffer);
  }
  volume.lock.unlock();
  return buffer === null ? -EIO : i64(bytes);
}
/** Pages have been written; now the inode, what leads to the pages, and the disk's own cache. */
export function sync(node: ptr<Node>): i64 {
  const volume = volumeOf(node);
  if (volume.fileSystem.readOnly) return 0;
  volume.lock.lock();
  giveReserved(node);
  const stored = node.attributes.links === 0 ? 0 : storeInode(node, node.attributes.links);
  const flushed = flushVolume(volume);
  volume.lock.unlock();
  return stored === 0 ? flushed : stored;
}

/** A block of extended attributes has one user less. */
function giveAttributes(node: ptr<Node>): void {
  const volume = volumeOf(node);
  const inode = inodeOf(node);
  const block = inode.attributes;
  if (block === 0) return;
  inode.attributes = 0;
  const buffer = takeBuffer(volume, block);
  if (buffer === null) return;
  const head = cast<AttributeBlock>(buffer.data);
  const last = head.references <= 1;
  if (!last) {
    head.references--;
    buffer.dirty = true;
  }
  giveBuffer(buffer);
  if (last) giveBlock(volume, block);
}
/** Nobody has the node any more: a file without names goes, of others the inode is written. */
export function release(node: ptr<Node>): void {
  const volume = volumeOf(node);
  if (node.data === null) return;
  volume.lock.lock();
  if (node.attributes.links === 0 && !volume.fileSystem.readOnly) {
    const ofDirectory = (node.attributes.mode & S_IFMT) === S_IFDIR;
    const withBlocks = hasBlocks(node);
    node.attributes.size = 0;
    giveAttributes(node);
    if (withBlocks) cutBlocks(node, 0, 0);
    else storeInode(node, 0);
    giveInode(volume, numberOf(node), ofDirectory);
  } else if (!volume.fileSystem.readOnly) {
    giveReserved(node);
    if (inodeOf(node).dirty) storeInode(node, node.attributes.links);
  }
  volume.lock.unlock();
  free(node.data);
}
