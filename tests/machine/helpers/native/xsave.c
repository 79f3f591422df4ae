// Runs XSAVE, XSAVEOPT, XSAVEC and XRSTOR on the host's processor: cases from stdin, outcomes to stdout. ../xsave-cases.ts
// makes the cases and knows this layout. x86-64 Linux only; the processor must have AVX enabled in XCR0.
//
//   npx tsx tests/machine/helpers/native/record-xsave.ts     builds this, and records ../xsave.bin.gz again
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

enum { AREA = 1024, STATE = 832 };

struct instruction {
  uint32_t operation; // 0 xsave, 1 xsaveopt, 2 xsavec, 3 xrstor; + 4 with REX.W
  uint32_t mask;      // edx:eax
  uint32_t offset;    // of the operand in the area
  int32_t vector;     // out: exception, or -1
  uint8_t state[STATE]; // registers before and after: x87, SSE and AVX in the standard format
  uint8_t area[AREA];
};

static struct instruction c __attribute__((aligned(64)));
static uint8_t state[STATE] __attribute__((aligned(64)));
static uint8_t area[AREA] __attribute__((aligned(64)));
static uint8_t mine[4096] __attribute__((aligned(64)));
static sigjmp_buf out;

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  c.vector = ((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
  siglongjmp(out, 1);
}

#define RUN(text) __asm__ volatile( \
  "xrstor64 %[state]\n mov %[mask], %%eax\n " text " (%[at])\n mov $7, %%eax\n xsave64 %[state]\n" \
  : [state] "+m"(state), "+a"(seven) : [mask] "r"(c.mask), [at] "r"(area + c.offset), "d"(0) : "memory")

static void run(void) {
  uint32_t seven = 7;
  switch (c.operation) {
  case 0: RUN("xsave"); break;
  case 1: RUN("xsaveopt"); break;
  case 2: RUN("xsavec"); break;
  case 3: RUN("xrstor"); break;
  case 4: RUN("xsave64"); break;
  case 5: RUN("xsaveopt64"); break;
  case 6: RUN("xsavec64"); break;
  case 7: RUN("xrstor64"); break;
  }
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
  int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
  for (int i = 0; i < 4; i++) sigaction(numbers[i], &action, NULL);
  while (fread(&c, sizeof c, 1, stdin) == 1) {
    memcpy(state, c.state, STATE);
    memcpy(area, c.area, AREA);
    c.vector = -1;
    memset(mine, 0, sizeof mine);
    __asm__ volatile("xsave64 %0" : "+m"(mine) : "a"(-1), "d"(-1) : "memory");
    if (!sigsetjmp(out, 1)) run();
    __asm__ volatile("xrstor64 %0" ::"m"(mine), "a"(-1), "d"(-1) : "memory");
    memcpy(c.state, state, STATE);
    memcpy(c.area, area, AREA);
    fwrite(&c, sizeof c, 1, stdout);
  }
  return 0;
}
