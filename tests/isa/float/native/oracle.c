// Asks the host's silicon: reads records {operation, control words, operands} on standard input, executes each with a
// clean FPU, and writes what was left in the registers and status words. Driven by ../silicon.ts.
//
//   gcc -O1 -mavx -mfma -mf16c -o oracle oracle.c
//
// Every operation has a name; `oracle --list` prints them in the order of their numbers.

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

struct request {
  uint16_t operation;
  uint16_t control;  // x87 control word
  uint32_t mxcsr;
  uint8_t a[16], b[16], c[16];
};

struct reply {
  uint8_t st0[16], st1[16];  // or the result xmm register in st0
  uint8_t memory[16];        // what a store wrote; 0xaa where nothing was
  uint16_t status;           // x87 status word
  uint16_t trapped;          // SSE: #XM was delivered
  uint32_t mxcsr;            // as it stood then, or at the end
};

static struct request in;
static struct reply out;
static uint8_t image[108] __attribute__((aligned(16)));
static volatile int trapped;
static volatile uint32_t trap_mxcsr;

// #XM: note MXCSR, mask everything and let the instruction run again.
static void on_fpe(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)info;
  ucontext_t *u = context;
  trapped = 1;
  trap_mxcsr = u->uc_mcontext.fpregs->mxcsr;
  u->uc_mcontext.fpregs->mxcsr = 0x1f80;
}

static void save_image(void) {
  memcpy(&out.status, image + 4, 2);
  memcpy(out.st0, image + 28, 10);
  memcpy(out.st1, image + 38, 10);
}

// Loads b, then a (so st0 = a, st1 = b), sets the control word, executes, and saves without waiting.
#define X87(name, code)                                                                          \
  static void op_##name(void) {                                                                     \
    asm volatile("fninit; fldt %[b]; fldt %[a]; fldcw %[control]; " code "; fnsave %[image]"     \
                 : [image] "=m"(image), [memory] "+m"(out.memory)                                \
                 : [a] "m"(in.a), [b] "m"(in.b), [control] "m"(in.control)                       \
                 : "memory", "rax");                                                             \
    save_image();                                                                                \
  }

// The same with only one operand on the stack: b is in memory.
#define LOAD(name, code)                                                                         \
  static void op_##name(void) {                                                                     \
    asm volatile("fninit; fldcw %[control]; " code "; fnsave %[image]"                           \
                 : [image] "=m"(image)                                                           \
                 : [a] "m"(in.a), [control] "m"(in.control)                                      \
                 : "memory");                                                                    \
    save_image();                                                                                \
  }

#define SSE(name, code)                                                                          \
  static void op_##name(void) {                                                                     \
    uint64_t flags = 0;                                                                          \
    asm volatile("movups %[a], %%xmm0; movups %[b], %%xmm1; movups %[c], %%xmm2;"                \
                 "xor %%eax, %%eax; ldmxcsr %[control]; " code "; stmxcsr %[status];"            \
                 "movups %%xmm0, %[result]; mov %%rax, %[flags]"                                 \
                 : [status] "=m"(out.mxcsr), [result] "=m"(out.st0), [flags] "=m"(flags)         \
                 : [a] "m"(in.a), [b] "m"(in.b), [c] "m"(in.c), [control] "m"(in.mxcsr)          \
                 : "xmm0", "xmm1", "xmm2", "rax", "cc");                                         \
    memcpy(out.st1, &flags, 8);                                                                  \
  }

#include "operations.h"

struct operation {
  const char *name;
  void (*run)(void);
};

#undef X87
#undef LOAD
#undef SSE
#define X87(name, code) {#name, op_##name},
#define LOAD X87
#define SSE X87
static const struct operation operations[] = {
#include "operations.h"
};

int main(int argc, char **argv) {
  const size_t count = sizeof operations / sizeof *operations;
  if (argc == 2 && !strcmp(argv[1], "--list")) {
    for (size_t i = 0; i < count; i++) puts(operations[i].name);
    return 0;
  }
  struct sigaction action = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGFPE, &action, NULL);
  const uint32_t quiet = 0x1f80;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    if (in.operation >= count) {
      fprintf(stderr, "oracle: no operation %u\n", in.operation);
      return 2;
    }
    memset(&out, 0, sizeof out);
    memset(out.memory, 0xaa, sizeof out.memory);
    trapped = 0;
    operations[in.operation].run();
    asm volatile("ldmxcsr %0" ::"m"(quiet));
    out.trapped = trapped;
    if (trapped) out.mxcsr = trap_mxcsr;
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
