#include "report.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count, last, code, on_stack;
static char *stack;
static sigjmp_buf back;

static void note(int signal) { count++; last = signal; }
static void tell(int signal, siginfo_t *info, void *context) {
  (void)context;
  char here;
  count++;
  last = signal;
  code = info->si_code;
  on_stack = stack && &here > stack && &here < stack + 65536;
}
static void leave(int signal, siginfo_t *info, void *context) {
  (void)context;
  last = signal;
  code = info->si_code;
  siglongjmp(back, 1);
}
static void set(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, NULL);
}
static void faults(void) {
  int zero = 0;
  set(SIGSEGV, leave, 0);
  set(SIGBUS, leave, 0);
  set(SIGFPE, leave, 0);
  set(SIGILL, leave, 0);
  set(SIGTRAP, leave, 0);
  if (!sigsetjmp(back, 1)) *(volatile int *)8 = 1;
  SAY("null: signal %d, code %d", last, code);
  char *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!sigsetjmp(back, 1)) *page = 1;
  SAY("read-only: signal %d, code %d", last, code);
  if (!sigsetjmp(back, 1)) *(volatile char *)0x8000000000000000ul = 1;
  SAY("not canonical: signal %d, code %d", last, code);
  if (!sigsetjmp(back, 1)) ((void (*)(void))page)();
  SAY("not executable: signal %d, code %d", last, code);
  if (!sigsetjmp(back, 1)) __asm__ volatile("xor %%edx, %%edx; divl %0" : : "r"(zero) : "rax", "rdx");
  SAY("divided: signal %d, code %d", last, code);
  if (!sigsetjmp(back, 1)) __asm__ volatile("ud2");
  SAY("invalid: signal %d, code %d", last, code);
  if (!sigsetjmp(back, 1)) __asm__ volatile("int3");
  SAY("breakpoint: signal %d, code %d", last, code);
  munmap(page, 4096);
}
static int stepped;
static void skip(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  ucontext_t *c = context;
  stepped++;
  c->uc_mcontext.gregs[REG_RIP] += 2;
  c->uc_mcontext.gregs[REG_RAX] = 42;
}
static double vectors(void) {
  double a = 1.5, b = 2.25;
  for (int i = 0; i < 100000; i++) a = a * 0.999999 + b * 0.000001;
  return a;
}
static void spoil(int signal) {
  (void)signal;
  volatile double x = 3;
  for (int i = 0; i < 100; i++) x = x * 1.1;
  count++;
}
static void land(int signal, siginfo_t *info, void *context) {
  (void)context;
  SAY("signal %d at %p", signal, info->si_addr);
  siglongjmp(back, 1);
}
/* Calls of what is no code: the first pages, and addresses that are none. */
static void jump(void) {
  static const uint64_t nowhere[] = {0, 1, 0x9126, 0x3ff000, 0xdead000000000000};
  struct sigaction action = {.sa_sigaction = land, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
    if (sigsetjmp(back, 1) == 0) ((void (*)(void))nowhere[i])();
  signal(SIGSEGV, SIG_DFL);
}
void signals(void) {
  TRY(kill(getpid(), 0));
  TRY(kill(getpid(), 65));
  TRY(kill(999999, 0));
  TRY(raise(0));
  set(SIGUSR1, tell, 0);
  TRY(raise(SIGUSR1));
  SAY("count %d, signal %d, code %d", count, last, code);
  TRY(kill(getpid(), SIGUSR1));
  SAY("count %d, code %d", count, code);
  sigset_t set1, old, waiting;
  sigemptyset(&set1);
  sigaddset(&set1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set1, &old);
  raise(SIGUSR1);
  raise(SIGUSR1);
  SAY("blocked: count %d", count);
  sigpending(&waiting);
  SAY("waits: %d %d", sigismember(&waiting, SIGUSR1), sigismember(&waiting, SIGUSR2));
  sigprocmask(SIG_SETMASK, &old, NULL);
  SAY("unblocked: count %d", count);
  struct sigaction action;
  TRY(sigaction(SIGKILL, &(struct sigaction){.sa_handler = note}, NULL));
  TRY(sigaction(0, NULL, &action));
  TRY(sigaction(64, NULL, &action));
  TRY(sigaction(65, NULL, &action));
  stack = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t alternate = {.ss_sp = stack, .ss_size = 65536}, before;
  TRY(sigaltstack(&alternate, &before));
  SAY("flags before: %d", before.ss_flags);
  set(SIGUSR2, tell, SA_ONSTACK);
  raise(SIGUSR2);
  SAY("on the stack: %d", on_stack);
  set(SIGUSR2, tell, 0);
  raise(SIGUSR2);
  SAY("on the stack: %d", on_stack);
  alternate.ss_size = 100;
  TRY(sigaltstack(&alternate, NULL));
  alternate.ss_flags = SS_DISABLE;
  TRY(sigaltstack(&alternate, NULL));
  set(SIGUSR2, tell, SA_RESETHAND);
  raise(SIGUSR2);
  sigaction(SIGUSR2, NULL, &action);
  SAY("reset: %d", action.sa_handler == SIG_DFL);
  faults();
  set(SIGILL, skip, 0);
  long value = 0;
  __asm__ volatile("ud2" : "=a"(value) : "a"(1));
  SAY("changed by the handler: %ld, %d", value, stepped);
  count = 0;
  signal(SIGALRM, spoil);
  struct itimerval every = {{0, 200}, {0, 200}};
  TRY(setitimer(ITIMER_REAL, &every, NULL));
  double sum = 0;
  while (count < 20) sum = vectors();
  every = (struct itimerval){0};
  setitimer(ITIMER_REAL, &every, NULL);
  SAY("vector registers kept: %.10f", sum);
  signal(SIGALRM, note);
  count = 0;
  TRY(alarm(0));
  TRY(alarm(1));
  TRY(pause());
  SAY("count %d, signal %d", count, last);
  sigemptyset(&set1);
  sigaddset(&set1, SIGTERM);
  sigprocmask(SIG_BLOCK, &set1, NULL);
  struct timespec soon = {0, 1000000};
  siginfo_t info;
  TRY(sigtimedwait(&set1, &info, &soon));
  raise(SIGTERM);
  TRY(sigtimedwait(&set1, &info, &soon));
  SAY("taken: %d, code %d", info.si_signo, info.si_code);
  sigfillset(&old);
  sigdelset(&old, SIGALRM);
  count = 0;
  struct itimerval once = {{0, 0}, {0, 1000}};
  setitimer(ITIMER_REAL, &once, NULL);
  TRY(sigsuspend(&old));
  SAY("count %d", count);
  once.it_value.tv_usec = 2000;
  setitimer(ITIMER_REAL, &once, NULL);
  struct timespec rest = {1, 0}, left = {9, 9};
  TRY(nanosleep(&rest, &left));
  SAY("left: %d", left.tv_sec == 0 && left.tv_nsec > 900000000);
  jump();
}
