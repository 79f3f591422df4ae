// Runs a program of programs/ and times it: harness ROUNDS REPETITIONS prints the checksum of run(ROUNDS), then the nanoseconds
// of processor time that each repetition took, a line each.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint64_t run(uint64_t rounds);

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  uint64_t rounds = strtoull(argv[1], NULL, 10);
  int repetitions = atoi(argv[2]);
  for (int i = 0; i < repetitions; i++) {
    uint64_t start = now();
    uint64_t sum = run(rounds);
    uint64_t end = now();
    if (i == 0) printf("%016" PRIx64 "\n", sum);
    printf("%" PRIu64 "\n", end - start);
  }
  return 0;
}
