// Assignments with operators to a field of i64 through a pointer.
// expect: 6510698343141588706
// expect: 6510698343141588699
// expect: 1085350955715214481
// expect: 8138021081139561326
// expect: 8138021081139561327
// expect: 5787131037027172975
// expect: 4701780074399140284
// expect: 2350890037199570142
// expect: 2350890037199570143
// expect: 2350890037199570141
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: i64;
  after: u8;
}
let cell: Cell = { before: 255, it: 6510698343141588719, after: 255 };
function show(value: i64): void {
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
  p.it ^= 9223372036854775807;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= 6510698343141588719;
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
