// Structures are their bytes: assignment, parameters and results copy.
// expect: 1 2
// expect: 10 2
// expect: 1 2
// expect: 3 4
// expect: 7 8 9
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Pair extends Struct {
  a: u64;
  b: u32;
}
class Large extends Struct {
  x: u64;
  y: u64;
  z: u64;
}
function show(p: Pair): void {
  printU64(p.a);
  print(" ");
  printU64(u64(p.b));
  newline();
}
function change(p: Pair): Pair {
  p.a = 10;
  return p;
}
function make(a: u64, b: u32): Pair {
  return { a, b };
}
function large(): Large {
  const l: Large = { x: 7, y: 8, z: 9 };
  return l;
}
export function main(): i32 {
  const p: Pair = { a: 1, b: 2 };
  let q: Pair = p;
  show(q);
  q = change(p);
  show(q);
  show(p);
  show(make(3, 4));
  const l = large();
  printU64(l.x);
  print(" ");
  printU64(l.y);
  print(" ");
  printU64(l.z);
  newline();
  return 0;
}
