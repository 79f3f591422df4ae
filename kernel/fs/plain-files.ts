/**
 * Open files without a place in the tree: pipes, sockets, event counters and their like. Each has a node of its own, so that it can be
 * asked for attributes, and a name as /proc/self/fd tells it: "pipe:[12]", "anon_inode:[eventfd]".
 */
import { ENOMEM } from "./errno.ts";
import { dropFile, type FileOperations, makeFile, type OpenFile } from "./file.ts";
import { fileTime } from "./file-clock.ts";
import {
  type FileSystem,
  type Node,
  type NodeOperations,
  type Room,
  S_IFIFO,
  S_IFMT,
  S_IFSOCK,
} from "./node.ts";
import { dropNode, makeNode } from "./node-cache.ts";

const PAGE: u64 = 4096;
/** ANON_INODE_FS_MAGIC. */
const MAGIC: u64 = 0x0904_1934;
function statistics(_fileSystem: ptr<FileSystem>, room: ptr<Room>): i64 {
  room.type = MAGIC;
  room.blockSize = PAGE;
  return 0;
}
const plain: FileSystem = init({ name: "anon_inodefs", device: 15, statistics });
const operations: NodeOperations = zeroed();
let lastNumber: u64 = 0;

/** A node with one reference. `kind` is its name, if it is neither a pipe nor a socket. null: there is no memory. */
export function makePlainNode(mode: u32, kind: ptr<u8>): ptr<Node> | null {
  const node = makeNode(addressOf(plain), atomicAdd(addressOf(lastNumber), 1) + 1, addressOf(operations));
  if (node === null) return null;
  const now = fileTime();
  const attributes = addressOf(node.attributes);
  attributes.mode = mode;
  attributes.links = 1;
  attributes.blockSize = PAGE;
  attributes.accessed = now;
  attributes.modified = now;
  attributes.changed = now;
  node.data = kind;
  return node;
}
/** Of a node that is none of the tree's: what it is called, with its number in brackets if it is a pipe or socket; null: it is of some file system. */
export function plainKind(node: ptr<Node>): ptr<u8> | null {
  if (node.fileSystem !== addressOf(plain)) return null;
  switch (node.attributes.mode & S_IFMT) {
    case S_IFIFO:
      return "pipe";
    case S_IFSOCK:
      return "socket";
    default:
      return cast<u8>(node.data);
  }
}
/** A file over a node of its own. `data` is the file's once this succeeds. */
export function makePlainFile(
  fileOperations: ptr<FileOperations>,
  mode: u32,
  kind: ptr<u8>,
  data: ptr<unknown>,
  flags: u32,
  made: ptr<ptr<OpenFile> | null>,
): i64 {
  const node = makePlainNode(mode, kind);
  if (node === null) return -ENOMEM;
  const file = makeFile(fileOperations, node, null, flags);
  dropNode(node);
  if (file === null) return -ENOMEM;
  file.data = data;
  made.value = file;
  return 0;
}
/** A file that is not to be used: closed without its operations being asked. */
export function abandonFile(file: ptr<OpenFile>): void {
  file.operations = addressOf(nothing);
  dropFile(file);
}
const nothing: FileOperations = zeroed();
