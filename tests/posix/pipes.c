#include "report.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];
static void *fill(void *argument) {
  (void)argument;
  char block[1000];
  for (int i = 0; i < 500; i++) {
    memset(block, i, sizeof block);
    if (write(ends[1], block, sizeof block) != sizeof block) return (void *)1;
  }
  close(ends[1]);
  return NULL;
}
static volatile int broken;
static void on_pipe(int signal) { (void)signal; broken++; }
void pipes(void) {
  char buffer[100000];
  int waiting;
  TRY(pipe(ends));
  TRY(write(ends[1], "abcdef", 6));
  TRY(ioctl(ends[0], FIONREAD, &waiting));
  SAY("waiting %d", waiting);
  TRY(read(ends[0], buffer, 4));
  TRY(read(ends[0], buffer, 4));
  TRY(lseek(ends[0], 0, SEEK_SET));
  TRY(pread(ends[0], buffer, 1, 0));
  TRY(read(ends[1], buffer, 1));
  TRY(write(ends[0], buffer, 1));
  TRY(fcntl(ends[0], F_SETFL, O_NONBLOCK));
  TRY(read(ends[0], buffer, 1));
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  TRY(write(ends[1], buffer, 65536));
  TRY(write(ends[1], buffer, 1));
  TRY(write(ends[1], buffer, 5000));
  TRY(read(ends[0], buffer, 4096));
  TRY(write(ends[1], buffer, 4097));
  TRY(write(ends[1], buffer, 4096));
  TRY(fcntl(ends[0], F_GETPIPE_SZ));
  close(ends[1]);
  long sum = 0, n;
  while ((n = read(ends[0], buffer, sizeof buffer)) > 0) sum += n;
  SAY("read %ld, then %ld", sum, n);
  close(ends[0]);
  pipe(ends);
  signal(SIGPIPE, on_pipe);
  close(ends[0]);
  TRY(write(ends[1], "x", 1));
  SAY("broken %d", broken);
  signal(SIGPIPE, SIG_IGN);
  TRY(write(ends[1], "x", 1));
  close(ends[1]);
  TRY(pipe2(ends, 0x12345));
  TRY(pipe((int *)8));
  pipe(ends);
  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, fill, NULL);
  unsigned long check = 0;
  sum = 0;
  while ((n = read(ends[0], buffer, 3000)) > 0) {
    for (long i = 0; i < n; i++) check = check * 31 + (unsigned char)buffer[i];
    sum += n;
  }
  pthread_join(thread, &result);
  SAY("sum %ld, check %lx, result %ld", sum, check, (long)result);
  close(ends[0]);
  int counter = eventfd(3, EFD_NONBLOCK);
  unsigned long value = 5;
  TRY(read(counter, &value, 8));
  SAY("value %lu", value);
  TRY(read(counter, &value, 8));
  value = 7;
  TRY(write(counter, &value, 8));
  TRY(write(counter, &value, 4));
  TRY(read(counter, &value, 8));
  SAY("value %lu", value);
  value = -1;
  TRY(write(counter, &value, 8));
  value = -2;
  TRY(write(counter, &value, 8));
  value = 1;
  TRY(write(counter, &value, 8));
  close(counter);
  counter = eventfd(2, EFD_SEMAPHORE);
  TRY(read(counter, &value, 8));
  SAY("value %lu", value);
  close(counter);
  int pair[2];
  TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  TRY(write(pair[0], "one", 3));
  TRY(write(pair[0], "two", 3));
  TRY(read(pair[1], buffer, 100));
  TRY(send(pair[1], "back", 4, 0));
  TRY(recv(pair[0], buffer, 2, MSG_PEEK));
  TRY(recv(pair[0], buffer, 100, 0));
  TRY(recv(pair[0], buffer, 100, MSG_DONTWAIT));
  TRY(shutdown(pair[0], SHUT_WR));
  TRY(read(pair[1], buffer, 100));
  TRY(write(pair[0], "x", 1));
  TRY(shutdown(pair[0], 9));
  close(pair[1]);
  TRY(read(pair[0], buffer, 1));
  close(pair[0]);
  TRY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
  TRY(write(pair[0], "one", 3));
  TRY(write(pair[0], "", 0));
  TRY(write(pair[0], "three", 5));
  TRY(read(pair[1], buffer, 2));
  TRY(read(pair[1], buffer, 100));
  TRY(read(pair[1], buffer, 100));
  close(pair[0]);
  close(pair[1]);
  TRY(socketpair(AF_UNIX, 77, 0, pair));
  TRY(socket(99, SOCK_STREAM, 0));
  pipe(ends);
  TRY(listen(ends[0], 1));
}
