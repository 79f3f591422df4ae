/**
 * Which block of the disk holds which block of a file: twelve pointers in the inode, then trees of one, two and three levels. A pointer of 0 is a
 * hole. A block of pointers is on the disk as zeros before anything points to it, and one that is freed is not pointed to
 * any more on the disk before somebody else can have it (the caller's lock sees to that).
 */
import { EFBIG, EIO } from "../errno.ts";
import type { Node } from "../node.ts";
import { giveBlock, takeBlock } from "./allocate.ts";
import { inodeOf, numberOf, storeInode, volumeOf } from "./inode.ts";
import { DIRECT, type DirectoryEntry } from "./layout.ts";
import {
  giveBuffer,
  isBlock,
  takeBuffer,
  takeFresh,
  type Volume,
  writeAndGive,
  writeBuffer,
} from "./volume.ts";

/** What to do about a hole. */
/** @base u32 */
export enum Hole {
  Leave,
  /** A block, which nobody has written yet. */
  Fill,
  /** The same, with the pointers to it on the disk at once: for directories. */
  FillNow,
}
/** The way to a block: which pointer of the inode, then which of each block of pointers. */
class Way extends Struct {
  depth: u32;
  at: array<u32, 4>;
}
/** Depth 0: no file is so large. */
function wayTo(volume: ptr<Volume>, index: u64): Way {
  const way: Way = zeroed();
  const fanout = u64(volume.fanout);
  if (index < DIRECT) {
    way.depth = 1;
    way.at[0] = u32(index);
    return way;
  }
  let rest = index - DIRECT;
  let span = fanout;
  for (let depth: u32 = 2; depth <= 4; depth++) {
    if (rest < span) {
      way.depth = depth;
      way.at[0] = DIRECT + depth - 2;
      for (let level = depth - 1; level > 0; level--) {
        way.at[level] = u32(rest % fanout);
        rest /= fanout;
      }
      return way;
    }
    rest -= span;
    span *= fanout;
  }
  return way;
}
/** The first block that no file can have. */
export function mostBlocks(volume: ptr<Volume>): u64 {
  const fanout = u64(volume.fanout);
  return DIRECT + fanout + fanout * fanout + fanout * fanout * fanout;
}
/** Where to look for a block of a file that has none yet: in its inode's group. */
function goalFor(node: ptr<Node>, before: u32): u32 {
  const volume = volumeOf(node);
  if (before !== 0) return before + 1;
  const s = addressOf(volume.super);
  const group = (numberOf(node) - 1) / s.inodesPerGroup;
  const first = group * s.blocksPerGroup + s.firstDataBlock;
  const last = volume.lastBlock;
  return last >= first && last - first < s.blocksPerGroup ? last + 1 : first;
}
/** What a new block is for. */
/** @base u32 */
enum Use {
  Data,
  Pointers,
  /** Of a directory: it has one entry, which is free. */
  Entries,
}
function useOf(toPointers: bool, hole: Hole): Use {
  return toPointers ? Use.Pointers : hole === Hole.FillNow ? Use.Entries : Use.Data;
}
/** A new block for a node; what is not for data is on the disk when anything points to it. */
function grow(node: ptr<Node>, before: u32, use: Use): i64 {
  const volume = volumeOf(node);
  const taken = takeBlock(volume, goalFor(node, before));
  if (taken < 0) return taken;
  const block = u32(taken);
  if (use !== Use.Data) {
    const buffer = takeFresh(volume, block);
    if (buffer !== null && use === Use.Entries)
      cast<DirectoryEntry>(buffer.data).length = u16(volume.blockSize);
    const status = buffer === null ? volume.failure : writeAndGive(volume, buffer);
    if (status !== 0) {
      giveBlock(volume, block);
      return status;
    }
  }
  node.attributes.blocks += u64(volume.blockSize) / 512;
  return taken;
}
/** The disk's block, 0 for a hole, or the negative of an error. `fresh`: it is new, and holds what was there before. */
export function mapBlock(node: ptr<Node>, index: u64, hole: Hole, fresh: ptr<bool>): i64 {
  const volume = volumeOf(node);
  const inode = inodeOf(node);
  const way = wayTo(volume, index);
  fresh.value = false;
  if (way.depth === 0) return -EFBIG;
  const first = addressOf(inode.pointers[way.at[0]]);
  if (first.value === 0) {
    if (hole === Hole.Leave) return 0;
    const before = way.at[0] > 0 && way.depth === 1 ? inode.pointers[way.at[0] - 1] : 0;
    const taken = grow(node, before, useOf(way.depth > 1, hole));
    if (taken < 0) return taken;
    first.value = u32(taken);
    inode.dirty = true;
    fresh.value = way.depth === 1;
  }
  let block = first.value;
  for (let level: u32 = 1; level < way.depth; level++) {
    const next = descend(node, block, way.at[level], level + 1 < way.depth, hole, fresh);
    if (next <= 0) return next;
    block = u32(next);
  }
  return isBlock(volume, block) ? i64(block) : -EIO;
}
/** What a pointer of a block of pointers leads to. */
function descend(node: ptr<Node>, block: u32, at: u32, toPointers: bool, hole: Hole, fresh: ptr<bool>): i64 {
  const volume = volumeOf(node);
  if (!isBlock(volume, block)) return -EIO;
  const buffer = takeBuffer(volume, block);
  if (buffer === null) return volume.failure;
  const pointers = cast<u32>(buffer.data);
  let next = i64(pointers[at]);
  if (next === 0 && hole !== Hole.Leave) {
    next = grow(node, at > 0 ? pointers[at - 1] : 0, useOf(toPointers, hole));
    if (next > 0) {
      pointers[at] = u32(next);
      buffer.dirty = true;
      inodeOf(node).dirty = true;
      fresh.value = !toPointers;
      const status = hole === Hole.FillNow ? writeBuffer(volume, buffer) : 0;
      if (status !== 0) next = status;
    }
  }
  giveBuffer(buffer);
  return next;
}

function giveOwn(node: ptr<Node>, block: u32): void {
  const volume = volumeOf(node);
  giveBlock(volume, block);
  node.attributes.blocks -= u64(volume.blockSize) / 512;
}
/** Frees a block and, of one of pointers, all below it. `levels`: 0 for data. It is not changed. */
function freeTree(node: ptr<Node>, block: u32, levels: u32): void {
  const volume = volumeOf(node);
  if (!isBlock(volume, block)) return;
  if (levels > 0) {
    const buffer = takeBuffer(volume, block);
    if (buffer !== null) {
      const pointers = cast<u32>(buffer.data);
      for (let i: u32 = 0; i < volume.fanout; i++)
        if (pointers[i] !== 0) freeTree(node, pointers[i], levels - 1);
      giveBuffer(buffer);
    }
  }
  giveOwn(node, block);
}
/**
 * Frees what lies behind the first `keep` blocks below a block of pointers, which keeps some, and is written before anybody can have what is free now.
 */
function cutTree(node: ptr<Node>, block: u32, levels: u32, keep: u64): i64 {
  const volume = volumeOf(node);
  if (!isBlock(volume, block)) return -EIO;
  let span: u64 = 1;
  for (let i: u32 = 1; i < levels; i++) span *= u64(volume.fanout);
  const buffer = takeBuffer(volume, block);
  if (buffer === null) return volume.failure;
  const pointers = cast<u32>(buffer.data);
  let status: i64 = 0;
  let from = u32(keep / span);
  if (keep % span !== 0) {
    if (pointers[from] !== 0) status = cutTree(node, pointers[from], levels - 1, keep % span);
    from++;
  }
  for (let i = from; i < volume.fanout && status === 0; i++) {
    if (pointers[i] === 0) continue;
    freeTree(node, pointers[i], levels - 1);
    pointers[i] = 0;
  }
  const written = writeAndGive(volume, buffer);
  return status === 0 ? written : status;
}
/** Frees all blocks of a file but the first `keep`, and writes its inode with `links` links. */
export function cutBlocks(node: ptr<Node>, keep: u64, links: u32): i64 {
  const volume = volumeOf(node);
  const inode = inodeOf(node);
  let status: i64 = 0;
  for (let i: u32 = 0; i < DIRECT; i++) {
    if (u64(i) < keep || inode.pointers[i] === 0) continue;
    freeTree(node, inode.pointers[i], 0);
    inode.pointers[i] = 0;
  }
  let start: u64 = DIRECT;
  let span = u64(volume.fanout);
  for (let levels: u32 = 1; levels <= 3; levels++) {
    const pointer = addressOf(inode.pointers[DIRECT + levels - 1]);
    if (pointer.value !== 0 && keep < start + span) {
      if (keep <= start) {
        freeTree(node, pointer.value, levels);
        pointer.value = 0;
      } else {
        const cut = cutTree(node, pointer.value, levels, keep - start);
        if (status === 0) status = cut;
      }
    }
    start += span;
    span *= u64(volume.fanout);
  }
  const stored = storeInode(node, links);
  return status === 0 ? stored : status;
}
