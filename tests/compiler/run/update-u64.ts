// Assignments with operators to a field of u64 through a pointer.
// expect: 6510698343141588732
// expect: 6510698343141588725
// expect: 1085350955715214559
// expect: 17361393117994337056
// expect: 17361393117994337061
// expect: 5787131037027172901
// expect: 4701780074399139988
// expect: 2350890037199569994
// expect: 2350890037199569995
// expect: 2350890037199569993
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class Cell extends Struct {
  before: u8;
  it: u64;
  after: u8;
}
let cell: Cell = { before: 255, it: 6510698343141588719, after: 255 };
function show(value: u64): void {
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
  p.it ^= 18446744073709551615;
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
