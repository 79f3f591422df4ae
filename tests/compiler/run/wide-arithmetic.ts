// The high half of products, and division of 128 bits by 64.
// expect: 18446744073709551614
// expect: -1 0
// expect: 1 1
// expect: 4294967296
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  const ones = ~u64(0);
  printU64(mulHigh(ones, ones));
  newline();
  const a: i64 = -5;
  printI64(mulHigh(a, 3));
  print(" ");
  printI64(mulHigh(a, a));
  newline();
  printU64(divWide(1, 1, ones));
  print(" ");
  printU64(remWide(0, 10, 3));
  newline();
  printU64(divWide(1, 0, 0x1_0000_0000));
  newline();
  return 0;
}
