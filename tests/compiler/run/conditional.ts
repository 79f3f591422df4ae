// The conditional operator, nested, with pointers and structures.
// expect: small medium large
// expect: 2
// expect: null
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class P extends Struct {
  n: u64;
}
const one: P = { n: 1 };
const two: P = { n: 2 };
function size(n: u32): ptr<u8> {
  return n < 10 ? "small" : n < 100 ? "medium" : "large";
}
function find(n: u64): ptr<P> | null {
  return n === 1 ? addressOf(one) : n === 2 ? addressOf(two) : null;
}
export function main(): i32 {
  print(size(1));
  print(" ");
  print(size(10));
  print(" ");
  print(size(100));
  newline();
  const p = find(2);
  if (p !== null) printU64(p.n);
  newline();
  print(find(3) === null ? "null" : "found");
  newline();
  return 0;
}
