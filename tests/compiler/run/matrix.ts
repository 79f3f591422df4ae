// Multiplication of matrices, and a power.
// expect: 89 55 55 34
// expect: 30 36 42 66 81 96 102 126 150
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class M2 extends Struct {
  m: array<array<u64, 2>, 2>;
}
function multiply(a: M2, b: M2): M2 {
  const c: M2 = zeroed();
  for (let i: u32 = 0; i < 2; i++) {
    for (let j: u32 = 0; j < 2; j++) {
      for (let k: u32 = 0; k < 2; k++) c.m[i][j] += a.m[i][k] * b.m[k][j];
    }
  }
  return c;
}
export function main(): i32 {
  const base: M2 = {
    m: [
      [1, 1],
      [1, 0],
    ],
  };
  let r: M2 = {
    m: [
      [1, 0],
      [0, 1],
    ],
  };
  for (let i: u32 = 0; i < 10; i++) r = multiply(r, base);
  printU64(r.m[0][0]);
  print(" ");
  printU64(r.m[0][1]);
  print(" ");
  printU64(r.m[1][0]);
  print(" ");
  printU64(r.m[1][1]);
  newline();
  const a: array<array<u64, 3>, 3> = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];
  for (let i: usize = 0; i < 9; i++) {
    let sum: u64 = 0;
    for (let k: usize = 0; k < 3; k++) sum += a[i / 3][k] * a[k][i % 3];
    if (i > 0) print(" ");
    printU64(sum);
  }
  newline();
  return 0;
}
