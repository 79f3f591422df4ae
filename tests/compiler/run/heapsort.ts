// Heapsort, generic over the elements.
// expect: ordered ordered
// expect: 4 251
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function siftDown<T extends number>(list: ptr<T>, start: usize, end: usize): void {
  let root = start;
  while (root * 2 + 1 < end) {
    let child = root * 2 + 1;
    if (child + 1 < end && list[child] < list[child + 1]) child++;
    if (list[root] >= list[child]) return;
    const t: T = list[root];
    list[root] = list[child];
    list[child] = t;
    root = child;
  }
}
function heapsort<T extends number>(list: ptr<T>, count: usize): void {
  for (let start = count / 2; start > 0; start--) siftDown(list, start - 1, count);
  for (let end = count - 1; end > 0; end--) {
    const t: T = list[end];
    list[end] = list[0];
    list[0] = t;
    siftDown(list, 0, end);
  }
}
function ordered<T extends number>(list: ptr<T>, count: usize): bool {
  for (let i: usize = 1; i < count; i++) if (list[i - 1] > list[i]) return false;
  return true;
}
const bytes1: array<u8, 64> = zeroed();
const longs: array<i64, 64> = zeroed();
export function main(): i32 {
  let x: u32 = 12345;
  for (let i: usize = 0; i < 64; i++) {
    x = x * 1664525 + 1013904223;
    bytes1[i] = truncate<u8>(x >> 8);
    longs[i] = i64(x) - 0x8000_0000;
  }
  heapsort(addressOf(bytes1[0]), 64);
  heapsort(addressOf(longs[0]), 64);
  print(ordered(addressOf(bytes1[0]), 64) ? "ordered" : "not ordered");
  print(" ");
  print(ordered(addressOf(longs[0]), 64) ? "ordered" : "not ordered");
  newline();
  printU64(u64(bytes1[0]));
  print(" ");
  printU64(u64(bytes1[63]));
  newline();
  return 0;
}
