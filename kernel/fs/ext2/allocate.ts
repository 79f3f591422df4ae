/**
 * Blocks and inodes that are free, by their groups' bitmaps. Bitmaps and counts reach the disk some time later: e2fsck makes them new from the
 * inodes.
 */
import { EIO, ENOSPC } from "../errno.ts";
import { OLD_FIRST_INODE } from "./layout.ts";
import { changeGroup, forgetBlock, giveBuffer, groupOf, isBlock, takeBuffer, type Volume } from "./volume.ts";

const NONE: u32 = 0xffff_ffff;

/** The first bit that is 0 from `from` up to `end`; NONE: there is none. Bitmaps lie at multiples of 8. */
function firstZero(bits: ptr<u8>, from: u32, end: u32): u32 {
  const words = cast<u64>(bits);
  let bit = from;
  while (bit < end) {
    const word = ~words[bit / 64] >> u64(bit % 64);
    if (word !== 0) {
      const found = bit + u32(ctz(word));
      return found < end ? found : NONE;
    }
    bit = (bit / 64 + 1) * 64;
  }
  return NONE;
}
/** Takes a bit of a bitmap, from `from` on and then from its beginning. NONE: all are taken, or `volume.failure` is set. */
function takeBit(volume: ptr<Volume>, bitmap: u32, from: u32, bits: u32): u32 {
  const buffer = takeBuffer(volume, bitmap);
  if (buffer === null) return NONE;
  let bit = firstZero(buffer.data, from, bits);
  if (bit === NONE) bit = firstZero(buffer.data, 0, from);
  if (bit !== NONE) {
    buffer.data[bit / 8] |= truncate<u8>(1 << (bit % 8));
    buffer.dirty = true;
  }
  giveBuffer(buffer);
  return bit;
}
/** False: it was not taken, or the bitmap cannot be read. */
function giveBit(volume: ptr<Volume>, bitmap: u32, bit: u32): bool {
  const buffer = takeBuffer(volume, bitmap);
  if (buffer === null) return false;
  const mask = truncate<u8>(1 << (bit % 8));
  const taken = (buffer.data[bit / 8] & mask) !== 0;
  buffer.data[bit / 8] &= ~mask;
  if (taken) buffer.dirty = true;
  giveBuffer(buffer);
  return taken;
}
function blocksIn(volume: ptr<Volume>, group: u32): u32 {
  const before = group * volume.super.blocksPerGroup + volume.super.firstDataBlock;
  const left = volume.super.blocks - before;
  return left < volume.super.blocksPerGroup ? left : volume.super.blocksPerGroup;
}
/** A block near `goal`; -ENOSPC, -EIO. */
export function takeBlock(volume: ptr<Volume>, goal: u32): i64 {
  const s = addressOf(volume.super);
  if (s.freeBlocks === 0) return -ENOSPC;
  const start = isBlock(volume, goal) ? goal - s.firstDataBlock : 0;
  let group = start / s.blocksPerGroup;
  let from = start % s.blocksPerGroup;
  volume.failure = 0;
  for (let i: u32 = 0; i < volume.groups; i++) {
    const descriptor = groupOf(volume, group);
    if (descriptor.freeBlocks !== 0) {
      const bit = takeBit(volume, descriptor.blockBitmap, from, blocksIn(volume, group));
      if (bit !== NONE) {
        descriptor.freeBlocks--;
        s.freeBlocks--;
        changeGroup(volume, group);
        const block = group * s.blocksPerGroup + s.firstDataBlock + bit;
        volume.lastBlock = block;
        return isBlock(volume, block) ? i64(block) : -EIO;
      }
    }
    group = group + 1 === volume.groups ? 0 : group + 1;
    from = 0;
  }
  return volume.failure !== 0 ? volume.failure : -ENOSPC;
}
export function giveBlock(volume: ptr<Volume>, block: u32): void {
  if (!isBlock(volume, block)) return;
  const s = addressOf(volume.super);
  const group = (block - s.firstDataBlock) / s.blocksPerGroup;
  forgetBlock(volume, block);
  if (!giveBit(volume, groupOf(volume, group).blockBitmap, (block - s.firstDataBlock) % s.blocksPerGroup))
    return;
  groupOf(volume, group).freeBlocks++;
  s.freeBlocks++;
  changeGroup(volume, group);
}

/** The group with the most free blocks, of those that have free inodes: where a new directory goes. */
function emptiestGroup(volume: ptr<Volume>): u32 {
  let best: u32 = 0;
  for (let group: u32 = 1; group < volume.groups; group++) {
    const descriptor = groupOf(volume, group);
    const other = groupOf(volume, best);
    if (descriptor.freeInodes === 0) continue;
    if (other.freeInodes === 0 || descriptor.freeBlocks > other.freeBlocks) best = group;
  }
  return best;
}
/** An inode's number, in its directory's group if there is one; -ENOSPC, -EIO. */
export function takeInode(volume: ptr<Volume>, parent: u32, isDirectory: bool): i64 {
  const s = addressOf(volume.super);
  let group = isDirectory ? emptiestGroup(volume) : (parent - 1) / s.inodesPerGroup;
  volume.failure = 0;
  for (let i: u32 = 0; i < volume.groups; i++) {
    const descriptor = groupOf(volume, group);
    if (descriptor.freeInodes !== 0) {
      const bit = takeBit(volume, descriptor.inodeBitmap, 0, s.inodesPerGroup);
      if (bit !== NONE) {
        descriptor.freeInodes--;
        if (isDirectory) descriptor.directories++;
        s.freeInodes--;
        changeGroup(volume, group);
        return i64(group * s.inodesPerGroup + bit + 1);
      }
    }
    group = group + 1 === volume.groups ? 0 : group + 1;
  }
  return volume.failure !== 0 ? volume.failure : -ENOSPC;
}
export function giveInode(volume: ptr<Volume>, number: u32, isDirectory: bool): void {
  const s = addressOf(volume.super);
  if (number < OLD_FIRST_INODE || number > s.inodes) return;
  const group = (number - 1) / s.inodesPerGroup;
  const descriptor = groupOf(volume, group);
  if (!giveBit(volume, descriptor.inodeBitmap, (number - 1) % s.inodesPerGroup)) return;
  descriptor.freeInodes++;
  if (isDirectory) descriptor.directories--;
  s.freeInodes++;
  changeGroup(volume, group);
}
