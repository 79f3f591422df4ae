/*
 * kernel/bench's workloads for Linux: the first process, static, so that malloc is glibc's as Debian ships it. One thread; cycles are the
 * time-stamp counter's. Pairs of one size are timed by the batch, other operations one by one, less what reading the counter costs. A
 * line each: `WORKLOAD FIGURE NUMBER`; then it switches the machine off.
 */
#define _GNU_SOURCE
#include <linux/reboot.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
#include <x86intrin.h>

/* As src/bench/alloc/cases.ts and kernel/bench/meter.ts have them. */
enum { BATCH = 64, PAIRS = 10000, CALIBRATION = 64 };
enum { RANDOM_SLOTS = 4096, RANDOM_STEPS = 100000, LARSON_SLOTS = 4000, LARSON_STEPS = 50000 };
/* Cycles above are counted as this. */
enum { MOST = 1 << 20 };

/* ------------------------------------------------------------------------------------------------ random numbers */

static uint64_t state;
static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1dULL;
}
/* As the first worker of kernel/bench/workers.ts. */
static void seed(uint64_t value) {
  state = value * 2 + 0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < 4; i++) next();
}
static uint64_t below(uint64_t limit) { return (uint64_t)((unsigned __int128)next() * limit >> 64); }
static uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }

/* ------------------------------------------------------------------------------------------------------- figures */

struct histogram {
  uint64_t count, sum;
  uint32_t counts[MOST + 1];
};
static struct histogram allocations, frees;
static uint64_t overhead;

static void add(struct histogram *to, uint64_t before, uint64_t after) {
  const uint64_t all = after - before, own = all > overhead ? all - overhead : 0;
  to->count++;
  to->sum += own;
  to->counts[own > MOST ? MOST : own]++;
}
static uint64_t permille(const struct histogram *of, uint64_t parts) {
  const uint64_t wanted = (of->count * parts + 999) / 1000;
  uint64_t seen = 0;
  for (uint64_t i = 0; i <= MOST; i++)
    if ((seen += of->counts[i]) >= wanted) return i;
  return MOST;
}
static void tell(const char *workload, const char *figure, uint64_t number) {
  printf("%s %s %llu\n", workload, figure, (unsigned long long)number);
}

static uint64_t requested, peak_requested, peak_held, next_sample = 64;
/* Bytes that malloc has of the kernel; those of the C library's own are in it. */
static void grows(size_t size) {
  requested += size;
  if (requested <= peak_requested) return;
  peak_requested = requested;
  if (requested < next_sample) return;
  const struct mallinfo2 info = mallinfo2();
  if (info.arena + info.hblkhd > peak_held) peak_held = info.arena + info.hblkhd;
  next_sample = requested + requested / 32 + 64;
}

/* ----------------------------------------------------------------------------------------------------- workloads */

struct slot {
  char *object;
  size_t size;
};
static struct slot slots[RANDOM_SLOTS];

static void fill(size_t at, size_t size) {
  const uint64_t before = __rdtsc();
  char *object = malloc(size);
  const uint64_t after = __rdtsc();
  add(&allocations, before, after);
  if (object == NULL) return;
  grows(size);
  /* Both ends are written to, as the other benchmark does. */
  object[0] = object[size - 1] = (char)size;
  slots[at] = (struct slot){object, size};
}
static void empty(size_t at) {
  if (slots[at].object == NULL) return;
  const uint64_t before = __rdtsc();
  free(slots[at].object);
  const uint64_t after = __rdtsc();
  add(&frees, before, after);
  requested -= slots[at].size;
  slots[at].object = NULL;
}
static void random_sizes(void) {
  for (int i = 0; i < RANDOM_STEPS; i++) {
    const size_t at = below(RANDOM_SLOTS);
    if (slots[at].object != NULL) empty(at);
    else fill(at, between(16, 4096));
  }
  for (size_t i = 0; i < RANDOM_SLOTS; i++) empty(i);
}
static void larson(void) {
  for (int i = 0; i < LARSON_STEPS; i++) {
    const size_t at = below(LARSON_SLOTS);
    empty(at);
    fill(at, between(16, 1024));
  }
  for (size_t i = 0; i < LARSON_SLOTS; i++) empty(i);
}

static void measure(const char *name, void (*workload)(void)) {
  memset(&allocations, 0, sizeof allocations);
  memset(&frees, 0, sizeof frees);
  peak_requested = peak_held = requested = 0;
  next_sample = 64;
  malloc_trim(0);
  seed(1);
  workload();
  tell(name, "malloc.median", permille(&allocations, 500));
  tell(name, "malloc.p99", permille(&allocations, 990));
  tell(name, "malloc.mean", allocations.sum / allocations.count);
  tell(name, "free.median", permille(&frees, 500));
  tell(name, "free.p99", permille(&frees, 990));
  tell(name, "free.mean", frees.sum / frees.count);
  tell(name, "requested", peak_requested);
  tell(name, "held", peak_held);
}
/* The compiler may not know what a pair does. */
static void *(*volatile allocate)(size_t) = malloc;
static void (*volatile release)(void *) = free;

/* The median of batches, for a pair. */
static void pairs(size_t size) {
  static uint64_t batches[PAIRS / BATCH];
  uint64_t empty_batch = UINT64_MAX;
  void *(*const take)(size_t) = allocate;
  void (*const give)(void *) = release;
  for (int i = 0; i < CALIBRATION; i++) {
    const uint64_t before = __rdtsc();
    for (int k = 0; k < BATCH; k++) __asm__ volatile("" ::: "memory");
    const uint64_t cycles = __rdtsc() - before;
    if (cycles < empty_batch) empty_batch = cycles;
  }
  for (int i = 0; i < PAIRS / BATCH; i++) {
    const uint64_t before = __rdtsc();
    for (int k = 0; k < BATCH; k++) give(take(size));
    batches[i] = __rdtsc() - before - empty_batch;
  }
  memset(&frees, 0, sizeof frees);
  for (int i = 0; i < PAIRS / BATCH; i++) add(&frees, 0, (batches[i] + BATCH / 2) / BATCH + overhead);
  char name[32];
  snprintf(name, sizeof name, "pair-%zu", size);
  tell(name, "pair.median", permille(&frees, 500));
  tell(name, "pair.p99", permille(&frees, 990));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  overhead = UINT64_MAX;
  for (int i = 0; i < CALIBRATION; i++) {
    const uint64_t before = __rdtsc();
    __asm__ volatile("" ::: "memory");
    const uint64_t cycles = __rdtsc() - before;
    if (cycles < overhead) overhead = cycles;
  }
  const size_t sizes[] = {16, 64, 256, 1024, 4096, 65536};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) pairs(sizes[i]);
  /* The smaller one first: the heap does not always become smaller again. */
  measure("larson", larson);
  measure("random", random_sizes);
  sync();
  reboot(LINUX_REBOOT_CMD_POWER_OFF);
  return 1;
}
