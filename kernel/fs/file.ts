/**
 * Open files: what descriptors refer to (open(2), "open file description"). What one can do is in its `FileOperations`; what it
 * is of may be a node, and for pipes and such has a node of its own, so that all can be asked for attributes.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { dropName, holdName, type Name } from "./name.ts";
import type { Node } from "./node.ts";
import { dropNode, holdNode } from "./node-cache.ts";
import type { Readiness, Watch } from "./readiness.ts";
import type { Transfer } from "./transfer.ts";

/** open(2)'s flags, as x86-64 numbers them. */
export const O_ACCMODE: u32 = 3;
export const O_RDONLY: u32 = 0;
export const O_WRONLY: u32 = 1;
export const O_RDWR: u32 = 2;
export const O_CREAT: u32 = 0x40;
export const O_EXCL: u32 = 0x80;
export const O_NOCTTY: u32 = 0x100;
export const O_TRUNC: u32 = 0x200;
export const O_APPEND: u32 = 0x400;
export const O_NONBLOCK: u32 = 0x800;
export const O_DSYNC: u32 = 0x1000;
export const O_ASYNC: u32 = 0x2000;
export const O_DIRECT: u32 = 0x4000;
export const O_LARGEFILE: u32 = 0x8000;
export const O_DIRECTORY: u32 = 0x1_0000;
export const O_NOFOLLOW: u32 = 0x2_0000;
export const O_NOATIME: u32 = 0x4_0000;
export const O_CLOEXEC: u32 = 0x8_0000;
export const O_SYNC: u32 = 0x10_1000;
export const O_PATH: u32 = 0x20_0000;
export const O_TMPFILE: u32 = 0x41_0000;

/** poll(2)'s events, which are epoll's. */
export const POLLIN: u32 = 1;
export const POLLPRI: u32 = 2;
export const POLLOUT: u32 = 4;
export const POLLERR: u32 = 8;
export const POLLHUP: u32 = 0x10;
export const POLLNVAL: u32 = 0x20;
export const POLLRDNORM: u32 = 0x40;
export const POLLRDBAND: u32 = 0x80;
export const POLLWRNORM: u32 = 0x100;
export const POLLWRBAND: u32 = 0x200;
export const POLLRDHUP: u32 = 0x2000;

/** Something of a file that somebody watches, to be told when it is closed: epoll's. */
export class Watcher extends Struct {
  nextOfFile: ptr<Watcher> | null;
  watch: Watch;
}

export class OpenFile extends Struct {
  operations: ptr<FileOperations>;
  /** Changed by atomics; the last one to drop it closes it. */
  references: u32;
  /** O_ bits that are kept: access mode and status. */
  flags: u32;
  /** Under `lock`. */
  position: u64;
  lock: Mutex;
  node: ptr<Node>;
  name: ptr<Name> | null;
  /** The operations' own. */
  data: ptr<unknown> | null;
  /** epoll's, under its lock. */
  watchers: ptr<Watcher> | null;
}

export class FileOperations extends Struct {
  /** It has a position, which reads and writes go by. */
  seekable: bool;
  /** Moves bytes, and the position with them; how many, or an error. null: it cannot be read. */
  read: fn<(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>) => i64> | null;
  write: fn<(file: ptr<OpenFile>, transfer: ptr<Transfer>, position: ptr<u64>) => i64> | null;
  /** POLL bits that hold now. null: it can always be read and written. */
  poll: fn<(file: ptr<OpenFile>) => u32> | null;
  /** What changes with them. */
  readiness: fn<(file: ptr<OpenFile>) => ptr<Readiness>> | null;
  /** ioctl(2); null: -ENOTTY. `argument` may be a program's address. */
  control: fn<(file: ptr<OpenFile>, request: u64, argument: u64) => i64> | null;
  /** Nobody refers to it any more. */
  close: fn<(file: ptr<OpenFile>) => void> | null;
}

let live: u64 = 0;
/** Open files that there are. */
export function openFileCount(): u64 {
  return atomicLoad(addressOf(live));
}
/** What epoll does when a file that it watches is closed. */
let forgetWatchers: fn<(file: ptr<OpenFile>) => void> | null = null;
export function setForgetWatchers(forget: fn<(file: ptr<OpenFile>) => void>): void {
  forgetWatchers = forget;
}

/** With one reference; node and name get one more. null: there is no memory. */
export function makeFile(
  operations: ptr<FileOperations>,
  node: ptr<Node>,
  name: ptr<Name> | null,
  flags: u32,
): ptr<OpenFile> | null {
  const memory = malloc(sizeof<OpenFile>());
  if (memory === null) return null;
  const file = cast<OpenFile>(memory);
  memset(file, 0, sizeof<OpenFile>());
  file.operations = operations;
  file.references = 1;
  file.flags = flags;
  file.node = holdNode(node);
  file.name = name === null ? null : holdName(name);
  atomicAdd(addressOf(live), 1);
  return file;
}
export function holdFile(file: ptr<OpenFile>): ptr<OpenFile> {
  atomicAdd(addressOf(file.references), 1);
  return file;
}
/** One reference less; the last one closes the file. May sleep. */
export function dropFile(file: ptr<OpenFile>): void {
  if (atomicAdd(addressOf(file.references), 0xffff_ffff) !== 1) return;
  if (file.watchers !== null && forgetWatchers !== null) forgetWatchers(file);
  const close = file.operations.close;
  if (close !== null) close(file);
  if (file.name !== null) dropName(file.name);
  dropNode(file.node);
  free(file);
  atomicAdd(addressOf(live), 0xffff_ffff_ffff_ffff);
}
export function isReadable(file: ptr<OpenFile>): bool {
  const mode = file.flags & O_ACCMODE;
  return (file.flags & O_PATH) === 0 && (mode === O_RDONLY || mode === O_RDWR);
}
export function isWritable(file: ptr<OpenFile>): bool {
  const mode = file.flags & O_ACCMODE;
  return (file.flags & O_PATH) === 0 && (mode === O_WRONLY || mode === O_RDWR);
}
