/** From a program's path, and the descriptor of a directory, to a place in the tree. */
import { currentDirectory, currentRoot } from "../fs/context.ts";
import { fileOf } from "../fs/descriptors.ts";
import { EBADF, ENOENT, ENOMEM, ENOTDIR } from "../fs/errno.ts";
import { dropFile, type OpenFile } from "../fs/file.ts";
import { dropName, holdName, type Name } from "../fs/name.ts";
import type { Node } from "../fs/node.ts";
import { dropNode, holdNode } from "../fs/node-cache.ts";
import { endWalk, isDirectory, PATH_MAX, resolve, type Walk } from "../fs/path.ts";
import { free, malloc } from "../memory/malloc.ts";
import { copyText } from "../program/user.ts";

const AT_FDCWD: u32 = 0xffff_ff9c;
export const AT_SYMLINK_NOFOLLOW: u32 = 0x100;
export const AT_REMOVEDIR: u32 = 0x200;
export const AT_SYMLINK_FOLLOW: u32 = 0x400;
export const AT_EMPTY_PATH: u32 = 0x1000;

/** A descriptor as a system call's argument has it. */
export function descriptorOf(argument: u64): u64 {
  return u64(truncate<u32>(argument));
}
/** AT_FDCWD, for calls without a directory. */
export const HERE: u64 = 0xffff_ff9c;

/** Where a path leads, and what has to be given back by `leave`. */
export class Place extends Struct {
  walk: Walk;
  /** What is there, with a reference of its own; null: the walk has no name. */
  node: ptr<Node> | null;
  path: ptr<u8> | null;
}
export function leave(place: ptr<Place>): void {
  endWalk(addressOf(place.walk));
  if (place.node !== null) dropNode(place.node);
  free(place.path);
}

/** The program's text, in memory that the caller has to free. */
export function takePath(path: usize, taken: ptr<ptr<u8> | null>): i64 {
  const memory = malloc(PATH_MAX);
  if (memory === null) return -ENOMEM;
  const length = copyText(cast<u8>(memory), path, PATH_MAX);
  if (length < 0) free(memory);
  else taken.value = cast<u8>(memory);
  return length;
}
/** Where a path that does not begin with a slash starts, with a reference. */
function baseOf(directory: u64, base: ptr<ptr<Name> | null>): i64 {
  if (truncate<u32>(directory) === AT_FDCWD) {
    base.value = currentDirectory();
    return base.value === null ? -ENOENT : 0;
  }
  const file = fileOf(descriptorOf(directory));
  if (file === null) return -EBADF;
  const name = file.name;
  const good = name !== null && isDirectory(name);
  if (name !== null && good) base.value = holdName(name);
  dropFile(file);
  return good ? 0 : -ENOTDIR;
}
/** `flags`: path.ts's. On an error nothing is to be left. */
export function reach(directory: u64, path: usize, flags: u32, place: ptr<Place>): i64 {
  memset(place, 0, sizeof<Place>());
  const length = takePath(path, addressOf(place.path));
  if (length < 0) return length;
  const status = reachText(directory, usize(length), flags, place);
  if (status < 0) {
    free(place.path);
    place.path = null;
  }
  return status;
}
/** The same of a text of the kernel's, which is freed by `leave`, or on an error. */
export function reachCopied(text: ptr<u8>, length: usize, flags: u32, place: ptr<Place>): i64 {
  memset(place, 0, sizeof<Place>());
  place.path = text;
  const status = reachText(HERE, length, flags, place);
  if (status < 0) {
    free(text);
    place.path = null;
  }
  return status;
}
function reachText(directory: u64, length: usize, flags: u32, place: ptr<Place>): i64 {
  const path = place.path;
  if (length === 0 || path === null) return -ENOENT;
  let base: ptr<Name> | null = null;
  const root = currentRoot();
  if (root === null) return -ENOENT;
  let status: i64 = path[0] === char("/") ? 0 : baseOf(directory, addressOf(base));
  if (status === 0)
    status = resolve(base === null ? root : base, root, path, length, flags, addressOf(place.walk));
  dropName(root);
  if (base !== null) dropName(base);
  const name = place.walk.name;
  if (status === 0 && name !== null) place.node = holdNode(name.node);
  return status;
}
/** The same, where an empty path means what the descriptor is of, if `flags` has AT_EMPTY_PATH. */
export function reachAt(directory: u64, path: usize, atFlags: u32, flags: u32, place: ptr<Place>): i64 {
  const status = reach(directory, path, flags, place);
  if (status !== -ENOENT || (atFlags & AT_EMPTY_PATH) === 0) return status;
  memset(place, 0, sizeof<Place>());
  let text: ptr<u8> | null = null;
  const length = takePath(path, addressOf(text));
  free(text);
  if (length !== 0) return length < 0 ? length : -ENOENT;
  return reachDescriptor(directory, place);
}
export function reachDescriptor(directory: u64, place: ptr<Place>): i64 {
  if (truncate<u32>(directory) === AT_FDCWD) {
    const here = currentDirectory();
    if (here === null) return -ENOENT;
    place.walk.name = here;
    place.node = holdNode(here.node);
    return 0;
  }
  const file = fileOf(descriptorOf(directory));
  if (file === null) return -EBADF;
  takeFrom(file, place);
  dropFile(file);
  return 0;
}
function takeFrom(file: ptr<OpenFile>, place: ptr<Place>): void {
  place.node = holdNode(file.node);
  if (file.name !== null) place.walk.name = holdName(file.name);
}
