// Operands and arguments are evaluated from left to right.
// expect: 1 2 3 6
// expect: 1 2
// expect: 1 2 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function say(n: u64): u64 {
  printU64(n);
  print(" ");
  return n;
}
function sum(a: u64, b: u64, c: u64): u64 {
  return a + b + c;
}
const list: array<u64, 4> = zeroed();
export function main(): i32 {
  printU64(sum(say(1), say(2), say(3)));
  newline();
  list[say(1)] = say2(2);
  newline();
  const x = say(1) + say(2) * 2;
  printU64(x);
  newline();
  return 0;
}
function say2(n: u64): u64 {
  printU64(n);
  return n;
}
