// Product of two matrices of i32.
#include <stddef.h>
#include <stdint.h>

#define SIZE 96
static int32_t a[SIZE][SIZE];
static int32_t b[SIZE][SIZE];
static int32_t c[SIZE][SIZE];

static void multiply(void) {
  for (size_t i = 0; i < SIZE; i++) {
    for (size_t j = 0; j < SIZE; j++) {
      int32_t sum = 0;
      for (size_t k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  for (size_t i = 0; i < SIZE; i++) {
    for (size_t j = 0; j < SIZE; j++) {
      a[i][j] = (int32_t)(i * 3 + j);
      b[i][j] = (int32_t)i - (int32_t)j;
    }
  }
  for (uint64_t round = 0; round < rounds; round++) {
    multiply();
    a[round % SIZE][0] += 1;
    hash = hash * 31 + (uint64_t)(int64_t)c[round % SIZE][7];
  }
  return hash;
}
