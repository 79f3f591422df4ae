// A debug build says where unreachable() was reached.
// expect: 7
// traps: unreachable
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function seven(x: u32): u64 {
  switch (x) {
    case 7:
      return 7;
  }
  return unreachable();
}
export function main(): i32 {
  printU64(seven(7));
  newline();
  printU64(seven(8));
  return 0;
}
