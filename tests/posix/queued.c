/* Real-time signals wait in a queue, with what was sent along; timers count what they miss. */
#include "report.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char taken[400];
static volatile int count;
static void note(int signal, siginfo_t *info, void *context) {
  count++;
  if (strlen(taken) < sizeof taken - 32)
    sprintf(taken + strlen(taken), " %d:%d:%d", signal == SIGUSR1 ? 0 : signal - SIGRTMIN + 1, info->si_code, info->si_code == SI_QUEUE || info->si_code == SI_TIMER ? info->si_value.sival_int : 0);
}
static void block(int how, int from, int to) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = from; i <= to; i++) sigaddset(&set, i);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(how, &set, NULL);
}
static void show(const char *what) {
  count = 0;
  taken[0] = 0;
  block(SIG_UNBLOCK, SIGRTMIN, SIGRTMAX);
  SAY("%s:%s", what, taken);
  block(SIG_BLOCK, SIGRTMIN, SIGRTMAX);
}
static long send(int signal, int value) { return sigqueue(getpid(), signal, (union sigval){.sival_int = value}); }
static void *receive(void *unused) {
  siginfo_t info;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 2);
  long sum = 0;
  for (int i = 0; i < 500; i++)
    if (sigwaitinfo(&set, &info) > 0) sum = sum * 3 % 1000003 + info.si_value.sival_int;
  return (void *)sum;
}
static void queues(void) {
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  sigfillset(&action.sa_mask);
  for (int i = SIGRTMIN; i <= SIGRTMAX; i++) sigaction(i, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  block(SIG_BLOCK, SIGRTMIN, SIGRTMAX);
  /* The lowest first, and of one signal the first one sent. */
  for (int i = 0; i < 3; i++) TRY(send(SIGRTMIN + 1, i));
  TRY(send(SIGRTMIN, 7));
  TRY(send(SIGRTMIN + 1, 3));
  TRY(send(SIGUSR1, 8));
  TRY(send(SIGUSR1, 9));
  show("in order");
  TRY(kill(getpid(), SIGRTMIN));
  TRY(send(SIGRTMIN, 1));
  TRY(raise(SIGRTMIN));
  TRY(raise(SIGRTMIN));
  show("of all kinds");
  /* What is ignored from here on is forgotten. */
  send(SIGRTMIN, 1);
  send(SIGRTMIN + 1, 2);
  send(SIGRTMIN, 3);
  signal(SIGRTMIN, SIG_IGN);
  sigaction(SIGRTMIN, &action, NULL);
  show("one forgotten");
  /* Of those that wait one at a time. */
  siginfo_t info;
  sigset_t set;
  struct timespec none = {0, 0};
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 1);
  send(SIGRTMIN + 1, 11);
  send(SIGRTMIN + 1, 12);
  for (int i = 0; i < 3; i++) {
    TRY(sigtimedwait(&set, &info, &none) > 0);
    SAY("value %d", info.si_value.sival_int);
  }
}
static void information(void) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_code = SI_QUEUE;
  info.si_value.sival_int = 5;
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
  info.si_code = SI_MESGQ;
  TRY(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN, &info));
  info.si_code = SI_USER;
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
  show("given");
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), 0, &info));
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), 65, &info));
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, 8));
  TRY(syscall(SYS_rt_sigqueueinfo, 999999, SIGRTMIN, &info));
  info.si_code = SI_QUEUE;
  TRY(syscall(SYS_rt_sigqueueinfo, 999999, SIGRTMIN, &info));
  TRY(syscall(SYS_rt_tgsigqueueinfo, getpid(), 999999, SIGRTMIN, &info));
  TRY(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0, SIGRTMIN, &info));
}
static void limited(void) {
  struct rlimit before, few = {20, 0};
  getrlimit(RLIMIT_SIGPENDING, &before);
  few.rlim_max = before.rlim_max;
  setrlimit(RLIMIT_SIGPENDING, &few);
  int sent = 0;
  while (sent < 100 && send(SIGRTMIN, sent) == 0) sent++;
  /* Others of the same user may have some. */
  SAY("%d: %s", sent > 0 && sent <= 20, strerror(errno));
  TRY(raise(SIGRTMIN + 3));
  TRY(kill(getpid(), SIGRTMIN + 4));
  TRY(kill(getpid(), SIGRTMIN + 4));
  TRY(send(SIGUSR1, 5));
  taken[0] = 0;
  count = 0;
  block(SIG_UNBLOCK, SIGRTMIN, SIGRTMAX);
  SAY("%d more, the last%s", count - sent, strrchr(taken, ' '));
  block(SIG_BLOCK, SIGRTMIN, SIGRTMAX);
  setrlimit(RLIMIT_SIGPENDING, &before);
}
static void threads_take(void) {
  pthread_t thread;
  void *sum;
  pthread_create(&thread, NULL, receive, NULL);
  for (int i = 0; i < 500; i++) pthread_sigqueue(thread, SIGRTMIN + 2, (union sigval){.sival_int = i});
  pthread_join(thread, &sum);
  SAY("taken by a thread: %ld", (long)sum);
}
static void timers(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 5, .sigev_value = {.sival_int = 42}};
  struct itimerspec every = {{0, 1000000}, {0, 1000000}};
  TRY(timer_create(CLOCK_MONOTONIC, &event, &timer));
  TRY(timer_settime(timer, 0, &every, NULL));
  struct timespec some = {0, 20500000}, none = {0, 0};
  nanosleep(&some, NULL);
  memset(&every, 0, sizeof every);
  siginfo_t info;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 5);
  TRY(sigtimedwait(&set, &info, &none) > 0);
  SAY("code %d, value %d, missed %d, told %d", info.si_code, info.si_value.sival_int, info.si_overrun >= 15, timer_getoverrun(timer) == info.si_overrun);
  timer_settime(timer, 0, &every, NULL);
  while (sigtimedwait(&set, &info, &none) > 0);
  TRY(timer_delete(timer));
  TRY(timer_getoverrun(timer));
}
void queued(void) {
  queues();
  information();
  limited();
  threads_take();
  timers();
}
