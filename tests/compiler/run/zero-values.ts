// Storage without a value is zero, every time control passes.
// expect: 0 0 0
// expect: 0 0 0
// expect: true 0
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class S extends Struct {
  a: u64;
  b: array<u8, 3>;
}
export function main(): i32 {
  for (let i: u32 = 0; i < 2; i++) {
    let n!: u64;
    let s!: S;
    const t: S = zeroed();
    printU64(n + s.a);
    print(" ");
    printU64(u64(s.b[2]));
    print(" ");
    printU64(t.a);
    newline();
    n = 5;
    s.a = 6;
    s.b[2] = 7;
    t.a = n + s.a;
  }
  const none: ptr<S> | null = zeroed();
  printBool(none === null);
  print(" ");
  const p: S = init({ b: [1, 2, 3] });
  printU64(p.a);
  newline();
  return 0;
}
