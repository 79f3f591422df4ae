// What does not change in a loop, and what only seems so.
// expect: 4950 10
// expect: 55
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

let scale: u64 = 1;
function touch(): void {
  scale++;
}
export function main(): i32 {
  let sum: u64 = 0;
  const p = addressOf(scale);
  for (let i: u64 = 0; i < 100; i++) sum += i * p.value;
  printU64(sum);
  print(" ");
  scale = 0;
  for (let i: u64 = 0; i < 10; i++) touch();
  printU64(scale);
  newline();
  let total: u64 = 0;
  scale = 0;
  while (scale < 10) {
    touch();
    total += scale;
  }
  printU64(total);
  newline();
  return 0;
}
