/** Archives: one of each kind of file, links of both kinds, and what a thousand mutations of it do: an error with its place, and nothing lost. */

import { removeAt } from "../fs/changes.ts";
import { readFile } from "../fs/contents.ts";
import { type Archive, unpackCpio } from "../fs/cpio.ts";
import { dropName, makeName, type Name } from "../fs/name.ts";
import { type FileSystem, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../fs/node.ts";
import { holdNode, nodeCount } from "../fs/node-cache.ts";
import { endWalk, FOLLOW, PARENT, resolve, takeName, type Walk } from "../fs/path.ts";
import { destroyRamfs, makeRamfs } from "../fs/ramfs.ts";
import { freeText, type Text } from "../fs/text.ts";
import { textLength } from "../lib/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import { check, checkEqual } from "./check.ts";
import { liveBytes, sameBytes } from "./fs-tree.ts";

function field(text: ptr<Text>, value: u64): void {
  text.putHex(value, 8);
}
function pad(text: ptr<Text>): void {
  while (text.length % 4 !== 0) text.putByte(0);
}
function entry(
  text: ptr<Text>,
  name: ptr<u8>,
  inode: u64,
  mode: u32,
  links: u64,
  contents: ptr<u8>,
  size: usize,
): void {
  text.put("070701");
  field(text, inode);
  field(text, u64(mode));
  field(text, 1000);
  field(text, 100);
  field(text, links);
  field(text, 1_700_000_000);
  field(text, size);
  for (let i: u32 = 0; i < 4; i++) field(text, 0);
  field(text, textLength(name) + 1);
  field(text, 0);
  text.put(name);
  text.putByte(0);
  pad(text);
  text.putBytes(contents, size);
  pad(text);
}
function archiveText(text: ptr<Text>): void {
  const memory = malloc(9000);
  if (memory === null) return;
  for (let i: usize = 0; i < 9000; i++) cast<u8>(memory)[i] = truncate<u8>(i * 7);
  entry(text, ".", 1, S_IFDIR | 0o755, 2, "", 0);
  entry(text, "bin", 2, S_IFDIR | 0o700, 2, "", 0);
  entry(text, "bin/a", 3, S_IFREG | 0o755, 1, "hello", 5);
  entry(text, "bin/large", 4, S_IFREG | 0o644, 1, cast<u8>(memory), 9000);
  entry(text, "bin/link", 5, S_IFLNK | 0o777, 1, "a", 1);
  entry(text, "one", 6, S_IFREG | 0o644, 2, "", 0);
  entry(text, "two", 6, S_IFREG | 0o644, 2, "shared", 6);
  entry(text, "TRAILER!!!", 0, 0, 1, "", 0);
  free(memory);
}
/** A file system that is mounted nowhere, with a name for its root. */
class Place extends Struct {
  fileSystem: ptr<FileSystem> | null;
  root: ptr<Name> | null;
}
function open(place: ptr<Place>): ptr<Name> | null {
  place.fileSystem = makeRamfs("cpio");
  const fileSystem = place.fileSystem;
  if (fileSystem === null) return null;
  place.root = makeName(null, "", 0, holdNode(fileSystem.root));
  return place.root;
}
class First extends Struct {
  text: array<u8, 256>;
  length: usize;
}
function takeFirst(
  taker: ptr<unknown>,
  name: ptr<u8>,
  length: usize,
  _number: u64,
  _mode: u32,
  _next: u64,
): bool {
  const first = cast<First>(taker);
  memcpy(addressOf(first.text[0]), name, length);
  first.length = length;
  return false;
}
/** Removes a directory's first entry, or the first of what is in it, and so on. False: the directory is empty. */
function removeOne(root: ptr<Name>): bool {
  const path: array<u8, 1024> = zeroed();
  let length: usize = 0;
  let isDirectory = true;
  for (;;) {
    const walk: Walk = zeroed();
    let at: ptr<Name> | null = root;
    if (length > 0) {
      if (resolve(root, root, addressOf(path[0]), length, 0, addressOf(walk)) < 0) return false;
      at = walk.name;
    }
    const first: First = zeroed();
    if (at !== null) {
      isDirectory = (at.node.attributes.mode & S_IFMT) === S_IFDIR;
      const list = at.node.operations.list;
      if (isDirectory && list !== null) list(at.node, 0, takeFirst, addressOf(first));
    }
    endWalk(addressOf(walk));
    if (first.length === 0 || length + first.length + 1 >= 1024) break;
    path[length] = char("/");
    memcpy(addressOf(path[length + 1]), addressOf(first.text[0]), first.length);
    length += first.length + 1;
  }
  if (length === 0) return false;
  const walk: Walk = zeroed();
  if (resolve(root, root, addressOf(path[0]), length, PARENT, addressOf(walk)) < 0) return false;
  const removed = removeAt(addressOf(walk), isDirectory);
  endWalk(addressOf(walk));
  return removed === 0;
}
function close(place: ptr<Place>): void {
  const root = place.root;
  const fileSystem = place.fileSystem;
  if (root !== null) {
    while (removeOne(root));
    dropName(root);
  }
  liveBytes();
  if (fileSystem !== null) destroyRamfs(fileSystem);
}
function find(root: ptr<Name>, path: ptr<u8>): ptr<Name> | null {
  const walk: Walk = zeroed();
  if (resolve(root, root, path, textLength(path), FOLLOW, addressOf(walk)) < 0) return null;
  return takeName(addressOf(walk));
}
function checkFile(root: ptr<Name>, path: ptr<u8>, contents: ptr<u8>): void {
  const name = find(root, path);
  check(name !== null, path);
  if (name === null) return;
  const text: array<u8, 16> = zeroed();
  const length = textLength(contents);
  checkEqual(truncate<u64>(readFile(name.node, 0, addressOf(text[0]), 16)), length, "its length");
  check(sameBytes(addressOf(text[0]), contents, length), "its contents");
  checkEqual(u64(name.node.attributes.owner), 1000, "its owner");
  checkEqual(truncate<u64>(name.node.attributes.modified), 1_700_000_000_000_000_000, "its time");
  dropName(name);
}
export function archives(): void {
  const text: Text = zeroed();
  const place: Place = zeroed();
  archiveText(addressOf(text));
  const root = open(addressOf(place));
  const memory = malloc(sizeof<Archive>());
  if (text.bytes !== null && memory !== null && root !== null) {
    const archive = cast<Archive>(memory);
    memset(archive, 0, sizeof<Archive>());
    archive.bytes = text.bytes;
    archive.length = text.length;
    checkEqual(truncate<u64>(unpackCpio(archive, root)), 0, "it is unpacked");
    checkEqual(archive.entries, 7, "all of it");
    checkFile(root, "bin/a", "hello");
    checkFile(root, "bin/link", "hello");
    checkFile(root, "one", "shared");
    checkFile(root, "two", "shared");
    const large = find(root, "bin/large");
    if (large !== null) {
      let byte: u8 = 0;
      readFile(large.node, 8999, addressOf(byte), 1);
      checkEqual(u64(byte), u64(truncate<u8>(u64(8999 * 7))), "the last byte of a large file");
      checkEqual(large.node.pages.count, 1, "only what was touched is copied");
      dropName(large);
    }
  }
  free(memory);
  close(addressOf(place));
  freeText(addressOf(text));
}
export function damagedArchives(): void {
  const text: Text = zeroed();
  archiveText(addressOf(text));
  const bytes = text.bytes;
  const memory = malloc(sizeof<Archive>());
  if (bytes === null || memory === null) {
    check(false, "there is memory");
    return;
  }
  const archive = cast<Archive>(memory);
  const live = liveBytes();
  const nodes = nodeCount();
  let seed: u64 = 17;
  let faults: u64 = 0;
  for (let round: u64 = 0; round < 1000; round++) {
    seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
    // Contents are long: most of the damage is to be where it matters.
    const where = (seed >> 33) % 3 === 0 ? (seed >> 40) % text.length : (seed >> 40) % 520;
    const before = bytes[where];
    bytes[where] = (seed & 1) === 0 ? truncate<u8>(seed >> 8) : before ^ (1 << truncate<u8>((seed >> 8) & 7));
    memset(archive, 0, sizeof<Archive>());
    archive.bytes = bytes;
    archive.length = round % 5 === 0 ? (seed >> 21) % text.length : text.length;
    const place: Place = zeroed();
    const root = open(addressOf(place));
    if (root !== null) {
      const status = unpackCpio(archive, root);
      check(status < 0 === (archive.fault !== null), "an error says what is wrong");
      check(archive.at <= archive.length + 3, "and where");
      if (status < 0) faults++;
    }
    bytes[where] = before;
    close(addressOf(place));
  }
  check(faults > 300 && faults < 1000, "some of it is found out, some is another archive");
  checkEqual(nodeCount(), nodes, "no node is left");
  checkEqual(liveBytes(), live, "no object is");
  free(memory);
  freeText(addressOf(text));
}
