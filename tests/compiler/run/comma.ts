// The comma evaluates both and gives the right one.
// expect: 3
// expect: 10 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  let x: u64 = 1;
  // biome-ignore lint/complexity/noCommaOperator: the operator is what is tested
  const y = (x++, x++, x);
  printU64(y);
  newline();
  let i: u64 = 0;
  let j: u64 = 10;
  for (i = 0, j = 0; i < 5; i++, j += 2);
  printU64(j);
  print(" ");
  printU64(i);
  newline();
  return 0;
}
