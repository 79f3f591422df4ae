// A debug build checks that narrowed values fit.
// expect: 255
// traps: value does not fit
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function narrow(x: u32): u8 {
  return u8(x);
}
export function main(): i32 {
  printU64(u64(narrow(255)));
  newline();
  return i32(narrow(256));
}
