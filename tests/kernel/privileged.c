/* A program in ring 0 turns interrupts off: its next fault, or its next system call, turns them on again. */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t rung;
static void ring(int signal) { rung = signal; }
static void soon(void) {
  struct itimerval once = {{0, 0}, {0, 1000}};
  rung = 0;
  setitimer(ITIMER_REAL, &once, NULL);
}
int main(void) {
  volatile char *page = mmap(0, 1 << 22, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  signal(SIGALRM, ring);
  soon();
  __asm__ volatile("cli");
  page[0] = 1;
  while (!rung);
  puts("a fault");
  soon();
  __asm__ volatile("cli");
  getppid();
  while (!rung);
  puts("a quick call");
  soon();
  __asm__ volatile("cli");
  while (!rung) read(-1, 0, 0);
  puts("a call");
  return 0;
}
