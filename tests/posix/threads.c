#include "report.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static long total, turn;
static __thread int own = 7;
static volatile int stop, interrupted;

static void *add(void *argument) {
  long n = (long)argument;
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    total += n;
    pthread_mutex_unlock(&mutex);
  }
  own += n;
  return (void *)(long)own;
}
static void *take_turns(void *argument) {
  long me = (long)argument;
  for (int i = 0; i < 50; i++) {
    pthread_mutex_lock(&mutex);
    while (turn % 4 != me) pthread_cond_wait(&changed, &mutex);
    turn++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}
static void *meet(void *argument) {
  (void)argument;
  long leaders = 0;
  for (int i = 0; i < 10; i++) leaders += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  return (void *)leaders;
}
static void *read_and_write(void *argument) {
  long me = (long)argument;
  for (int i = 0; i < 200; i++) {
    if (me == 0) {
      pthread_rwlock_wrlock(&rwlock);
      total++;
      pthread_rwlock_unlock(&rwlock);
    } else {
      pthread_rwlock_rdlock(&rwlock);
      volatile long seen = total;
      (void)seen;
      pthread_rwlock_unlock(&rwlock);
    }
  }
  return NULL;
}
static void *post(void *argument) {
  (void)argument;
  for (int i = 0; i < 100; i++) sem_post(&semaphore);
  return NULL;
}
static void on_signal(int signal) { (void)signal; interrupted++; }
static void *spin(void *argument) {
  (void)argument;
  double x = 1;
  while (!stop) x = x * 1.0000001;
  return x > 1 ? (void *)1 : NULL;
}
static void *wait_for_ever(void *argument) {
  (void)argument;
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&changed, &mutex);
  return NULL;
}
static int keys_gone;
static void gone(void *value) { (void)value; keys_gone++; }
static pthread_key_t key;
static void *with_key(void *argument) { pthread_setspecific(key, argument); return NULL; }
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int onces;
static void do_once(void) { onces++; }

void threads(void) {
  pthread_t t[8];
  void *result;
  long sum = 0;
  for (long i = 0; i < 8; i++) pthread_create(&t[i], NULL, add, (void *)i);
  for (int i = 0; i < 8; i++) pthread_join(t[i], &result), sum += (long)result;
  SAY("total %ld, own %ld, mine %d", total, sum, own);
  for (long i = 0; i < 4; i++) pthread_create(&t[i], NULL, take_turns, (void *)i);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  SAY("turns %ld", turn);
  pthread_barrier_init(&barrier, NULL, 4);
  sum = 0;
  for (long i = 0; i < 4; i++) pthread_create(&t[i], NULL, meet, NULL);
  for (int i = 0; i < 4; i++) pthread_join(t[i], &result), sum += (long)result;
  SAY("leaders %ld", sum);
  total = 0;
  for (long i = 0; i < 4; i++) pthread_create(&t[i], NULL, read_and_write, (void *)i);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  SAY("written %ld", total);
  sem_init(&semaphore, 0, 0);
  for (long i = 0; i < 3; i++) pthread_create(&t[i], NULL, post, NULL);
  for (int i = 0; i < 300; i++) sem_wait(&semaphore);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  TRY(sem_trywait(&semaphore));
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 2000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
  TRY(sem_timedwait(&semaphore, &soon));
  pthread_mutex_lock(&mutex);
  SAY("timed wait: %s", strerror(pthread_cond_timedwait(&changed, &mutex, &soon)));
  SAY("try: %s", strerror(pthread_mutex_trylock(&mutex)));
  pthread_mutex_unlock(&mutex);
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t checked;
  pthread_mutex_init(&checked, &kind);
  pthread_mutex_lock(&checked);
  SAY("twice: %s", strerror(pthread_mutex_lock(&checked)));
  pthread_mutex_unlock(&checked);
  SAY("not mine: %s", strerror(pthread_mutex_unlock(&checked)));
  signal(SIGUSR1, on_signal);
  pthread_create(&t[0], NULL, spin, NULL);
  for (int i = 0; i < 5; i++) {
    int before = interrupted;
    pthread_kill(t[0], SIGUSR1);
    while (interrupted == before) sched_yield();
  }
  stop = 1;
  pthread_join(t[0], &result);
  SAY("interrupted %d times, result %ld", interrupted, (long)result);
  pthread_create(&t[0], NULL, wait_for_ever, NULL);
  usleep(1000);
  SAY("cancel: %s", strerror(pthread_cancel(t[0])));
  pthread_join(t[0], &result);
  SAY("cancelled: %d", result == PTHREAD_CANCELED);
  pthread_mutex_unlock(&mutex);
  pthread_key_create(&key, gone);
  for (long i = 1; i < 4; i++) pthread_create(&t[i], NULL, with_key, (void *)i);
  for (int i = 1; i < 4; i++) pthread_join(t[i], NULL);
  SAY("keys gone %d", keys_gone);
  pthread_once(&once, do_once);
  pthread_once(&once, do_once);
  SAY("onces %d", onces);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sem_init(&semaphore, 0, 0);
  for (int i = 0; i < 20; i++) pthread_create(&t[0], &attributes, post, NULL);
  for (int i = 0; i < 2000; i++) sem_wait(&semaphore);
  SAY("detached");
  int word = 5;
  TRY(syscall(SYS_futex, &word, FUTEX_WAIT, 4, NULL, NULL, 0));
  TRY(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0));
  TRY(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, NULL, NULL, 0));
  TRY(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &(struct timespec){0, 1000000}, NULL, 0));
  TRY(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &(struct timespec){0, -1}, NULL, 0));
  TRY(syscall(SYS_futex, 8, FUTEX_WAIT, 5, NULL, NULL, 0));
  TRY(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0));
  TRY(sched_getscheduler(0));
  TRY(sched_get_priority_max(SCHED_FIFO));
  TRY(sched_get_priority_min(SCHED_RR));
  TRY(sched_get_priority_max(77));
}
