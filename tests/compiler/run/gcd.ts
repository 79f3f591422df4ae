// Greatest common divisors, by Euclid and by shifts.
// expect: 21 21
// expect: 1 1
// expect: 12 12
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function euclid(a: u64, b: u64): u64 {
  return b === 0 ? a : euclid(b, a % b);
}
function binary(a: u64, b: u64): u64 {
  if (a === 0) return b;
  if (b === 0) return a;
  const shift = ctz(a | b);
  let x = a >> ctz(a);
  let y = b;
  do {
    y >>= ctz(y);
    if (x > y) {
      const t = x;
      x = y;
      y = t;
    }
    y -= x;
  } while (y !== 0);
  return x << shift;
}
function both(a: u64, b: u64): void {
  printU64(euclid(a, b));
  print(" ");
  printU64(binary(a, b));
  newline();
}
export function main(): i32 {
  both(1071, 462);
  both(17, 4294967291);
  both(0, 12);
  return 0;
}
