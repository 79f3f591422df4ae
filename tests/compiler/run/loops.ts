// while, do, for, break, continue.
// expect: 10
// expect: 1
// expect: 25
// expect: 13
// expect: 0;1;2;4;
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  let sum: u64 = 0;
  let i: u32 = 0;
  while (i < 5) {
    sum += u64(i);
    i++;
  }
  printU64(sum);
  newline();
  let rounds: u64 = 0;
  do {
    rounds++;
  } while (rounds > 5);
  printU64(rounds);
  newline();
  sum = 0;
  for (let n: u64 = 1; n < 10; n += 2) sum += n;
  printU64(sum);
  newline();
  let n: u64 = 0;
  for (;;) {
    n++;
    if (n % 13 === 0) break;
  }
  printU64(n);
  newline();
  for (let k: u64 = 0; k < 5; k++) {
    if (k === 3) continue;
    printU64(k);
    print(";");
  }
  newline();
  return 0;
}
