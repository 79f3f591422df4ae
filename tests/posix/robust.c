/* Threads that end while they hold a lock: robust mutexes, and lists of futexes that the program makes itself. */
#include "report.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t mutex, other;
static int waits;

static void *hold(void *unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&other);
  return 0;
}
static void *wait_for(void *unused) {
  __atomic_store_n(&waits, 1, __ATOMIC_SEQ_CST);
  long result = pthread_mutex_lock(&mutex);
  if (result == EOWNERDEAD) pthread_mutex_unlock(&mutex);
  return (void *)result;
}
static void *hold_and_wait(void *unused) {
  pthread_mutex_lock(&mutex);
  __atomic_store_n(&waits, 2, __ATOMIC_SEQ_CST);
  /* Until somebody waits for the mutex. */
  while (!(__atomic_load_n((uint32_t *)&mutex, __ATOMIC_SEQ_CST) & FUTEX_WAITERS)) sched_yield();
  pthread_exit(0);
}
static void mutexes(void) {
  pthread_mutexattr_t robust;
  pthread_mutexattr_init(&robust);
  TRY(pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST));
  pthread_mutex_init(&mutex, &robust);
  pthread_mutex_init(&other, &robust);
  pthread_t thread;
  pthread_create(&thread, NULL, hold, NULL);
  pthread_join(thread, NULL);
  SAY("%s", strerror(pthread_mutex_lock(&mutex)));
  TRY(pthread_mutex_consistent(&mutex));
  TRY(pthread_mutex_unlock(&mutex));
  SAY("%s", strerror(pthread_mutex_lock(&mutex)));
  TRY(pthread_mutex_unlock(&mutex));
  SAY("%s", strerror(pthread_mutex_trylock(&other)));
  TRY(pthread_mutex_unlock(&other));
  SAY("%s", strerror(pthread_mutex_lock(&other)));
  /* The one that waits already is woken. */
  pthread_t waiter;
  void *result;
  pthread_create(&thread, NULL, hold_and_wait, NULL);
  while (__atomic_load_n(&waits, __ATOMIC_SEQ_CST) != 2) sched_yield();
  pthread_create(&waiter, NULL, wait_for, NULL);
  pthread_join(waiter, &result);
  pthread_join(thread, NULL);
  SAY("waited: %s", strerror((long)result));
}
/* A list of the program's own: head, entries, and what is being taken. */
struct entry { struct entry *next; uint32_t word; };
static struct robust_list_head head;
static struct entry entries[4];
static uint32_t is[4];
static void list(int count) {
  head.list.next = (struct robust_list *)(count ? &entries[0] : (void *)&head);
  head.futex_offset = offsetof(struct entry, word);
  head.list_op_pending = NULL;
  for (int i = 0; i < 4; i++) entries[i].next = i + 1 < count ? &entries[i + 1] : (struct entry *)&head;
}
static void *die(void *kind) {
  uint32_t own = syscall(SYS_gettid);
  for (int i = 0; i < 4; i++) entries[i].word = own;
  list(3);
  switch ((long)kind) {
  case 0: /* waiters, somebody else's, one that is being taken */
    entries[0].word |= FUTEX_WAITERS;
    entries[1].word = 1;
    head.list_op_pending = (struct robust_list *)&entries[3];
    break;
  case 1: /* a circle */
    entries[2].next = &entries[0];
    break;
  case 2: /* an entry where nothing is */
    entries[0].next = (struct entry *)16;
    break;
  case 3: /* an odd address of a futex */
    head.futex_offset = 9;
    break;
  case 4: /* what is being taken is in the list as well */
    head.list_op_pending = (struct robust_list *)&entries[1];
    break;
  case 5: /* a list of nothing */
    list(0);
    break;
  }
  syscall(SYS_set_robust_list, (long)kind == 6 ? (void *)8 : &head, sizeof head);
  for (int i = 0; i < 4; i++) is[i] = entries[i].word;
  syscall(SYS_exit, 0);
  return 0;
}
static void lists(void) {
  TRY(syscall(SYS_set_robust_list, &head, sizeof head - 1));
  for (long kind = 0; kind < 7; kind++) {
    pthread_t thread;
    pthread_create(&thread, NULL, die, (void *)kind);
    pthread_join(thread, NULL);
    char line[64] = "";
    for (int i = 0; i < 4; i++) {
      uint32_t word = entries[i].word;
      strcat(line, word == is[i] ? " kept" : word == FUTEX_OWNER_DIED ? " died" : word == (FUTEX_OWNER_DIED | FUTEX_WAITERS) ? " died, waiters" : " other");
    }
    SAY("list %ld:%s", kind, line);
  }
}
void robust(void) {
  mutexes();
  lists();
}
