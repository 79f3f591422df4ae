// Fields, elements and methods of values that no variable holds.
// expect: 4
// expect: 20
// expect: 9
// expect: 7
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class P extends Struct {
  x: u64;
  list: array<u64, 3>;
  double(): u64 {
    return this.x * 2;
  }
}
function make(x: u64): P {
  return init({ x, list: [x * 10, x * 20, x * 30] });
}
function inner(): ptr<P> {
  return addressOf(kept);
}
let kept: P = zeroed();
export function main(): i32 {
  printU64(make(4).x);
  newline();
  printU64(make(1).list[1]);
  newline();
  kept = make(3);
  kept.list[make(1).x] = 9;
  printU64(inner().list[1]);
  newline();
  printU64(make(3).double() + make(1).x);
  newline();
  return 0;
}
