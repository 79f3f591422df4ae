// A debug build checks for division by zero.
// expect: 3
// traps: division by zero
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function divide(a: u32, b: u32): u32 {
  return a / b;
}
export function main(): i32 {
  printU64(u64(divide(9, 3)));
  newline();
  return i32(divide(1, 0));
}
