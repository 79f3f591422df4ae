/**
 * A node: a file, directory, symbolic link or device of some file system, as long as somebody refers to it. What a file system does is
 * in its `NodeOperations`; all of them may sleep, give 0 or a count, or the negative of an error, and get kernel addresses only.
 * Names are bytes with a length, without a slash, not empty, at most NAME_MAX, and never `.` or `..`.
 *
 * Who calls an operation holds `lock` of the directory (lookup, create, symlink, link, unlink, list, and both in rename), and also of what
 * unlink or rename takes away, of what gets a link, and of what setAttributes changes. `refresh`, `readLink`, `readPage`, `writePage`, `read`,
 * `write` and `sync` are called with or without; `release` when nobody else can. Whether the names allow it has been seen to: that those to be made are not
 * there and those to be taken away are, that rename does not move a directory below itself, and that what it replaces is of the same
 * kind. Whether a directory is empty is for the file system to say.
 */
import type { Mutex } from "../thread/mutex.ts";
import type { OpenFile } from "./file.ts";
import type { FilePages } from "./file-pages.ts";
import type { Name } from "./name.ts";

export const NAME_MAX: usize = 255;

/** st_mode (inode(7)). */
export const S_IFMT: u32 = 0xf000;
export const S_IFSOCK: u32 = 0xc000;
export const S_IFLNK: u32 = 0xa000;
export const S_IFREG: u32 = 0x8000;
export const S_IFBLK: u32 = 0x6000;
export const S_IFDIR: u32 = 0x4000;
export const S_IFCHR: u32 = 0x2000;
export const S_IFIFO: u32 = 0x1000;

/** What of a node `setAttributes` changes. */
export const SET_MODE: u32 = 1;
export const SET_OWNER: u32 = 2;
export const SET_GROUP: u32 = 4;
export const SET_SIZE: u32 = 8;
export const SET_ACCESSED: u32 = 16;
export const SET_MODIFIED: u32 = 32;

/** What stat(2) tells. Times are nanoseconds since 1970. */
export class Attributes extends Struct {
  mode: u32;
  links: u32;
  owner: u32;
  group: u32;
  size: u64;
  /** Units of 512 bytes. */
  blocks: u64;
  blockSize: u64;
  /** Of a device file: major << 8 | minor, as makedev(3) has it. */
  device: u64;
  accessed: i64;
  modified: i64;
  changed: i64;
}

/** @base u32 */
export enum NodeState {
  /** In use. */
  Ready,
  /** Being filled by who asked for it first. */
  New,
  /** Nobody refers to it; what is not written yet is being written. */
  Going,
}

/** Made by `makeNode` and `obtainNode` (node-cache.ts). */
export class Node extends Struct {
  operations: ptr<NodeOperations>;
  /** The file system that it is of. */
  fileSystem: ptr<FileSystem>;
  /** st_ino. */
  number: u64;
  /** Changed by atomics; the last one to drop it has it released. */
  references: u32;
  attributes: Attributes;
  /** Guards attributes, directory contents and writes. */
  lock: Mutex;
  /** Of a regular file: its contents in memory, whole or in part. */
  pages: FilePages;
  /** The file system's own. */
  data: ptr<unknown> | null;
  /** What is mounted on it. */
  covered: ptr<FileSystem> | null;
  /** The cache's. */
  state: NodeState;
  hashed: bool;
  nextInHash: ptr<Node> | null;
}

/** One name of a directory, for `list`. False: the taker has no room for it; it will be asked for again. */
export type TakeEntry = fn<
  (taker: ptr<unknown>, name: ptr<u8>, length: usize, number: u64, mode: u32, next: u64) => bool
>;

/** What a file system does not have is null, and gives EPERM, EROFS or EINVAL as Linux would. */
export class NodeOperations extends Struct {
  /** Leaves a node that the caller has to drop. */
  lookup: fn<
    (directory: ptr<Node>, name: ptr<u8>, length: usize, found: ptr<ptr<Node> | null>) => i64
  > | null;
  /** A new file, directory or device by the type in `mode`; `device` is a device file's. Leaves its node. */
  create: fn<
    (
      directory: ptr<Node>,
      name: ptr<u8>,
      length: usize,
      mode: u32,
      device: u64,
      found: ptr<ptr<Node> | null>,
    ) => i64
  > | null;
  symlink: fn<
    (directory: ptr<Node>, name: ptr<u8>, length: usize, target: ptr<u8>, bytes: usize) => i64
  > | null;
  link: fn<(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>) => i64> | null;
  /** `isDirectory`: rmdir. */
  unlink: fn<(directory: ptr<Node>, name: ptr<u8>, length: usize, isDirectory: bool) => i64> | null;
  rename: fn<
    (from: ptr<Node>, name: ptr<u8>, length: usize, to: ptr<Node>, newName: ptr<u8>, newLength: usize) => i64
  > | null;
  /** Bytes of the target, not ended by a zero; at most `room` are stored. */
  readLink: fn<(node: ptr<Node>, to: ptr<u8>, room: usize) => i64> | null;
  /** Names from `position` on: 0 at first, then the `next` of the last one taken. Without `.` and `..`. */
  list: fn<(directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>) => i64> | null;
  /** Brings `attributes` up to date; null: they always are. */
  refresh: fn<(node: ptr<Node>) => i64> | null;
  /** `changes`: SET_ bits. */
  setAttributes: fn<(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32) => i64> | null;
  /** Fills one page of a regular file, at physical memory in the page area's alias; bytes behind the end are zeros. null: new pages are zeros. */
  readPage: fn<(node: ptr<Node>, index: u64, to: ptr<u8>) => i64> | null;
  /**
   * Fills up to `count` pages that follow each other, each at an address of its own in `to`; gives how many, at least one, or an error. For who reads
   * several faster than one by one; null: `readPage` will do.
   */
  readPages: fn<(node: ptr<Node>, index: u64, to: ptr<ptr<u8>>, count: usize) => i64> | null;
  /** Writes `bytes` of a page back. null: pages are the file. */
  writePage: fn<(node: ptr<Node>, index: u64, from: ptr<u8>, bytes: usize) => i64> | null;
  /**
   * What is going to be written by pages, within one of them, has room on the medium when this gives 0: so that who writes is told of ENOSPC. null: it
   * need not be asked.
   */
  reserve: fn<(node: ptr<Node>, position: u64, bytes: usize) => i64> | null;
  /** Regular files that do not go by pages (proc), and devices. */
  read: fn<(node: ptr<Node>, position: u64, to: ptr<u8>, count: usize) => i64> | null;
  write: fn<(node: ptr<Node>, position: u64, from: ptr<u8>, count: usize) => i64> | null;
  /** Makes the file of what is opened, for who does it in a way of his own (devices, pipes): sets its operations and data. */
  open: fn<(node: ptr<Node>, file: ptr<OpenFile>) => i64> | null;
  /** Of symbolic links that lead somewhere without a path (/proc/self/fd): leaves a name that the caller has to drop. */
  follow: fn<(node: ptr<Node>, found: ptr<ptr<Name> | null>) => i64> | null;
  /** What the file system keeps of the node is written. Its pages have been. */
  sync: fn<(node: ptr<Node>) => i64> | null;
  /** Nobody refers to it any more. */
  release: fn<(node: ptr<Node>) => void> | null;
}

/** statfs(2), as far as it is the same for all. */
export class Room extends Struct {
  type: u64;
  blockSize: u64;
  blocks: u64;
  free: u64;
  files: u64;
  freeFiles: u64;
}

/** A file system that is mounted, or can be. */
export class FileSystem extends Struct {
  /** "ramfs", "9p", "ext2", "proc". */
  name: ptr<u8>;
  root: ptr<Node>;
  readOnly: bool;
  /** st_dev. */
  device: u64;
  /** Where it is mounted; null: it is the root of all. */
  covers: ptr<Node> | null;
  statistics: fn<(fileSystem: ptr<FileSystem>, room: ptr<Room>) => i64> | null;
  sync: fn<(fileSystem: ptr<FileSystem>) => i64> | null;
  /** What is left to do when nobody will use it any more, though it is mounted still; pages have been written. */
  finish: fn<(fileSystem: ptr<FileSystem>) => void> | null;
  data: ptr<unknown> | null;
}
