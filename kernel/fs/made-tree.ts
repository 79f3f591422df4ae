/**
 * File systems that are made up: a table of directories, links and files whose text is written when they are read from the beginning
 * (/proc, /sys). Nothing can be made or taken away there. Parts that change have node operations of their own.
 */

import { startsWith, textLength } from "../lib/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { EINVAL, ENOENT, ENOMEM } from "./errno.ts";
import type { FileOperations, OpenFile } from "./file.ts";
import { fileTime } from "./file-clock.ts";
import {
  type FileSystem,
  type Node,
  type NodeOperations,
  type Room,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  type TakeEntry,
} from "./node.ts";
import { makeNode, obtainNode } from "./node-cache.ts";
import { freeText, type Text } from "./text.ts";
import type { Transfer } from "./transfer.ts";

export class Made extends Struct {
  /** The path of what it is in, from the file system's root, without slashes at the ends: "sys/kernel"; "" is the root. */
  directory: ptr<u8>;
  name: ptr<u8>;
  mode: u32;
  /** Of files: writes what they say. */
  show: fn<(text: ptr<Text>) => void> | null;
  /** Of links. */
  target: ptr<u8> | null;
  /** In place of the usual ones. */
  operations: ptr<NodeOperations> | null;
}
export class MadeTree extends Struct {
  entries: ptr<Made>;
  count: usize;
  /** statfs(2)'s. */
  magic: u64;
  /** st_size of files. */
  fileSize: u64;
}
const ROOT: u64 = 1;
/** Entries have these numbers and those behind; above all of them are others' own. */
const FIRST: u64 = 2;
export const OWN_NUMBERS: u64 = 0x1_0000;

function treeOf(node: ptr<Node>): ptr<MadeTree> {
  return cast<MadeTree>(node.fileSystem.data);
}
function isName(text: ptr<u8>, name: ptr<u8>, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (text[i] === 0 || text[i] !== name[i]) return false;
  return text[length] === 0;
}
/** Whether an entry is directly in a directory, which is an entry too, or the root: null. */
function isIn(entry: ptr<Made>, directory: ptr<Made> | null): bool {
  if (directory === null) return entry.directory[0] === 0;
  const above = textLength(directory.directory);
  if (!startsWith(entry.directory, directory.directory)) return false;
  let at = above;
  if (above > 0) {
    if (entry.directory[at] !== char("/")) return false;
    at++;
  }
  return isName(entry.directory.offset(at), directory.name, textLength(directory.name));
}
function entryOf(node: ptr<Node>): ptr<Made> | null {
  return node.number === ROOT ? null : cast<Made>(node.data);
}
/** The usual attributes of a node that is made up. */
export function describe(node: ptr<Node>, mode: u32): void {
  const now = fileTime();
  const attributes = addressOf(node.attributes);
  attributes.mode = mode;
  attributes.links = (mode & S_IFMT) === S_IFDIR ? 2 : 1;
  attributes.blockSize = 1024;
  attributes.accessed = now;
  attributes.modified = now;
  attributes.changed = now;
}
function fill(node: ptr<Node>, argument: ptr<unknown> | null): i64 {
  const entry = cast<Made>(argument);
  node.data = argument;
  describe(node, entry.mode);
  if ((entry.mode & S_IFMT) === S_IFREG) node.attributes.size = treeOf(node).fileSize;
  return 0;
}
function lookup(directory: ptr<Node>, name: ptr<u8>, length: usize, found: ptr<ptr<Node> | null>): i64 {
  const tree = treeOf(directory);
  const above = entryOf(directory);
  for (let i: usize = 0; i < tree.count; i++) {
    const entry = tree.entries.offset(i);
    if (!isName(entry.name, name, length) || !isIn(entry, above)) continue;
    const own = entry.operations;
    const chosen = own === null ? addressOf(operations) : own;
    return obtainNode(directory.fileSystem, FIRST + i, chosen, fill, entry, found);
  }
  return -ENOENT;
}
function list(directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>): i64 {
  const tree = treeOf(directory);
  const above = entryOf(directory);
  for (let i = position; i < tree.count; i++) {
    const entry = tree.entries.offset(i);
    if (!isIn(entry, above)) continue;
    if (!take(taker, entry.name, textLength(entry.name), FIRST + i, entry.mode, i + 1)) break;
  }
  return 0;
}
function readLink(node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  const entry = cast<Made>(node.data);
  const target = entry.target;
  if (target === null) return -EINVAL;
  const length = textLength(target);
  const bytes = length < room ? length : room;
  memcpy(to, target, bytes);
  return i64(bytes);
}

/** What an open file says. */
class Said extends Struct {
  lock: Mutex;
  show: fn<(text: ptr<Text>) => void>;
  text: Text;
}
function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  const said = cast<Said>(file.data);
  said.lock.lock();
  const text = addressOf(said.text);
  if (position.value === 0 || text.bytes === null) {
    freeText(text);
    text.failed = false;
    said.show(text);
  }
  let done: i64 = 0;
  const bytes = text.bytes;
  if (text.failed) done = -ENOMEM;
  else if (bytes !== null && position.value < text.length) {
    const given = transfer.give(bytes.offset(position.value), text.length - position.value);
    position.value += given;
    done = i64(given);
  }
  said.lock.unlock();
  return done;
}
/** What is written is taken, and changes nothing. */
function write(_file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  const all = transfer.left;
  transfer.left = 0;
  position.value += all;
  return i64(all);
}
function close(file: ptr<OpenFile>): void {
  const said = cast<Said>(file.data);
  freeText(addressOf(said.text));
  free(said);
}
const textOperations: FileOperations = init({ seekable: true, read, write, close });
/** A file that is being opened will say what `show` writes. */
export function openText(file: ptr<OpenFile>, show: fn<(text: ptr<Text>) => void>): i64 {
  const memory = malloc(sizeof<Said>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Said>());
  cast<Said>(memory).show = show;
  file.data = memory;
  file.operations = addressOf(textOperations);
  return 0;
}
function open(node: ptr<Node>, file: ptr<OpenFile>): i64 {
  const entry = entryOf(node);
  const show = entry === null ? null : entry.show;
  return show === null ? -EINVAL : openText(file, show);
}
/** Of directories and links; files have `open` beside. */
const operations: NodeOperations = init({ lookup, list, readLink });
/** To be named in entries that are files. */
export const fileOperations: NodeOperations = init({ open });

function statistics(fileSystem: ptr<FileSystem>, room: ptr<Room>): i64 {
  room.type = cast<MadeTree>(fileSystem.data).magic;
  room.blockSize = 4096;
  return 0;
}
/** Sets a file system up; `tree` stays. False: there is no memory. */
export function initMadeTree(fileSystem: ptr<FileSystem>, name: ptr<u8>, tree: ptr<MadeTree>): bool {
  fileSystem.name = name;
  fileSystem.data = tree;
  fileSystem.statistics = statistics;
  const root = makeNode(fileSystem, ROOT, addressOf(operations));
  if (root === null) return false;
  describe(root, S_IFDIR | 0o555);
  fileSystem.root = root;
  return true;
}
