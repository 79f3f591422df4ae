// Shifts of u8 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 128 0 32 0
// expect: 2 2 4 1 16 0 0 0 64 0
// expect: 7 7 14 3 56 0 128 0 224 0
// expect: 13 13 26 6 104 1 128 0 160 0
// expect: 255 255 254 127 248 31 128 1 224 15
// expect: 128 128 0 64 0 16 0 1 0 8
// expect: 239 239 222 119 120 29 128 1 224 14
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u8, 8> = [0, 1, 2, 7, 13, 255, 128, 239];
const counts: array<u8, 4> = [0, 1, 3, 7];
function show(value: u8): void {
  printU64(u64(value));
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
    printU64(u64(value));
    newline();
  }
  return 0;
}
