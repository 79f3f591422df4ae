// A const that changes through its address is a variable; one whose address nobody takes is its value.
// expect: 3 3 7
// expect: 9 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const count: u32 = 0;
const kept: u64 = 7;
class Limits extends Struct {
  x: u32;
  static readonly most: u64 = 4;
}
function seen(): u32 {
  return count;
}
const before: u64 = 5;
function raise(at: ptr<u64>): void {
  at.value = 9;
}
const raised: u64 = 1;
export function main(): i32 {
  atomicAdd(addressOf(count), 3);
  printU64(u64(count));
  print(" ");
  printU64(u64(seen()));
  print(" ");
  printU64(kept);
  newline();
  raise(addressOf(raised));
  printU64(raised);
  print(" ");
  atomicAdd(addressOf(Limits.most), 1);
  printU64(before === 5 ? Limits.most : 0);
  newline();
  return 0;
}
