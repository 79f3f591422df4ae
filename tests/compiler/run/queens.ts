// Eight queens, by bits.
// expect: 92
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function place(all: u32, columns: u32, left: u32, right: u32): u64 {
  if (columns === all) return 1;
  let count: u64 = 0;
  let free = all & ~(columns | left | right);
  while (free !== 0) {
    const bit = free & -free;
    free ^= bit;
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
export function main(): i32 {
  printU64(place(0xff, 0, 0, 0));
  newline();
  return 0;
}
