// Tags: inlining, sections, alignment.
// expect: 9 9
// expect: true true
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

/** @inline */
function add(a: u64, b: u64): u64 {
  return a + b;
}
/** @noinline */
function addApart(a: u64, b: u64): u64 {
  return a + b;
}
/** @section .text.special @align 64 */
function placed(): u64 {
  return 9;
}
/** @align 4096 */
let page: array<u8, 16> = zeroed();
export function main(): i32 {
  printU64(add(4, 5));
  print(" ");
  printU64(addApart(0, placed()));
  newline();
  page[0] = 1;
  printBool(address(addressOf(page)) % 4096 === 0);
  print(" ");
  printBool(address(placed) % 64 === 0);
  newline();
  return 0;
}
