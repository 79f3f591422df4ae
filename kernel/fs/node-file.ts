/** Files that are opened by a name: regular ones, directories, and whatever makes a file of itself (`NodeOperations.open`). */
import { free, malloc } from "../memory/malloc.ts";
import { readContents, writeContents } from "./contents.ts";
import { EFAULT, EINVAL, EISDIR, ELOOP, ENOMEM, ENXIO } from "./errno.ts";
import { dropFile, type FileOperations, makeFile, O_APPEND, O_PATH, type OpenFile } from "./file.ts";
import type { Name } from "./name.ts";
import { type Node, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "./node.ts";
import type { Transfer } from "./transfer.ts";

function readPages(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  const done = readContents(file.node, position.value, transfer);
  if (done > 0) position.value += u64(done);
  return done;
}
function writeToPages(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  return writeContents(file.node, position, transfer, (file.flags & O_APPEND) !== 0);
}
export const pagedOperations: FileOperations = init({
  seekable: true,
  read: readPages,
  write: writeToPages,
});

/** What one call of a node's `read` or `write` moves at most. */
const PIECE: usize = 32768;
/** By way of the kernel's memory, piece by piece, until one is short. */
function readThrough(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  const read = file.node.operations.read;
  if (read === null) return -EINVAL;
  const room = transfer.left < PIECE ? transfer.left : PIECE;
  const memory = malloc(room);
  if (memory === null) return -ENOMEM;
  let done: i64 = 0;
  while (transfer.left > 0) {
    const wanted = transfer.left < room ? transfer.left : room;
    const count = read(file.node, position.value, cast<u8>(memory), wanted);
    if (count <= 0) {
      if (done === 0) done = count;
      break;
    }
    const given = transfer.give(cast<u8>(memory), usize(count));
    position.value += given;
    done += i64(given);
    if (given < usize(count)) {
      if (done === 0) done = -EFAULT;
      break;
    }
    if (usize(count) < wanted) break;
  }
  free(memory);
  return done;
}
function writeThrough(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>): i64 {
  const write = file.node.operations.write;
  if (write === null) return -EINVAL;
  const room = transfer.left < PIECE ? transfer.left : PIECE;
  const memory = malloc(room);
  if (memory === null) return -ENOMEM;
  let done: i64 = 0;
  while (transfer.left > 0) {
    const wanted = transfer.left < room ? transfer.left : room;
    const taken = transfer.take(cast<u8>(memory), wanted);
    const count = taken === 0 ? -EFAULT : write(file.node, position.value, cast<u8>(memory), taken);
    if (count < 0) {
      if (done === 0) done = count;
      break;
    }
    position.value += u64(count);
    done += count;
    if (usize(count) < wanted) break;
  }
  free(memory);
  return done;
}
export const wholeOperations: FileOperations = init({
  seekable: true,
  read: readThrough,
  write: writeThrough,
});

function readDirectory(_file: ptr<OpenFile>, _transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  return -EISDIR;
}
export const directoryOperations: FileOperations = init({ seekable: true, read: readDirectory });
/** Of files opened by O_PATH, which only stand for their names. */
export const pathOperations: FileOperations = init({});

function operationsOf(node: ptr<Node>): ptr<FileOperations> | null {
  switch (node.attributes.mode & S_IFMT) {
    case S_IFDIR:
      return addressOf(directoryOperations);
    case S_IFREG:
      return node.operations.read !== null ? addressOf(wholeOperations) : addressOf(pagedOperations);
    default:
      return null;
  }
}
/** Opens what a name names. `flags` are those that stay with the file; what they ask for has been checked. */
export function openName(name: ptr<Name>, flags: u32, opened: ptr<ptr<OpenFile> | null>): i64 {
  const node = name.node;
  opened.value = null;
  let operations = operationsOf(node);
  const open = (flags & O_PATH) !== 0 ? null : node.operations.open;
  if ((flags & O_PATH) !== 0 || open !== null) operations = addressOf(pathOperations);
  if (operations === null) return (node.attributes.mode & S_IFMT) === S_IFLNK ? -ELOOP : -ENXIO;
  const file = makeFile(operations, node, name, flags);
  if (file === null) return -ENOMEM;
  const status = open === null ? 0 : open(node, file);
  if (status < 0) {
    file.operations = addressOf(pathOperations);
    dropFile(file);
    return status;
  }
  opened.value = file;
  return 0;
}
