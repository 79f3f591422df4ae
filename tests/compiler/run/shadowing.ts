// Inner names hide outer ones.
// expect: 1 2 3 2 1
// expect: 7
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const x: u64 = 1;
function show(n: u64): void {
  if (n !== 1 || shown) print(" ");
  printU64(n);
  shown = true;
}
let shown = false;
function f(x: u64): u64 {
  {
    const x: u64 = 7;
    if (x === 7) return x;
  }
  return x;
}
export function main(): i32 {
  show(x);
  {
    const x: u64 = 2;
    show(x);
    for (let x: u64 = 3; x < 4; x++) show(x);
    show(x);
  }
  show(x);
  newline();
  printU64(f(1));
  newline();
  return 0;
}
