/**
 * The tree of an arena's ranges. Each node also knows the largest free range below it, so that a place is found as fast as an address. Locks are
 * the arena's.
 */
import { type AddressNode, findNode, insertNode, refreshNode, removeNode } from "./address-tree.ts";
import { type Range, RangeKind } from "./range.ts";

type Tree = ptr<Range> | null;

function largestOf(tree: ptr<AddressNode> | null): usize {
  return tree === null ? 0 : cast<Range>(tree).largestFree;
}
function isFreeFor(range: ptr<Range>, size: usize): bool {
  return range.kind === RangeKind.Free && range.end - range.start >= size;
}
function update(node: ptr<AddressNode>): void {
  const range = cast<Range>(node);
  let largest: usize = range.kind === RangeKind.Free ? node.end - node.start : 0;
  if (largestOf(node.left) > largest) largest = largestOf(node.left);
  if (largestOf(node.right) > largest) largest = largestOf(node.right);
  range.largestFree = largest;
}

/** The tree with a node more. */
export function insert(tree: Tree, node: ptr<Range>): ptr<Range> {
  return cast<Range>(insertNode(tree, node, update));
}
/** The tree without the node that begins at `start`, which is in it. */
export function remove(tree: ptr<Range>, start: usize): Tree {
  const rest = removeNode(tree, start, update);
  return rest === null ? null : cast<Range>(rest);
}
/** After the node that contains `linear` has changed: its kind, or its bounds without a change of order. */
export function refresh(tree: Tree, linear: usize): void {
  refreshNode(tree, linear, update);
}
/** The node that contains an address. */
export function find(tree: Tree, linear: usize): Tree {
  const node = findNode(tree, linear);
  return node === null ? null : cast<Range>(node);
}
/** The first free node, by addresses, of `size` bytes or more. */
export function findFree(tree: Tree, size: usize): Tree {
  let node: ptr<AddressNode> | null = tree;
  while (node !== null && largestOf(node) >= size) {
    if (largestOf(node.left) >= size) node = node.left;
    else if (isFreeFor(cast<Range>(node), size)) return cast<Range>(node);
    else node = node.right;
  }
  return null;
}
