/** Mappings of files: what is read is the file's own page, what is written privately is a copy, what is written shared is the file's. */
import { cutFile, readFile, writeFile } from "../fs/contents.ts";
import type { FileSystem, Node } from "../fs/node.ts";
import { dropNode } from "../fs/node-cache.ts";
import { destroyRamfs, makeRamfs, makeUnnamed } from "../fs/ramfs.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { frameReferences } from "../memory/frame.ts";
import { adviseMemory } from "../program/memory/advise.ts";
import { MAP_SHARED, mapFile, mapMemory, unmapMemory, type Wanted } from "../program/memory/map.ts";
import { PROT_READ, PROT_WRITE } from "../program/memory/mapping.ts";
import { touch } from "../program/memory/populate.ts";
import type { ProgramMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import { remapMemory } from "../program/memory/remap.ts";
import { whichAreResident } from "../program/memory/resident.ts";
import { Served } from "../program/memory/serve.ts";
import { translate } from "../vm/map.ts";
import { check, checkEqual } from "./check.ts";
import {
  closeMemory,
  getByte,
  isReadable,
  isWritable,
  openProgram,
  putByte,
  runTwice,
} from "./mappings-program.ts";

const READ_WRITE: u32 = PROT_READ | PROT_WRITE;
const DONTNEED: u64 = 4;
const MAYMOVE: u64 = 1;
const memory: ProgramMemory = zeroed();
const page: array<u8, typeof PAGE> = zeroed();
const PAGE = 4096;

let files: ptr<FileSystem> | null = null;

/** A file of `pages` pages and 100 bytes, in which page n is full of n + 1. */
function makeFile(pages: usize): ptr<Node> {
  files = makeRamfs("test");
  const node = files === null ? null : makeUnnamed(files, 0o600);
  if (node === null) unreachable();
  for (let i: usize = 0; i <= pages; i++) {
    memset(addressOf(page[0]), truncate<u8>(i + 1), PAGE_SIZE);
    writeFile(node, i * PAGE_SIZE, addressOf(page[0]), i < pages ? PAGE_SIZE : 100);
  }
  return node;
}
function dropFile(node: ptr<Node>): void {
  dropNode(node);
  if (files !== null) destroyRamfs(files);
}
function byteOf(node: ptr<Node>, position: u64): u64 {
  let byte: u8 = 0;
  return readFile(node, position, addressOf(byte), 1) === 1 ? u64(byte) : 256;
}
function mapPrivate(node: ptr<Node>, pages: usize, protection: u32, position: u64): usize {
  const bytes = pages * PAGE_SIZE;
  const at = mapFile(addressOf(memory), 0, bytes, protection, 0, node, position, null);
  check(at > 0, "mapped");
  return usize(at);
}
function mapShared(node: ptr<Node>, pages: usize, protection: u32, mayWrite: bool): usize {
  const wanted: Wanted = init({
    bytes: pages * PAGE_SIZE,
    protection: u64(protection),
    flags: MAP_SHARED,
    node,
    mayWrite,
  });
  const at = mapMemory(addressOf(memory), addressOf(wanted));
  check(at > 0, "mapped");
  return usize(at);
}
/** 0 and the negative of an error, for comparing. */
function protect(at: usize, pages: usize, protection: u32): u64 {
  return u64(-protectMemory(addressOf(memory), at, pages * PAGE_SIZE, u64(protection)));
}

export function privateWritesAreCopies(): void {
  runTwice(tryPrivateWritesAreCopies);
}
function tryPrivateWritesAreCopies(): void {
  const node = makeFile(4);
  openProgram(addressOf(memory));
  const at = mapPrivate(node, 5, READ_WRITE, 0);
  for (let i: usize = 0; i < 5; i++) checkEqual(getByte(at + i * PAGE_SIZE), i + 1, "the file's bytes");
  checkEqual(getByte(at + 4 * PAGE_SIZE + 100), 0, "zeros behind its end");
  const frame = translate(at);
  checkEqual(u64(frameReferences(frame & ~(PAGE_SIZE - 1))), 2, "the file's own page");
  check(putByte(at, 99), "written");
  check(translate(at) !== frame, "to another page");
  checkEqual(getByte(at), 99, "that has what was written");
  checkEqual(getByte(at + 1), 1, "and the rest");
  checkEqual(byteOf(node, 0), 1, "not so the file");
  checkEqual(u64(frameReferences(frame & ~(PAGE_SIZE - 1))), 1, "whose page is its own again");
  check(putByte(at + 2 * PAGE_SIZE, 98), "a page that has been read before it is written");
  checkEqual(byteOf(node, 2 * PAGE_SIZE), 3, "and one in the file");
  writeFile(node, PAGE_SIZE, "x", 1);
  checkEqual(getByte(at + PAGE_SIZE), u64(char("x")), "what is not a copy changes with the file");
  checkEqual(u64(-adviseMemory(addressOf(memory), at, PAGE_SIZE, DONTNEED)), 0, "the copy is not needed");
  checkEqual(getByte(at), 1, "so it is the file's page again");
  checkEqual(protect(at, 5, PROT_READ), 0, "to be read");
  check(!isWritable(at) && !isWritable(at + 2 * PAGE_SIZE), "only");
  checkEqual(protect(at, 5, 0), 0, "not to be touched");
  checkEqual(protect(at, 5, READ_WRITE), 0, "all rights again");
  check(putByte(at, 97) && putByte(at + 2 * PAGE_SIZE + 1, 96), "written");
  checkEqual(byteOf(node, 0), 1, "the file is as it was");
  checkEqual(getByte(at + 2 * PAGE_SIZE), 98, "the copy too");
  closeMemory(addressOf(memory));
  dropFile(node);
}
export function sharedWritesAreTheFiles(): void {
  runTwice(trySharedWritesAreTheFiles);
}
function trySharedWritesAreTheFiles(): void {
  const node = makeFile(4);
  openProgram(addressOf(memory));
  const at = mapShared(node, 4, READ_WRITE, true);
  const other = mapShared(node, 4, READ_WRITE, true);
  checkEqual(getByte(at + PAGE_SIZE), 2, "the file's bytes");
  check(putByte(at + PAGE_SIZE, 55), "written");
  checkEqual(byteOf(node, PAGE_SIZE), 55, "in the file");
  checkEqual(getByte(other + PAGE_SIZE), 55, "in the other mapping");
  checkEqual(translate(at + PAGE_SIZE), translate(other + PAGE_SIZE), "by the same page");
  writeFile(node, PAGE_SIZE + 1, "y", 1);
  checkEqual(getByte(at + PAGE_SIZE + 1), u64(char("y")), "what the file gets is seen");
  checkEqual(u64(-adviseMemory(addressOf(memory), at, PAGE_SIZE * 4, DONTNEED)), 0, "not needed");
  checkEqual(getByte(at + PAGE_SIZE), 55, "still there");
  checkEqual(protect(at, 4, PROT_READ), 0, "to be read");
  check(!isWritable(at + PAGE_SIZE) && isWritable(other + PAGE_SIZE), "by this mapping");
  checkEqual(protect(at, 4, READ_WRITE), 0, "and written");
  check(putByte(at + 3 * PAGE_SIZE, 44) && byteOf(node, 3 * PAGE_SIZE) === 44, "in the file");
  const readOnly = mapShared(node, 4, PROT_READ, false);
  checkEqual(protect(readOnly, 1, READ_WRITE), 13, "EACCES: it was not opened for writing");
  closeMemory(addressOf(memory));
  dropFile(node);
}
/** Pages behind a file's end are not there, also if they have been. */
export function cutFilesAreForgotten(): void {
  runTwice(tryCutFilesAreForgotten);
}
function tryCutFilesAreForgotten(): void {
  const node = makeFile(4);
  openProgram(addressOf(memory));
  const whole = mapShared(node, 8, READ_WRITE, true);
  const part = mapPrivate(node, 4, READ_WRITE, PAGE_SIZE);
  check(isReadable(whole + 4 * PAGE_SIZE) && !isReadable(whole + 5 * PAGE_SIZE), "up to the last page");
  checkEqual(u64(touch(addressOf(memory), whole + 5 * PAGE_SIZE, false)), u64(Served.NoPage), "SIGBUS");
  check(putByte(part + 2 * PAGE_SIZE, 5), "a copy of what will be gone");
  check(isReadable(part) && isReadable(whole + PAGE_SIZE), "touched");
  node.lock.lock();
  checkEqual(u64(-cutFile(node, PAGE_SIZE + 10)), 0, "cut");
  node.lock.unlock();
  check(isReadable(whole + PAGE_SIZE) && isReadable(part), "what is left");
  checkEqual(getByte(whole + PAGE_SIZE + 9), 2, "as it was");
  checkEqual(getByte(whole + PAGE_SIZE + 10), 0, "and zeros");
  for (let i: usize = 2; i < 8; i++) check(!isReadable(whole + i * PAGE_SIZE), "the rest is gone");
  check(!isReadable(part + PAGE_SIZE) && !isReadable(part + 2 * PAGE_SIZE), "from private mappings too");
  node.lock.lock();
  cutFile(node, 4 * PAGE_SIZE);
  node.lock.unlock();
  checkEqual(getByte(whole + 3 * PAGE_SIZE), 0, "it grows again, by zeros");
  closeMemory(addressOf(memory));
  dropFile(node);
}
export function mappingsMove(): void {
  runTwice(tryMappingsMove);
}
function tryMappingsMove(): void {
  const node = makeFile(8);
  openProgram(addressOf(memory));
  const at = mapPrivate(node, 4, READ_WRITE, PAGE_SIZE);
  check(putByte(at + PAGE_SIZE, 77) && isReadable(at), "touched");
  const moved = remapMemory(addressOf(memory), at, 4 * PAGE_SIZE, 7 * PAGE_SIZE, MAYMOVE, 0);
  check(moved > 0, "moved");
  const to = usize(moved);
  checkEqual(getByte(to), 2, "a page of the file");
  checkEqual(getByte(to + PAGE_SIZE), 77, "a copy");
  checkEqual(getByte(to + 6 * PAGE_SIZE), 8, "more of the file");
  check(to === at || !isReadable(at), "nothing where it was");
  check(isWritable(to) && byteOf(node, PAGE_SIZE) === 2, "still private");
  const here = remapMemory(addressOf(memory), to, 7 * PAGE_SIZE, 2 * PAGE_SIZE, 0, 0);
  checkEqual(u64(here), to, "smaller");
  check(isReadable(to + PAGE_SIZE) && !isReadable(to + 2 * PAGE_SIZE), "without its end");
  const again = remapMemory(addressOf(memory), to, 2 * PAGE_SIZE, 3 * PAGE_SIZE, 0, 0);
  checkEqual(u64(again), to, "larger again, where it is");
  checkEqual(getByte(to + 2 * PAGE_SIZE), 4, "the file's");
  const which: array<u8, 8> = zeroed();
  check(whichAreResident(addressOf(memory), to, 3, addressOf(which[0])) === 3, "mapped");
  checkEqual(u64(which[0]) + u64(which[1]) + u64(which[2]), 3, "there");
  check(whichAreResident(addressOf(memory), to, 4, addressOf(which[0])) === 3, "not all of it is mapped");
  unmapMemory(addressOf(memory), to, 3 * PAGE_SIZE);
  closeMemory(addressOf(memory));
  dropFile(node);
}
