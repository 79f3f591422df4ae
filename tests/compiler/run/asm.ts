// Inline assembly: operands in any register, in named ones, immediates, results.
// assembly: yes
// expect: 12
// expect: 105
// expect: 5 1
// expect: true
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

function add(a: u64, b: u64): u64 {
  return asm<u64>`mov ${asm.result}, ${a}; add ${asm.result}, ${b}`;
}
function multiply(a: u64, b: u64): u64 {
  return asm<u64>({ in: { rax: a, rcx: b }, out: "rax" })`mul rcx`;
}
export function main(): i32 {
  printU64(add(5, 7));
  newline();
  printU64(multiply(15, 7));
  newline();
  let x: u64 = 4;
  const p = addressOf(x);
  asm({ clobbers: ["memory"] })`add qword [${p}], ${1}`;
  printU64(x);
  print(" ");
  printU64(u64(asm<u8>`mov ${asm.result}, ${1}`));
  newline();
  const before = readTsc();
  printBool(readTsc() >= before);
  newline();
  return 0;
}
