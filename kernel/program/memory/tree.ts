/**
 * The tree of a program's mappings. Each node also knows the longest stretch between two mappings below it, so that a free place is found as
 * fast as an address. Who calls holds the memory's lock.
 */
import { type AddressNode, findNode, insertNode, refreshNode, removeNode } from "../../vm/address-tree.ts";
import type { Mapping } from "./mapping.ts";

export type Tree = ptr<Mapping> | null;

function larger(a: usize, b: usize): usize {
  return a > b ? a : b;
}
/** @inline */
function mappingAt(node: ptr<AddressNode> | null): Tree {
  return node === null ? null : cast<Mapping>(node);
}
function update(node: ptr<AddressNode>): void {
  const mapping = cast<Mapping>(node);
  const left = mappingAt(node.left);
  const right = mappingAt(node.right);
  mapping.first = left === null ? node.start : left.first;
  mapping.last = right === null ? node.end : right.last;
  let gap: usize = 0;
  if (left !== null) gap = larger(left.gap, node.start - left.last);
  if (right !== null) gap = larger(gap, larger(right.gap, right.first - node.end));
  mapping.gap = gap;
}

/** The tree with a node more. */
export function insert(tree: Tree, node: ptr<Mapping>): ptr<Mapping> {
  return cast<Mapping>(insertNode(tree, node, update));
}
/** The tree without the node that begins at `start`, which is in it. */
export function remove(tree: ptr<Mapping>, start: usize): Tree {
  return mappingAt(removeNode(tree, start, update));
}
/** After the bounds of the node that contains `linear` have changed, without a change of order. */
export function refresh(tree: Tree, linear: usize): void {
  refreshNode(tree, linear, update);
}
/** The mapping that contains an address. */
export function find(tree: Tree, linear: usize): Tree {
  return mappingAt(findNode(tree, linear));
}
/** The first mapping that ends behind an address: the one that contains it, or the next one. */
export function findFrom(tree: Tree, linear: usize): Tree {
  let node: ptr<AddressNode> | null = tree;
  let found: ptr<AddressNode> | null = null;
  while (node !== null) {
    if (linear < node.end) {
      found = node;
      if (linear >= node.start) break;
      node = node.left;
    } else node = node.right;
  }
  return mappingAt(found);
}
/** The last mapping that starts below an address. */
export function findBefore(tree: Tree, linear: usize): Tree {
  let node: ptr<AddressNode> | null = tree;
  let found: ptr<AddressNode> | null = null;
  while (node !== null) {
    if (node.start < linear) {
      found = node;
      node = node.right;
    } else node = node.left;
  }
  return mappingAt(found);
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
    const above = findPlace(mappingAt(tree.right), larger(low, tree.end), high, size);
    if (above !== 0) return above;
    return findPlace(mappingAt(tree.left), low, tree.start < high ? tree.start : high, size);
  }
  return tree.first >= low && tree.first - low >= size ? tree.first - size : 0;
}
