/**
 * From a path to a name (path_resolution(7)): component by component, through mounts and symbolic links, of which there may be 40.
 * The program is root: nothing is forbidden to it.
 */
import { free, malloc } from "../memory/malloc.ts";
import { EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EXDEV } from "./errno.ts";
import { crossMounts } from "./mounts.ts";
import { childOf, dropName, holdName, type Name, parentOf } from "./name.ts";
import { NAME_MAX, S_IFDIR, S_IFLNK, S_IFMT } from "./node.ts";

export const PATH_MAX: usize = 4096;
const LINKS_MAX: u32 = 40;

/** A symbolic link at the path's end is followed. */
export const FOLLOW: u32 = 1;
/** The last component need not be there. */
export const MAY_MISS: u32 = 2;
/** No symbolic link anywhere (RESOLVE_NO_SYMLINKS). */
export const NO_LINKS: u32 = 4;
/** Nothing above where it starts (RESOLVE_BENEATH). */
export const BENEATH: u32 = 8;

/** The last component is only looked up, whatever comes behind it: for who makes, takes away or renames it. */
export const PARENT: u32 = 16;
/** It may be made, as a file: slashes behind it are EISDIR. */
export const CREATES: u32 = 32;

/** How the path ends. */
/** @base u32 */
export enum Last {
  Normal,
  /** In `.`, `..`, or it is nothing but slashes. */
  Dot,
  DotDot,
  Root,
}

/** Where a path leads; `endWalk` gives back what it holds. */
export class Walk extends Struct {
  /** null: it is not there. */
  name: ptr<Name> | null;
  /** The directory of the last component; not told where `last` is not Normal. */
  parent: ptr<Name> | null;
  /** The last component, `length` bytes. */
  text: ptr<u8>;
  length: usize;
  last: Last;
  /** Slashes come behind it. */
  slashes: bool;
  /** Where `text` is, if that is not the path itself. */
  memory: ptr<unknown> | null;
}

export function endWalk(walk: ptr<Walk>): void {
  if (walk.name !== null) dropName(walk.name);
  if (walk.parent !== null) dropName(walk.parent);
  free(walk.memory);
  walk.name = null;
  walk.parent = null;
  walk.memory = null;
}
/** The name is the caller's, the rest is given back. */
export function takeName(walk: ptr<Walk>): ptr<Name> | null {
  const name = walk.name;
  walk.name = null;
  endWalk(walk);
  return name;
}
export function isDirectory(name: ptr<Name>): bool {
  return (name.node.attributes.mode & S_IFMT) === S_IFDIR;
}
function isLink(name: ptr<Name>): bool {
  return (name.node.attributes.mode & S_IFMT) === S_IFLNK;
}

/** What is still to be walked. */
class Way extends Struct {
  at: ptr<Name>;
  root: ptr<Name>;
  /** Where it started, for BENEATH. */
  start: ptr<Name>;
  path: ptr<u8>;
  length: usize;
  position: usize;
  flags: u32;
  links: u32;
}

/**
 * From `base`, or from `root` if the path begins with a slash. `path` must stay while the walk is used. On an error nothing is held.
 */
export function resolve(
  base: ptr<Name>,
  root: ptr<Name>,
  path: ptr<u8>,
  length: usize,
  flags: u32,
  walk: ptr<Walk>,
): i64 {
  memset(walk, 0, sizeof<Walk>());
  if (length === 0) return -ENOENT;
  if (length >= PATH_MAX) return -ENAMETOOLONG;
  const absolute = path[0] === char("/");
  if (absolute && (flags & BENEATH) !== 0) return -EXDEV;
  const way: Way = {
    at: holdName(absolute ? root : base),
    root,
    start: base,
    path,
    length,
    position: 0,
    flags,
    links: 0,
  };
  let status: i64 = 1;
  while (status === 1) status = step(addressOf(way), walk);
  dropName(way.at);
  if (status < 0) endWalk(walk);
  return status;
}
function skipSlashes(way: ptr<Way>): void {
  while (way.position < way.length && way.path[way.position] === char("/")) way.position++;
}
/** One component. 1: there is more; 0: the walk is done. */
function step(way: ptr<Way>, walk: ptr<Walk>): i64 {
  const before = way.position;
  skipSlashes(way);
  if (way.position === way.length) {
    walk.name = holdName(way.at);
    walk.last = Last.Root;
    walk.slashes = way.position > before;
    return 0;
  }
  const text = way.path.offset(way.position);
  let length: usize = 0;
  while (way.position < way.length && way.path[way.position] !== char("/")) {
    way.position++;
    length++;
  }
  const end = way.position;
  skipSlashes(way);
  const slashes = way.position > end;
  const isLast = way.position === way.length;
  if (!isDirectory(way.at)) return -ENOTDIR;
  if (length > NAME_MAX) return -ENAMETOOLONG;
  if (text[0] === char(".") && (length === 1 || (length === 2 && text[1] === char("."))))
    return stepDots(way, length === 2, isLast, slashes, walk);

  if (isLast && slashes && (way.flags & CREATES) !== 0) return -EISDIR;
  let child: ptr<Name> | null = null;
  const status = childOf(way.at, text, length, addressOf(child));
  if (child === null) {
    if (status !== -ENOENT || !isLast || (way.flags & MAY_MISS) === 0) return status;
  } else {
    const over = crossMounts(child);
    if (over !== null) {
      holdName(over);
      dropName(child);
      child = over;
    }
    if (isLink(child) && (!isLast || (way.flags & FOLLOW) !== 0 || (slashes && (way.flags & PARENT) === 0)))
      return followLink(way, child, slashes, walk);
  }
  if (!isLast && child !== null) {
    go(way, child);
    return 1;
  }
  walk.name = child;
  walk.parent = holdName(way.at);
  walk.text = text;
  walk.length = length;
  walk.slashes = slashes;
  walk.last = Last.Normal;
  const mustBe = slashes && (way.flags & PARENT) === 0;
  return mustBe && child !== null && !isDirectory(child) ? -ENOTDIR : 0;
}
/** On to a name whose reference is taken over. */
function go(way: ptr<Way>, to: ptr<Name>): void {
  dropName(way.at);
  way.at = to;
}
function stepDots(way: ptr<Way>, up: bool, isLast: bool, slashes: bool, walk: ptr<Walk>): i64 {
  if (up) {
    if ((way.flags & BENEATH) !== 0 && way.at === way.start) return -EXDEV;
    go(way, parentOf(way.at, way.root));
  }
  if (!isLast) return 1;
  walk.name = holdName(way.at);
  walk.last = up ? Last.DotDot : Last.Dot;
  walk.slashes = slashes;
  return 0;
}

/** What the link says takes its place in the path. The link's reference is taken over. */
function followLink(way: ptr<Way>, link: ptr<Name>, slashes: bool, walk: ptr<Walk>): i64 {
  way.links++;
  const follow = link.node.operations.follow;
  let status: i64 = 0;
  if (way.links > LINKS_MAX || (way.flags & NO_LINKS) !== 0) status = -ELOOP;
  else if (follow !== null) {
    let found: ptr<Name> | null = null;
    status = follow(link.node, addressOf(found));
    if (found !== null) {
      go(way, found);
      status = 1;
      if (way.position === way.length) {
        walk.name = holdName(found);
        walk.last = Last.Root;
        walk.slashes = slashes;
        status = slashes && !isDirectory(found) ? -ENOTDIR : 0;
      }
    }
  } else status = readLink(way, link, slashes, walk);
  dropName(link);
  return status;
}
function readLink(way: ptr<Way>, link: ptr<Name>, slashes: bool, walk: ptr<Walk>): i64 {
  const read = link.node.operations.readLink;
  const rest = way.length - way.position;
  const memory = malloc(PATH_MAX + rest + 1);
  if (memory === null || read === null) {
    free(memory);
    return read === null ? -ENOENT : -ENOMEM;
  }
  const path = cast<u8>(memory);
  const read0 = read(link.node, path, PATH_MAX);
  if (read0 <= 0) {
    free(memory);
    return read0 === 0 ? -ENOENT : read0;
  }
  let length = usize(read0);
  if (rest > 0 || slashes) {
    path[length] = char("/");
    length++;
  }
  memcpy(path.offset(length), way.path.offset(way.position), rest);
  free(walk.memory);
  walk.memory = memory;
  way.path = path;
  way.length = length + rest;
  way.position = 0;
  if (path[0] === char("/")) {
    if ((way.flags & BENEATH) !== 0) return -EXDEV;
    go(way, holdName(way.root));
  }
  return 1;
}
