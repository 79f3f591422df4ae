// Assignments with operators to a field of u32 through a pointer.
// expect: 3735928572
// expect: 3735928565
// expect: 2617851103
// expect: 1677116192
// expect: 1677116197
// expect: 1118077477
// expect: 177342612
// expect: 88671306
// expect: 88671307
// expect: 88671305
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: u32;
  after: u8;
}
let cell: Cell = { before: 255, it: 3735928559, after: 255 };
function show(value: u32): void {
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
  p.it ^= 4294967295;
  show(p.it);
  p.it |= 5;
  show(p.it);
  p.it &= 3735928559;
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
