// Packed structures are read and written where they lie.
// expect: 10
// expect: 0x1234 0x1122334455667788
// expect: 0xffff1234
import { newline, print, printHex, printU64 } from "../../../kernel/lib/linux.ts";

/** @packed */
class Pointer1 extends Struct {
  limit: u16;
  base: u64;
}
export function main(): i32 {
  printU64(sizeof<Pointer1>());
  newline();
  const p: Pointer1 = { limit: 0x1234, base: 0x1122_3344_5566_7788 };
  printHex(u64(p.limit));
  print(" ");
  printHex(p.base);
  newline();
  p.base = ~u64(0);
  printHex(u64(cast<u32>(addressOf(p)).value));
  newline();
  return 0;
}
