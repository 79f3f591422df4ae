// The fields of a union share their bytes.
// expect: 0x3ff0000000000000
// expect: 0x44 0x3344
// expect: 0x7788
import { newline, print, printHex } from "../../../kernel/lib/linux.ts";

class Word extends Union {
  float: f64;
  bits: u64;
  bytes: array<u8, 8>;
  half: array<u16, 4>;
}
static_assert(sizeof<Word>() === 8);
export function main(): i32 {
  const n: Word = zeroed();
  n.float = 1;
  printHex(n.bits);
  newline();
  n.bits = 0x1122_7788_5566_3344;
  printHex(u64(n.bytes[0]));
  print(" ");
  printHex(u64(n.half[0]));
  newline();
  printHex(u64(n.half[2]));
  newline();
  return 0;
}
