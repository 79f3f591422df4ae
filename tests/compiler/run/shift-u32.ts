// Shifts of u32 by counts that vary and that do not.
// expect: 0 0 0 0 0 0 0 0 0 0
// expect: 1 1 2 0 8 0 2147483648 0 32 0
// expect: 2 2 4 1 16 0 0 0 64 0
// expect: 7 7 14 3 56 0 2147483648 0 224 0
// expect: 13 13 26 6 104 1 2147483648 0 416 0
// expect: 4294967295 4294967295 4294967294 2147483647 4294967288 536870911 2147483648 1 4294967264 65535
// expect: 2147483648 2147483648 0 1073741824 0 268435456 0 1 0 32768
// expect: 3735928559 3735928559 3176889822 1867964279 4117624696 466991069 2147483648 1 3585596896 57005
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u32, 8> = [0, 1, 2, 7, 13, 4294967295, 2147483648, 3735928559];
const counts: array<u8, 4> = [0, 1, 3, 31];
function show(value: u32): void {
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
    const value = a >> 16;
    printU64(u64(value));
    newline();
  }
  return 0;
}
