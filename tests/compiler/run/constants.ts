// Constants without a type are exact, and take the type of what they meet.
// expect: 4096 65535
// expect: 18446744073709551615
// expect: 12 3
// expect: 1099511627775
// expect: -128
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

const PAGE = 1 << 12;
const MASK = (1 << 16) - 1;
const HUGE = (1 << 64) - 1;
const MIXED = (PAGE / 1024) * 3;
const sizeofEntry = 8;
const ENTRIES: u32 = PAGE / sizeofEntry;
class E extends Struct {
  x: u64;
}
static_assert(sizeof<E>() === sizeofEntry && ENTRIES === 512);
export function main(): i32 {
  const a: u16 = PAGE;
  const b: u32 = MASK;
  printU64(u64(a));
  print(" ");
  printU64(u64(b));
  newline();
  printU64(HUGE);
  newline();
  const LOCAL = MIXED / 4;
  const c: u8 = MIXED;
  printU64(u64(c));
  print(" ");
  printU64(LOCAL);
  newline();
  printU64((1 << 40) - 1);
  newline();
  const d: i8 = -(1 << 7);
  printI64(i64(d));
  newline();
  return 0;
}
