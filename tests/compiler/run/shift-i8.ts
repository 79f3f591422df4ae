// Shifts of i8 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 -128 0 32 0
// expect: -1 -1 -2 -1 -8 -1 -128 -1 -32 -1
// expect: 7 7 14 3 56 0 -128 0 -32 0
// expect: -13 -13 -26 -7 -104 -2 -128 -1 96 -1
// expect: 127 127 -2 63 -8 15 -128 0 -32 7
// expect: -128 -128 0 -64 0 -16 0 -1 0 -8
// expect: -17 -17 -34 -9 120 -3 -128 -1 -32 -2
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const values: array<i8, 8> = [0, 1, -1, 7, -13, 127, -128, -17];
const counts: array<u8, 4> = [0, 1, 3, 7];
function show(value: i8): void {
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
    const value = a >> 4;
    printI64(i64(value));
    newline();
  }
  return 0;
}
