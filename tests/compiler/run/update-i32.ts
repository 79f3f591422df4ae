// Assignments with operators to a field of i32 through a pointer.
// expect: -559038750
// expect: -559038757
// expect: -1677116271
// expect: -470367378
// expect: -470367377
// expect: -1029406097
// expect: 177342908
// expect: 88671454
// expect: 88671455
// expect: 88671453
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: i32;
  after: u8;
}
let cell: Cell = { before: 255, it: -559038737, after: 255 };
function show(value: i32): void {
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
  p.it ^= 2147483647;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= -559038737;
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
