// The low bits of i32 as every other integer.
// expect: 0 0 0 0 0 0 0 0
// expect: 1 1 1 1 1 1 1 1
// expect: 255 65535 4294967295 18446744073709551615 -1 -1 -1 -1
// expect: 7 7 7 7 7 7 7 7
// expect: 243 65523 4294967283 18446744073709551603 -13 -13 -13 -13
// expect: 255 65535 2147483647 2147483647 -1 -1 2147483647 2147483647
// expect: 0 0 2147483648 18446744071562067968 0 0 -2147483648 -2147483648
// expect: 239 48879 3735928559 18446744073150512879 -17 -16657 -559038737 -559038737
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<i32, 8> = [0, 1, -1, 7, -13, 2147483647, -2147483648, -559038737];
export function main(): i32 {
  for (let i: usize = 0; i < values.length; i++) {
    {
      const value = truncate<u8>(values[i]);
      printU64(u64(value));
      print(" ");
    }
    {
      const value = truncate<u16>(values[i]);
      printU64(u64(value));
      print(" ");
    }
    {
      const value = truncate<u32>(values[i]);
      printU64(u64(value));
      print(" ");
    }
    {
      const value = truncate<u64>(values[i]);
      printU64(u64(value));
      print(" ");
    }
    {
      const value = truncate<i8>(values[i]);
      printI64(i64(value));
      print(" ");
    }
    {
      const value = truncate<i16>(values[i]);
      printI64(i64(value));
      print(" ");
    }
    {
      const value = truncate<i32>(values[i]);
      printI64(i64(value));
      print(" ");
    }
    {
      const value = truncate<i64>(values[i]);
      printI64(i64(value));
      newline();
    }
  }
  return 0;
}
