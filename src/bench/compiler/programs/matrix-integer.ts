// Product of two matrices of i32.
const SIZE = 96;
type Matrix = array<array<i32, typeof SIZE>, typeof SIZE>;
const a: Matrix = zeroed();
const b: Matrix = zeroed();
const c: Matrix = zeroed();

function multiply(): void {
  for (let i: usize = 0; i < SIZE; i++) {
    for (let j: usize = 0; j < SIZE; j++) {
      let sum: i32 = 0;
      for (let k: usize = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  for (let i: usize = 0; i < SIZE; i++) {
    for (let j: usize = 0; j < SIZE; j++) {
      a[i][j] = i32(i * 3 + j);
      b[i][j] = i32(i) - i32(j);
    }
  }
  for (let round: u64 = 0; round < rounds; round++) {
    multiply();
    a[round % SIZE][0] += 1;
    hash = hash * 31 + truncate<u64>(c[round % SIZE][7]);
  }
  return hash;
}
