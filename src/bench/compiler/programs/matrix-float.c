// LU decomposition and product of matrices of double.
#include <stddef.h>
#include <stdint.h>

#define SIZE 64
static double a[SIZE][SIZE];
static double lu[SIZE][SIZE];
static double c[SIZE][SIZE];

static void decompose(double (*m)[SIZE]) {
  for (size_t k = 0; k < SIZE; k++) {
    for (size_t i = k + 1; i < SIZE; i++) {
      m[i][k] = m[i][k] / m[k][k];
      double factor = m[i][k];
      for (size_t j = k + 1; j < SIZE; j++) m[i][j] -= factor * m[k][j];
    }
  }
}

static void multiply(void) {
  for (size_t i = 0; i < SIZE; i++) {
    for (size_t j = 0; j < SIZE; j++) {
      double sum = 0;
      for (size_t k = 0; k < SIZE; k++) sum += a[i][k] * lu[k][j];
      c[i][j] = sum;
    }
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  for (size_t i = 0; i < SIZE; i++) {
    for (size_t j = 0; j < SIZE; j++) a[i][j] = 1.0 / (double)(i + j + 1);
    a[i][i] += 2.0;
  }
  for (uint64_t round = 0; round < rounds; round++) {
    for (size_t i = 0; i < SIZE; i++)
      for (size_t j = 0; j < SIZE; j++) lu[i][j] = a[i][j];
    decompose(lu);
    multiply();
    a[round % SIZE][3] += 0.25;
    hash = hash * 31 + (uint64_t)(c[round % SIZE][7] * 1024.0 + 65536.0);
  }
  return hash;
}
