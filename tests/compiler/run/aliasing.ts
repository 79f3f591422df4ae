// Stores through one pointer are seen through another.
// expect: 7 7
// expect: 2 1
// expect: 3
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class P extends Struct {
  a: u64;
  b: u64;
}
function set(p: ptr<u64>, q: ptr<u64>): u64 {
  p.value = 1;
  q.value = 7;
  return p.value;
}
function swap(p: ptr<P>): void {
  const t = p.a;
  p.a = p.b;
  p.b = t;
}
let shared: u64 = 0;
function bump(): u64 {
  shared++;
  return shared;
}
export function main(): i32 {
  let x: u64 = 0;
  const r = set(addressOf(x), addressOf(x));
  printU64(r);
  print(" ");
  printU64(x);
  newline();
  const p: P = { a: 1, b: 2 };
  swap(addressOf(p));
  printU64(p.a);
  print(" ");
  printU64(p.b);
  newline();
  const before = shared;
  printU64(bump() + bump() + before);
  newline();
  return 0;
}
