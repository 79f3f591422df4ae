#include "report.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int ends[2];
static void *later(void *argument) {
  usleep(2000);
  if (write(ends[1], argument, 1) != 1) return (void *)1;
  return NULL;
}
static void nothing(int signal) { (void)signal; }
void polling(void) {
  char c;
  void *result;
  pthread_t thread;
  if (pipe(ends) < 0) return;
  struct pollfd set[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {-1, POLLIN, 7}};
  TRY(poll(set, 3, 0));
  SAY("%x %x %x", set[0].revents, set[1].revents, set[2].revents);
  TRY(poll(set, 1, 3));
  pthread_create(&thread, NULL, later, "x");
  TRY(poll(set, 1, -1));
  SAY("%x", set[0].revents);
  pthread_join(thread, &result);
  set[2].fd = 99;
  TRY(poll(set, 3, -1));
  SAY("%x %x %x", set[0].revents, set[1].revents, set[2].revents);
  TRY(poll((struct pollfd *)8, 1, 0));
  TRY(poll(NULL, 0, 1));
  fd_set in, out;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_SET(ends[0], &in);
  FD_SET(ends[1], &out);
  struct timeval t = {0, 1000};
  TRY(select(ends[1] + 1, &in, &out, NULL, &t));
  SAY("%d %d", FD_ISSET(ends[0], &in) != 0, FD_ISSET(ends[1], &out) != 0);
  TRY(read(ends[0], &c, 1));
  FD_ZERO(&in);
  FD_SET(ends[0], &in);
  t = (struct timeval){0, 1000};
  TRY(select(ends[1] + 1, &in, NULL, NULL, &t));
  FD_SET(50, &in);
  TRY(select(51, &in, NULL, NULL, &t));
  TRY(select(-1, NULL, NULL, NULL, &t));
  int e = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {.u64 = 11}}, got[4];
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, ends[0], &event));
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, ends[0], &event));
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, 99, &event));
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, e, &event));
  TRY(epoll_ctl(e, EPOLL_CTL_MOD, ends[1], &event));
  TRY(epoll_ctl(e, 9, ends[0], &event));
  int file = open("/dev/null", O_RDONLY);
  (void)file;
  TRY(epoll_wait(e, got, 4, 0));
  TRY(epoll_wait(e, got, 0, 0));
  TRY(write(ends[1], "yz", 2));
  TRY(epoll_wait(e, got, 4, -1));
  SAY("%x %lu", got[0].events, (unsigned long)got[0].data.u64);
  TRY(epoll_wait(e, got, 4, -1));
  event.events = EPOLLIN | EPOLLET;
  TRY(epoll_ctl(e, EPOLL_CTL_MOD, ends[0], &event));
  TRY(epoll_wait(e, got, 4, 0));
  TRY(epoll_wait(e, got, 4, 0));
  TRY(write(ends[1], "z", 1));
  TRY(epoll_wait(e, got, 4, 0));
  event.events = EPOLLIN | EPOLLONESHOT;
  TRY(epoll_ctl(e, EPOLL_CTL_MOD, ends[0], &event));
  TRY(epoll_wait(e, got, 4, 0));
  TRY(epoll_wait(e, got, 4, 0));
  event.events = EPOLLIN;
  TRY(epoll_ctl(e, EPOLL_CTL_MOD, ends[0], &event));
  int counter = eventfd(1, 0);
  event.data.u64 = 12;
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, counter, &event));
  TRY(epoll_wait(e, got, 4, 0));
  TRY(epoll_wait(e, got, 1, 0));
  TRY(epoll_ctl(e, EPOLL_CTL_DEL, ends[0], NULL));
  TRY(epoll_ctl(e, EPOLL_CTL_DEL, ends[0], NULL));
  TRY(epoll_wait(e, got, 4, 0));
  close(counter);
  TRY(epoll_wait(e, got, 4, 0));
  close(ends[1]);
  event.events = EPOLLIN;
  TRY(epoll_ctl(e, EPOLL_CTL_ADD, ends[0], &event));
  TRY(epoll_wait(e, got, 4, 0));
  SAY("%x", got[0].events);
  close(ends[0]);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  uint64_t times;
  TRY(read(timer, &times, 8));
  struct itimerspec when = {{0, 1000000}, {0, 1000000}}, before;
  TRY(timerfd_settime(timer, 0, &when, NULL));
  set[0] = (struct pollfd){timer, POLLIN, 0};
  TRY(poll(set, 1, 1000));
  usleep(55000);
  TRY(read(timer, &times, 8));
  SAY("several %d", times >= 5);
  when = (struct itimerspec){0};
  TRY(timerfd_settime(timer, 0, &when, &before));
  SAY("interval %ld", before.it_interval.tv_nsec);
  TRY(timerfd_create(99, 0));
  TRY(timerfd_settime(0, 0, &when, NULL));
  close(timer);
  close(e);
  signal(SIGALRM, nothing);
  ualarm(1000, 0);
  TRY(poll(NULL, 0, 1000));
  struct timespec limit = {0, 1000000};
  sigset_t none;
  sigemptyset(&none);
  TRY(ppoll(NULL, 0, &limit, &none));
  TRY(pselect(0, NULL, NULL, NULL, &limit, &none));
}
