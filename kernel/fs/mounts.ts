/** What is mounted where. There is always a root; what is mounted stays. */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { EBUSY, ENOMEM, ENOTDIR } from "./errno.ts";
import { holdName, makeName, type Name } from "./name.ts";
import { type FileSystem, S_IFDIR, S_IFMT } from "./node.ts";
import { holdNode } from "./node-cache.ts";

export class Mount extends Struct {
  fileSystem: ptr<FileSystem>;
  root: ptr<Name>;
  /** null: it is the root of all. */
  on: ptr<Name> | null;
  next: ptr<Mount> | null;
  /** As mountinfo tells it. */
  number: u32;
}
const lock: Mutex = zeroed();
/** In the order of mounting. */
let first: ptr<Mount> | null = null;
let last: ptr<Mount> | null = null;
let count: u32 = 0;

export function firstMount(): ptr<Mount> | null {
  return first;
}
/** The root of all; null: nothing is mounted yet. */
export function rootName(): ptr<Name> | null {
  return first === null ? null : first.root;
}

/** Mounts a file system on a directory, or as the root of all. Its own root covers what was there. */
export function mount(fileSystem: ptr<FileSystem>, on: ptr<Name> | null): i64 {
  lock.lock();
  const status = mountLocked(fileSystem, on);
  lock.unlock();
  return status;
}
function mountLocked(fileSystem: ptr<FileSystem>, on: ptr<Name> | null): i64 {
  if ((on === null) !== (first === null)) return -EBUSY;
  if (on !== null && (on.node.attributes.mode & S_IFMT) !== S_IFDIR) return -ENOTDIR;
  if (on !== null && on.node.covered !== null) return -EBUSY;
  const memory = malloc(sizeof<Mount>());
  if (memory === null) return -ENOMEM;
  const root = makeName(null, "", 0, fileSystem.root);
  if (root === null) {
    free(memory);
    return -ENOMEM;
  }
  holdNode(fileSystem.root);
  const made = cast<Mount>(memory);
  count++;
  made.fileSystem = fileSystem;
  made.root = root;
  made.on = on === null ? null : holdName(on);
  made.next = null;
  made.number = count + 20;
  root.mount = made;
  fileSystem.device = u64(count + 20);
  if (last === null) first = made;
  else last.next = made;
  last = made;
  if (on !== null) {
    fileSystem.covers = on.node;
    atomicStoreRelease(addressOf(on.node.covered), fileSystem);
  }
  return 0;
}
/** A name with what is mounted on it in its place; the reference goes over. */
export function crossMounts(name: ptr<Name>): ptr<Name> | null {
  if (name.node.covered === null) return null;
  let at = first;
  while (at !== null) {
    const on = at.on;
    if (on !== null && on.node === name.node) return at.root;
    at = at.next;
  }
  return null;
}
