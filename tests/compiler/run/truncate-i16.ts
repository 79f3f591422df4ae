// The low bits of i16 as every other integer.
// expect: 0 0 0 0 0 0 0 0
// expect: 1 1 1 1 1 1 1 1
// expect: 255 65535 4294967295 18446744073709551615 -1 -1 -1 -1
// expect: 7 7 7 7 7 7 7 7
// expect: 243 65523 4294967283 18446744073709551603 -13 -13 -13 -13
// expect: 255 32767 32767 32767 -1 32767 32767 32767
// expect: 0 32768 4294934528 18446744073709518848 0 -32768 -32768 -32768
// expect: 239 48879 4294950639 18446744073709534959 -17 -16657 -16657 -16657
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<i16, 8> = [0, 1, -1, 7, -13, 32767, -32768, -16657];
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
