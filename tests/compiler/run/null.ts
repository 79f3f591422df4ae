// Null is compared with, and is zero.
// expect: null 0
// expect: node
// expect: true
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  n: u64;
}
const node: Node = { n: 5 };
let maybe: ptr<Node> | null = null;
let callback: fn<() => void> | null = null;
function name(p: ptr<Node> | null): ptr<u8> {
  return p === null ? "null" : "node";
}
function hello(): void {}
export function main(): i32 {
  print(name(maybe));
  print(" ");
  printU64(address(maybe));
  newline();
  maybe = addressOf(node);
  print(name(maybe));
  newline();
  const before = callback === null;
  callback = hello;
  if (callback !== null) callback();
  printBool(before && maybe!.n === 5);
  newline();
  return 0;
}
