/**
 * The program's files at its start: a file system in memory, in which directories of the host are mounted as the launch says, modules called
 * "file=PATH" are files, and /dev, /proc and /tmp are what programs expect.
 */

import { moduleCount, modules } from "../boot/loaded.ts";
import { currentRoot, initContext, setDirectory, setRoot } from "../fs/context.ts";
import { ENOENT, ENOMEM } from "../fs/errno.ts";
import { crossMounts, mount } from "../fs/mounts.ts";
import { addChild, dropName, holdName, type Name } from "../fs/name.ts";
import { type FileSystem, type Node, S_IFDIR, S_IFREG } from "../fs/node.ts";
import { dropNode, holdNode } from "../fs/node-cache.ts";
import { FOLLOW, resolve, takeName, type Walk } from "../fs/path.ts";
import { makeRamfs, setSource } from "../fs/ramfs.ts";
import { startsWith, textLength } from "../lib/text.ts";
import { Area, inArea } from "../memory/address.ts";
import { launchText } from "./launch.ts";

/** What `length` bytes of a path lead to from the root, to be dropped by the caller; null: nothing. */
function find(path: ptr<u8>, length: usize): ptr<Name> | null {
  const root = currentRoot();
  if (root === null) return null;
  const walk: Walk = zeroed();
  const status = resolve(root, root, path, length, FOLLOW, addressOf(walk));
  dropName(root);
  return status < 0 ? null : takeName(addressOf(walk));
}
class Made extends Struct {
  node: ptr<Node> | null;
}
/** Makes one entry in its directory, which exists. Leaves the node, if it was made. */
function make(path: ptr<u8>, length: usize, mode: u32, made: ptr<Made>): void {
  let slash = length;
  while (slash > 0 && path[slash - 1] !== char("/")) slash--;
  const parent = find(path, slash === 0 ? 1 : slash);
  if (parent === null) return;
  const create = parent.node.operations.create;
  if (create !== null) create(parent.node, path.offset(slash), length - slash, mode, 0, addressOf(made.node));
  dropName(parent);
}
/** Makes the directories of a path that are not there, the last one too if `whole`. Where they cannot be made nothing happens: it shows later. */
export function makeDirectories(path: ptr<u8>, whole: bool): void {
  const length = textLength(path);
  makeParents(path, length);
  if (whole) makeDirectory(path, length);
}
/** The directories that lead to the first `length` bytes of a path. */
function makeParents(path: ptr<u8>, length: usize): void {
  for (let end: usize = 1; end < length; end++) if (path[end] === char("/")) makeDirectory(path, end);
}
function makeDirectory(path: ptr<u8>, length: usize): void {
  const name = find(path, length);
  if (name !== null) {
    dropName(name);
    return;
  }
  const made: Made = zeroed();
  make(path, length, S_IFDIR | 0o755, addressOf(made));
  if (made.node !== null) dropNode(made.node);
}
/**
 * A directory for files of the kernel's where the file system cannot have one, since it is read-only: its name is kept with a directory in memory behind it, so that paths lead
 * there. Listings of its parent do not show it.
 */
function imagineDirectory(path: ptr<u8>, length: usize): void {
  const there = find(path, length);
  if (there !== null) {
    dropName(there);
    return;
  }
  let slash = length;
  while (slash > 0 && path[slash - 1] !== char("/")) slash--;
  const parent = find(path, slash === 0 ? 1 : slash);
  if (parent === null) return;
  const fileSystem = makeRamfs("kernel");
  // The name's reference is never given up: it is not to be forgotten.
  let name: ptr<Name> | null = null;
  if (fileSystem !== null) {
    holdNode(fileSystem.root);
    addChild(parent, path.offset(slash), length - slash, fileSystem.root, addressOf(name));
  }
  dropName(parent);
}
/** Mounts a file system on a directory, which is made if need be. On "/" it is the root from then on. */
export function mountAt(fileSystem: ptr<FileSystem>, path: ptr<u8>): i64 {
  makeDirectories(path, true);
  const name = find(path, textLength(path));
  if (name === null) return -ENOENT;
  const result = mount(fileSystem, name);
  const root = path[1] === 0 ? crossMounts(name) : null;
  if (root !== null) {
    setRoot(holdName(root));
    setDirectory(holdName(root));
  }
  dropName(name);
  return result;
}
/** The root of all, empty but for the modules' files. */
export function makeRoot(): i64 {
  const fileSystem = makeRamfs("rootfs");
  if (fileSystem === null) return -ENOMEM;
  return initContext(fileSystem);
}
const FILE: ptr<u8> = "file=";
/** Of a file's path: what is before its last slash; 1 if that is the root. */
function directoryLength(path: ptr<u8>): usize {
  let slash: usize = 0;
  for (let i: usize = 0; path[i] !== 0; i++) if (path[i] === char("/")) slash = i;
  return slash === 0 ? 1 : slash;
}
/** Files that the loader has left in memory; they stay where they are. */
export function addModules(): void {
  for (let i: usize = 0; i < moduleCount; i++) {
    if (!startsWith(modules[i].text, FILE)) continue;
    const path = modules[i].text.offset(textLength(FILE));
    makeDirectories(path, false);
    imagineDirectory(path, directoryLength(path));
    const made: Made = zeroed();
    make(path, textLength(path), S_IFREG | 0o755, addressOf(made));
    const start = pointer<u8>(inArea(Area.Early, modules[i].start));
    if (made.node === null) continue;
    setSource(made.node, start, modules[i].end - modules[i].start);
    dropNode(made.node);
  }
}
/** The launch's symbolic links, `link=PATH:TARGET`. Where one cannot be made nothing happens: it shows later. */
export function addLinks(): void {
  for (let i: usize = 0; ; i++) {
    const text = launchText("link=", i);
    if (text === null) return;
    let colon: usize = 0;
    let slash: usize = 0;
    for (; text[colon] !== 0 && text[colon] !== char(":"); colon++)
      if (text[colon] === char("/")) slash = colon;
    if (text[colon] === 0) continue;
    makeParents(text, colon);
    const parent = find(text, slash === 0 ? 1 : slash);
    if (parent === null) continue;
    const symlink = parent.node.operations.symlink;
    const target = text.offset(colon + 1);
    const name = text.offset(slash + 1);
    if (symlink !== null) symlink(parent.node, name, colon - slash - 1, target, textLength(target));
    dropName(parent);
  }
}
/** Where the program starts. */
export function changeDirectory(path: ptr<u8>): i64 {
  const name = find(path, textLength(path));
  if (name === null) return -ENOENT;
  setDirectory(name);
  return 0;
}
