/** Files that are opened by a name: regular ones, directories, and whatever makes a file of itself (`NodeOperations.open`). */
import { free, malloc } from "../memory/malloc.ts";
import { readContents, writeContents } from "./contents.ts";
import { openDevice } from "./devices.ts";
import { EFAULT, EINVAL, EISDIR, ELOOP, ENOMEM, ENXIO } from "./errno.ts";
import { dropFile, type FileOperations, makeFile, O_APPEND, O_PATH, type OpenFile } from "./file.ts";
import type { Name } from "./name.ts";
import { type Node, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "./node.ts";
import { openFifo } from "./pipe.ts";
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

/** What a file gets that is opened by a name: its operations, and what they want. */
function openNode(node: ptr<Node>, file: ptr<OpenFile>): i64 {
  const open = node.operations.open;
  if (open !== null) return open(node, file);
  switch (node.attributes.mode & S_IFMT) {
    case S_IFDIR:
      file.operations = addressOf(directoryOperations);
      return 0;
    case S_IFREG:
      file.operations =
        node.operations.read !== null ? addressOf(wholeOperations) : addressOf(pagedOperations);
      return 0;
    case S_IFCHR:
      return openDevice(node.attributes.device, file) ? 0 : -ENXIO;
    case S_IFIFO:
      return openFifo(node, file);
    case S_IFLNK:
      return -ELOOP;
    default:
      return -ENXIO;
  }
}
/** Opens what a name names. `flags` are those that stay with the file; what they ask for has been checked. */
export function openName(name: ptr<Name>, flags: u32, opened: ptr<ptr<OpenFile> | null>): i64 {
  opened.value = null;
  const file = makeFile(addressOf(pathOperations), name.node, name, flags);
  if (file === null) return -ENOMEM;
  const status = (flags & O_PATH) !== 0 ? 0 : openNode(name.node, file);
  if (status < 0) {
    file.operations = addressOf(pathOperations);
    dropFile(file);
    return status;
  }
  opened.value = file;
  return 0;
}
