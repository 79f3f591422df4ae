// Signed arithmetic wraps in two's complement.
// expect: -128
// expect: -32768
// expect: -2147483648
// expect: -9223372036854775808
// expect: 127
// expect: -128
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

function line(value: i64): void {
  printI64(value);
  newline();
}

export function main(): i32 {
  let a: i8 = 127;
  a++;
  line(i64(a));
  let b: i16 = 32767;
  b += 1;
  line(i64(b));
  let c: i32 = 2147483647;
  c = c + 1;
  line(i64(c));
  let d: i64 = 9223372036854775807;
  d++;
  line(d);
  let e: i8 = -128;
  e--;
  line(i64(e));
  const f: i8 = -128;
  line(i64(-f));
  return 0;
}
