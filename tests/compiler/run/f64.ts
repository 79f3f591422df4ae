// Floating point: arithmetic, comparison, conversion both ways, square roots.
// expect: 7 2
// expect: 3 -3
// expect: 1414
// expect: true false true
// expect: 4503599627370496
// expect: 2500
import { newline, print, printBool, printI64 } from "../../../kernel/lib/linux.ts";

function milli(x: f64): i64 {
  return i64(x * 1000);
}
export function main(): i32 {
  const a: f64 = 4.5;
  const b: f64 = 2.5;
  printI64(i64(a + b));
  print(" ");
  printI64(i64(a - b));
  newline();
  const c: i32 = 7;
  printI64(i64(f64(c) / 2));
  print(" ");
  printI64(i64(-f64(c) / 2));
  newline();
  printI64(milli(sqrt(2)));
  newline();
  printBool(a > b);
  print(" ");
  printBool(a === b);
  print(" ");
  printBool(-a < b);
  newline();
  let x: f64 = 1;
  for (let i: u32 = 0; i < 52; i++) x *= 2;
  printI64(i64(x));
  newline();
  const list: array<f64, 3> = [0.5, 1.5, 0.5];
  let sum: f64 = 0;
  for (let i: u32 = 0; i < 3; i++) sum += list[i];
  printI64(milli(sum));
  newline();
  return 0;
}
