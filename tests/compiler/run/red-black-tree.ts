// A red-black tree (Cormen et al., ch. 13): insertion and deletion with parent pointers, the rules checked after each step.
// expect: 200 inserted: right, height at most 16: true
// expect: in order: 1 3 4 5 6 9 10 12
// expect: 100 deleted: right
// expect: 0 left, 400 steps checked
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  left: ptr<Node>;
  right: ptr<Node>;
  parent: ptr<Node>;
  key: u32;
  red: bitfield<1, bool>;
}
const COUNT = 200;
const nodes: array<Node, typeof COUNT> = zeroed();
/** All leaves, and the root's parent: black. */
const nil: Node = {
  left: addressOf(nodes[0]),
  right: addressOf(nodes[0]),
  parent: addressOf(nodes[0]),
  key: 0,
  red: false,
};

class Tree extends Struct {
  root: ptr<Node>;

  rotate(x: ptr<Node>, left: bool): void {
    const y = left ? x.right : x.left;
    const inner = left ? y.left : y.right;
    if (left) x.right = inner;
    else x.left = inner;
    if (inner !== addressOf(nil)) inner.parent = x;
    this.replace(x, y);
    if (left) y.left = x;
    else y.right = x;
    x.parent = y;
  }
  /** `by` takes the place of `at` under its parent. */
  replace(at: ptr<Node>, by: ptr<Node>): void {
    if (at.parent === addressOf(nil)) this.root = by;
    else if (at === at.parent.left) at.parent.left = by;
    else at.parent.right = by;
    by.parent = at.parent;
  }
  insert(node: ptr<Node>, key: u32): void {
    const none = addressOf(nil);
    let parent = none;
    for (let at = this.root; at !== none; at = key < at.key ? at.left : at.right) parent = at;
    node.value = { left: none, right: none, parent, key, red: true };
    if (parent === none) this.root = node;
    else if (key < parent.key) parent.left = node;
    else parent.right = node;
    let z = node;
    while (z.parent.red) {
      const isLeft = z.parent === z.parent.parent.left;
      const uncle = isLeft ? z.parent.parent.right : z.parent.parent.left;
      if (uncle.red) {
        z.parent.red = false;
        uncle.red = false;
        z = z.parent.parent;
        z.red = true;
        continue;
      }
      if (z === (isLeft ? z.parent.right : z.parent.left)) {
        z = z.parent;
        this.rotate(z, isLeft);
      }
      z.parent.red = false;
      z.parent.parent.red = true;
      this.rotate(z.parent.parent, !isLeft);
    }
    this.root.red = false;
  }
  remove(z: ptr<Node>): void {
    const none = addressOf(nil);
    let moved = z;
    let lost = moved.red;
    let x = none;
    if (z.left === none || z.right === none) {
      x = z.left === none ? z.right : z.left;
      this.replace(z, x);
    } else {
      moved = z.right;
      while (moved.left !== none) moved = moved.left;
      lost = moved.red;
      x = moved.right;
      if (moved.parent === z) x.parent = moved;
      else {
        this.replace(moved, x);
        moved.right = z.right;
        moved.right.parent = moved;
      }
      this.replace(z, moved);
      moved.left = z.left;
      moved.left.parent = moved;
      moved.red = z.red;
    }
    if (lost) return;
    while (x !== this.root && !x.red) {
      const isLeft = x === x.parent.left;
      let w = isLeft ? x.parent.right : x.parent.left;
      if (w.red) {
        w.red = false;
        x.parent.red = true;
        this.rotate(x.parent, isLeft);
        w = isLeft ? x.parent.right : x.parent.left;
      }
      if (!w.left.red && !w.right.red) {
        w.red = true;
        x = x.parent;
        continue;
      }
      if (!(isLeft ? w.right : w.left).red) {
        (isLeft ? w.left : w.right).red = false;
        w.red = true;
        this.rotate(w, !isLeft);
        w = isLeft ? x.parent.right : x.parent.left;
      }
      w.red = x.parent.red;
      x.parent.red = false;
      (isLeft ? w.right : w.left).red = false;
      this.rotate(x.parent, isLeft);
      x = this.root;
    }
    x.red = false;
  }
}
/** Black nodes on each way down; 0 if a rule is broken. */
function blackHeight(at: ptr<Node>, least: u32, most: u32): u32 {
  if (at === addressOf(nil)) return 1;
  if (at.key < least || at.key > most || (at.red && (at.left.red || at.right.red))) return 0;
  const left = blackHeight(at.left, least, at.key);
  const right = blackHeight(at.right, at.key, most);
  if (left === 0 || left !== right) return 0;
  return left + (at.red ? 0 : 1);
}
function height(at: ptr<Node>): u32 {
  if (at === addressOf(nil)) return 0;
  const left = height(at.left);
  const right = height(at.right);
  return 1 + (left > right ? left : right);
}
function show(at: ptr<Node>): void {
  if (at === addressOf(nil)) return;
  show(at.left);
  print(" ");
  printU64(u64(at.key));
  show(at.right);
}
export function main(): i32 {
  nil.left = addressOf(nil);
  nil.right = addressOf(nil);
  nil.parent = addressOf(nil);
  let checked: u64 = 0;
  let right = true;
  const tree: Tree = init({ root: addressOf(nil) });
  for (let i: u32 = 0; i < COUNT; i++) {
    tree.insert(addressOf(nodes[i]), (i * 7919) % 1009);
    right = right && blackHeight(tree.root, 0, ~u32(0)) !== 0;
    checked++;
  }
  printU64(COUNT);
  print(right ? " inserted: right" : " inserted: WRONG");
  print(", height at most 16: ");
  printBool(height(tree.root) <= 16);
  newline();
  const few: array<Node, 8> = zeroed();
  const keys: array<u32, 8> = [9, 5, 12, 1, 6, 3, 10, 4];
  const small: Tree = init({ root: addressOf(nil) });
  for (let i: usize = 0; i < 8; i++) small.insert(addressOf(few[i]), keys[i]);
  print("in order:");
  show(small.root);
  newline();
  for (let i: u32 = 0; i < COUNT; i += 2) {
    tree.remove(addressOf(nodes[i]));
    right = right && blackHeight(tree.root, 0, ~u32(0)) !== 0;
    checked++;
  }
  print(right ? "100 deleted: right\n" : "100 deleted: WRONG\n");
  while (tree.root !== addressOf(nil)) {
    tree.remove(tree.root);
    right = right && (tree.root === addressOf(nil) || blackHeight(tree.root, 0, ~u32(0)) !== 0);
    checked++;
  }
  print(right ? "0 left, " : "WRONG, ");
  printU64(checked);
  print(" steps checked\n");
  return 0;
}
