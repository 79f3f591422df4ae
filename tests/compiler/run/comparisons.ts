// Signed and unsigned comparisons differ.
// expect: true false
// expect: false true
// expect: true true false
// expect: true
import { newline, print, printBool } from "../../../kernel/lib/linux.ts";

function show(a: bool, b: bool): void {
  printBool(a);
  print(" ");
  printBool(b);
}
export function main(): i32 {
  const a: i32 = -1;
  const b: i32 = 1;
  show(a < b, a >= b);
  newline();
  const c = truncate<u32>(a);
  const d = truncate<u32>(b);
  show(c < d, c >= d);
  newline();
  // biome-ignore lint/suspicious/noSelfCompare: what is the same is what is tested
  show(a <= a, c === c);
  print(" ");
  // biome-ignore lint/suspicious/noSelfCompare: NaN is not equal to itself
  printBool(a !== a);
  newline();
  const e: u8 = 255;
  printBool(e > 127 && e > 254 && !(e > 255 - 0) && i32(e) > a);
  newline();
  return 0;
}
