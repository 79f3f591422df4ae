// Shifts of u16 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 32768 0 32 0
// expect: 2 2 4 1 16 0 0 0 64 0
// expect: 7 7 14 3 56 0 32768 0 224 0
// expect: 13 13 26 6 104 1 32768 0 416 0
// expect: 65535 65535 65534 32767 65528 8191 32768 1 65504 255
// expect: 32768 32768 0 16384 0 4096 0 1 0 128
// expect: 48879 48879 32222 24439 63352 6109 32768 1 56800 190
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u16, 8> = [0, 1, 2, 7, 13, 65535, 32768, 48879];
const counts: array<u8, 4> = [0, 1, 3, 15];
function show(value: u16): void {
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
    const value = a >> 8;
    printU64(u64(value));
    newline();
  }
  return 0;
}
