// Threads: mutexes, conditions, keys, once, barriers, locks for readers and writers, semaphores, thread-local variables.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, ROUNDS = 2000 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t again = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static pthread_key_t key;
static sem_t items, room;
static long counter, shared, destroyed, onces;
static int queue[8], head, tail;
static __thread int local = 7;
static __thread char zeros[100];

static void count_once(void) { onces++; }
static void destroy(void *value) {
  pthread_mutex_lock(&mutex);
  destroyed += (long)value;
  pthread_mutex_unlock(&mutex);
}
static void *work(void *argument) {
  long id = (long)argument;
  pthread_once(&once, count_once);
  pthread_setspecific(key, (void *)(id + 1));
  if (local != 7 || zeros[50] != 0) printf("variables are not what they are at first\n");
  local += id;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_lock(&again);
  pthread_mutex_lock(&again);
  pthread_mutex_unlock(&again);
  pthread_mutex_unlock(&again);
  for (int i = 0; i < 100; i++) {
    if (id == 0) {
      pthread_rwlock_wrlock(&rw);
      shared++;
    } else pthread_rwlock_rdlock(&rw);
    pthread_rwlock_unlock(&rw);
  }
  pthread_barrier_wait(&barrier);
  char *memory = malloc(1000 + id);
  memset(memory, (int)id, 1000 + id);
  free(memory);
  return (void *)(long)local;
}
static void *produce(void *argument) {
  for (int i = 0; i < 500; i++) {
    sem_wait(&room);
    queue[tail++ % 8] = i;
    sem_post(&items);
  }
  return argument;
}
static void *leave(void *argument) {
  pthread_exit(argument);
}
static int turn;
static void *ping(void *argument) {
  int mine = (int)(long)argument;
  for (int i = 0; i < 200; i++) {
    pthread_mutex_lock(&mutex);
    while (turn != mine) pthread_cond_wait(&changed, &mutex);
    turn = !mine;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}
int main(void) {
  pthread_t threads[THREADS], other;
  pthread_key_create(&key, destroy);
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (long i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, work, (void *)i)) return 1;
  long sum = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("%ld %ld %ld %ld %ld\n", counter, shared, destroyed, onces, sum);
  sem_init(&items, 0, 0);
  sem_init(&room, 0, 8);
  pthread_create(&other, NULL, produce, NULL);
  long total = 0;
  for (int i = 0; i < 500; i++) {
    sem_wait(&items);
    total += queue[head++ % 8];
    sem_post(&room);
  }
  pthread_join(other, NULL);
  printf("%ld\n", total);
  for (long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, ping, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("turn %d\n", turn);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 1000000;
  if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
  pthread_mutex_lock(&mutex);
  printf("%d\n", pthread_cond_timedwait(&changed, &mutex, &until) == ETIMEDOUT);
  printf("%d\n", pthread_mutex_trylock(&mutex) == EBUSY);
  pthread_mutex_unlock(&mutex);
  pthread_create(&other, NULL, leave, (void *)5);
  void *result;
  pthread_join(other, &result);
  printf("%ld\n", (long)result);
  pthread_mutexattr_t attributes;
  pthread_mutex_t checked;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&checked, &attributes);
  pthread_mutex_lock(&checked);
  printf("%d %d\n", pthread_mutex_lock(&checked) == EDEADLK, pthread_equal(pthread_self(), pthread_self()));
  return 0;
}
