// Binary search; what is not there.
// expect: 0 7 15 -1 -1
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const list: array<i32, 16> = [-50, -40, -3, -1, 0, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233];
function find(x: i32): i64 {
  let low: i64 = 0;
  let high = i64(list.length) - 1;
  while (low <= high) {
    const middle = low + ((high - low) >> 1);
    const at = list[middle];
    if (at === x) return middle;
    if (at < x) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
export function main(): i32 {
  printI64(find(-50));
  print(" ");
  printI64(find(5));
  print(" ");
  printI64(find(233));
  print(" ");
  printI64(find(-51));
  print(" ");
  printI64(find(1));
  newline();
  return 0;
}
