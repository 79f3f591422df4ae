// Every compound assignment, on a variable, a field and an element; the place is evaluated once.
// expect: 15
// expect: 12
// expect: 36
// expect: 9
// expect: 1
// expect: 8
// expect: 2
// expect: 3
// expect: 11
// expect: 10
// expect: 1
// expect: 6
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function line(value: u64): void {
  printU64(value);
  newline();
}

class Box extends Struct {
  n: u32;
}
let calls: u32 = 0;
const list: array<u32, 2> = [5, 1];
function index(): u32 {
  calls++;
  return 1;
}
export function main(): i32 {
  let x: u32 = 10;
  x += 5;
  line(u64(x));
  x -= 3;
  line(u64(x));
  x *= 3;
  line(u64(x));
  x /= 4;
  line(u64(x));
  x %= 4;
  line(u64(x));
  x <<= 3;
  line(u64(x));
  x >>= 2;
  line(u64(x));
  x |= 1;
  line(u64(x));
  const box: Box = init({ n: 11 });
  line(u64(box.n));
  box.n &= 10;
  line(u64(box.n));
  list[index()] ^= 7;
  line(u64(calls));
  line(u64(list[1]));
  return 0;
}
