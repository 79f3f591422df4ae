// A bitmap: set, clear, find.
// expect: 0 1 64 3
// expect: 4
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const map: array<u64, 4> = zeroed();
function set(n: u32): void {
  map[n / 64] |= u64(1) << (n % 64);
}
function clear(n: u32): void {
  map[n / 64] &= ~(u64(1) << (n % 64));
}
function firstClear(): u32 {
  for (let i: u32 = 0; i < 4; i++) {
    if (~map[i] !== 0) return i * 64 + u32(ctz(~map[i]));
  }
  return 256;
}
function count(): u64 {
  let total: u64 = 0;
  for (let i: u32 = 0; i < 4; i++) total += popcount(map[i]);
  return total;
}
export function main(): i32 {
  printU64(u64(firstClear()));
  set(0);
  print(" ");
  printU64(u64(firstClear()));
  for (let i: u32 = 0; i < 64; i++) set(i);
  print(" ");
  printU64(u64(firstClear()));
  clear(3);
  print(" ");
  printU64(u64(firstClear()));
  newline();
  for (let i: u32 = 1; i < 64; i++) clear(i);
  set(100);
  set(200);
  set(255);
  printU64(count());
  newline();
  return 0;
}
