/** What the program's paths go by: its root, its current directory, and what it takes from the modes of files that it makes. */
import type { SpinLock } from "../thread/spin-lock.ts";
import { initPageCache } from "./cache.ts";
import { mount, rootName } from "./mounts.ts";
import { dropName, holdName, type Name } from "./name.ts";
import type { FileSystem } from "./node.ts";

class Context extends Struct {
  lock: SpinLock;
  root: ptr<Name> | null;
  directory: ptr<Name> | null;
  umask: u32;
}
const context: Context = init({ umask: 0o022 });

/** The root of all is mounted, and is root and current directory. */
export function initContext(fileSystem: ptr<FileSystem>): i64 {
  initPageCache();
  const status = mount(fileSystem, null);
  if (status < 0) return status;
  const root = rootName();
  if (root === null) return status;
  context.root = holdName(root);
  context.directory = holdName(root);
  return 0;
}
function take(place: ptr<ptr<Name> | null>): ptr<Name> | null {
  const flags = context.lock.lock();
  const name = place.value;
  if (name !== null) holdName(name);
  context.lock.unlock(flags);
  return name;
}
/** Each with a reference that the caller has to drop; null: nothing is mounted. */
export function currentRoot(): ptr<Name> | null {
  return take(addressOf(context.root));
}
export function currentDirectory(): ptr<Name> | null {
  return take(addressOf(context.directory));
}
function set(place: ptr<ptr<Name> | null>, name: ptr<Name>): void {
  const flags = context.lock.lock();
  const before = place.value;
  place.value = name;
  context.lock.unlock(flags);
  if (before !== null) dropName(before);
}
/** The reference is taken over. */
export function setRoot(name: ptr<Name>): void {
  set(addressOf(context.root), name);
}
export function setDirectory(name: ptr<Name>): void {
  set(addressOf(context.directory), name);
}
export function umask(): u32 {
  return context.umask;
}
/** Gives the one before. */
export function setUmask(mask: u32): u32 {
  return atomicExchange(addressOf(context.umask), mask & 0o777);
}
