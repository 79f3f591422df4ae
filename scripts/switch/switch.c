/*
 * kernel/bench/switch.ts for Linux: the first process, static. What it costs to hand over from one thread to another on one
 * processor, in cycles of the time-stamp counter. One line each: `NAME CYCLES` for a hand-over; then it switches the machine off.
 */
#define _GNU_SOURCE
#include <linux/reboot.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>
#include <x86intrin.h>

enum { WARM_UP = 2000, ROUNDS = 20000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static volatile uint64_t turn;
static uint64_t start, end;

/* Each turn's end, by whoever has had it. */
static void count(void) {
  turn = turn + 1;
  if (turn == WARM_UP) start = __rdtsc();
  else if (turn == WARM_UP + ROUNDS) end = __rdtsc();
}
static void *wait_in_turn(void *argument) {
  const uint64_t self = (uintptr_t)argument;
  pthread_mutex_lock(&mutex);
  while (turn < WARM_UP + ROUNDS) {
    while (turn % 2 != self) pthread_cond_wait(&condition, &mutex);
    count();
    pthread_cond_signal(&condition);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static void *yield_in_turn(void *argument) {
  (void)argument;
  while (turn < WARM_UP + ROUNDS) {
    count();
    sched_yield();
  }
  return NULL;
}
static void measure(const char *name, void *(*body)(void *)) {
  pthread_t threads[2];
  turn = 0;
  for (uintptr_t i = 0; i < 2; i++) pthread_create(&threads[i], NULL, body, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%s %llu\n", name, (unsigned long long)(end - start) / ROUNDS);
}
int main(void) {
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof first, &first);
  setvbuf(stdout, NULL, _IOLBF, 0);
  measure("condition", wait_in_turn);
  measure("yield", yield_in_turn);
  sync();
  reboot(LINUX_REBOOT_CMD_POWER_OFF);
  return 1;
}
