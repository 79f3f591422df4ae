// Shifts of i32 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 -2147483648 0 32 0
// expect: -1 -1 -2 -1 -8 -1 -2147483648 -1 -32 -1
// expect: 7 7 14 3 56 0 -2147483648 0 224 0
// expect: -13 -13 -26 -7 -104 -2 -2147483648 -1 -416 -1
// expect: 2147483647 2147483647 -2 1073741823 -8 268435455 -2147483648 0 -32 32767
// expect: -2147483648 -2147483648 0 -1073741824 0 -268435456 0 -1 0 -32768
// expect: -559038737 -559038737 -1118077474 -279519369 -177342600 -69879843 -2147483648 -1 -709370400 -8531
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const values: array<i32, 8> = [0, 1, -1, 7, -13, 2147483647, -2147483648, -559038737];
const counts: array<u8, 4> = [0, 1, 3, 31];
function show(value: i32): void {
  printI64(i64(value));
  print(" ");
}
export function main(): i32 {
  for (let i: usize = 0; i < values.length; i++) {
    const a = values[i];
    for (let j: u32 = 0; j < 4; j++) {
      show(a << counts[j]);
      show(a >> counts[j]);
    }
    show(a << 5);
    const value = a >> 16;
    printI64(i64(value));
    newline();
  }
  return 0;
}
