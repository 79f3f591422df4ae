// A debug build checks conversions between signed and unsigned.
// expect: 5
// traps: value does not fit
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function index(x: i64): u64 {
  return u64(x);
}
export function main(): i32 {
  printU64(index(5));
  newline();
  printU64(index(-1));
  return 0;
}
