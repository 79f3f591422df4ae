// Ten arguments of several widths: six in registers, the rest on the stack.
// expect: 1 2 3 4 5 6 7 8 9 10
// expect: -1 255 -2 65535
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

function show(a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64, i: u8, j: u64): void {
  printU64(u64(a));
  print(" ");
  printU64(u64(b));
  print(" ");
  printU64(u64(c));
  print(" ");
  printU64(d);
  print(" ");
  printI64(i64(e));
  print(" ");
  printI64(i64(f));
  print(" ");
  printI64(i64(g));
  print(" ");
  printI64(h);
  print(" ");
  printU64(u64(i));
  print(" ");
  printU64(j);
  newline();
}
function narrow(a: i8, b: u8, _c: u64, _d: u64, _e: u64, _f: u64, g: i16, h: u16): void {
  printI64(i64(a));
  print(" ");
  printU64(u64(b));
  print(" ");
  printI64(i64(g));
  print(" ");
  printU64(u64(h));
  newline();
}
export function main(): i32 {
  show(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  narrow(-1, 255, 0, 0, 0, 0, -2, 65535);
  return 0;
}
