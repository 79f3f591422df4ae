// A red-black tree with parent pointers (Cormen et al., "Introduction to Algorithms", chapter 13): insertion, search, removal.
const COUNT = 4096;

class Node extends Struct {
  parent: ptr<Node>;
  left: ptr<Node>;
  right: ptr<Node>;
  key: u64;
  red: bool;
}
const pool: array<Node, typeof COUNT> = zeroed();
/** Stands for every leaf, and for the root's parent. */
const sentinel: Node = zeroed();
const nil: ptr<Node> = addressOf(sentinel);
let root: ptr<Node> = addressOf(sentinel);

function rotateToLeft(x: ptr<Node>): void {
  const y = x.right;
  x.right = y.left;
  if (y.left !== nil) y.left.parent = x;
  y.parent = x.parent;
  if (x.parent === nil) root = y;
  else if (x === x.parent.left) x.parent.left = y;
  else x.parent.right = y;
  y.left = x;
  x.parent = y;
}

function rotateToRight(x: ptr<Node>): void {
  const y = x.left;
  x.left = y.right;
  if (y.right !== nil) y.right.parent = x;
  y.parent = x.parent;
  if (x.parent === nil) root = y;
  else if (x === x.parent.right) x.parent.right = y;
  else x.parent.left = y;
  y.right = x;
  x.parent = y;
}

function insert(node: ptr<Node>): void {
  let parent = nil;
  let at = root;
  while (at !== nil) {
    parent = at;
    at = node.key < at.key ? at.left : at.right;
  }
  node.parent = parent;
  node.left = nil;
  node.right = nil;
  node.red = true;
  if (parent === nil) root = node;
  else if (node.key < parent.key) parent.left = node;
  else parent.right = node;

  let z = node;
  while (z.parent.red) {
    const grand = z.parent.parent;
    if (z.parent === grand.left) {
      const uncle = grand.right;
      if (uncle.red) {
        z.parent.red = false;
        uncle.red = false;
        grand.red = true;
        z = grand;
      } else {
        if (z === z.parent.right) {
          z = z.parent;
          rotateToLeft(z);
        }
        z.parent.red = false;
        grand.red = true;
        rotateToRight(grand);
      }
    } else {
      const uncle = grand.left;
      if (uncle.red) {
        z.parent.red = false;
        uncle.red = false;
        grand.red = true;
        z = grand;
      } else {
        if (z === z.parent.left) {
          z = z.parent;
          rotateToRight(z);
        }
        z.parent.red = false;
        grand.red = true;
        rotateToLeft(grand);
      }
    }
  }
  root.red = false;
}

function transplant(u: ptr<Node>, v: ptr<Node>): void {
  if (u.parent === nil) root = v;
  else if (u === u.parent.left) u.parent.left = v;
  else u.parent.right = v;
  v.parent = u.parent;
}

function repair(from: ptr<Node>): void {
  let x = from;
  while (x !== root && !x.red) {
    if (x === x.parent.left) {
      let w = x.parent.right;
      if (w.red) {
        w.red = false;
        x.parent.red = true;
        rotateToLeft(x.parent);
        w = x.parent.right;
      }
      if (!w.left.red && !w.right.red) {
        w.red = true;
        x = x.parent;
      } else {
        if (!w.right.red) {
          w.left.red = false;
          w.red = true;
          rotateToRight(w);
          w = x.parent.right;
        }
        w.red = x.parent.red;
        x.parent.red = false;
        w.right.red = false;
        rotateToLeft(x.parent);
        x = root;
      }
    } else {
      let w = x.parent.left;
      if (w.red) {
        w.red = false;
        x.parent.red = true;
        rotateToRight(x.parent);
        w = x.parent.left;
      }
      if (!w.right.red && !w.left.red) {
        w.red = true;
        x = x.parent;
      } else {
        if (!w.left.red) {
          w.right.red = false;
          w.red = true;
          rotateToLeft(w);
          w = x.parent.left;
        }
        w.red = x.parent.red;
        x.parent.red = false;
        w.left.red = false;
        rotateToRight(x.parent);
        x = root;
      }
    }
  }
  x.red = false;
}

function remove(z: ptr<Node>): void {
  let wasRed = z.red;
  let x = nil;
  if (z.left === nil) {
    x = z.right;
    transplant(z, z.right);
  } else if (z.right === nil) {
    x = z.left;
    transplant(z, z.left);
  } else {
    let y = z.right;
    while (y.left !== nil) y = y.left;
    wasRed = y.red;
    x = y.right;
    if (y.parent === z) x.parent = y;
    else {
      transplant(y, y.right);
      y.right = z.right;
      y.right.parent = y;
    }
    transplant(z, y);
    y.left = z.left;
    y.left.parent = y;
    y.red = z.red;
  }
  if (!wasRed) repair(x);
}

function find(key: u64): ptr<Node> {
  let at = root;
  while (at !== nil && at.key !== key) at = key < at.key ? at.left : at.right;
  return at;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u64 = 12345;
  for (let round: u64 = 0; round < rounds; round++) {
    root = nil;
    for (let i: usize = 0; i < COUNT; i++) {
      x = x * 0x5851_f42d_4c95_7f2d + 0x1405_7b7e_f767_814f;
      pool[i].key = x >> 33;
      insert(addressOf(pool[i]));
    }
    for (let i: usize = 0; i < COUNT; i++) hash = hash * 3 + find(pool[i].key ^ (u64(i) & 1)).key;
    for (let i: usize = 0; i < COUNT; i += 2) remove(addressOf(pool[i]));
    hash = hash * 5 + root.key;
    for (let i: usize = 1; i < COUNT; i += 2) remove(addressOf(pool[i]));
  }
  return hash;
}
