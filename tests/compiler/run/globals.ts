// Globals of every kind, with constant initial values.
// expect: 7 -3 true 0
// expect: first
// expect: 3 2 1
// expect: 12 34
// expect: 5
import { newline, print, printBool, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Pair extends Struct {
  a: u16;
  b: u16;
}
const BASE = 3;
let counter: u32 = BASE * 2 + 1;
let low: i8 = -BASE;
let on = true;
let unset: u64 = 0;
const names: array<ptr<u8>, 2> = ["first", "second"];
const list: array<u8, 3> = [3, 2, 1];
const pair: Pair = { a: 12, b: 34 };
const other: ptr<u32> = addressOf(counter);
export function main(): i32 {
  printU64(u64(counter));
  print(" ");
  printI64(i64(low));
  print(" ");
  printBool(on);
  print(" ");
  printU64(unset);
  newline();
  print(names[0]);
  newline();
  for (let i: usize = 0; i < list.length; i++) {
    if (i > 0) print(" ");
    printU64(u64(list[i]));
  }
  newline();
  printU64(u64(pair.a));
  print(" ");
  printU64(u64(pair.b));
  newline();
  other.value = 5;
  printU64(u64(counter));
  newline();
  on = false;
  low = 0;
  unset = 1;
  return 0;
}
