// Before and after: what ++ and -- give.
// expect: 5 6
// expect: 7 7
// expect: 7 6
// expect: 5 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function pair(a: u32, b: u32): void {
  printU64(u64(a));
  print(" ");
  printU64(u64(b));
  newline();
}
export function main(): i32 {
  let x: u32 = 5;
  const a = x++;
  pair(a, x);
  const b = ++x;
  pair(b, x);
  const c = x--;
  pair(c, x);
  const d = --x;
  pair(d, x);
  return 0;
}
