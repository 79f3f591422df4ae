// Generic functions, told by their arguments or written.
// expect: 9 -2
// expect: 2 1
// expect: 30
// expect: 4 8 1
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

function max<T extends number>(a: T, b: T): T {
  return a > b ? a : b;
}
function swap<T>(a: ptr<T>, b: ptr<T>): void {
  const t: T = a.value;
  a.value = b.value;
  b.value = t;
}
function total<T extends number>(list: ptr<T>, count: usize): T {
  let sum = 0 as T;
  for (let i: usize = 0; i < count; i++) sum = (sum + list[i]) as T;
  return sum;
}
function width<T>(): usize {
  return sizeof<T>();
}
const list: array<u16, 3> = [5, 10, 15];
export function main(): i32 {
  const a: u8 = 9;
  printU64(u64(max(a, 3)));
  print(" ");
  printI64(i64(max<i16>(-5, -2)));
  newline();
  let x: u64 = 1;
  let y: u64 = 2;
  swap(addressOf(x), addressOf(y));
  printU64(x);
  print(" ");
  printU64(y);
  newline();
  printU64(u64(total(addressOf(list[0]), 3)));
  newline();
  printU64(width<u32>());
  print(" ");
  printU64(width<ptr<u8>>());
  print(" ");
  printU64(width<bool>());
  newline();
  return 0;
}
