/**
 * Directories as lists of entries, block by block: finding, adding, replacing, removing. Every change is on the disk when it is done. A tree of hashes
 * that a directory may have is not kept up: the first change takes away the flag that says it is there.
 *
 *     entry: inode, 4 │ bytes to the next one, 2 │ name's length, 1 │ type, 1 │ name … │ room
 */
import { EIO, ENAMETOOLONG, ENOENT } from "../errno.ts";
import {
  type Node,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type TakeEntry,
} from "../node.ts";
import { Hole, mapBlock } from "./block-map.ts";
import { inodeOf, storeInode, volumeOf } from "./inode.ts";
import { type DirectoryEntry, ENTRY_HEADER, INCOMPAT_FILETYPE, INDEXED } from "./layout.ts";
import {
  type Buffer,
  giveBuffer,
  takeBuffer,
  takeFresh,
  type Volume,
  writeAndGive,
  writeBuffer,
} from "./volume.ts";

/** File types of entries, by the four high bits of a mode. */
const TYPES: array<u8, 16> = [0, 5, 3, 0, 2, 0, 4, 0, 1, 0, 7, 0, 6, 0, 0, 0];
const MODES: array<u32, 8> = [0, S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO, 0xc000, S_IFLNK];

/** An entry where it lies; the buffer is the finder's to give back. */
export class Found extends Struct {
  buffer: ptr<Buffer> | null;
  at: u32;
  /** The entry before it in its block; the same if it is the first. */
  previous: u32;
}

function needed(nameLength: usize): u32 {
  return (ENTRY_HEADER + u32(nameLength) + 3) & ~u32(3);
}
function entryAt(buffer: ptr<Buffer>, offset: u32): ptr<DirectoryEntry> {
  return cast<DirectoryEntry>(buffer.data.offset(u64(offset)));
}
function nameOf(entry: ptr<DirectoryEntry>): ptr<u8> {
  return cast<u8>(entry).offset(u64(ENTRY_HEADER));
}
/** Whether an entry lies in its block as it must. */
function isSound(volume: ptr<Volume>, entry: ptr<DirectoryEntry>, offset: u32): bool {
  const length = u32(entry.length);
  if (length < needed(usize(entry.nameLength)) || length % 4 !== 0) return false;
  return offset + length <= volume.blockSize && entry.inode <= volume.super.inodes;
}
function blocksOf(directory: ptr<Node>): u64 {
  return directory.attributes.size / u64(volumeOf(directory).blockSize);
}
/** A block of the directory; null: it cannot be read, and `failure` says why. */
function takeDirectoryBlock(directory: ptr<Node>, index: u64): ptr<Buffer> | null {
  const volume = volumeOf(directory);
  let fresh = false;
  const block = mapBlock(directory, index, Hole.Leave, addressOf(fresh));
  if (block > 0) return takeBuffer(volume, u32(block));
  volume.failure = block === 0 ? -EIO : block;
  return null;
}
function isCalled(entry: ptr<DirectoryEntry>, name: ptr<u8>, length: usize): bool {
  if (entry.inode === 0 || usize(entry.nameLength) !== length) return false;
  const text = nameOf(entry);
  for (let i: usize = 0; i < length; i++) if (text[i] !== name[i]) return false;
  return true;
}
/** The number of the inode of a name, and where that is; -ENOENT, or another error: then there is no buffer. */
export function findEntry(directory: ptr<Node>, name: ptr<u8>, length: usize, found: ptr<Found>): i64 {
  const volume = volumeOf(directory);
  found.buffer = null;
  for (let index: u64 = 0; index < blocksOf(directory); index++) {
    const buffer = takeDirectoryBlock(directory, index);
    if (buffer === null) return volume.failure;
    let previous: u32 = 0;
    for (let offset: u32 = 0; offset < volume.blockSize; ) {
      const entry = entryAt(buffer, offset);
      if (!isSound(volume, entry, offset)) {
        giveBuffer(buffer);
        return -EIO;
      }
      if (isCalled(entry, name, length)) {
        found.value = { buffer, at: offset, previous };
        return i64(entry.inode);
      }
      previous = offset;
      offset += u32(entry.length);
    }
    giveBuffer(buffer);
  }
  return -ENOENT;
}
/** The number alone. */
export function findNumber(directory: ptr<Node>, name: ptr<u8>, length: usize): i64 {
  const found: Found = zeroed();
  const number = findEntry(directory, name, length, addressOf(found));
  if (found.buffer !== null) giveBuffer(found.buffer);
  return number;
}

function fillEntry(
  volume: ptr<Volume>,
  entry: ptr<DirectoryEntry>,
  number: u32,
  mode: u32,
  name: ptr<u8>,
  length: usize,
): void {
  entry.inode = number;
  entry.nameLength = u8(length);
  entry.type = typeFor(volume, mode);
  memcpy(nameOf(entry), name, length);
}
function typeFor(volume: ptr<Volume>, mode: u32): u8 {
  return (volume.super.incompatible & INCOMPAT_FILETYPE) !== 0 ? TYPES[(mode & S_IFMT) >> 12] : 0;
}
/** What an entry does not use. */
function spare(entry: ptr<DirectoryEntry>): u32 {
  return u32(entry.length) - (entry.inode === 0 ? 0 : needed(usize(entry.nameLength)));
}
/** The directory's tree of hashes is not true any more; its inode says so on the disk before its entries change. */
function loseIndex(directory: ptr<Node>): i64 {
  const inode = inodeOf(directory);
  if ((inode.flags & INDEXED) === 0) return 0;
  inode.flags &= ~INDEXED;
  return storeInode(directory, directory.attributes.links);
}
/** Adds an entry, which must not be there yet. */
export function addEntry(directory: ptr<Node>, name: ptr<u8>, length: usize, number: u32, mode: u32): i64 {
  const volume = volumeOf(directory);
  const wanted = needed(length);
  if (length > 255) return -ENAMETOOLONG;
  const lost = loseIndex(directory);
  if (lost !== 0) return lost;
  for (let index: u64 = 0; index < blocksOf(directory); index++) {
    const buffer = takeDirectoryBlock(directory, index);
    if (buffer === null) return volume.failure;
    for (let offset: u32 = 0; offset < volume.blockSize; ) {
      const entry = entryAt(buffer, offset);
      if (!isSound(volume, entry, offset)) {
        giveBuffer(buffer);
        return -EIO;
      }
      if (spare(entry) >= wanted) {
        fillEntry(volume, splitEntry(entry), number, mode, name, length);
        return writeAndGive(volume, buffer);
      }
      offset += u32(entry.length);
    }
    giveBuffer(buffer);
  }
  return addBlock(directory, name, length, number, mode);
}
/** The room of an entry as one of its own. */
function splitEntry(entry: ptr<DirectoryEntry>): ptr<DirectoryEntry> {
  if (entry.inode === 0) return entry;
  const used = needed(usize(entry.nameLength));
  const second = cast<DirectoryEntry>(cast<u8>(entry).offset(u64(used)));
  second.inode = 0;
  second.length = entry.length - u16(used);
  entry.length = u16(used);
  return second;
}
/** A block more, with the entry in it: the block itself is on the disk first, then what points to it, then the inode. */
function addBlock(directory: ptr<Node>, name: ptr<u8>, length: usize, number: u32, mode: u32): i64 {
  const volume = volumeOf(directory);
  let fresh = false;
  const index = blocksOf(directory);
  const block = mapBlock(directory, index, Hole.FillNow, addressOf(fresh));
  if (block < 0) return block;
  const buffer = takeFresh(volume, u32(block));
  if (buffer === null) return volume.failure;
  const entry = entryAt(buffer, 0);
  entry.length = u16(volume.blockSize);
  fillEntry(volume, entry, number, mode, name, length);
  const written = writeAndGive(volume, buffer);
  if (written !== 0) return written;
  directory.attributes.size += u64(volume.blockSize);
  return storeInode(directory, directory.attributes.links);
}
/** The first block of a new directory: itself and its parent. The inode is not stored. */
export function makeDots(directory: ptr<Node>, parent: u32): i64 {
  const volume = volumeOf(directory);
  let fresh = false;
  const block = mapBlock(directory, 0, Hole.FillNow, addressOf(fresh));
  if (block < 0) return block;
  const buffer = takeFresh(volume, u32(block));
  if (buffer === null) return volume.failure;
  const dot = entryAt(buffer, 0);
  dot.length = u16(needed(1));
  fillEntry(volume, dot, truncate<u32>(directory.number), S_IFDIR, ".", 1);
  const dots = entryAt(buffer, needed(1));
  dots.length = u16(volume.blockSize - needed(1));
  fillEntry(volume, dots, parent, S_IFDIR, "..", 2);
  directory.attributes.size = u64(volume.blockSize);
  return writeAndGive(volume, buffer);
}
/** An entry that was found leads to another inode; in one write, so that the name is never away. */
export function replaceEntry(directory: ptr<Node>, found: ptr<Found>, number: u32, mode: u32): i64 {
  const volume = volumeOf(directory);
  const buffer = found.buffer;
  if (buffer === null) return -EIO;
  const entry = entryAt(buffer, found.at);
  entry.inode = number;
  entry.type = typeFor(volume, mode);
  return writeBuffer(volume, buffer);
}
/** An entry that was found goes: its room is the one before it's. */
export function removeEntry(directory: ptr<Node>, found: ptr<Found>): i64 {
  const volume = volumeOf(directory);
  const buffer = found.buffer;
  if (buffer === null) return -EIO;
  const lost = loseIndex(directory);
  if (lost !== 0) return lost;
  const entry = entryAt(buffer, found.at);
  if (found.at !== found.previous) entryAt(buffer, found.previous).length += entry.length;
  entry.inode = 0;
  return writeBuffer(volume, buffer);
}
/**
 * An entry that was found gets another name, in one write: it is never away, nor there twice. False: there is no room for that in its
 * block, and nothing has changed.
 */
export function renameEntry(directory: ptr<Node>, found: ptr<Found>, name: ptr<u8>, length: usize): bool {
  const volume = volumeOf(directory);
  const buffer = found.buffer;
  if (buffer === null || loseIndex(directory) !== 0) return false;
  const entry = entryAt(buffer, found.at);
  const previous = entryAt(buffer, found.previous);
  const number = entry.inode;
  const type = entry.type;
  const room = previous.length;
  if (found.at !== found.previous) previous.length += entry.length;
  entry.inode = 0;
  for (let offset: u32 = 0; offset < volume.blockSize; ) {
    const at = entryAt(buffer, offset);
    if (spare(at) >= needed(length)) {
      const renamed = splitEntry(at);
      fillEntry(volume, renamed, number, 0, name, length);
      renamed.type = type;
      return writeBuffer(volume, buffer) === 0;
    }
    offset += u32(at.length);
  }
  previous.length = room;
  entry.inode = number;
  return false;
}
/** Finds a name and removes it. */
export function removeName(directory: ptr<Node>, name: ptr<u8>, length: usize): i64 {
  const found: Found = zeroed();
  const number = findEntry(directory, name, length, addressOf(found));
  if (number < 0) return number;
  const status = removeEntry(directory, addressOf(found));
  if (found.buffer !== null) giveBuffer(found.buffer);
  return status;
}
function isDots(entry: ptr<DirectoryEntry>): bool {
  const name = nameOf(entry);
  if (entry.nameLength === 0 || name[0] !== char(".")) return false;
  return entry.nameLength === 1 || (entry.nameLength === 2 && name[1] === char("."));
}
/** Positions are offsets in the directory; those that are no entry's, since it has changed, lead to the next one. Copies each block, so that the taker may sleep. */
export function listEntries(
  directory: ptr<Node>,
  position: u64,
  copy: ptr<u8>,
  take: TakeEntry,
  taker: ptr<unknown>,
): i64 {
  const volume = volumeOf(directory);
  const size = u64(volume.blockSize);
  for (let index = position / size; index < blocksOf(directory); index++) {
    volume.lock.lock();
    const buffer = takeDirectoryBlock(directory, index);
    const failure = volume.failure;
    if (buffer !== null) {
      memcpy(copy, buffer.data, size);
      giveBuffer(buffer);
    }
    volume.lock.unlock();
    if (buffer === null) return failure;
    for (let offset: u32 = 0; offset < volume.blockSize; ) {
      const entry = cast<DirectoryEntry>(copy.offset(u64(offset)));
      if (!isSound(volume, entry, offset)) return -EIO;
      const at = index * size + u64(offset);
      offset += u32(entry.length);
      if (at < position || entry.inode === 0 || isDots(entry)) continue;
      const mode = entry.type < 8 ? MODES[entry.type] : 0;
      const next = index * size + u64(offset);
      if (!take(taker, nameOf(entry), usize(entry.nameLength), u64(entry.inode), mode, next)) return 0;
    }
  }
  return 0;
}
/** Whether there is nothing but itself and its parent; an error, 1 or 0. */
export function isEmpty(directory: ptr<Node>): i64 {
  const volume = volumeOf(directory);
  for (let index: u64 = 0; index < blocksOf(directory); index++) {
    const buffer = takeDirectoryBlock(directory, index);
    if (buffer === null) return volume.failure;
    let status: i64 = 1;
    for (let offset: u32 = 0; offset < volume.blockSize && status === 1; ) {
      const entry = entryAt(buffer, offset);
      if (!isSound(volume, entry, offset)) status = -EIO;
      else if (entry.inode !== 0 && !isDots(entry)) status = 0;
      offset += u32(entry.length);
    }
    giveBuffer(buffer);
    if (status !== 1) return status;
  }
  return 1;
}
