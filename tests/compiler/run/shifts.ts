// Shifts go by the sign of their left side; counts are taken modulo the width.
// expect: 4294967280
// expect: -4
// expect: 1073741820
// expect: 1
// expect: 128
// expect: 2
// expect: 2
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

function line(value: i64): void {
  printI64(value);
  newline();
}

export function main(): i32 {
  const a: i32 = -16;
  const u = truncate<u32>(a);
  line(i64(u));
  line(i64(a >> 2));
  line(i64(u >> 2));
  line(i64(u >> 31));
  const b: u8 = 1;
  line(i64(b << 7));
  let count: u32 = 9;
  line(i64(b << count));
  let wide: u64 = 65;
  const c: i64 = 1;
  line(c << wide);
  count++;
  wide++;
  return 0;
}
