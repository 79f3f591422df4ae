// A binary search tree of nodes from a pool; walked in order.
// expect: -9 -4 0 1 3 5 8 12
// expect: 4
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  left: ptr<Node> | null;
  right: ptr<Node> | null;
  key: i32;
}
class Pool<T, N extends number> extends Struct {
  items: array<T, N>;
  used: usize;
  take(): ptr<T> {
    const at = this.used++;
    return addressOf(this.items[at]);
  }
}
const pool: Pool<Node, 16> = zeroed();
let root: ptr<Node> | null = null;
let first = true;
function insert(at: ptr<ptr<Node> | null>, key: i32): void {
  const node = at.value;
  if (node === null) {
    const made = pool.take();
    made.value = init({ key });
    at.value = made;
  } else insert(key < node.key ? addressOf(node.left) : addressOf(node.right), key);
}
function walk(node: ptr<Node> | null): void {
  if (node === null) return;
  walk(node.left);
  if (!first) print(" ");
  first = false;
  printI64(i64(node.key));
  walk(node.right);
}
function depth(node: ptr<Node> | null): u64 {
  if (node === null) return 0;
  const l = depth(node.left);
  const r = depth(node.right);
  return 1 + (l > r ? l : r);
}
const keys: array<i32, 8> = [3, -4, 8, 0, 12, -9, 5, 1];
export function main(): i32 {
  for (let i: usize = 0; i < keys.length; i++) insert(addressOf(root), keys[i]);
  walk(root);
  newline();
  printU64(depth(root));
  newline();
  return 0;
}
