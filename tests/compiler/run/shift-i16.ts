// Shifts of i16 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 -32768 0 32 0
// expect: -1 -1 -2 -1 -8 -1 -32768 -1 -32 -1
// expect: 7 7 14 3 56 0 -32768 0 224 0
// expect: -13 -13 -26 -7 -104 -2 -32768 -1 -416 -1
// expect: 32767 32767 -2 16383 -8 4095 -32768 0 -32 127
// expect: -32768 -32768 0 -16384 0 -4096 0 -1 0 -128
// expect: -16657 -16657 32222 -8329 -2184 -2083 -32768 -1 -8736 -66
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const values: array<i16, 8> = [0, 1, -1, 7, -13, 32767, -32768, -16657];
const counts: array<u8, 4> = [0, 1, 3, 15];
function show(value: i16): void {
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
    const value = a >> 8;
    printI64(i64(value));
    newline();
  }
  return 0;
}
