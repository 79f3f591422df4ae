// LU decomposition and product of matrices of f64.
const SIZE = 64;
type Matrix = array<array<f64, typeof SIZE>, typeof SIZE>;
const a: Matrix = zeroed();
const lu: Matrix = zeroed();
const c: Matrix = zeroed();

function decompose(m: ptr<array<f64, typeof SIZE>>): void {
  for (let k: usize = 0; k < SIZE; k++) {
    for (let i = k + 1; i < SIZE; i++) {
      m[i][k] = m[i][k] / m[k][k];
      const factor = m[i][k];
      for (let j = k + 1; j < SIZE; j++) m[i][j] -= factor * m[k][j];
    }
  }
}

function multiply(): void {
  for (let i: usize = 0; i < SIZE; i++) {
    for (let j: usize = 0; j < SIZE; j++) {
      let sum: f64 = 0;
      for (let k: usize = 0; k < SIZE; k++) sum += a[i][k] * lu[k][j];
      c[i][j] = sum;
    }
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  for (let i: usize = 0; i < SIZE; i++) {
    for (let j: usize = 0; j < SIZE; j++) a[i][j] = 1.0 / f64(i + j + 1);
    a[i][i] += 2.0;
  }
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: usize = 0; i < SIZE; i++) for (let j: usize = 0; j < SIZE; j++) lu[i][j] = a[i][j];
    decompose(addressOf(lu[0]));
    multiply();
    a[round % SIZE][3] += 0.25;
    hash = hash * 31 + u64(c[round % SIZE][7] * 1024.0 + 65536.0);
  }
  return hash;
}
