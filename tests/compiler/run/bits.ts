// And, or, exclusive or, complement.
// expect: 136
// expect: 238
// expect: 102
// expect: 119
// expect: 18446744073709551615
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function line(value: u64): void {
  printU64(value);
  newline();
}

export function main(): i32 {
  const a: u8 = 0xcc;
  const b: u8 = 0xaa;
  line(u64(a & b));
  line(u64(a | b));
  line(u64(a ^ b));
  line(u64(~(a & b)));
  line(~u64(0));
  return 0;
}
