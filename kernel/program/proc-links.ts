/** Links of /proc/self that lead to files, not to paths: exe, cwd, root, and the program's descriptors under fd. */
import { currentDirectory, currentRoot } from "../fs/context.ts";
import { fileOf, nextDescriptor } from "../fs/descriptors.ts";
import { ENOENT, ENOMEM } from "../fs/errno.ts";
import { dropFile, isReadable, isWritable, type OpenFile } from "../fs/file.ts";
import { describe, OWN_NUMBERS } from "../fs/made-tree.ts";
import { dropName, holdName, isGone, makeName, type Name, pathOf } from "../fs/name.ts";
import {
  type Node,
  type NodeOperations,
  S_IFCHR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFSOCK,
  type TakeEntry,
} from "../fs/node.ts";
import { holdNode, obtainNode } from "../fs/node-cache.ts";
import { PATH_MAX } from "../fs/path.ts";
import { plainKind } from "../fs/plain-files.ts";
import { freeText, type Text } from "../fs/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import { shownProgram } from "./proc-self.ts";

/** As much of a text as there is room for. */
function give(text: ptr<Text>, to: ptr<u8>, room: usize): i64 {
  const bytes = text.bytes;
  if (text.failed || bytes === null) return -ENOMEM;
  const count = text.length < room ? text.length : room;
  memcpy(to, bytes, count);
  return i64(count);
}
/** A name's path, with "(deleted)" behind it if it is gone. */
function putPath(text: ptr<Text>, name: ptr<Name>): void {
  const memory = malloc(PATH_MAX);
  const root = currentRoot();
  if (memory === null || root === null) text.failed = true;
  else {
    const at = pathOf(name, root, cast<u8>(memory), PATH_MAX);
    if (at < 0) text.failed = true;
    else text.put(cast<u8>(memory).offset(at));
    if (isGone(name)) text.put(" (deleted)");
  }
  if (root !== null) dropName(root);
  free(memory);
}
function readPath(name: ptr<Name> | null, to: ptr<u8>, room: usize): i64 {
  if (name === null) return -ENOENT;
  const text: Text = zeroed();
  putPath(addressOf(text), name);
  const status = give(addressOf(text), to, room);
  freeText(addressOf(text));
  dropName(name);
  return status;
}
function leadTo(name: ptr<Name> | null, found: ptr<ptr<Name> | null>): i64 {
  found.value = name;
  return name === null ? -ENOENT : 0;
}

function programName(): ptr<Name> | null {
  const program = shownProgram();
  const name = program === null ? null : program.name;
  return name === null ? null : holdName(name);
}
function readExe(_node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  return readPath(programName(), to, room);
}
function followExe(_node: ptr<Node>, found: ptr<ptr<Name> | null>): i64 {
  return leadTo(programName(), found);
}
function readCwd(_node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  return readPath(currentDirectory(), to, room);
}
function followCwd(_node: ptr<Node>, found: ptr<ptr<Name> | null>): i64 {
  return leadTo(currentDirectory(), found);
}
function readRoot(_node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  return readPath(currentRoot(), to, room);
}
function followRoot(_node: ptr<Node>, found: ptr<ptr<Name> | null>): i64 {
  return leadTo(currentRoot(), found);
}
export const exeOperations: NodeOperations = init({ readLink: readExe, follow: followExe });
export const cwdOperations: NodeOperations = init({ readLink: readCwd, follow: followCwd });
export const rootOperations: NodeOperations = init({ readLink: readRoot, follow: followRoot });

// ----------------------------------------------------------------------------------------------- descriptors

function fileAt(link: ptr<Node>): ptr<OpenFile> | null {
  return fileOf(link.number - OWN_NUMBERS);
}
/** "pipe:[12]", "anon_inode:[eventfd]", or a path. */
function putFile(text: ptr<Text>, file: ptr<OpenFile>): void {
  const kind = plainKind(file.node);
  const name = file.name;
  if (name !== null) {
    putPath(text, name);
    return;
  }
  if (kind === null) {
    const isDevice = (file.node.attributes.mode & S_IFMT) === S_IFCHR;
    text.put(isDevice ? "/dev/console" : "/memfd: (deleted)");
    return;
  }
  text.put(kind);
  const type = file.node.attributes.mode & S_IFMT;
  if (type !== S_IFIFO && type !== S_IFSOCK) return;
  text.put(":[");
  text.putU64(file.node.number);
  text.put("]");
}
function readDescriptor(link: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  const file = fileAt(link);
  if (file === null) return -ENOENT;
  const text: Text = zeroed();
  putFile(addressOf(text), file);
  dropFile(file);
  const status = give(addressOf(text), to, room);
  freeText(addressOf(text));
  return status;
}
function followDescriptor(link: ptr<Node>, found: ptr<ptr<Name> | null>): i64 {
  const file = fileAt(link);
  if (file === null) return -ENOENT;
  const name = file.name;
  if (name !== null) found.value = holdName(name);
  else {
    found.value = makeName(null, "", 0, file.node);
    if (found.value !== null) holdNode(file.node);
  }
  dropFile(file);
  return found.value === null ? -ENOMEM : 0;
}
const descriptorOperations: NodeOperations = init({ readLink: readDescriptor, follow: followDescriptor });

function fillDescriptor(node: ptr<Node>, _argument: ptr<unknown> | null): i64 {
  describe(node, S_IFLNK | 0o700);
  node.attributes.size = 64;
  return 0;
}
/** A decimal number without zeros in front; -1: it is none. */
function numberOf(name: ptr<u8>, length: usize): i64 {
  let number: i64 = 0;
  if (length === 0 || length > 7 || (name[0] === char("0") && length > 1)) return -1;
  for (let i: usize = 0; i < length; i++) {
    if (name[i] < char("0") || name[i] > char("9")) return -1;
    number = number * 10 + i64(name[i] - char("0"));
  }
  return number;
}
function lookup(directory: ptr<Node>, name: ptr<u8>, length: usize, found: ptr<ptr<Node> | null>): i64 {
  const number = numberOf(name, length);
  const file = number < 0 ? null : fileOf(u64(number));
  if (file === null) return -ENOENT;
  const mode: u32 = (isReadable(file) ? 0o500 : 0) | (isWritable(file) ? 0o300 : 0);
  dropFile(file);
  const status = obtainNode(
    directory.fileSystem,
    OWN_NUMBERS + u64(number),
    addressOf(descriptorOperations),
    fillDescriptor,
    null,
    found,
  );
  if (found.value !== null) found.value.attributes.mode = S_IFLNK | mode;
  return status;
}
function list(_directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>): i64 {
  for (let number = nextDescriptor(position); number >= 0; number = nextDescriptor(u64(number) + 1)) {
    const digits: array<u8, 8> = zeroed();
    let at: usize = 8;
    let rest = u64(number);
    do {
      at--;
      digits[at] = char("0") + truncate<u8>(rest % 10);
      rest /= 10;
    } while (rest !== 0);
    const own = OWN_NUMBERS + u64(number);
    if (!take(taker, addressOf(digits[at]), 8 - at, own, S_IFLNK, u64(number) + 1)) break;
  }
  return 0;
}
/** Of the directory. */
export const descriptorsOperations: NodeOperations = init({ lookup, list });
