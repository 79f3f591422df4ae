// Runs short pieces of 32-bit and 16-bit protected-mode code and reports the state they end in. record.ts builds and
// feeds it. Cases come on stdin and go to stdout as `struct legacy`; all must end at an int3, which fills the code segment,
// or in a fault. A piece is entered and left through signal frames: the handler swaps the whole context. x86-64 Linux.
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE = 0x20000000, DATA = 0x10000000, SIZE = 0x10000, START = 0x800, WINDOW = 0x1000, WINDOW_SIZE = 512 };

struct legacy {
  uint32_t mode, length;
  uint8_t code[32];
  uint32_t gpr[8]; // eax ecx edx ebx esp ebp esi edi
  uint32_t eflags, eip;
  int32_t vector; // -1: reached an int3
  uint32_t error;
  uint8_t memory[WINDOW_SIZE];
};
_Static_assert(sizeof(struct legacy) == 600, "cases.ts knows the layout");

static struct legacy in;
static gregset_t host;
static int inside;
static const int order[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};

static void fail(const char *what) {
  fprintf(stderr, "recorder: %s: %s\n", what, strerror(errno));
  exit(2);
}

static void enter(greg_t *g) {
  memcpy(host, g, sizeof host);
  memset(g, 0, 17 * sizeof *g); // the general registers and rip, in glibc's order
  for (int i = 0; i < 8; i++) g[order[i]] = in.gpr[i];
  uint64_t cs = in.mode == 16 ? 0x07 : 0x23, ss = in.mode == 16 ? 0x0f : 0x2b;
  g[REG_RIP] = in.mode == 16 ? START : CODE + START;
  g[REG_EFL] = in.eflags;
  g[REG_CSGSFS] = (host[REG_CSGSFS] & 0x0000ffffffff0000ll) | (greg_t)(cs | ss << 48);
}

static void leave(greg_t *g) {
  for (int i = 0; i < 8; i++) in.gpr[i] = (uint32_t)g[order[i]];
  in.eflags = (uint32_t)g[REG_EFL] & ~0x10000u;
  in.eip = (uint32_t)g[REG_RIP];
  in.vector = (int32_t)g[REG_TRAPNO];
  in.error = (uint32_t)g[REG_ERR];
  if (in.vector == 3) {
    in.vector = -1;
    in.error = 0;
    in.eip--;
  }
  memcpy(g, host, sizeof host);
}

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)info, (void)number;
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (inside) leave(g);
  else enter(g);
  inside = !inside;
}

static void segment(int entry, uint32_t base, int code) {
  struct user_desc d = {.entry_number = entry, .base_addr = base, .limit = SIZE - 1, .contents = code ? 2 : 0, .useable = 1};
  if (syscall(SYS_modify_ldt, 1, &d, sizeof d)) fail("modify_ldt");
}

static void run(void) {
  memcpy((uint8_t *)CODE + START, in.code, in.length);
  memcpy((uint8_t *)DATA + WINDOW, in.memory, WINDOW_SIZE);
  uint16_t data = in.mode == 16 ? 0x0f : 0x2b;
  __asm__ volatile("mov %0, %%ds; mov %0, %%es; int3; mov %1, %%ds; mov %1, %%es" ::"r"(data), "r"((uint16_t)0x2b) : "memory");
  memcpy(in.memory, (uint8_t *)DATA + WINDOW, WINDOW_SIZE);
  memset((uint8_t *)DATA + WINDOW, 0, WINDOW_SIZE);
  memset((uint8_t *)CODE + START, 0xcc, sizeof in.code);
  for (int i = 0; i < SIZE; i++)
    if (((uint8_t *)DATA)[i]) {
      fprintf(stderr, "recorder: %02x %02x %02x in mode %u wrote outside the window at %x\n", in.code[0], in.code[1], in.code[2], in.mode, i);
      exit(3);
    }
}

int main(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  if (mmap((void *)CODE, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) == MAP_FAILED) fail("mmap code");
  if (mmap((void *)DATA, SIZE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) fail("mmap data");
  memset((void *)CODE, 0xcc, SIZE);
  segment(0, CODE, 1);
  segment(1, DATA, 0);
  static uint8_t stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(&alternate, NULL)) fail("sigaltstack");
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (int i = 0; i < 5; i++)
    if (sigaction(numbers[i], &action, NULL)) fail("sigaction");
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    run();
    if (fwrite(&in, sizeof in, 1, stdout) != 1) fail("write");
  }
  return 0;
}
