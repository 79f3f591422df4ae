// The longest chain below 3000.
// expect: 2919 216
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function steps(start: u64): u32 {
  let count: u32 = 0;
  for (let n = start; n !== 1; count++) n = n % 2 === 0 ? n / 2 : n * 3 + 1;
  return count;
}
export function main(): i32 {
  let best: u64 = 1;
  let most: u32 = 0;
  for (let n: u64 = 1; n < 3000; n++) {
    const count = steps(n);
    if (count > most) {
      most = count;
      best = n;
    }
  }
  printU64(best);
  print(" ");
  printU64(u64(most));
  newline();
  return 0;
}
