/**
 * A tree of files that is made by the operations of a file system's nodes, whatever system it is, and looked at again: files of all kinds of
 * sizes, with holes, cut, linked, renamed, removed. tests/kernel/file-tree.ts knows what must be there in the end, and looks from outside.
 */

import { cacheLimit } from "../fs/arc.ts";
import { dropPages, initPageCache, writePages } from "../fs/cache.ts";
import { cutFile, readFile, writeFile } from "../fs/contents.ts";
import { ENOENT, ENOTEMPTY } from "../fs/errno.ts";
import { type Attributes, type Node, S_IFDIR, S_IFMT, S_IFREG, SET_MODE, SET_MODIFIED } from "../fs/node.ts";
import { dropNode } from "../fs/node-cache.ts";
import { textLength } from "../lib/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import { check, checkEqual } from "./check.ts";

/** Pages of files may be kept, once. */
export function prepareCache(): void {
  if (cacheLimit() === 0) initPageCache();
}
const PIECE = 5000;
/** For each thread its own, on the heap: stacks are for less. */
function takePiece(): ptr<u8> {
  const memory = malloc(PIECE);
  if (memory === null) trap();
  return cast<u8>(memory);
}
/** What a file with this seed has at a position. */
function byteAt(position: u64, seed: u64): u8 {
  return truncate<u8>(position * 31 + (position >> 8) * 7 + seed);
}
export class Slot extends Struct {
  node: ptr<Node> | null;
}
/** `made` is 0, or else the case has failed and there is no node. */
function taken(status: i64, slot: ptr<Slot>, what: ptr<u8>): ptr<Node> {
  checkEqual(truncate<u64>(status), 0, what);
  const node = slot.node;
  if (node === null) trap();
  return node;
}
export function make(directory: ptr<Node>, name: ptr<u8>, mode: u32, device: u64): ptr<Node> {
  const slot: Slot = zeroed();
  const create = directory.operations.create;
  if (create === null) trap();
  directory.lock.lock();
  const status = create(directory, name, textLength(name), mode, device, addressOf(slot.node));
  directory.lock.unlock();
  return taken(status, addressOf(slot), name);
}
export function find(directory: ptr<Node>, name: ptr<u8>): ptr<Node> {
  const slot: Slot = zeroed();
  return taken(lookFor(directory, name, addressOf(slot)), addressOf(slot), name);
}
function lookFor(directory: ptr<Node>, name: ptr<u8>, slot: ptr<Slot>): i64 {
  const lookup = directory.operations.lookup;
  if (lookup === null) trap();
  return lookup(directory, name, textLength(name), addressOf(slot.node));
}
export function checkGone(directory: ptr<Node>, name: ptr<u8>): void {
  const slot: Slot = zeroed();
  checkEqual(truncate<u64>(lookFor(directory, name, addressOf(slot))), truncate<u64>(-ENOENT), name);
  if (slot.node !== null) dropNode(slot.node);
}
export function remove(directory: ptr<Node>, name: ptr<u8>, isDirectory: bool): i64 {
  const unlink = directory.operations.unlink;
  if (unlink === null) trap();
  directory.lock.lock();
  const status = unlink(directory, name, textLength(name), isDirectory);
  directory.lock.unlock();
  return status;
}
export function move(from: ptr<Node>, name: ptr<u8>, to: ptr<Node>, newName: ptr<u8>): i64 {
  const rename = from.operations.rename;
  if (rename === null) trap();
  return rename(from, name, textLength(name), to, newName, textLength(newName));
}
function linkTo(directory: ptr<Node>, name: ptr<u8>, node: ptr<Node>): i64 {
  const link = directory.operations.link;
  if (link === null) trap();
  return link(directory, name, textLength(name), node);
}
function linkSoftly(directory: ptr<Node>, name: ptr<u8>, target: ptr<u8>): void {
  const symlink = directory.operations.symlink;
  if (symlink === null) trap();
  checkEqual(
    truncate<u64>(symlink(directory, name, textLength(name), target, textLength(target))),
    0,
    "a symbolic link",
  );
}

/** Writes `count` bytes at a position, as a file with this seed has them there; what has been written. */
export function writePattern(node: ptr<Node>, position: u64, count: u64, seed: u64): u64 {
  const piece = takePiece();
  let done: u64 = 0;
  while (done < count) {
    const step: u64 = count - done < PIECE ? count - done : PIECE;
    for (let i: u64 = 0; i < step; i++) piece[i] = byteAt(position + done + i, seed);
    const written = writeFile(node, position + done, piece, step);
    if (written <= 0) break;
    done += u64(written);
  }
  free(piece);
  return done;
}
/** How many bytes differ from what a file with this seed has there. */
export function differences(node: ptr<Node>, position: u64, count: u64, seed: u64): u64 {
  const piece = takePiece();
  let different: u64 = 0;
  for (let done: u64 = 0; done < count; ) {
    const step: u64 = count - done < PIECE ? count - done : PIECE;
    const read = readFile(node, position + done, piece, step);
    if (read <= 0) {
      different += count - done;
      break;
    }
    for (let i: u64 = 0; i < u64(read); i++) if (piece[i] !== byteAt(position + done + i, seed)) different++;
    done += u64(read);
  }
  free(piece);
  return different;
}
function zerosIn(node: ptr<Node>, position: u64, count: u64): bool {
  const piece = takePiece();
  let zeros = readFile(node, position, piece, count) === i64(count);
  for (let i: u64 = 0; i < count && zeros; i++) if (piece[i] !== 0) zeros = false;
  free(piece);
  return zeros;
}
/** All pages are the file system's; what it keeps of them is forgotten, so that it has to be read again. */
export function settle(node: ptr<Node>): void {
  checkEqual(truncate<u64>(writePages(node)), 0, "pages are written");
  dropPages(node, 0);
}
function writeWhole(directory: ptr<Node>, name: ptr<u8>, size: u64, seed: u64): void {
  const node = make(directory, name, S_IFREG | 0o644, 0);
  checkEqual(writePattern(node, 0, size, seed), size, "all is written");
  settle(node);
  checkEqual(differences(node, 0, size, seed), 0, "what was written is read");
  dropNode(node);
}

const SIZES: array<u64, 15> = [
  0, 1, 59, 60, 1023, 1024, 1025, 4095, 4096, 4097, 12288, 12289, 49153, 300000, 1100000,
];
/** `name` with a number of `digits` digits behind its `length` letters. */
export function number(name: ptr<u8>, length: usize, digits: usize, value: u64): void {
  let rest = value;
  for (let i = digits; i > 0; i--) {
    name[length + i - 1] = char("0") + truncate<u8>(rest % 10);
    rest /= 10;
  }
  name[length + digits] = 0;
}
const NAME = 64;
function makeSizes(root: ptr<Node>): void {
  const name: array<u8, typeof NAME> = zeroed();
  memcpy(addressOf(name[0]), "size-", 5);
  for (let i: u64 = 0; i < SIZES.length; i++) {
    number(addressOf(name[0]), 5, 2, i);
    writeWhole(root, addressOf(name[0]), SIZES[i], i);
  }
}
const FAR: u64 = 70 << 20;
function makeHoles(root: ptr<Node>): void {
  const sparse = make(root, "sparse", S_IFREG | 0o600, 0);
  writePattern(sparse, 0, 5, 40);
  writePattern(sparse, FAR, 5, 40);
  settle(sparse);
  checkEqual(sparse.attributes.size, FAR + 5, "the size of a file with a hole");
  checkEqual(differences(sparse, FAR, 5, 40), 0, "what is behind a hole");
  check(zerosIn(sparse, 4096, 4096) && zerosIn(sparse, FAR - 4096, 4096), "a hole is zeros");
  dropNode(sparse);

  const cut = make(root, "cut", S_IFREG | 0o644, 0);
  writePattern(cut, 0, 1_100_000, 41);
  settle(cut);
  cutTo(cut, 300_001);
  cutTo(cut, 500_000);
  settle(cut);
  checkEqual(differences(cut, 0, 300_001, 41), 0, "what a cut leaves");
  check(zerosIn(cut, 300_001, 4000) && zerosIn(cut, 496_000, 4000), "behind a cut are zeros");
  dropNode(cut);
}
function cutTo(node: ptr<Node>, size: u64): void {
  node.lock.lock();
  checkEqual(truncate<u64>(cutFile(node, size)), 0, "a file is cut");
  node.lock.unlock();
}
const MANY: u64 = 300;
const LONG = "an-entry-of-a-directory-with-a-name-that-is-long-";
const LONG_LENGTH: usize = 49;
/** Of 300 entries every third goes, and every third is called otherwise. */
function makeMany(root: ptr<Node>): void {
  const many = make(root, "many", S_IFDIR | 0o755, 0);
  const name: array<u8, typeof NAME> = zeroed();
  const other: array<u8, typeof NAME> = zeroed();
  memcpy(addressOf(name[0]), LONG, LONG_LENGTH);
  memcpy(addressOf(other[0]), "renamed-", 8);
  for (let i: u64 = 0; i < MANY; i++) {
    number(addressOf(name[0]), LONG_LENGTH, 3, i);
    dropNode(make(many, addressOf(name[0]), S_IFREG | 0o644, 0));
  }
  for (let i: u64 = 0; i < MANY; i++) {
    number(addressOf(name[0]), LONG_LENGTH, 3, i);
    number(addressOf(other[0]), 8, 3, i);
    if (i % 3 === 0) checkEqual(truncate<u64>(remove(many, addressOf(name[0]), false)), 0, "an entry goes");
    if (i % 3 === 1) {
      const status = move(many, addressOf(name[0]), many, addressOf(other[0]));
      checkEqual(truncate<u64>(status), 0, "an entry is renamed");
    }
  }
  checkEqual(countEntries(many), (MANY * 2) / 3, "entries that are left");
  checkEqual(truncate<u64>(remove(root, "many", true)), truncate<u64>(-ENOTEMPTY), "it is not empty");
  dropNode(many);
}
class Count extends Struct {
  entries: u64;
}
function countOne(
  taker: ptr<unknown>,
  _name: ptr<u8>,
  _length: usize,
  _number: u64,
  _mode: u32,
  _next: u64,
): bool {
  cast<Count>(taker).entries++;
  return true;
}
export function countEntries(directory: ptr<Node>): u64 {
  const list = directory.operations.list;
  const count: Count = zeroed();
  if (list === null) trap();
  checkEqual(truncate<u64>(list(directory, 0, countOne, addressOf(count))), 0, "a directory is listed");
  return count.entries;
}
function makeLinks(root: ptr<Node>): void {
  const target: array<u8, 201> = zeroed();
  memset(addressOf(target[0]), char("x"), 200);
  linkSoftly(root, "short", "size-01");
  linkSoftly(root, "long", addressOf(target[0]));
  const long = find(root, "long");
  const readLink = long.operations.readLink;
  if (readLink === null) trap();
  memset(addressOf(target[0]), 0, 200);
  checkEqual(truncate<u64>(readLink(long, addressOf(target[0]), 201)), 200, "a link's target");
  check(target[0] === char("x") && target[199] === char("x"), "a link leads where it was made to lead");
  dropNode(long);
  const node = find(root, "size-09");
  const many = find(root, "many");
  checkEqual(truncate<u64>(linkTo(many, "linked", node)), 0, "a second name");
  checkEqual(u64(node.attributes.links), 2, "two names");
  const again = find(many, "linked");
  check(again === node, "one file is one node");
  dropNode(again);
  dropNode(many);
  dropNode(node);
}
function moveThings(root: ptr<Node>): void {
  writeWhole(root, "winner", 3000, 50);
  writeWhole(root, "loser", 9000, 51);
  const loser = find(root, "loser");
  // It is read as an open file would be.
  settle(loser);
  checkEqual(differences(loser, 0, 9000, 51), 0, "who is going to lose its name");
  checkEqual(truncate<u64>(move(root, "winner", root, "loser")), 0, "a file takes another's name");
  checkEqual(u64(loser.attributes.links), 0, "who has lost its name has no links");
  checkEqual(differences(loser, 0, 9000, 51), 0, "but is there as long as somebody has it");
  dropNode(loser);
  checkGone(root, "winner");
  const first = make(root, "first", S_IFDIR | 0o755, 0);
  const second = make(root, "second", S_IFDIR | 0o700, 0);
  const inner = make(first, "inner", S_IFDIR | 0o755, 0);
  dropNode(make(inner, "file", S_IFREG | 0o644, 0));
  checkEqual(truncate<u64>(move(first, "inner", second, "moved")), 0, "a directory gets another parent");
  checkEqual(
    truncate<u64>(remove(root, "second", true)),
    truncate<u64>(-ENOTEMPTY),
    "its parent is not empty",
  );
  checkEqual(truncate<u64>(remove(root, "first", true)), 0, "the other one is");
  checkEqual(u64(first.attributes.links), 0, "a directory that is gone has no links");
  dropNode(inner);
  dropNode(second);
  dropNode(first);
}
function useWithoutName(root: ptr<Node>): void {
  const node = make(root, "gone", S_IFREG | 0o600, 0);
  writePattern(node, 0, 20_000, 60);
  settle(node);
  checkEqual(truncate<u64>(remove(root, "gone", false)), 0, "an open file is removed");
  checkGone(root, "gone");
  checkEqual(differences(node, 0, 20_000, 60), 0, "and can be read");
  checkEqual(writePattern(node, 20_000, 1000, 60), 1000, "and written");
  dropNode(node);
}
function changeAttributes(root: ptr<Node>): void {
  const node = find(root, "size-01");
  const setAttributes = node.operations.setAttributes;
  if (setAttributes === null) trap();
  const wanted: Attributes = init({ mode: 0o640, modified: 1_000_000_000_000_000_000 });
  checkEqual(
    truncate<u64>(setAttributes(node, addressOf(wanted), SET_MODE | SET_MODIFIED)),
    0,
    "attributes are set",
  );
  checkEqual(u64(node.attributes.mode), u64(S_IFREG | 0o640), "a mode");
  dropNode(node);
}
/** Makes all of it. */
export function makeTree(root: ptr<Node>): void {
  makeSizes(root);
  makeHoles(root);
  makeMany(root);
  makeLinks(root);
  moveThings(root);
  useWithoutName(root);
  changeAttributes(root);
}
/** Looks at it, after the file system has been closed and opened. */
export function checkTree(root: ptr<Node>): void {
  const name: array<u8, typeof NAME> = zeroed();
  memcpy(addressOf(name[0]), "size-", 5);
  for (let i: u64 = 0; i < SIZES.length; i++) {
    number(addressOf(name[0]), 5, 2, i);
    const node = find(root, addressOf(name[0]));
    checkEqual(node.attributes.size, SIZES[i], "the size that it had");
    checkEqual(differences(node, 0, SIZES[i], i), 0, "what was written is there");
    dropNode(node);
  }
  const second = find(root, "second");
  const moved = find(second, "moved");
  check((moved.attributes.mode & S_IFMT) === S_IFDIR, "the directory that was moved");
  dropNode(find(moved, "file"));
  dropNode(moved);
  dropNode(second);
  const many = find(root, "many");
  checkEqual(countEntries(many), (MANY * 2) / 3 + 1, "entries that are left");
  dropNode(many);
  checkGone(root, "gone");
}
