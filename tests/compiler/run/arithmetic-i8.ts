// Every operator on i8, at its limits.
// expect: -13 13 0 0 0 0 -13 -13 0 -1
// expect: 127 -127 0 0 0 0 127 127 0 -1
// expect: -17 17 0 0 0 0 -17 -17 0 -1
// expect: -12 14 -13 0 1 1 -13 -14 -1 -2
// expect: -128 -126 127 0 1 1 127 126 -1 -2
// expect: -16 18 -17 0 1 1 -17 -18 -1 -2
// expect: -14 12 13 0 -1 -13 -1 12 1 0
// expect: 126 -128 -127 0 -1 127 -1 -128 1 0
// expect: -18 16 17 0 -1 -17 -1 16 1 0
// expect: -6 20 -91 0 7 3 -9 -12 -7 -8
// expect: -122 -120 121 0 7 7 127 120 -7 -8
// expect: -10 24 -119 0 7 7 -17 -24 -7 -8
// expect: -26 0 -87 1 0 -13 -13 0 13 12
// expect: 114 116 -115 0 -13 115 -1 -116 13 12
// expect: -30 4 -35 0 -13 -29 -1 28 13 12
// expect: 114 -116 -115 -9 10 115 -1 -116 -127 -128
// expect: -2 0 1 1 0 127 127 0 -127 -128
// expect: 110 -112 -111 -7 8 111 -1 -112 -127 -128
// expect: 115 -115 -128 9 -11 -128 -13 115 -128 127
// expect: -1 1 -128 -1 -1 0 -1 -1 -128 127
// expect: 111 -111 -128 7 -9 -128 -17 111 -128 127
// expect: -30 -4 -35 1 -4 -29 -1 28 17 16
// expect: 110 112 -111 0 -17 111 -1 -112 17 16
// expect: -34 0 33 1 0 -17 -17 0 17 16
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

function show(value: i8): void {
  printI64(i64(value));
  print(" ");
}
function all(a: i8, b: i8): void {
  show(a + b);
  show(a - b);
  show(a * b);
  show(a / b);
  show(a % b);
  show(a & b);
  show(a | b);
  show(a ^ b);
  show(-a);
  printI64(i64(~a));
  newline();
}
const values: array<i8, 8> = [0, 1, -1, 7, -13, 127, -128, -17];
export function main(): i32 {
  for (let i: usize = 0; i < values.length; i++) {
    all(values[i], values[4]);
    all(values[i], values[5]);
    all(values[i], values[7]);
  }
  return 0;
}
