/**
 * Trees of stretches of addresses that do not overlap: AVL trees (Knuth, TAOCP vol. 3 §6.2.3) by where they begin. What else a node knows of its
 * subtree is the user's, whose structure begins with an `AddressNode`: `update` is called with a node when its children are as they stay. No deeper
 * than 1.44 log₂ of the count, so that recursion ends soon. Who calls holds the tree's lock.
 */
export class AddressNode extends Struct {
  start: usize;
  /** The first address behind it. */
  end: usize;
  left: ptr<AddressNode> | null;
  right: ptr<AddressNode> | null;
  /** Of the subtree; 1 without children. */
  height: u8;
}
type Tree = ptr<AddressNode> | null;
export type Update = fn<(node: ptr<AddressNode>) => void>;

function heightOf(tree: Tree): u8 {
  return tree === null ? 0 : tree.height;
}
function renew(node: ptr<AddressNode>, update: Update): void {
  const left = heightOf(node.left);
  const right = heightOf(node.right);
  node.height = (left > right ? left : right) + 1;
  update(node);
}
function rotateToRight(node: ptr<AddressNode>, top: ptr<AddressNode>, update: Update): ptr<AddressNode> {
  node.left = top.right;
  top.right = node;
  renew(node, update);
  renew(top, update);
  return top;
}
function rotateToLeft(node: ptr<AddressNode>, top: ptr<AddressNode>, update: Update): ptr<AddressNode> {
  node.right = top.left;
  top.left = node;
  renew(node, update);
  renew(top, update);
  return top;
}
/** The subtree's top, after one of its children has become one higher or lower. */
function balance(node: ptr<AddressNode>, update: Update): ptr<AddressNode> {
  const left = node.left;
  const right = node.right;
  if (left !== null && left.height > heightOf(right) + 1) {
    const inner = left.right;
    if (inner !== null && inner.height > heightOf(left.left))
      return rotateToRight(node, rotateToLeft(left, inner, update), update);
    return rotateToRight(node, left, update);
  }
  if (right !== null && right.height > heightOf(left) + 1) {
    const inner = right.left;
    if (inner !== null && inner.height > heightOf(right.right))
      return rotateToLeft(node, rotateToRight(right, inner, update), update);
    return rotateToLeft(node, right, update);
  }
  renew(node, update);
  return node;
}

/** The tree with a node more. */
export function insertNode(tree: Tree, node: ptr<AddressNode>, update: Update): ptr<AddressNode> {
  if (tree === null) {
    node.left = null;
    node.right = null;
    renew(node, update);
    return node;
  }
  if (node.start < tree.start) tree.left = insertNode(tree.left, node, update);
  else tree.right = insertNode(tree.right, node, update);
  return balance(tree, update);
}
/** The tree without the node that begins at `start`, which is in it. */
export function removeNode(tree: ptr<AddressNode>, start: usize, update: Update): Tree {
  const left = tree.left;
  const right = tree.right;
  if (start < tree.start && left !== null) tree.left = removeNode(left, start, update);
  else if (start > tree.start && right !== null) tree.right = removeNode(right, start, update);
  else if (left === null) return right;
  else if (right === null) return left;
  else {
    const next = leftmost(right);
    next.right = removeNode(right, next.start, update);
    next.left = left;
    return balance(next, update);
  }
  return balance(tree, update);
}
/** After the node that contains `linear` has changed, without a change of order. */
export function refreshNode(tree: Tree, linear: usize, update: Update): void {
  if (tree === null) return;
  if (linear < tree.start) refreshNode(tree.left, linear, update);
  else if (linear >= tree.end) refreshNode(tree.right, linear, update);
  renew(tree, update);
}
function leftmost(tree: ptr<AddressNode>): ptr<AddressNode> {
  let node = tree;
  for (let left = node.left; left !== null; left = node.left) node = left;
  return node;
}
/** The node that contains an address. */
export function findNode(tree: Tree, linear: usize): Tree {
  let node = tree;
  while (node !== null) {
    if (linear < node.start) node = node.left;
    else if (linear >= node.end) node = node.right;
    else return node;
  }
  return null;
}
