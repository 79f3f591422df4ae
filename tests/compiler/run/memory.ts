// memcpy, memmove and memset.
// expect: abcdef
// expect: ababcd
// expect: cdcdcd
// expect: ---bcd
// expect: 0
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const a: array<u8, 7> = bytes("abcdef");
export function main(): i32 {
  const b: array<u8, 16> = zeroed();
  const p = addressOf(b[0]);
  memcpy(p, addressOf(a[0]), 7);
  print(p);
  newline();
  memmove(p.offset(2), p, 4);
  print(p);
  newline();
  const c: array<u8, 7> = bytes("cdcdcd");
  b[0] = c[0];
  memmove(p, addressOf(c), sizeof<array<u8, 7>>());
  print(p);
  newline();
  memcpy(p, addressOf(a), 7);
  memmove(p.offset(2), p, 4);
  memset(p, char("-"), 3);
  print(p);
  newline();
  const big: array<u64, 40> = zeroed();
  memset(addressOf(big), 255, 320);
  memset(addressOf(big), 0, sizeof<array<u64, 40>>());
  let sum: u64 = 0;
  for (let i: usize = 0; i < big.length; i++) sum += big[i];
  printU64(sum);
  newline();
  return 0;
}
