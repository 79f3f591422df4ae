// The sieve of Eratosthenes.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT 100000
static bool composite[LIMIT];

static uint64_t sieve(void) {
  uint64_t sum = 0;
  for (size_t i = 2; i < LIMIT; i++) composite[i] = false;
  for (size_t i = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    sum += i;
    for (size_t j = i * i; j < LIMIT; j += i) composite[j] = true;
  }
  return sum;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  for (uint64_t round = 0; round < rounds; round++) hash = hash * 31 + sieve();
  return hash;
}
