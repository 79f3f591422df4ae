// A linked list, reversed in place, and a pointer to a pointer that removes.
// expect: 1 2 3 4 5
// expect: 5 4 3 2 1
// expect: 5 3 1
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  next: ptr<Node> | null;
  n: u32;
}
const nodes: array<Node, 5> = zeroed();
function show(list: ptr<Node> | null): void {
  for (let at = list; at !== null; at = at.next) {
    if (at !== list) print(" ");
    printU64(u64(at.n));
  }
  newline();
}
function reverse(list: ptr<Node> | null): ptr<Node> | null {
  let done: ptr<Node> | null = null;
  let rest = list;
  while (rest !== null) {
    const next: ptr<Node> | null = rest.next;
    rest.next = done;
    done = rest;
    rest = next;
  }
  return done;
}
function removeEven(list: ptr<ptr<Node> | null>): void {
  let at = list;
  for (;;) {
    const node = at.value;
    if (node === null) return;
    if (node.n % 2 === 0) at.value = node.next;
    else at = addressOf(node.next);
  }
}
export function main(): i32 {
  for (let i: u32 = 0; i < 5; i++) {
    nodes[i].n = i + 1;
    nodes[i].next = i < 4 ? addressOf(nodes[i + 1]) : null;
  }
  let list: ptr<Node> | null = addressOf(nodes[0]);
  show(list);
  list = reverse(list);
  show(list);
  removeEven(addressOf(list));
  show(list);
  return 0;
}
