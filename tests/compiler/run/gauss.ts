// Linear equations in f64 by elimination with pivots; a singular system is told; results in thousandths, from exact arithmetic.
// expect: 2000 3000 -1000
// expect: 1000 2000 3000 4000
// expect: singular
// expect: 707107 -1 3
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

const abs = (x: f64): f64 => (x < 0 ? -x : x);
const round = (x: f64): i64 => i64(x < 0 ? x - 0.5 : x + 0.5);

/** Rows of n coefficients and the right side. False if they do not say one solution. */
function solve<N extends number, M extends number>(
  rows: ptr<array<array<f64, M>, N>>,
  x: ptr<array<f64, N>>,
): bool {
  const n = x.value.length;
  for (let column: usize = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (abs(rows.value[i][column]) > abs(rows.value[pivot][column])) pivot = i;
    }
    if (abs(rows.value[pivot][column]) < 1e-9) return false;
    const swapped: array<f64, M> = rows.value[pivot];
    rows.value[pivot] = rows.value[column];
    rows.value[column] = swapped;
    for (let i = column + 1; i < n; i++) {
      const factor = rows.value[i][column] / rows.value[column][column];
      for (let j = column; j <= n; j++) rows.value[i][j] -= factor * rows.value[column][j];
    }
  }
  for (let i = n; i-- > 0; ) {
    let sum = rows.value[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows.value[i][j] * x.value[j];
    x.value[i] = sum / rows.value[i][i];
  }
  return true;
}
function show<N extends number>(x: ptr<array<f64, N>>): void {
  for (let i: usize = 0; i < x.value.length; i++) {
    if (i > 0) print(" ");
    printI64(round(x.value[i] * 1000));
  }
  newline();
}
export function main(): i32 {
  const three: array<array<f64, 4>, 3> = [
    [2, 1, -1, 8],
    [-3, -1, 2, -11],
    [-2, 1, 2, -3],
  ];
  const x3: array<f64, 3> = zeroed();
  if (solve(addressOf(three), addressOf(x3))) show(addressOf(x3));
  const four: array<array<f64, 5>, 4> = zeroed();
  // Vandermonde's: its solution is 1 2 3 4.
  for (let i: usize = 0; i < 4; i++) {
    let power: f64 = 1;
    for (let j: usize = 0; j < 4; j++) {
      four[i][j] = power;
      four[i][4] += power * f64(j + 1);
      power *= f64(i) - 1.5;
    }
  }
  const x4: array<f64, 4> = zeroed();
  if (solve(addressOf(four), addressOf(x4))) show(addressOf(x4));
  const two: array<array<f64, 3>, 2> = [
    [1, 2, 3],
    [2, 4, 6],
  ];
  const x2: array<f64, 2> = zeroed();
  print(solve(addressOf(two), addressOf(x2)) ? "solved\n" : "singular\n");
  printI64(round(sqrt(0.5) * 1e6));
  print(" ");
  const below = round(-1900) < 0 ? -1.9 : 0;
  printI64(i64(below));
  print(" ");
  printI64(i64(below + 5.899));
  newline();
  return 0;
}
