// A debug build checks for null.
// expect: before
// traps: null pointer
import { print } from "../../../kernel/lib/linux.ts";

class P extends Struct {
  n: i32;
}
let p: ptr<P> | null = null;
export function main(): i32 {
  print("before\n");
  return p!.n;
}
