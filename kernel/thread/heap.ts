/**
 * A priority queue of nodes that lie in what they order: nothing is allocated, so that nothing can fail. It is a leftist tree
 * (C. A. Crane, 1972): no node is before its parent, and of two children the right one has the shorter way to a gap, so that the
 * right edge is at most log2(n + 1) long, and merging two trees walks down right edges only. Inserting and taking out are O(log n).
 * Equal keys leave in the order in which they came. Who uses it locks it.
 */

export class HeapNode extends Struct {
  /** Smallest first. */
  key: u64;
  /** Among equal keys: the order of coming. */
  sequence: u64;
  left: ptr<HeapNode> | null;
  right: ptr<HeapNode> | null;
  parent: ptr<HeapNode> | null;
  /** Steps to the nearest gap below; 0: in no heap. */
  rank: u32;
}

function isBefore(a: ptr<HeapNode>, b: ptr<HeapNode>): bool {
  return a.key < b.key || (a.key === b.key && a.sequence < b.sequence);
}
function rankOf(node: ptr<HeapNode> | null): u32 {
  return node === null ? 0 : node.rank;
}
/** Puts the child of the shorter way to the right. */
function lean(node: ptr<HeapNode>): void {
  const left = node.left;
  const right = node.right;
  if (rankOf(left) < rankOf(right)) {
    node.left = right;
    node.right = left;
  }
  node.rank = rankOf(node.right) + 1;
}
/** The root of both. */
function merge(a: ptr<HeapNode> | null, b: ptr<HeapNode> | null): ptr<HeapNode> | null {
  if (a === null) return b;
  if (b === null) return a;
  const root = isBefore(b, a) ? b : a;
  let at = root;
  let other = isBefore(b, a) ? a : b;
  for (;;) {
    const right = at.right;
    if (right === null || isBefore(other, right)) {
      at.right = other;
      other.parent = at;
      if (right === null) break;
      at = other;
      other = right;
    } else at = right;
  }
  for (;;) {
    lean(at);
    const parent = at.parent;
    if (at === root || parent === null) return root;
    at = parent;
  }
}

export class Heap extends Struct {
  root: ptr<HeapNode> | null;
  count: u32;
  /** Of the next node to come. */
  sequence: u64;

  first(): ptr<HeapNode> | null {
    return this.root;
  }
  /** The node is in no heap. */
  insert(node: ptr<HeapNode>, key: u64): void {
    node.key = key;
    node.sequence = this.sequence;
    node.left = null;
    node.right = null;
    node.parent = null;
    node.rank = 1;
    this.sequence++;
    this.count++;
    this.root = merge(this.root, node);
  }
  /** The node is in this heap. */
  remove(node: ptr<HeapNode>): void {
    const parent = node.parent;
    const rest = merge(node.left, node.right);
    if (rest !== null) rest.parent = parent;
    if (parent === null) this.root = rest;
    else if (parent.left === node) parent.left = rest;
    else parent.right = rest;
    for (let at = parent; at !== null; at = at.parent) {
      const rank = at.rank;
      lean(at);
      if (at.rank === rank) break;
    }
    node.rank = 0;
    this.count--;
  }
}

/** The next node of a tree after `node`, parents before children; null after the last. */
export function nextNode(node: ptr<HeapNode>): ptr<HeapNode> | null {
  if (node.left !== null) return node.left;
  let at = node;
  for (;;) {
    const parent = at.parent;
    if (parent === null) return null;
    if (at === parent.left && parent.right !== null) return parent.right;
    at = parent;
  }
}
