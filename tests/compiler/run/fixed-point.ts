// Fixed-point arithmetic with wide products.
// expect: 3.14159
// expect: -2.5
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const ONE: i64 = 1 << 32;
function multiply(a: i64, b: i64): i64 {
  return (mulHigh(a, b) << 32) | truncate<i64>(truncate<u64>(a * b) >> 32);
}
function show(x: i64, digits: u32): void {
  let rest = x;
  if (rest < 0) {
    print("-");
    rest = -rest;
  }
  printI64(rest >> 32);
  print(".");
  for (let i: u32 = 0; i < digits; i++) {
    rest = (rest & (ONE - 1)) * 10;
    printI64(rest >> 32);
  }
  newline();
}
export function main(): i32 {
  // Machin: π = 16 arctan(1/5) − 4 arctan(1/239)
  show(16 * arctan(5) - 4 * arctan(239), 5);
  show(multiply(-5 * ONE, ONE / 2), 1);
  return 0;
}
function arctan(inverse: i64): i64 {
  let term = ONE / inverse;
  let sum = term;
  for (let k: i64 = 3; term !== 0; k += 2) {
    term = -term / (inverse * inverse);
    sum += term / k;
  }
  return sum;
}
