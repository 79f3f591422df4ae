/** Paths, names and the file system in memory: what Linux answers, natively run, is beside each question. */

import { RENAME_NOREPLACE } from "../fs/changes.ts";
import { cutFile, readFile, writeFile } from "../fs/contents.ts";
import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
} from "../fs/errno.ts";
import { dropName, nameCount, pathOf } from "../fs/name.ts";
import { nodeCount } from "../fs/node-cache.ts";
import { FOLLOW } from "../fs/path.ts";
import { free, malloc } from "../memory/malloc.ts";
import { failAfter, freeFrameCount, injectedFailures } from "../memory/physical.ts";
import { heldBytes } from "./areas.ts";
import { check, checkEqual } from "./check.ts";
import {
  linkTo,
  liveBytes,
  makeDirectoryAt,
  makeFileAt,
  makeLink,
  move,
  nameAt,
  remove,
  root,
  sameBytes,
  statusOf,
} from "./fs-tree.ts";
import { runApart } from "./together.ts";

/** A result and the error that it should be; 0: none. */
function expect(actual: i64, error: i64, what: ptr<u8>): void {
  checkEqual(truncate<u64>(actual), truncate<u64>(-error), what);
}
function tree(): void {
  expect(makeDirectoryAt("/t"), 0, "/t");
  expect(makeDirectoryAt("/t/a"), 0, "/t/a");
  expect(makeDirectoryAt("/t/a/b/"), 0, "a directory may be made with a slash");
  expect(makeFileAt("/t/a/f"), 0, "/t/a/f");
}
function fell(): void {
  expect(remove("/t/a/f", false), 0, "the file goes");
  expect(remove("/t/a/b", true), 0, "the inner directory goes");
  expect(remove("/t/a", true), 0, "the outer one");
  expect(remove("/t", true), 0, "the outermost");
}
export function paths(): void {
  root();
  tree();
  expect(statusOf("/t/a/b/../f", 0), 0, "up and down");
  expect(statusOf("//t///a//f", 0), 0, "many slashes");
  expect(statusOf("/../../t/./a", 0), 0, "above the root is the root");
  expect(statusOf("/t/a/f/", 0), ENOTDIR, "a file with a slash");
  expect(statusOf("/t/a/f/x", 0), ENOTDIR, "below a file");
  expect(statusOf("/t/a/f/..", 0), ENOTDIR, "and back");
  expect(statusOf("/t/x", 0), ENOENT, "not there");
  expect(statusOf("/t/x/y", 0), ENOENT, "below what is not there");
  expect(statusOf("", 0), ENOENT, "nothing");
  expect(makeFileAt("/t/a/f"), EEXIST, "twice");
  expect(makeFileAt("/t/a/g/"), ENOENT, "a file with a slash is not made");
  expect(makeDirectoryAt("/"), EEXIST, "the root");
  expect(makeDirectoryAt("/t/."), EEXIST, "a dot");
  expect(remove("/t/a", false), EISDIR, "unlink of a directory");
  expect(remove("/t/a/f", true), ENOTDIR, "rmdir of a file");
  expect(remove("/t/a", true), ENOTEMPTY, "of one with entries");
  expect(remove("/t/a/.", true), EINVAL, "rmdir of a dot");
  expect(remove("/t/a/..", true), ENOTEMPTY, "of two");
  expect(remove("/", true), EBUSY, "of the root");
  expect(remove("/t/a/..", false), EISDIR, "unlink of dots");
  fell();
}
export function longNames(): void {
  const memory = malloc(5000);
  if (memory === null) return;
  const path = cast<u8>(memory);
  memset(path, char("x"), 4999);
  path[0] = char("/");
  path[256] = 0;
  expect(makeFileAt(path), 0, "255 bytes");
  expect(remove(path, false), 0, "and away");
  path[256] = char("x");
  path[257] = 0;
  expect(makeFileAt(path), ENAMETOOLONG, "256");
  for (let i: usize = 0; i < 4095; i++) path[i] = (i & 1) === 0 ? char("/") : char(".");
  path[4095] = 0;
  expect(statusOf(path, 0), 0, "a path of 4095");
  path[4095] = char("/");
  path[4096] = 0;
  expect(statusOf(path, 0), ENAMETOOLONG, "of 4096");
  free(memory);
}
export function links(): void {
  tree();
  expect(makeLink("a/f", "/t/s"), 0, "a link to a file");
  expect(makeLink("/t/a", "/t/d"), 0, "to a directory");
  expect(makeLink("loop", "/t/loop"), 0, "to itself");
  expect(makeLink("nowhere", "/t/dangling"), 0, "to nothing");
  expect(statusOf("/t/s", FOLLOW), 0, "followed");
  expect(statusOf("/t/s/", 0), ENOTDIR, "followed because of the slash");
  expect(statusOf("/t/d/b/../../s", 0), 0, "dots go by where the link leads");
  expect(statusOf("/t/d/", 0), 0, "a directory with a slash");
  expect(statusOf("/t/loop", 0), 0, "not followed");
  expect(statusOf("/t/loop", FOLLOW), ELOOP, "round and round");
  expect(statusOf("/t/loop/x", 0), ELOOP, "in the middle too");
  expect(statusOf("/t/dangling", FOLLOW), ENOENT, "nowhere");
  expect(makeFileAt("/t/dangling"), EEXIST, "a link is there");
  expect(remove("/t/d", true), ENOTDIR, "rmdir of a link");
  // 40 links are followed, 41 not.
  const name: array<u8, 8> = [char("/"), char("t"), char("/"), char("l"), char("0"), char("0"), 0, 0];
  const target: array<u8, 4> = [char("l"), char("0"), char("0"), 0];
  expect(makeFileAt("/t/l00"), 0, "where the chain ends");
  for (let i: u8 = 1; i <= 41; i++) {
    name[4] = char("0") + i / 10;
    name[5] = char("0") + (i % 10);
    expect(makeLink(addressOf(target[0]), addressOf(name[0])), 0, "one more");
    target[1] = name[4];
    target[2] = name[5];
  }
  expect(statusOf("/t/l40", FOLLOW), 0, "40 links");
  expect(statusOf("/t/l41", FOLLOW), ELOOP, "41");
  for (let i: u8 = 0; i <= 41; i++) {
    name[4] = char("0") + i / 10;
    name[5] = char("0") + (i % 10);
    expect(remove(addressOf(name[0]), false), 0, "one less");
  }
  expect(remove("/t/s", false), 0, "s");
  expect(remove("/t/d", false), 0, "d");
  expect(remove("/t/loop", false), 0, "loop");
  expect(remove("/t/dangling", false), 0, "dangling");
  fell();
}
export function renames(): void {
  tree();
  expect(makeFileAt("/t/g"), 0, "g");
  expect(move("/t/g", "/t/a/f", RENAME_NOREPLACE), EEXIST, "not over another");
  expect(move("/t/a", "/t/a/b/c", 0), EINVAL, "not below itself");
  expect(move("/t/a/b", "/t/a", 0), ENOTEMPTY, "not over what it is in");
  expect(move("/t/g", "/t/a", 0), EISDIR, "a file over a directory");
  expect(move("/t/a", "/t/g", 0), ENOTDIR, "a directory over a file");
  expect(move("/t/g", "/t/h/", 0), ENOTDIR, "a file with a slash");
  expect(move("/t/x", "/t/y", 0), ENOENT, "nothing");
  expect(move("/t/a/.", "/t/y", 0), EBUSY, "a dot");
  expect(move("/t/g", "/t/a/f", 0), 0, "over another");
  expect(statusOf("/t/g", 0), ENOENT, "it is gone there");
  const inner = nameAt("/t/a/b");
  expect(move("/t/a", "/t/z", 0), 0, "a directory with what is in it");
  expect(statusOf("/t/z/f", 0), 0, "there it is");
  expect(statusOf("/t/a", 0), ENOENT, "here it is not");
  if (inner !== null) {
    const text: array<u8, 64> = zeroed();
    const at = pathOf(inner, root(), addressOf(text[0]), 64);
    check(at > 0 && sameBytes(addressOf(text[usize(at)]), "/t/z/b", 7), "whoever stands in it knows");
    dropName(inner);
  }
  expect(linkTo("/t/z/f", "/t/z/h"), 0, "a second name");
  expect(move("/t/z/f", "/t/z/h", 0), 0, "two names of one file");
  expect(statusOf("/t/z/f", 0), 0, "both stay");
  expect(linkTo("/t/z", "/t/y"), EPERM, "no link to a directory");
  expect(remove("/t/z/h", false), 0, "h");
  expect(move("/t/z", "/t/a", 0), 0, "back");
  fell();
}

const SIZE: usize = 20_000;
/** A file of many pages, with a hole, cut and grown: what is read is what a plain array would have. */
export function contents(): void {
  expect(makeFileAt("/c"), 0, "/c");
  const name = nameAt("/c");
  const memory = malloc(2 * SIZE);
  if (name === null || memory === null) {
    check(false, "the file is there");
    return;
  }
  const node = name.node;
  const model = cast<u8>(memory);
  const read = model.offset(SIZE);
  memset(model, 0, SIZE);
  let seed: u64 = 7;
  for (let round: u32 = 0; round < 60; round++) {
    seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
    const at = (seed >> 33) % (SIZE - 1);
    const count = 1 + ((seed >> 12) % 6000 < SIZE - at ? (seed >> 12) % 6000 : SIZE - at - 1);
    const size = node.attributes.size;
    if (round % 7 === 6) {
      node.lock.lock();
      expect(cutFile(node, at), 0, "cut or grown");
      node.lock.unlock();
      if (at < size) memset(model.offset(at), 0, SIZE - at);
      checkEqual(node.attributes.size, at, "to that size");
    } else {
      for (let i: usize = 0; i < count; i++) read[i] = truncate<u8>(seed >> (i & 31));
      checkEqual(truncate<u64>(writeFile(node, at, read, count)), count, "written");
      memcpy(model.offset(at), read, count);
      checkEqual(node.attributes.size, at + count > size ? at + count : size, "as large as need be");
    }
    const got = readFile(node, 0, read, SIZE);
    checkEqual(truncate<u64>(got), node.attributes.size, "all of it is read");
    if (!sameBytes(model, read, truncate<u64>(got))) {
      check(false, "and what was written");
      return;
    }
  }
  free(memory);
  dropName(name);
  expect(remove("/c", false), 0, "away");
}
/** A file that has lost its name is there for who has it. */
export function removedFiles(): void {
  const nodes = nodeCount();
  expect(makeFileAt("/r"), 0, "/r");
  const name = nameAt("/r");
  if (name === null) {
    check(false, "it is there");
    return;
  }
  expect(remove("/r", false), 0, "its name goes");
  expect(statusOf("/r", 0), ENOENT, "not to be found");
  checkEqual(truncate<u64>(writeFile(name.node, 0, "hello", 5)), 5, "it can be written");
  const text: array<u8, 8> = zeroed();
  checkEqual(truncate<u64>(readFile(name.node, 0, addressOf(text[0]), 8)), 5, "and read");
  checkEqual(truncate<u64>(name.node.attributes.links), 0, "without links");
  dropName(name);
  checkEqual(nodeCount(), nodes, "then it is gone");
}

/** Makes, fills, renames and removes; whatever fails, it cleans up after itself. */
function workload(): void {
  makeDirectoryAt("/w");
  makeFileAt("/w/one");
  makeLink("one", "/w/link");
  linkTo("/w/one", "/w/two");
  const name = nameAt("/w/link");
  if (name !== null) {
    writeFile(name.node, 4000, "0123456789", 10);
    writeFile(name.node, 1 << 20, "far away", 8);
    name.node.lock.lock();
    cutFile(name.node, 4003);
    name.node.lock.unlock();
    dropName(name);
  }
  move("/w/two", "/w/three", 0);
  failAfter(0);
  remove("/w/one", false);
  remove("/w/two", false);
  remove("/w/three", false);
  remove("/w/link", false);
  remove("/w", true);
}
export function withoutMemory(): void {
  root();
  workload();
  heldBytes();
  const live = liveBytes();
  const frames = freeFrameCount();
  const nodes = nodeCount();
  const names = nameCount();
  let n: u64 = 1;
  for (; n < 500; n++) {
    const before = injectedFailures();
    failAfter(n);
    workload();
    failAfter(0);
    expect(statusOf("/w", 0), ENOENT, "nothing is left to be found");
    checkEqual(liveBytes(), live, "no object");
    heldBytes();
    checkEqual(freeFrameCount(), frames, "no frame");
    checkEqual(nodeCount(), nodes, "no node");
    checkEqual(nameCount(), names, "no name");
    if (injectedFailures() === before) break;
  }
  check(n > 1, "some of it has failed");
}

const path: array<array<u8, 16>, 8> = zeroed();
/** All in one directory: what each makes is its own, and one name is everybody's. */
function scramble(index: u64): void {
  const mine = addressOf(path[index][0]);
  memcpy(mine, "/m/x0", 6);
  mine[4] = char("0") + truncate<u8>(index);
  for (let i: u64 = 0; i < 60; i++) {
    check(makeFileAt(mine) === 0, "mine is made");
    const name = nameAt(mine);
    if (name === null) {
      check(false, "and found");
      return;
    }
    check(writeFile(name.node, i * 100, mine, 6) === 6, "written");
    const text: array<u8, 8> = zeroed();
    check(readFile(name.node, i * 100, addressOf(text[0]), 8) === 6, "read");
    check(sameBytes(addressOf(text[0]), mine, 6), "mine");
    dropName(name);
    const moved = move(mine, "/m/all", 0);
    check(moved === 0, "over everybody's");
    makeDirectoryAt("/m/d");
    const gone = remove("/m/all", false);
    check(gone === 0 || gone === -ENOENT, "somebody takes it");
    remove("/m/d", true);
  }
}
export function together(): void {
  const nodes = nodeCount();
  expect(makeDirectoryAt("/m"), 0, "/m");
  runApart(8, scramble);
  remove("/m/all", false);
  expect(remove("/m", true), 0, "it is empty");
  liveBytes();
  checkEqual(nodeCount(), nodes, "no node is left");
}
