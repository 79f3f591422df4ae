// Assignments with operators to a field of u8 through a pointer.
// expect: 252
// expect: 245
// expect: 223
// expect: 32
// expect: 37
// expect: 37
// expect: 148
// expect: 74
// expect: 75
// expect: 73
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: u8;
  after: u8;
}
let cell: Cell = { before: 255, it: 239, after: 255 };
function show(value: u8): void {
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
  p.it ^= 255;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= 239;
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
