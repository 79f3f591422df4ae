/** /dev: a file system in memory with the nodes that programs expect. What they do is in devices.ts. */
import { textLength } from "../lib/text.ts";
import {
  CONSOLE_DEVICE,
  FULL_DEVICE,
  initDevices,
  NULL_DEVICE,
  RANDOM_DEVICE,
  TTY_DEVICE,
  URANDOM_DEVICE,
  ZERO_DEVICE,
} from "./devices.ts";
import { type FileSystem, type Node, S_IFCHR, S_IFDIR } from "./node.ts";
import { dropNode } from "./node-cache.ts";
import { makeRamfs } from "./ramfs.ts";

class Entry extends Struct {
  name: ptr<u8>;
  mode: u32;
  device: u64;
}
class Link extends Struct {
  name: ptr<u8>;
  target: ptr<u8>;
}
const entries: array<Entry, 8> = [
  { name: "null", mode: S_IFCHR | 0o666, device: NULL_DEVICE },
  { name: "zero", mode: S_IFCHR | 0o666, device: ZERO_DEVICE },
  { name: "full", mode: S_IFCHR | 0o666, device: FULL_DEVICE },
  { name: "random", mode: S_IFCHR | 0o666, device: RANDOM_DEVICE },
  { name: "urandom", mode: S_IFCHR | 0o666, device: URANDOM_DEVICE },
  { name: "tty", mode: S_IFCHR | 0o666, device: TTY_DEVICE },
  { name: "console", mode: S_IFCHR | 0o600, device: CONSOLE_DEVICE },
  { name: "shm", mode: S_IFDIR | 0o1777, device: 0 },
];
const links: array<Link, 4> = [
  { name: "fd", target: "/proc/self/fd" },
  { name: "stdin", target: "/proc/self/fd/0" },
  { name: "stdout", target: "/proc/self/fd/1" },
  { name: "stderr", target: "/proc/self/fd/2" },
];
/** null: there is no memory. Once. */
export function makeDevfs(): ptr<FileSystem> | null {
  const fileSystem = makeRamfs("devtmpfs");
  if (fileSystem === null) return null;
  const root = fileSystem.root;
  const create = root.operations.create;
  const symlink = root.operations.symlink;
  if (create === null || symlink === null) return null;
  initDevices();
  for (let i: usize = 0; i < entries.length; i++) {
    const entry = addressOf(entries[i]);
    let node: ptr<Node> | null = null;
    create(root, entry.name, textLength(entry.name), entry.mode, entry.device, addressOf(node));
    if (node === null) return null;
    dropNode(node);
  }
  for (let i: usize = 0; i < links.length; i++) {
    const link = addressOf(links[i]);
    const target = link.target;
    if (symlink(root, link.name, textLength(link.name), target, textLength(target)) < 0) return null;
  }
  return fileSystem;
}
