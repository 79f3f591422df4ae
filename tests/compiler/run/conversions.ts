// Every conversion between integers, and truncate.
// expect: 255 -1 65535 18446744073709551615
// expect: 200 -56
// expect: 4294967295
// expect: 1 0
// expect: 7
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  const a: i8 = -1;
  printU64(u64(truncate<u8>(a)));
  print(" ");
  printI64(i64(a));
  print(" ");
  printU64(u64(truncate<u16>(a)));
  print(" ");
  printU64(truncate<u64>(a));
  newline();
  const b: u8 = 200;
  printI64(i64(b));
  print(" ");
  printI64(i64(truncate<i8>(b)));
  newline();
  const c: i64 = -1;
  printU64(u64(truncate<u32>(c)));
  newline();
  printU64(u64(true));
  print(" ");
  printU64(u64(c > 0));
  newline();
  const d: u64 = 7;
  printU64(u64(u8(d)));
  newline();
  return 0;
}
