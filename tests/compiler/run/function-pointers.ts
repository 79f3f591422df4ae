// Functions as values: in variables, fields, arrays, as arguments and results.
// expect: 7 12
// expect: 3
// expect: 16
// expect: 81 10
// expect: true
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

type Operation = (a: u64, b: u64) => u64;
function add(a: u64, b: u64): u64 {
  return a + b;
}
function mul(a: u64, b: u64): u64 {
  return a * b;
}
const table: array<fn<Operation>, 2> = [add, mul];
class Handler extends Struct {
  run: fn<(x: u64) => u64>;
  next: fn<(x: u64) => u64> | null;
}
function pick(which: bool): fn<Operation> {
  return which ? add : mul;
}
function twice(f: fn<(x: u64) => u64>, x: u64): u64 {
  return f(f(x));
}
export function main(): i32 {
  printU64(table[0](3, 4));
  print(" ");
  printU64(table[1](3, 4));
  newline();
  printU64(pick(true)(1, 2));
  newline();
  printU64(twice((x) => x * 2, 4));
  newline();
  const square = (x: u64): u64 => x * x;
  const h: Handler = { run: square, next: null };
  printU64(twice(h.run, 3));
  print(" ");
  printU64(h.next === null ? 10 : 11);
  newline();
  printBool(h.run === square && table[0] !== mul && address(add) !== 0);
  newline();
  return 0;
}
