// Conway's game of life on a torus, a byte a cell.
#include <stddef.h>
#include <stdint.h>

#define SIZE 64
static uint8_t boards[2][SIZE][SIZE];

static void step(uint8_t (*from)[SIZE], uint8_t (*to)[SIZE]) {
  for (size_t y = 0; y < SIZE; y++) {
    size_t above = (y + SIZE - 1) % SIZE;
    size_t below = (y + 1) % SIZE;
    for (size_t x = 0; x < SIZE; x++) {
      size_t left = (x + SIZE - 1) % SIZE;
      size_t right = (x + 1) % SIZE;
      uint8_t around = (uint8_t)(from[above][left] + from[above][x] + from[above][right] + from[y][left] +
                                 from[y][right] + from[below][left] + from[below][x] + from[below][right]);
      to[y][x] = around == 3 || (around == 2 && from[y][x] != 0);
    }
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 11;
  for (size_t i = 0; i < SIZE; i++) {
    for (size_t j = 0; j < SIZE; j++) {
      x = x * 1664525 + 1013904223;
      boards[0][i][j] = (uint8_t)(x >> 31);
    }
  }
  for (uint64_t round = 0; round < rounds; round++) {
    step(boards[round & 1], boards[(round + 1) & 1]);
    for (size_t i = 0; i < SIZE; i++) hash = hash * 3 + boards[(round + 1) & 1][i][i];
  }
  return hash;
}
