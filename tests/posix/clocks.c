#include "report.h"
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock) {
  struct timespec t;
  return clock_gettime(clock, &t) < 0 ? -1 : t.tv_sec + t.tv_nsec * 1e-9;
}
void clocks(void) {
  struct timespec t = {0, 2000000}, bad = {0, 1000000000}, left;
  struct timeval v;
  for (int clock = 0; clock < 8; clock++) SAY("clock %d: %s", clock, now(clock) < 0 ? strerror(errno) : "goes");
  double a = now(CLOCK_MONOTONIC);
  TRY(nanosleep(&t, &left));
  double b = now(CLOCK_MONOTONIC);
  SAY("slept %d", b - a >= 0.002 && b - a < 1);
  TRY(nanosleep(&bad, NULL));
  TRY(nanosleep((void *)8, NULL));
  TRY(clock_nanosleep(99, 0, &t, NULL) == EINVAL);
  clock_gettime(CLOCK_MONOTONIC, &t);
  TRY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
  TRY(gettimeofday(&v, NULL));
  SAY("day %d", v.tv_sec - (long)now(CLOCK_REALTIME) < 2 && v.tv_sec > 1700000000);
  TRY(time(NULL) > 1700000000);
  TRY(clock_getres(CLOCK_MONOTONIC, &t));
  TRY(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 8));
  TRY(syscall(SYS_clock_gettime, 10, &t));
  a = now(CLOCK_PROCESS_CPUTIME_ID);
  volatile double x = 1;
  for (int i = 0; i < 2000000; i++) x = x * 1.0000001;
  b = now(CLOCK_PROCESS_CPUTIME_ID);
  SAY("worked %d", b > a && b - a < 10);
  struct rusage usage;
  TRY(getrusage(RUSAGE_SELF, &usage));
  TRY(getrusage(99, &usage));
  struct tms ticks;
  TRY(times(&ticks) != -1);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  TRY(timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec when = {{0, 0}, {100, 0}}, is;
  TRY(timer_settime(timer, 0, &when, NULL));
  TRY(timer_gettime(timer, &is));
  SAY("left %ld", is.it_value.tv_sec);
  TRY(timer_delete(timer));
  struct itimerval interval = {{0, 0}, {5, 0}};
  TRY(setitimer(ITIMER_REAL, &interval, NULL));
  TRY(getitimer(ITIMER_REAL, &interval));
  SAY("left %ld", (long)interval.it_value.tv_sec + (interval.it_value.tv_usec > 0));
  TRY(alarm(0));
  TRY(setitimer(99, &interval, NULL));
  interval.it_value.tv_usec = 1000000;
  TRY(setitimer(ITIMER_REAL, &interval, NULL));
}
