// Functions that call themselves and each other.
// expect: 3628800
// expect: 6765
// expect: true
// expect: 125
import { newline, printBool, printU64 } from "../../../kernel/lib/linux.ts";

function factorial(n: u64): u64 {
  return n === 0 ? 1 : n * factorial(n - 1);
}
function fibonacci(n: u32): u64 {
  if (n < 2) return u64(n);
  return fibonacci(n - 1) + fibonacci(n - 2);
}
function isEven(n: u32): bool {
  return n === 0 || isOdd(n - 1);
}
function isOdd(n: u32): bool {
  return n !== 0 && isEven(n - 1);
}
function ackermann(m: u64, n: u64): u64 {
  if (m === 0) return n + 1;
  if (n === 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}
export function main(): i32 {
  printU64(factorial(10));
  newline();
  printU64(fibonacci(20));
  newline();
  printBool(isEven(100));
  newline();
  printU64(ackermann(3, 4));
  newline();
  return 0;
}
