/**
 * A file system in memory. A directory's entries refer to their nodes, so that a file lives as long as it has a name or a user. Pages are the
 * file: what was never written has none. A file may begin with bytes that lie elsewhere, in an archive, and are copied page by page
 * when they are touched.
 */
import { PAGE_SIZE } from "../memory/address.ts";
import { free, malloc } from "../memory/malloc.ts";
import { frameCount, freeFrameCount } from "../memory/physical.ts";
import { EMLINK, ENOENT, ENOMEM, ENOTEMPTY } from "./errno.ts";
import { fileTime } from "./file-clock.ts";
import {
  type Attributes,
  type FileSystem,
  type Node,
  type NodeOperations,
  type Room,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  SET_ACCESSED,
  SET_GROUP,
  SET_MODE,
  SET_MODIFIED,
  SET_OWNER,
  SET_SIZE,
  type TakeEntry,
} from "./node.ts";
import { dropNode, holdNode, makeNode } from "./node-cache.ts";
import {
  addEntry,
  type Directory,
  type Entry,
  findEntry,
  firstFrom,
  makeDirectory,
  removeEntry,
} from "./ram-directory.ts";

/** TMPFS_MAGIC, as statfs(2) has it. */
const MAGIC: u64 = 0x0102_1994;
const LINKS_MAX: u32 = 65000;
/** Of empty directories and their entries, as tmpfs counts them. */
const ENTRY_SIZE: u64 = 20;

/** What a file began with. */
class Source extends Struct {
  bytes: ptr<u8>;
  length: usize;
}
/** Of a file system: `data`. */
class Ram extends Struct {
  fileSystem: FileSystem;
  lastNumber: u64;
}

function typeOf(node: ptr<Node>): u32 {
  return node.attributes.mode & S_IFMT;
}
function directoryOf(node: ptr<Node>): ptr<Directory> {
  return cast<Directory>(node.data);
}
function touch(node: ptr<Node>): void {
  const now = fileTime();
  node.attributes.modified = now;
  node.attributes.changed = now;
}

/** A node without a name. */
function make(fileSystem: ptr<FileSystem>, mode: u32, device: u64): ptr<Node> | null {
  const ram = cast<Ram>(fileSystem.data);
  const node = makeNode(fileSystem, atomicAdd(addressOf(ram.lastNumber), 1) + 1, addressOf(operations));
  if (node === null) return null;
  const now = fileTime();
  const attributes = addressOf(node.attributes);
  attributes.mode = mode;
  attributes.device = device;
  attributes.blockSize = PAGE_SIZE;
  attributes.accessed = now;
  attributes.modified = now;
  attributes.changed = now;
  attributes.links = 1;
  if ((mode & S_IFMT) === S_IFDIR) {
    attributes.links = 2;
    attributes.size = 2 * ENTRY_SIZE;
    node.data = makeDirectory();
    if (node.data === null) {
      attributes.mode = 0;
      dropNode(node);
      return null;
    }
  }
  return node;
}

function lookup(directory: ptr<Node>, name: ptr<u8>, length: usize, found: ptr<ptr<Node> | null>): i64 {
  const entry = findEntry(directoryOf(directory), name, length);
  if (entry === null) return -ENOENT;
  found.value = holdNode(entry.node);
  return 0;
}
/** An entry for a node, whose reference it takes over; on an error that is dropped. */
function enter(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>): i64 {
  if (directory.attributes.links === 0) {
    dropNode(node);
    return -ENOENT;
  }
  if (!addEntry(directoryOf(directory), name, length, node)) {
    dropNode(node);
    return -ENOMEM;
  }
  directory.attributes.size += ENTRY_SIZE;
  if (typeOf(node) === S_IFDIR) directory.attributes.links++;
  touch(directory);
  return 0;
}
function create(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  mode: u32,
  device: u64,
  found: ptr<ptr<Node> | null>,
): i64 {
  if ((mode & S_IFMT) === S_IFDIR && directory.attributes.links >= LINKS_MAX) return -EMLINK;
  const node = make(directory.fileSystem, mode, device);
  if (node === null) return -ENOMEM;
  const status = enter(directory, name, length, node);
  if (status === 0) found.value = holdNode(node);
  return status;
}
function symlink(directory: ptr<Node>, name: ptr<u8>, length: usize, target: ptr<u8>, bytes: usize): i64 {
  const node = make(directory.fileSystem, S_IFLNK | 0o777, 0);
  const copy = malloc(bytes);
  if (node === null || copy === null) {
    free(copy);
    if (node !== null) dropNode(node);
    return -ENOMEM;
  }
  memcpy(copy, target, bytes);
  node.data = copy;
  node.attributes.size = bytes;
  return enter(directory, name, length, node);
}
function readLink(node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  const size = node.attributes.size;
  const bytes = size < room ? size : room;
  memcpy(to, cast<u8>(node.data), bytes);
  return i64(bytes);
}
function link(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>): i64 {
  if (node.attributes.links >= LINKS_MAX) return -EMLINK;
  const status = enter(directory, name, length, holdNode(node));
  if (status < 0) return status;
  node.attributes.links++;
  node.attributes.changed = fileTime();
  return 0;
}
/** An entry goes, and with it one of its node's links, or both of a directory's. */
function removeName(directory: ptr<Node>, entry: ptr<Entry>): void {
  const node = entry.node;
  removeEntry(directoryOf(directory), entry);
  directory.attributes.size -= ENTRY_SIZE;
  if (typeOf(node) === S_IFDIR) {
    directory.attributes.links--;
    node.attributes.links = 0;
  } else node.attributes.links--;
  node.attributes.changed = fileTime();
  touch(directory);
  dropNode(node);
}
function isEmpty(node: ptr<Node>): bool {
  return typeOf(node) !== S_IFDIR || directoryOf(node).count === 0;
}
function unlink(directory: ptr<Node>, name: ptr<u8>, length: usize, _isDirectory: bool): i64 {
  const entry = findEntry(directoryOf(directory), name, length);
  if (entry === null) return -ENOENT;
  if (!isEmpty(entry.node)) return -ENOTEMPTY;
  removeName(directory, entry);
  return 0;
}
function rename(
  from: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  to: ptr<Node>,
  newName: ptr<u8>,
  newLength: usize,
): i64 {
  const entry = findEntry(directoryOf(from), name, length);
  const replaced = findEntry(directoryOf(to), newName, newLength);
  if (entry === null) return -ENOENT;
  if (replaced !== null && !isEmpty(replaced.node)) return -ENOTEMPTY;
  const node = entry.node;
  if (from !== to && typeOf(node) === S_IFDIR && to.attributes.links >= LINKS_MAX) return -EMLINK;
  // The new one first, since it may want memory; for a moment there may be two of its name.
  const status = enter(to, newName, newLength, holdNode(node));
  if (status < 0) return status;
  if (replaced !== null) removeName(to, replaced);
  removeEntry(directoryOf(from), entry);
  from.attributes.size -= ENTRY_SIZE;
  if (typeOf(node) === S_IFDIR) from.attributes.links--;
  touch(from);
  node.attributes.changed = fileTime();
  dropNode(node);
  return 0;
}
function list(directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>): i64 {
  let entry = firstFrom(directoryOf(directory), position);
  while (entry !== null) {
    const node = entry.node;
    if (!take(taker, entry.text, entry.length, node.number, node.attributes.mode, entry.cookie + 1)) break;
    entry = entry.next;
  }
  return 0;
}
function refresh(node: ptr<Node>): i64 {
  if (typeOf(node) === S_IFREG) node.attributes.blocks = node.pages.count * (PAGE_SIZE / 512);
  return 0;
}
function setAttributes(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  const attributes = addressOf(node.attributes);
  if ((changes & SET_MODE) !== 0) attributes.mode = (attributes.mode & S_IFMT) | (wanted.mode & 0o7777);
  if ((changes & SET_OWNER) !== 0) attributes.owner = wanted.owner;
  if ((changes & SET_GROUP) !== 0) attributes.group = wanted.group;
  if ((changes & SET_ACCESSED) !== 0) attributes.accessed = wanted.accessed;
  if ((changes & SET_MODIFIED) !== 0) attributes.modified = wanted.modified;
  if ((changes & SET_SIZE) !== 0) {
    attributes.size = wanted.size;
    const source = typeOf(node) === S_IFREG && node.data !== null ? cast<Source>(node.data) : null;
    if (source !== null && source.length > wanted.size) source.length = wanted.size;
  }
  attributes.changed = fileTime();
  return 0;
}
/** What the file began with, as far as it reaches, and zeros. */
function readPage(node: ptr<Node>, index: u64, to: ptr<u8>): i64 {
  const start = index * PAGE_SIZE;
  let bytes: usize = 0;
  if (node.data !== null) {
    const source = cast<Source>(node.data);
    if (source.length > start) {
      bytes = source.length - start;
      if (bytes > PAGE_SIZE) bytes = PAGE_SIZE;
      memcpy(to, source.bytes.offset(start), bytes);
    }
  }
  memset(to.offset(bytes), 0, PAGE_SIZE - bytes);
  return 0;
}
function release(node: ptr<Node>): void {
  free(node.data);
}

const operations: NodeOperations = init({
  lookup,
  create,
  symlink,
  link,
  unlink,
  rename,
  readLink,
  list,
  refresh,
  setAttributes,
  release,
});
/** Of files with a source. */
const sourceOperations: NodeOperations = init({ refresh, setAttributes, readPage, release });

/** The file, which has no contents yet, has these bytes, which stay where they are and as they are. False: there is no memory. */
export function setSource(node: ptr<Node>, bytes: ptr<u8>, length: usize): bool {
  const memory = malloc(sizeof<Source>());
  if (memory === null) return false;
  const source = cast<Source>(memory);
  source.bytes = bytes;
  source.length = length;
  node.data = source;
  node.operations = addressOf(sourceOperations);
  node.attributes.size = length;
  return true;
}

/** For memfd_create(2): a regular file without a name, with one reference. */
export function makeUnnamed(fileSystem: ptr<FileSystem>, mode: u32): ptr<Node> | null {
  const node = make(fileSystem, S_IFREG | mode, 0);
  if (node !== null) node.attributes.links = 0;
  return node;
}
/** With every file as large as memory allows. */
function statistics(fileSystem: ptr<FileSystem>, room: ptr<Room>): i64 {
  room.type = MAGIC;
  room.blockSize = PAGE_SIZE;
  room.blocks = frameCount();
  room.free = freeFrameCount();
  room.files = frameCount();
  room.freeFiles = frameCount() - cast<Ram>(fileSystem.data).lastNumber;
  return 0;
}
/** An empty one, with a root directory of mode 755. null: there is no memory. */
export function makeRamfs(name: ptr<u8>): ptr<FileSystem> | null {
  const memory = malloc(sizeof<Ram>());
  if (memory === null) return null;
  const ram = cast<Ram>(memory);
  memset(ram, 0, sizeof<Ram>());
  const fileSystem = addressOf(ram.fileSystem);
  fileSystem.name = name;
  fileSystem.data = ram;
  fileSystem.statistics = statistics;
  const root = make(fileSystem, S_IFDIR | 0o755, 0);
  if (root === null) {
    free(ram);
    return null;
  }
  fileSystem.root = root;
  return fileSystem;
}
/** Of one that is not mounted, and whose directories are empty. */
export function destroyRamfs(fileSystem: ptr<FileSystem>): void {
  dropNode(fileSystem.root);
  free(fileSystem.data);
}
