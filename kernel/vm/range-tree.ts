/**
 * The tree of an arena's ranges: an AVL tree (Knuth, TAOCP vol. 3 §6.2.3) by their beginnings. Each node also knows the largest
 * free range below it, so that a place is found as fast as an address. No deeper than 1.44 log₂ of the count, so that recursion
 * ends soon. Locks are the arena's.
 */
import { type Range, RangeKind } from "./range.ts";

type Tree = ptr<Range> | null;

function heightOf(tree: Tree): u8 {
  return tree === null ? 0 : tree.height;
}
function largestOf(tree: Tree): usize {
  return tree === null ? 0 : tree.largestFree;
}
/** What a node knows of its subtree, from its children. */
function update(node: ptr<Range>): void {
  const left = heightOf(node.left);
  const right = heightOf(node.right);
  node.height = (left > right ? left : right) + 1;
  let largest: usize = node.kind === RangeKind.Free ? node.end - node.start : 0;
  if (largestOf(node.left) > largest) largest = largestOf(node.left);
  if (largestOf(node.right) > largest) largest = largestOf(node.right);
  node.largestFree = largest;
}
function rotateToRight(node: ptr<Range>, top: ptr<Range>): ptr<Range> {
  node.left = top.right;
  top.right = node;
  update(node);
  update(top);
  return top;
}
function rotateToLeft(node: ptr<Range>, top: ptr<Range>): ptr<Range> {
  node.right = top.left;
  top.left = node;
  update(node);
  update(top);
  return top;
}
/** The subtree's top, after one of its children has become one higher or lower. */
function balance(node: ptr<Range>): ptr<Range> {
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
export function insert(tree: Tree, node: ptr<Range>): ptr<Range> {
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
export function remove(tree: ptr<Range>, start: usize): Tree {
  const left = tree.left;
  const right = tree.right;
  if (start < tree.start && left !== null) tree.left = remove(left, start);
  else if (start > tree.start && right !== null) tree.right = remove(right, start);
  else if (left === null) return right;
  else if (right === null) return left;
  else {
    const next = first(right);
    next.right = remove(right, next.start);
    next.left = left;
    return balance(next);
  }
  return balance(tree);
}
/** After the node that contains `linear` has changed: its kind, or its bounds without a change of order. */
export function refresh(tree: Tree, linear: usize): void {
  if (tree === null) return;
  if (linear < tree.start) refresh(tree.left, linear);
  else if (linear >= tree.end) refresh(tree.right, linear);
  update(tree);
}
function first(tree: ptr<Range>): ptr<Range> {
  let node = tree;
  for (let left = node.left; left !== null; left = node.left) node = left;
  return node;
}

/** The node that contains an address. */
export function find(tree: Tree, linear: usize): Tree {
  let node = tree;
  while (node !== null) {
    if (linear < node.start) node = node.left;
    else if (linear >= node.end) node = node.right;
    else return node;
  }
  return null;
}
/** The first free node, by addresses, of `size` bytes or more. */
export function findFree(tree: Tree, size: usize): Tree {
  let node = tree;
  while (node !== null && node.largestFree >= size) {
    if (largestOf(node.left) >= size) node = node.left;
    else if (node.kind === RangeKind.Free && node.end - node.start >= size) return node;
    else node = node.right;
  }
  return null;
}
