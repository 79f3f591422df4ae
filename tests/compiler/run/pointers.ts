// Addresses of variables, elements and fields; reading and writing through them.
// expect: 8
// expect: 1 2 30 4
// expect: 30 4
// expect: true true
// expect: 4
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class Pair extends Struct {
  a: u32;
  b: u64;
}
function bump(p: ptr<u32>): void {
  p.value += 3;
}
export function main(): i32 {
  let x: u32 = 5;
  bump(addressOf(x));
  printU64(u64(x));
  newline();
  const list: array<u32, 4> = [1, 2, 3, 4];
  const p = addressOf(list[0]);
  p[2] = 30;
  for (let i: i32 = 0; i < 4; i++) {
    if (i > 0) print(" ");
    printU64(u64(p[i]));
  }
  newline();
  const q = p.offset(3);
  printU64(u64(q[-1]));
  print(" ");
  printU64(u64(q.value));
  newline();
  printBool(q > p && q.offset(-3) === p);
  print(" ");
  const pair: Pair = init({ b: 1 });
  printBool(address(addressOf(pair.b)) - address(addressOf(pair)) === offsetof<Pair>("b"));
  newline();
  printU64(address(p.offset(1)) - address(p));
  newline();
  return 0;
}
