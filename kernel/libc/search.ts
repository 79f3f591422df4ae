/** Trees and lists of <search.h>. The tree is a treap whose priorities come of a counter: balanced whatever the order of insertion. */
import { free, malloc } from "./kernel-calls.ts";

type Compare = fn<(a: usize, b: usize) => i32>;
class Node extends Struct {
  /** First, as callers read it through what tsearch gives. */
  key: usize;
  left: ptr<Node> | null;
  right: ptr<Node> | null;
  priority: u64;
}
let counter: u64 = 0;

/** The place where a key's node is, or would be. */
function placeOf(root: ptr<ptr<Node> | null>, key: usize, compare: Compare): ptr<ptr<Node> | null> {
  let place = root;
  for (let node = place.value; node !== null; node = place.value) {
    const order = compare(key, node.key);
    if (order === 0) return place;
    place = order < 0 ? addressOf(node.left) : addressOf(node.right);
  }
  return place;
}
/** Two trees, all of the first before all of the second, as one. */
function join(a: ptr<Node> | null, b: ptr<Node> | null): ptr<Node> | null {
  if (a === null) return b;
  if (b === null) return a;
  if (a.priority > b.priority) {
    a.right = join(a.right, b);
    return a;
  }
  b.left = join(a, b.left);
  return b;
}
/** A tree in two: what is before a key, and what is behind. */
function split(
  node: ptr<Node> | null,
  key: usize,
  compare: Compare,
  before: ptr<ptr<Node> | null>,
  behind: ptr<ptr<Node> | null>,
): void {
  if (node === null) {
    before.value = null;
    behind.value = null;
  } else if (compare(key, node.key) < 0) {
    behind.value = node;
    split(node.left, key, compare, before, addressOf(node.left));
  } else {
    before.value = node;
    split(node.right, key, compare, addressOf(node.right), behind);
  }
}
/** @export */
export function tfind(key: usize, root: ptr<ptr<Node> | null>, compare: Compare): ptr<Node> | null {
  return address(root) === 0 ? null : placeOf(root, key, compare).value;
}
/** @export */
export function tsearch(key: usize, root: ptr<ptr<Node> | null>, compare: Compare): ptr<Node> | null {
  if (address(root) === 0) return null;
  const known = placeOf(root, key, compare).value;
  if (known !== null) return known;
  const memory = malloc(sizeof<Node>());
  if (memory === null) return null;
  const node = cast<Node>(memory);
  counter++;
  const priority = counter * 0x9e37_79b9_7f4a_7c15;
  node.key = key;
  node.priority = priority ^ (priority >> 29);
  let place = root;
  for (let at = place.value; at !== null && at.priority > node.priority; at = place.value)
    place = compare(key, at.key) < 0 ? addressOf(at.left) : addressOf(at.right);
  split(place.value, key, compare, addressOf(node.left), addressOf(node.right));
  place.value = node;
  return node;
}
/** Gives the parent of what is gone, or something that is not null. @export */
export function tdelete(key: usize, root: ptr<ptr<Node> | null>, compare: Compare): ptr<Node> | null {
  if (address(root) === 0) return null;
  let parent = cast<Node>(root);
  let place = root;
  for (let node = place.value; node !== null; node = place.value) {
    const order = compare(key, node.key);
    if (order === 0) {
      place.value = join(node.left, node.right);
      free(node);
      return parent;
    }
    parent = node;
    place = order < 0 ? addressOf(node.left) : addressOf(node.right);
  }
  return null;
}
type Visit = fn<(node: ptr<Node>, order: i32, level: i32) => void>;
function walk(node: ptr<Node>, visit: Visit, level: i32): void {
  const left = node.left;
  const right = node.right;
  // VISIT: preorder, postorder, endorder, leaf.
  if (left === null && right === null) {
    visit(node, 3, level);
    return;
  }
  visit(node, 0, level);
  if (left !== null) walk(left, visit, level + 1);
  visit(node, 1, level);
  if (right !== null) walk(right, visit, level + 1);
  visit(node, 2, level);
}
/** @export */
export function twalk(root: ptr<Node> | null, visit: Visit): void {
  if (root !== null) walk(root, visit, 0);
}
type Release = fn<(key: usize) => void>;
/** @export */
export function tdestroy(root: ptr<Node> | null, release: Release): void {
  if (root === null) return;
  tdestroy(root.left, release);
  tdestroy(root.right, release);
  release(root.key);
  free(root);
}
/** @export */
export function lfind(
  key: usize,
  base: ptr<u8>,
  count: ptr<usize>,
  size: usize,
  compare: Compare,
): ptr<u8> | null {
  for (let i: usize = 0; i < count.value; i++)
    if (compare(key, address(base.offset(i * size))) === 0) return base.offset(i * size);
  return null;
}
/** @export */
export function lsearch(
  key: usize,
  base: ptr<u8>,
  count: ptr<usize>,
  size: usize,
  compare: Compare,
): ptr<u8> {
  const found = lfind(key, base, count, size, compare);
  if (found !== null) return found;
  const at = base.offset(count.value * size);
  memcpy(at, pointer<u8>(key), size);
  count.value++;
  return at;
}
class Link extends Struct {
  next: ptr<Link> | null;
  previous: ptr<Link> | null;
}
/** @export */
export function insque(element: ptr<Link>, before: ptr<Link> | null): void {
  element.next = before === null ? null : before.next;
  element.previous = before;
  const next = element.next;
  if (next !== null) next.previous = element;
  if (before !== null) before.next = element;
}
/** @export */
export function remque(element: ptr<Link>): void {
  const next = element.next;
  const previous = element.previous;
  if (next !== null) next.previous = previous;
  if (previous !== null) previous.next = next;
}
