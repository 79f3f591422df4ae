/** A mounted ext2 file system, and the blocks of its metadata that are in memory. Everything here is under the volume's lock. */
import { type Disk, flushDisk, readDisk, SECTOR, writeDisk } from "../../drivers/block.ts";
import { free, malloc } from "../../memory/malloc.ts";
import type { Mutex } from "../../thread/mutex.ts";
import { EIO, ENOMEM } from "../errno.ts";
import { fileTime } from "../file-clock.ts";
import type { FileSystem, Node, NodeOperations } from "../node.ts";
import { type GroupDescriptor, SUPER_BYTES, SUPER_OFFSET, type SuperBlock } from "./layout.ts";

/** A block in memory; who has it from `takeBuffer` gives it back by `giveBuffer`. */
export class Buffer extends Struct {
  block: u32;
  users: u32;
  /** The disk does not have it yet. */
  dirty: bool;
  data: ptr<u8>;
  nextInHash: ptr<Buffer> | null;
  newer: ptr<Buffer> | null;
  older: ptr<Buffer> | null;
}
const BUCKETS = 256;
/** Buffers that are kept. */
const KEPT: u32 = 512;

export class Volume extends Struct {
  fileSystem: FileSystem;
  lock: Mutex;
  disk: ptr<Disk>;
  super: SuperBlock;
  blockSize: u32;
  /** Pointers in a block of pointers. */
  fanout: u32;
  inodeSize: u32;
  groups: u32;
  /** One for each block of group descriptors, kept. */
  descriptors: ptr<ptr<Buffer>>;
  descriptorBlocks: u32;
  /** Numbers in the superblock that the disk does not have yet. */
  superDirty: bool;
  /** As it was before it was mounted. */
  state: u16;
  /** Where the last block was taken: the next one is looked for behind it. */
  lastBlock: u32;
  /** The directory for what has lost its name; null: there is none. */
  lostAndFound: ptr<Node> | null;
  /** A block for whoever has the lock. */
  scratch: ptr<u8>;
  operations: ptr<NodeOperations>;
  /** Why a buffer could not be had. */
  failure: i64;
  buckets: array<ptr<Buffer> | null, typeof BUCKETS>;
  newest: ptr<Buffer> | null;
  oldest: ptr<Buffer> | null;
  buffers: u32;
}

/** Whether a number is that of a block that can belong to a file. */
export function isBlock(volume: ptr<Volume>, block: u32): bool {
  return block > volume.super.firstDataBlock && block < volume.super.blocks;
}
function sectorOf(volume: ptr<Volume>, block: u32): u64 {
  return (u64(block) * u64(volume.blockSize)) / SECTOR;
}
/** `count` blocks that follow each other. */
export function readBlocks(volume: ptr<Volume>, block: u32, to: ptr<u8>, count: u32): i64 {
  return readDisk(volume.disk, sectorOf(volume, block), to, usize(count * volume.blockSize));
}
export function writeBlocks(volume: ptr<Volume>, block: u32, from: ptr<u8>, count: u32): i64 {
  return writeDisk(volume.disk, sectorOf(volume, block), from, usize(count * volume.blockSize));
}
/** Seconds since 1970, never before what the file system has seen: so that a clock that is not set makes nothing look deleted long ago. */
export function volumeTime(volume: ptr<Volume>): u32 {
  const now = fileTime() / 1_000_000_000;
  const seconds = now < 0 ? 0 : truncate<u32>(now);
  const s = addressOf(volume.super);
  const seen = s.written > s.made ? s.written : s.made;
  return seconds > seen ? seconds : seen;
}

// -------------------------------------------------------------------------------------------------- buffers

function unlist(volume: ptr<Volume>, buffer: ptr<Buffer>): void {
  const newer = buffer.newer;
  const older = buffer.older;
  if (newer === null) volume.newest = older;
  else newer.older = older;
  if (older === null) volume.oldest = newer;
  else older.newer = newer;
}
function listNewest(volume: ptr<Volume>, buffer: ptr<Buffer>): void {
  buffer.newer = null;
  buffer.older = volume.newest;
  if (volume.newest === null) volume.oldest = buffer;
  else volume.newest.newer = buffer;
  volume.newest = buffer;
}
function bucketOf(volume: ptr<Volume>, block: u32): ptr<ptr<Buffer> | null> {
  return addressOf(volume.buckets[block % BUCKETS]);
}
function findBuffer(volume: ptr<Volume>, block: u32): ptr<Buffer> | null {
  let buffer = bucketOf(volume, block).value;
  while (buffer !== null && buffer.block !== block) buffer = buffer.nextInHash;
  return buffer;
}
function dropBuffer(volume: ptr<Volume>, buffer: ptr<Buffer>): void {
  let at = bucketOf(volume, buffer.block);
  for (;;) {
    const other = at.value;
    if (other === null) break;
    if (other === buffer) {
      at.value = buffer.nextInHash;
      break;
    }
    at = addressOf(other.nextInHash);
  }
  unlist(volume, buffer);
  volume.buffers--;
  free(buffer.data);
  free(buffer);
}
/** Makes room by those that nobody has used for longest. What cannot be written stays. */
function evict(volume: ptr<Volume>): void {
  let buffer = volume.oldest;
  while (volume.buffers >= KEPT && buffer !== null) {
    const newer = buffer.newer;
    if (buffer.users === 0 && (!buffer.dirty || writeBuffer(volume, buffer) === 0))
      dropBuffer(volume, buffer);
    buffer = newer;
  }
}
function makeBuffer(volume: ptr<Volume>, block: u32): ptr<Buffer> | null {
  evict(volume);
  const memory = malloc(sizeof<Buffer>());
  const data = malloc(usize(volume.blockSize));
  if (memory === null || data === null) {
    free(memory);
    free(data);
    volume.failure = -ENOMEM;
    return null;
  }
  memset(memory, 0, sizeof<Buffer>());
  const buffer = cast<Buffer>(memory);
  buffer.block = block;
  buffer.data = cast<u8>(data);
  const bucket = bucketOf(volume, block);
  buffer.nextInHash = bucket.value;
  bucket.value = buffer;
  listNewest(volume, buffer);
  volume.buffers++;
  return buffer;
}
/** A block of metadata. null: it cannot be read, or there is no memory; `volume.failure` says which. */
export function takeBuffer(volume: ptr<Volume>, block: u32): ptr<Buffer> | null {
  const there = findBuffer(volume, block);
  if (there !== null) {
    there.users++;
    unlist(volume, there);
    listNewest(volume, there);
    return there;
  }
  if (block >= volume.super.blocks) {
    volume.failure = -EIO;
    return null;
  }
  const buffer = makeBuffer(volume, block);
  if (buffer === null) return null;
  const status = readBlocks(volume, block, buffer.data, 1);
  if (status !== 0) {
    volume.failure = status;
    dropBuffer(volume, buffer);
    return null;
  }
  buffer.users = 1;
  return buffer;
}
/** A block whose contents do not matter: it is zeros, and dirty. */
export function takeFresh(volume: ptr<Volume>, block: u32): ptr<Buffer> | null {
  const there = findBuffer(volume, block);
  const buffer = there === null ? makeBuffer(volume, block) : there;
  if (buffer === null) return null;
  buffer.users++;
  buffer.dirty = true;
  memset(buffer.data, 0, usize(volume.blockSize));
  return buffer;
}
export function giveBuffer(buffer: ptr<Buffer>): void {
  buffer.users--;
}
/** The disk has it from here on. */
export function writeBuffer(volume: ptr<Volume>, buffer: ptr<Buffer>): i64 {
  const status = writeBlocks(volume, buffer.block, buffer.data, 1);
  buffer.dirty = status !== 0;
  return status;
}
/** `writeBuffer` and `giveBuffer`. */
export function writeAndGive(volume: ptr<Volume>, buffer: ptr<Buffer>): i64 {
  const status = writeBuffer(volume, buffer);
  giveBuffer(buffer);
  return status;
}
/** A block is nobody's any more: what was to be written of it must not be. */
export function forgetBlock(volume: ptr<Volume>, block: u32): void {
  const buffer = findBuffer(volume, block);
  if (buffer === null) return;
  if (buffer.users === 0) dropBuffer(volume, buffer);
  else buffer.dirty = false;
}

// ------------------------------------------------------------------------------------------------- all of it

export function writeSuper(volume: ptr<Volume>): i64 {
  volume.super.written = volumeTime(volume);
  volume.superDirty = false;
  return writeDisk(volume.disk, SUPER_OFFSET / SECTOR, cast<u8>(addressOf(volume.super)), SUPER_BYTES);
}
/** Everything that is dirty, and then the disk's own cache. 0, or the first error. */
export function flushVolume(volume: ptr<Volume>): i64 {
  let status: i64 = 0;
  for (let buffer = volume.oldest; buffer !== null; buffer = buffer.newer) {
    if (!buffer.dirty) continue;
    const written = writeBuffer(volume, buffer);
    if (status === 0) status = written;
  }
  if (volume.superDirty) {
    const written = writeSuper(volume);
    if (status === 0) status = written;
  }
  const flushed = flushDisk(volume.disk);
  return status === 0 ? flushed : status;
}
/** Frees all buffers; nothing is written. */
export function freeBuffers(volume: ptr<Volume>): void {
  for (;;) {
    const buffer = volume.oldest;
    if (buffer === null) return;
    dropBuffer(volume, buffer);
  }
}
/** A group's descriptor; whoever changes it calls `changeGroup`. */
export function groupOf(volume: ptr<Volume>, group: u32): ptr<GroupDescriptor> {
  const perBlock = volume.blockSize / u32(sizeof<GroupDescriptor>());
  return cast<GroupDescriptor>(volume.descriptors[group / perBlock].data).offset(u64(group % perBlock));
}
export function changeGroup(volume: ptr<Volume>, group: u32): void {
  const perBlock = volume.blockSize / u32(sizeof<GroupDescriptor>());
  volume.descriptors[group / perBlock].dirty = true;
  volume.superDirty = true;
}
