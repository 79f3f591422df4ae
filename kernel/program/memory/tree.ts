/**
 * The tree of a program's mappings: an AVL tree (Knuth, TAOCP vol. 3 §6.2.3) by their addresses. Each node also knows the longest stretch
 * between two mappings below it, so that a free place is found as fast as an address. No deeper than 1.44 log₂ of the count, so that recursion ends
 * soon. Who calls holds the memory's lock.
 */
import type { Mapping } from "./mapping.ts";

export type Tree = ptr<Mapping> | null;

function heightOf(tree: Tree): u8 {
  return tree === null ? 0 : tree.height;
}
function larger(a: usize, b: usize): usize {
  return a > b ? a : b;
}
/** What a node knows of its subtree, from its children. */
function update(node: ptr<Mapping>): void {
  const left = node.left;
  const right = node.right;
  const height = heightOf(left) > heightOf(right) ? heightOf(left) : heightOf(right);
  node.height = height + 1;
  node.first = left === null ? node.start : left.first;
  node.last = right === null ? node.end : right.last;
  let gap: usize = 0;
  if (left !== null) gap = larger(left.gap, node.start - left.last);
  if (right !== null) gap = larger(gap, larger(right.gap, right.first - node.end));
  node.gap = gap;
}
function rotateToRight(node: ptr<Mapping>, top: ptr<Mapping>): ptr<Mapping> {
  node.left = top.right;
  top.right = node;
  update(node);
  update(top);
  return top;
}
function rotateToLeft(node: ptr<Mapping>, top: ptr<Mapping>): ptr<Mapping> {
  node.right = top.left;
  top.left = node;
  update(node);
  update(top);
  return top;
}
/** The subtree's top, after one of its children has become one higher or lower. */
function balance(node: ptr<Mapping>): ptr<Mapping> {
  const left = node.left;
  const right = node.right;
  if (left !== null && left.height > heightOf(right) + 1) {
    const inner = left.right;
    if (inner !== null && inner.height > heightOf(left.left))
      return rotateToRight(node, rotateToLeft(left, inner));
    return rotateToRight(node, left);
  }
  if (right !== null && right.height > heightOf(left) + 1) {
    const inner = right.left;
    if (inner !== null && inner.height > heightOf(right.right))
      return rotateToLeft(node, rotateToRight(right, inner));
    return rotateToLeft(node, right);
  }
  update(node);
  return node;
}

/** The tree with a node more. */
export function insert(tree: Tree, node: ptr<Mapping>): ptr<Mapping> {
  if (tree === null) {
    node.left = null;
    node.right = null;
    update(node);
    return node;
  }
  if (node.start < tree.start) tree.left = insert(tree.left, node);
  else tree.right = insert(tree.right, node);
  return balance(tree);
}
/** The tree without the node that begins at `start`, which is in it. */
export function remove(tree: ptr<Mapping>, start: usize): Tree {
  const left = tree.left;
  const right = tree.right;
  if (start < tree.start && left !== null) tree.left = remove(left, start);
  else if (start > tree.start && right !== null) tree.right = remove(right, start);
  else if (left === null) return right;
  else if (right === null) return left;
  else {
    const next = leftmost(right);
    next.right = remove(right, next.start);
    next.left = left;
    return balance(next);
  }
  return balance(tree);
}
/** After the bounds of the node that contains `linear` have changed, without a change of order. */
export function refresh(tree: Tree, linear: usize): void {
  if (tree === null) return;
  if (linear < tree.start) refresh(tree.left, linear);
  else if (linear >= tree.end) refresh(tree.right, linear);
  update(tree);
}
function leftmost(tree: ptr<Mapping>): ptr<Mapping> {
  let node = tree;
  for (let left = node.left; left !== null; left = node.left) node = left;
  return node;
}

/** The first mapping that ends behind an address: the one that contains it, or the next one. */
export function findFrom(tree: Tree, linear: usize): Tree {
  let node = tree;
  let found: Tree = null;
  while (node !== null) {
    if (linear < node.end) {
      found = node;
      if (linear >= node.start) break;
      node = node.left;
    } else node = node.right;
  }
  return found;
}
/** The mapping that contains an address. */
export function find(tree: Tree, linear: usize): Tree {
  const found = findFrom(tree, linear);
  return found !== null && linear >= found.start ? found : null;
}
/** The last mapping that starts below an address. */
export function findBefore(tree: Tree, linear: usize): Tree {
  let node = tree;
  let found: Tree = null;
  while (node !== null) {
    if (node.start < linear) {
      found = node;
      node = node.right;
    } else node = node.left;
  }
  return found;
}
/** Whether there is nothing from `start` up to `end`. */
export function isFree(tree: Tree, start: usize, end: usize): bool {
  const next = findFrom(tree, start);
  return next === null || next.start >= end;
}
/** The highest address, from `low` on, where `size` bytes are free that end at `high` or before it; 0: there is none. */
export function findPlace(tree: Tree, low: usize, high: usize, size: usize): usize {
  if (high < low || high - low < size) return 0;
  if (tree === null) return high - size;
  if (tree.last <= low || (tree.last < high && high - tree.last >= size)) return high - size;
  if (tree.first >= high) return high - size;
  if (tree.gap >= size) {
    const above = findPlace(tree.right, larger(low, tree.end), high, size);
    if (above !== 0) return above;
    return findPlace(tree.left, low, tree.start < high ? tree.start : high, size);
  }
  return tree.first >= low && tree.first - low >= size ? tree.first - size : 0;
}
