/**
 * ext2, on the first disk there is; without one there is nothing to look at. What is on the disk then, tests/kernel/ext2.test.ts looks at with
 * e2fsck and debugfs. Each case wants a disk that mke2fs has just made.
 */
import { type Disk, diskCount, disks } from "../drivers/block.ts";
import { initDrivers } from "../drivers/drivers.ts";
import { writePages } from "../fs/cache.ts";
import { writeFile } from "../fs/contents.ts";
import { EINVAL, ENOSPC } from "../fs/errno.ts";
import { closeExt2, openExt2 } from "../fs/ext2/mount.ts";
import {
  type FileSystem,
  type Node,
  type Room,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
} from "../fs/node.ts";
import { dropNode, nodeCount } from "../fs/node-cache.ts";
import { check, checkEqual, note } from "./check.ts";
import {
  checkTree,
  differences,
  find,
  make,
  makeTree,
  move,
  number,
  prepareCache,
  remove,
  settle,
  writePattern,
} from "./file-tree.ts";

class Opened extends Struct {
  fileSystem: ptr<FileSystem> | null;
}
function disk(): ptr<Disk> | null {
  initDrivers();
  if (diskCount === 0) return null;
  prepareCache();
  return addressOf(disks[0]);
}
function open(on: ptr<Disk>): ptr<FileSystem> {
  const opened: Opened = zeroed();
  checkEqual(truncate<u64>(openExt2(on, false, addressOf(opened.fileSystem))), 0, "it is mounted");
  const fileSystem = opened.fileSystem;
  if (fileSystem === null) trap();
  check(!fileSystem.readOnly, "it can be written");
  return fileSystem;
}
function close(fileSystem: ptr<FileSystem>): void {
  checkEqual(truncate<u64>(closeExt2(fileSystem)), 0, "it is unmounted");
}
function roomOf(fileSystem: ptr<FileSystem>): Room {
  const room: Room = zeroed();
  const statistics = fileSystem.statistics;
  if (statistics === null) trap();
  checkEqual(truncate<u64>(statistics(fileSystem, addressOf(room))), 0, "its room");
  return room;
}

export function tree(): void {
  const on = disk();
  if (on === null) return;
  const nodes = nodeCount();
  const fileSystem = open(on);
  const root = fileSystem.root;
  makeTree(root);
  dropNode(make(root, "console", S_IFCHR | 0o600, 0x501));
  dropNode(make(root, "large-numbers", S_IFBLK | 0o660, (259 << 8) | 0x10_002c));
  dropNode(make(root, "pipe", S_IFIFO | 0o600, 0));
  close(fileSystem);
  checkEqual(nodeCount(), nodes, "no node is left");
  const again = open(on);
  checkTree(again.root);
  const device = find(again.root, "console");
  checkEqual(device.attributes.device, 0x501, "a device's number");
  dropNode(device);
  close(again);
}

/** The tree is there already: mke2fs has put it there. */
export function given(): void {
  const on = disk();
  if (on === null) return;
  const fileSystem = open(on);
  checkTree(fileSystem.root);
  close(fileSystem);
}
/** Disks that must not be mounted, or not be written. */
export function refused(): void {
  const on = disk();
  if (on === null) return;
  const opened: Opened = zeroed();
  const status = openExt2(on, false, addressOf(opened.fileSystem));
  const fileSystem = opened.fileSystem;
  if (fileSystem === null) {
    checkEqual(truncate<u64>(status), truncate<u64>(-EINVAL), "it is refused");
    note("refused");
    return;
  }
  note(fileSystem.readOnly ? "to be read only" : "to be written");
  close(fileSystem);
}

const SIZE: u64 = 200_000;
/** Files, until nothing fits any more; how many. */
function fillUp(directory: ptr<Node>): u64 {
  const name: array<u8, 16> = zeroed();
  name[0] = char("f");
  let files: u64 = 0;
  let status: i64 = 0;
  for (; status === 0; files++) {
    number(addressOf(name[0]), 1, 4, files);
    const node = make(directory, addressOf(name[0]), S_IFREG | 0o644, 0);
    // Who writes is told, not only who writes back.
    const written = writePattern(node, 0, SIZE, files);
    if (written < SIZE) status = writeFile(node, written, addressOf(name[0]), 5000);
    settle(node);
    checkEqual(differences(node, 0, written, files), 0, "what fits is there");
    dropNode(node);
  }
  checkEqual(truncate<u64>(status), truncate<u64>(-ENOSPC), "it ends in ENOSPC");
  check(files > 2, "some files fit");
  return files;
}
/** Until nothing fits any more; then all of it goes, and the disk has as much room as before. */
export function full(): void {
  const on = disk();
  if (on === null) return;
  const fileSystem = open(on);
  const before = roomOf(fileSystem);
  const directory = make(fileSystem.root, "full", S_IFDIR | 0o755, 0);
  const files = fillUp(directory);
  const name: array<u8, 16> = zeroed();
  name[0] = char("f");
  for (let i: u64 = 0; i < files; i++) {
    number(addressOf(name[0]), 1, 4, i);
    checkEqual(truncate<u64>(remove(directory, addressOf(name[0]), false)), 0, "a file goes");
  }
  dropNode(directory);
  checkEqual(truncate<u64>(remove(fileSystem.root, "full", true)), 0, "the directory goes");
  const after = roomOf(fileSystem);
  checkEqual(after.free, before.free, "as many blocks are free as before");
  checkEqual(after.freeFiles, before.freeFiles, "as many inodes are free as before");
  close(fileSystem);
}
/** The same, and it stays so. */
export function filled(): void {
  const on = disk();
  if (on === null) return;
  const fileSystem = open(on);
  fillUp(fileSystem.root);
  // One more block of a file may want three of pointers.
  check(roomOf(fileSystem).free <= 3, "no block is free that a file could have");
  close(fileSystem);
}

let seed: u64 = 7;
function random(limit: u64): u64 {
  seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
  return mulHigh(seed, limit);
}
/** What should be there: of each name the seed and size of its file. */
const NAMES = 40;
class Expected extends Struct {
  there: bool;
  seed: u64;
  size: u64;
}
const expected: array<Expected, typeof NAMES> = zeroed();
const STEPS: u64 = 600;
/** Random operations beside a model, in two directories. */
export function atRandom(): void {
  const on = disk();
  if (on === null) return;
  const fileSystem = open(on);
  const a = make(fileSystem.root, "a", S_IFDIR | 0o755, 0);
  const b = make(fileSystem.root, "b", S_IFDIR | 0o755, 0);
  for (let step: u64 = 0; step < STEPS; step++) stepAtRandom(a, b, step);
  for (let i: u64 = 0; i < NAMES; i++) checkExpected(a, b, i);
  dropNode(a);
  dropNode(b);
  close(fileSystem);
}
function nameFor(index: u64, to: ptr<u8>): void {
  to[0] = char("n");
  number(to, 1, 2, index);
}
function placeOf(a: ptr<Node>, b: ptr<Node>, index: u64): ptr<Node> {
  return index % 2 === 0 ? a : b;
}
function stepAtRandom(a: ptr<Node>, b: ptr<Node>, step: u64): void {
  const index = random(NAMES);
  const entry = addressOf(expected[index]);
  const name: array<u8, 8> = zeroed();
  const other: array<u8, 8> = zeroed();
  const directory = placeOf(a, b, index);
  nameFor(index, addressOf(name[0]));
  if (!entry.there) {
    const node = make(directory, addressOf(name[0]), S_IFREG | 0o644, 0);
    entry.value = { there: true, seed: step, size: random(30_000) };
    checkEqual(writePattern(node, 0, entry.size, step), entry.size, "all is written");
    dropNode(node);
    return;
  }
  switch (random(4)) {
    case 0:
      checkEqual(truncate<u64>(remove(directory, addressOf(name[0]), false)), 0, "a file goes");
      entry.there = false;
      break;
    case 1: {
      const to = random(NAMES);
      if (to === index) break;
      nameFor(to, addressOf(other[0]));
      const status = move(directory, addressOf(name[0]), placeOf(a, b, to), addressOf(other[0]));
      checkEqual(truncate<u64>(status), 0, "a file is renamed");
      expected[to] = entry.value;
      entry.there = false;
      break;
    }
    case 2: {
      const node = find(directory, addressOf(name[0]));
      const more = random(100_000);
      checkEqual(writePattern(node, entry.size, more, entry.seed), more, "a file grows");
      entry.size += more;
      dropNode(node);
      break;
    }
    default:
      checkExpected(a, b, index);
  }
}
function checkExpected(a: ptr<Node>, b: ptr<Node>, index: u64): void {
  const entry = addressOf(expected[index]);
  if (!entry.there) return;
  const name: array<u8, 8> = zeroed();
  nameFor(index, addressOf(name[0]));
  const node = find(placeOf(a, b, index), addressOf(name[0]));
  settle(node);
  checkEqual(node.attributes.size, entry.size, "the size that it should have");
  checkEqual(differences(node, 0, entry.size, entry.seed), 0, "the contents that it should have");
  dropNode(node);
}

/** For who stops the machine in the middle: it says which files have been synced, and never unmounts. */
const ROUNDS: u64 = 60;
export function churn(): void {
  const on = disk();
  if (on === null) return;
  const fileSystem = open(on);
  const root = fileSystem.root;
  for (let round: u64 = 0; round < ROUNDS; round++) churnOnce(root, round);
}
function churnOnce(root: ptr<Node>, round: u64): void {
  const name: array<u8, 16> = zeroed();
  const line: array<u8, 16> = zeroed();
  const before: array<u8, 16> = zeroed();
  memcpy(addressOf(line[0]), "synced ", 7);
  number(addressOf(line[0]), 7, 3, round);
  name[0] = char("k");
  number(addressOf(name[0]), 1, 3, round);
  const size = 1000 + ((round * 7919) % 60_000);
  const node = make(root, addressOf(name[0]), S_IFREG | 0o644, 0);
  writePattern(node, 0, size, round);
  checkEqual(truncate<u64>(writePages(node)), 0, "pages are written");
  const sync = node.operations.sync;
  if (sync !== null) checkEqual(truncate<u64>(sync(node)), 0, "the file is synced");
  note(addressOf(line[0]));
  dropNode(node);
  // The same file once more, under the name that everybody wants.
  replaceCurrent(root, round);
  // A directory comes, and the one before it goes.
  name[0] = char("d");
  const directory = make(root, addressOf(name[0]), S_IFDIR | 0o755, 0);
  dropNode(make(directory, "inside", S_IFREG | 0o644, 0));
  dropNode(directory);
  if (round === 0) return;
  before[0] = char("d");
  number(addressOf(before[0]), 1, 3, round - 1);
  const old = find(root, addressOf(before[0]));
  remove(old, "inside", false);
  dropNode(old);
  checkEqual(truncate<u64>(remove(root, addressOf(before[0]), true)), 0, "a directory goes");
}
function replaceCurrent(root: ptr<Node>, round: u64): void {
  const node = make(root, "next", S_IFREG | 0o644, 0);
  writePattern(node, 0, 5000, round);
  writePages(node);
  const sync = node.operations.sync;
  if (sync !== null) sync(node);
  dropNode(node);
  checkEqual(truncate<u64>(move(root, "next", root, "current")), 0, "it takes the place of the last one");
  if (round === 0) note("there is a current one");
}
