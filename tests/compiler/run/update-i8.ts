// Assignments with operators to a field of i8 through a pointer.
// expect: -30
// expect: -37
// expect: -111
// expect: -18
// expect: -17
// expect: -17
// expect: -68
// expect: -34
// expect: -33
// expect: -35
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: i8;
  after: u8;
}
let cell: Cell = { before: 255, it: -17, after: 255 };
function show(value: i8): void {
  printI64(i64(value));
  newline();
}
export function main(): i32 {
  const p = addressOf(cell);
  p.it += -13;
  show(p.it);
  p.it -= 7;
  show(p.it);
  p.it *= 3;
  show(p.it);
  p.it ^= 127;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= -17;
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
