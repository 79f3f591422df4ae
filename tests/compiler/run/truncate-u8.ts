// The low bits of u8 as every other integer.
// expect: 0 0 0 0 0 0 0 0
// expect: 1 1 1 1 1 1 1 1
// expect: 2 2 2 2 2 2 2 2
// expect: 7 7 7 7 7 7 7 7
// expect: 13 13 13 13 13 13 13 13
// expect: 255 255 255 255 -1 255 255 255
// expect: 128 128 128 128 -128 128 128 128
// expect: 239 239 239 239 -17 239 239 239
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u8, 8> = [0, 1, 2, 7, 13, 255, 128, 239];
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
