// Division drops the fraction toward zero; the remainder has the dividend's sign.
// expect: -3
// expect: -1
// expect: -3
// expect: 1
// expect: 3
// expect: -1
// expect: 1431655765
// expect: 2863311530
import { newline, printI64 } from "../../../kernel/lib/linux.ts";

function line(value: i64): void {
  printI64(value);
  newline();
}

export function main(): i32 {
  const a: i32 = -7;
  const b: i32 = 7;
  const two: i32 = 2;
  line(i64(a / two));
  line(i64(a % two));
  line(i64(b / -two));
  line(i64(b % -two));
  line(i64(a / -two));
  line(i64(a % -two));
  const c: i64 = 0xffff_ffff;
  line(c / 3);
  const d: u32 = 0xffff_fffe;
  line((i64(d) * 2 + 4) / 3 - 0);
  return 0;
}
