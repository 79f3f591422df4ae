// Assignments with operators to a field of u16 through a pointer.
// expect: 48892
// expect: 48885
// expect: 15583
// expect: 49952
// expect: 49957
// expect: 33317
// expect: 2196
// expect: 1098
// expect: 1099
// expect: 1097
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: u16;
  after: u8;
}
let cell: Cell = { before: 255, it: 48879, after: 255 };
function show(value: u16): void {
  printU64(u64(value));
  newline();
}
export function main(): i32 {
  const p = addressOf(cell);
  p.it += 13;
  show(p.it);
  p.it -= 7;
  show(p.it);
  p.it *= 3;
  show(p.it);
  p.it ^= 65535;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= 48879;
  show(p.it);
  p.it <<= 2;
  show(p.it);
  p.it >>= 1;
  show(p.it);
  p.it++;
  show(p.it);
  p.it--;
  --p.it;
  show(p.it);
  return p.before === 255 && p.after === 255 ? 0 : 1;
}
