// Stores through mmio are all made, in order, around others.
// expect: 5 1
// expect: 3
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

let port: u32 = 0;
let plain: u32 = 0;
export function main(): i32 {
  const p = mmio<u32>(address(addressOf(port)));
  plain = 1;
  p.value = 4;
  p.value = p.value + 1;
  printU64(u64(port));
  print(" ");
  printU64(u64(plain));
  newline();
  let reads: u64 = 0;
  p.value = 3;
  while (p.value > 0) {
    p.value--;
    reads++;
  }
  printU64(reads);
  newline();
  return 0;
}
