// The sieve of Eratosthenes.
// expect: 1229 9973
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const LIMIT = 10000;
const composite: array<bool, typeof LIMIT> = zeroed();
export function main(): i32 {
  let count: u64 = 0;
  let last: u64 = 0;
  for (let i: usize = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    count++;
    last = i;
    for (let j = i * i; j < LIMIT; j += i) composite[j] = true;
  }
  printU64(count);
  print(" ");
  printU64(last);
  newline();
  return 0;
}
