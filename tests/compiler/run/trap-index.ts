// A debug build checks indices.
// expect: before
// traps: index out of range
import { print } from "../../../kernel/lib/linux.ts";

const list: array<u32, 4> = [1, 2, 3, 4];
function at(i: u32): u32 {
  return list[i];
}
export function main(): i32 {
  print("before\n");
  return i32(at(4));
}
