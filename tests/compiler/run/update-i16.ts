// Assignments with operators to a field of i16 through a pointer.
// expect: -16670
// expect: -16677
// expect: 15505
// expect: 17262
// expect: 17263
// expect: 623
// expect: 2492
// expect: 1246
// expect: 1247
// expect: 1245
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: i16;
  after: u8;
}
let cell: Cell = { before: 255, it: -16657, after: 255 };
function show(value: i16): void {
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
  p.it ^= 32767;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= -16657;
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
