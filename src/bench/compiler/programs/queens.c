// The n queens problem with sets as bits, and population counts.
#include <stdint.h>

static uint64_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint64_t count = 0;
  uint32_t free = all & ~(columns | left | right);
  while (free != 0) {
    uint32_t bit = free & (0 - free);
    free ^= bit;
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

static uint32_t leading_zeros(uint32_t x) { return x == 0 ? 32 : (uint32_t)__builtin_clz(x); }
static uint64_t trailing_zeros(uint64_t x) { return x == 0 ? 64 : (uint64_t)__builtin_ctzll(x); }

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint64_t x = 1;
  for (uint64_t round = 0; round < rounds; round++) {
    hash = hash * 31 + place((1 << 8) - 1, 0, 0, 0);
    for (uint32_t i = 0; i < 1000; i++) {
      x = x * 6364136223846793005u + 1;
      hash += (uint64_t)__builtin_popcountll(x ^ (x >> 32)) + leading_zeros((uint32_t)(x >> 7)) +
              trailing_zeros(x | 256);
    }
  }
  return hash;
}
