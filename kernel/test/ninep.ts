/**
 * 9P, by shares that tests/kernel/ninep.test.ts brings: "made" is empty, and the kernel makes a tree in it; "given" has that tree already, made by the
 * host. Without them there is nothing to look at.
 */

import { initDrivers } from "../drivers/drivers.ts";
import { findShare } from "../drivers/share.ts";
import { EEXIST, ENODEV, EROFS } from "../fs/errno.ts";
import { closeNinep, openNinep } from "../fs/ninep/mount.ts";
import { type FileSystem, type Node, type Room, S_IFDIR, S_IFREG } from "../fs/node.ts";
import { dropNode, nodeCount } from "../fs/node-cache.ts";
import { textLength } from "../lib/text.ts";
import { check, checkEqual } from "./check.ts";
import {
  checkTree,
  countEntries,
  differences,
  find,
  make,
  makeTree,
  number,
  prepareCache,
  settle,
  writePattern,
} from "./file-tree.ts";
import { runTogether } from "./together.ts";

class Opened extends Struct {
  fileSystem: ptr<FileSystem> | null;
}
class Slot extends Struct {
  node: ptr<Node> | null;
}
/** The share with a tag; null: there is none. */
function open(tag: ptr<u8>, cached: bool): ptr<FileSystem> | null {
  initDrivers();
  if (findShare(tag) === null) return null;
  prepareCache();
  const opened: Opened = zeroed();
  checkEqual(
    truncate<u64>(openNinep(tag, cached, cached, addressOf(opened.fileSystem))),
    0,
    "it is attached",
  );
  return opened.fileSystem;
}
export function tree(): void {
  const nodes = nodeCount();
  const made = open("made", false);
  if (made === null) return;
  makeTree(made.root);
  closeNinep(made);
  checkEqual(nodeCount(), nodes, "no node is left");
  const again = open("made", false);
  if (again === null) return;
  checkTree(again.root);
  const room: Room = zeroed();
  const statistics = again.statistics;
  if (statistics !== null) checkEqual(truncate<u64>(statistics(again, addressOf(room))), 0, "its room");
  check(room.blockSize !== 0 && room.blocks !== 0, "there is room");
  closeNinep(again);
}
/** What the host has made, read as it is and as a share that nobody changes. */
export function given(): void {
  for (let cached: u32 = 0; cached < 2; cached++) {
    const share = open("given", cached !== 0);
    if (share === null) return;
    checkTree(share.root);
    closeNinep(share);
  }
}
export function refusals(): void {
  const opened: Opened = zeroed();
  initDrivers();
  checkEqual(
    truncate<u64>(openNinep("no such share", false, false, addressOf(opened.fileSystem))),
    truncate<u64>(-ENODEV),
    "a share that is not there",
  );
  const made = open("made", false);
  if (made !== null) {
    const root = made.root;
    dropNode(make(root, "twice", S_IFREG | 0o644, 0));
    checkEqual(tryToMake(made, "twice"), truncate<u64>(-EEXIST), "a name that is there");
    closeNinep(made);
  }
  const share = open("read-only", false);
  if (share === null) return;
  checkEqual(tryToMake(share, "anything"), truncate<u64>(-EROFS), "a share that may only be read");
  closeNinep(share);
}
function tryToMake(fileSystem: ptr<FileSystem>, name: ptr<u8>): u64 {
  const create = fileSystem.root.operations.create;
  if (create === null) return 0;
  const opened: Slot = zeroed();
  const status = create(fileSystem.root, name, textLength(name), S_IFREG | 0o644, 0, addressOf(opened.node));
  if (opened.node !== null) dropNode(opened.node);
  return truncate<u64>(status);
}

const FILES: u64 = 100;
const shared: Opened = zeroed();
/** Several threads make, write and read files of their own at once, more than the server lets a client have open. */
export function together(): void {
  const made = open("made", false);
  if (made === null) return;
  shared.fileSystem = made;
  runTogether(8, worker);
  const root = made.root;
  const all = find(root, "worker-7");
  checkEqual(countEntries(all), FILES, "the files of one thread");
  dropNode(all);
  closeNinep(made);
}
function worker(index: u64): void {
  const fileSystem = shared.fileSystem;
  if (fileSystem === null) return;
  const name: array<u8, 16> = zeroed();
  memcpy(addressOf(name[0]), "worker-", 7);
  number(addressOf(name[0]), 7, 1, index);
  const directory = make(fileSystem.root, addressOf(name[0]), S_IFDIR | 0o755, 0);
  name[0] = char("f");
  for (let i: u64 = 0; i < FILES; i++) {
    number(addressOf(name[0]), 1, 3, i);
    const node = make(directory, addressOf(name[0]), S_IFREG | 0o644, 0);
    const size = 1 + ((i * 977) % 9000);
    checkEqual(writePattern(node, 0, size, index), size, "all is written");
    settle(node);
    checkEqual(differences(node, 0, size, index), 0, "what was written is read");
    dropNode(node);
  }
  dropNode(directory);
}
