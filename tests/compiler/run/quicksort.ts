// Quicksort with a comparison by function pointer.
// expect: 20530 8741091 16775973
// expect: 3020667517086122145
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u32, 200> = zeroed();
function sort(list: ptr<u32>, low: i64, high: i64, before: fn<(a: u32, b: u32) => bool>): void {
  if (low >= high) return;
  const pivot = list[(low + high) / 2];
  let i = low;
  let j = high;
  while (i <= j) {
    while (before(list[i], pivot)) i++;
    while (before(pivot, list[j])) j--;
    if (i <= j) {
      const t = list[i];
      list[i] = list[j];
      list[j] = t;
      i++;
      j--;
    }
  }
  sort(list, low, j, before);
  sort(list, i, high, before);
}
export function main(): i32 {
  let x: u32 = 12345;
  for (let i: usize = 0; i < values.length; i++) {
    x = x * 1664525 + 1013904223;
    values[i] = x >> 8;
  }
  sort(addressOf(values[0]), 0, 199, (a, b) => a < b);
  printU64(u64(values[0]));
  print(" ");
  printU64(u64(values[100]));
  print(" ");
  printU64(u64(values[199]));
  newline();
  let hash: u64 = 0;
  for (let i: usize = 0; i < values.length; i++) hash = hash * 31 + u64(values[i]);
  printU64(hash);
  newline();
  return 0;
}
