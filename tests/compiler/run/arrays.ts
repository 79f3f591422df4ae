// Arrays of arrays, copies, elements by every index type.
// expect: 1 2 3 4 5 6
// expect: 1 20
// expect: 3 3 3 3
// expect: 6
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const table: array<array<u32, 3>, 2> = [
  [1, 2, 3],
  [4, 5, 6],
];
export function main(): i32 {
  for (let i: u8 = 0; i < 2; i++) {
    for (let j: i16 = 0; j < 3; j++) {
      if (i > 0 || j > 0) print(" ");
      printU64(u64(table[i][j]));
    }
  }
  newline();
  const a: array<u64, 4> = [10, 20];
  const b: array<u64, 4> = a;
  b[0] = 1;
  printU64(b[0]);
  print(" ");
  printU64(b[1]);
  newline();
  const c: array<u64, 4> = [0, 1, 2, 3];
  const i8x: i8 = 3;
  const u8x: u8 = 3;
  const i64x: i64 = 3;
  const usizex: usize = 3;
  printU64(c[i8x]);
  print(" ");
  printU64(c[u8x]);
  print(" ");
  printU64(c[i64x]);
  print(" ");
  printU64(c[usizex]);
  newline();
  const row = addressOf(table[1]);
  printU64(u64(row.value[2]));
  newline();
  return 0;
}
