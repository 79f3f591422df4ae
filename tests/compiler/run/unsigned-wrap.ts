// Unsigned arithmetic wraps at its own width: there is no promotion.
// expect: 44
// expect: 65535
// expect: 4294967295
// expect: 0
// expect: 18446744073709551615
// expect: 144
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function line(value: u64): void {
  printU64(value);
  newline();
}

export function main(): i32 {
  const a: u8 = 200;
  const b: u8 = 100;
  line(u64(a + b));
  let c: u16 = 0;
  c--;
  line(u64(c));
  let d: u32 = 0;
  d -= 1;
  line(u64(d));
  line(u64(d + 1));
  let e: u64 = 0;
  e--;
  line(e);
  const f: u8 = 20;
  line(u64(f * f));
  return 0;
}
