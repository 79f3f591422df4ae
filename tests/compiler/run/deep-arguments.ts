// Calls inside of calls, with every argument register in use.
// expect: 84
// expect: 55
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function eight(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64): u64 {
  return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 - h * 8;
}
function seven(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64): u64 {
  return a + b + c + d + e + f + g;
}
export function main(): i32 {
  printU64(
    eight(
      1,
      seven(1, 0, 0, 0, 0, 0, 1),
      3,
      seven(1, 1, 1, 1, 0, 0, 0),
      5,
      6,
      seven(1, 1, 1, 1, 1, 1, 1),
      seven(7, 0, 0, 0, 0, 0, 0) - 0,
    ) - 0,
  );
  newline();
  printU64(seven(1, 2, 3, 4, seven(5, 0, 0, 0, 0, 0, 0), 6, seven(7, 8, 9, 10, 0, 0, 0)));
  newline();
  return 0;
}
