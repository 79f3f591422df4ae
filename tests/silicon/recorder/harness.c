// Runs single user-mode instructions on the host's processor and reports the state they leave behind.
//
// Reads cases from stdin and writes each back to stdout, as it is after its instruction; both are `struct state`
// below, little-endian, no framing. x86-64 Linux only. It refuses nothing: the cases must not change the
// segment registers, set TF, loop for ever, or jump outside the code page.
//
//   gcc -O2 -static -no-pie -fno-stack-protector -o harness harness.c
//
// Memory as the instruction sees it (everything else below 4 GiB that is not the harness itself is unmapped):
//
//   0x0fffe000  unmapped
//   0x0ffff000  one page, readable only
//   0x10000000  two pages, readable and writable
//   0x10002000  unmapped
//   0x20000000  the code page, all int3 but for the instruction at +0x800 and the jump behind it
//
// A window of 512 bytes of the three data pages holds the case's memory; the rest is zero.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  DATA = 0x0ffff000, DATA_SIZE = 0x3000, WRITABLE = 0x10000000,
  CODE_PAGE = 0x20000000, CODE = CODE_PAGE + 0x800,
  WINDOW_SIZE = 512, BATCH = 512,
  NO_FAULT = -1, SPILLED = 0x5b111ed,
};

struct state {
  uint64_t gpr[16];            //   0  rax rcx rdx rbx rsp rbp rsi rdi r8..r15
  uint64_t rflags;             // 128
  uint64_t rip;                // 136  in: ignored
  int32_t vector;              // 144  out: exception vector, or -1; in: ignored
  uint32_t error;              // 148  out: its error code
  uint64_t cr2;                // 152  out: page fault address
  uint32_t window;             // 160  address of the window; out: SPILLED if memory outside it changed
  uint32_t length;             // 164  of the instruction
  uint8_t code[16];            // 168
  uint8_t reserved[8];         // 184
  uint8_t fx[512];             // 192  FXSAVE64 image
  uint8_t memory[WINDOW_SIZE]; // 704
};
_Static_assert(sizeof(struct state) == 1216, "the reader on the other side relies on this layout");

// Shared with the assembly below.
__attribute__((aligned(64))) struct state in, out;
uint64_t host_rsp, code_entry = CODE;
uint32_t host_mxcsr = 0x1f80;
void run_case(void);
void exit_case(void);
void resume_host(void);

__asm__(
  ".intel_syntax noprefix\n"
  ".text\n"
  ".globl run_case, exit_case, resume_host\n"
  "run_case:\n"
  "  push rbx; push rbp; push r12; push r13; push r14; push r15; pushfq\n"
  "  mov [host_rsp], rsp\n"
  "  fxrstor64 [in+192]\n"
  "  push qword ptr [in+128]; popfq\n"
  "  mov rax, [in]\n      mov rcx, [in+8]\n    mov rdx, [in+16]\n   mov rbx, [in+24]\n"
  "  mov rsp, [in+32]\n   mov rbp, [in+40]\n   mov rsi, [in+48]\n   mov rdi, [in+56]\n"
  "  mov r8, [in+64]\n    mov r9, [in+72]\n    mov r10, [in+80]\n   mov r11, [in+88]\n"
  "  mov r12, [in+96]\n   mov r13, [in+104]\n  mov r14, [in+112]\n  mov r15, [in+120]\n"
  "  jmp [code_entry]\n"
  "exit_case:\n"
  "  mov [out], rax\n     mov [out+8], rcx\n   mov [out+16], rdx\n  mov [out+24], rbx\n"
  "  mov [out+32], rsp\n  mov [out+40], rbp\n  mov [out+48], rsi\n  mov [out+56], rdi\n"
  "  mov [out+64], r8\n   mov [out+72], r9\n   mov [out+80], r10\n  mov [out+88], r11\n"
  "  mov [out+96], r12\n  mov [out+104], r13\n mov [out+112], r14\n mov [out+120], r15\n"
  "  mov rsp, [host_rsp]\n"
  "  pushfq; pop qword ptr [out+128]\n"
  "  fxsave64 [out+192]\n"
  "resume_host:\n"
  "  mov rsp, [host_rsp]\n"
  "  fninit\n"
  "  ldmxcsr [host_mxcsr]\n"
  "  popfq; pop r15; pop r14; pop r13; pop r12; pop rbp; pop rbx\n"
  "  ret\n"
  ".att_syntax prefix\n");

static volatile sig_atomic_t running;
static uint8_t *alias; // the data pages again, always writable

static void fail(const char *what) {
  fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
  exit(2);
}

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)info;
  const mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  if (!running) {
    fprintf(stderr, "harness: signal %d in the harness itself at rip %llx\n", number, m->gregs[REG_RIP]);
    _exit(3);
  }
  static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < 16; i++) out.gpr[i] = m->gregs[order[i]];
  out.rflags = m->gregs[REG_EFL] & ~0x10000ull; // the image of a fault has RF set
  out.rip = m->gregs[REG_RIP];
  memcpy(out.fx, m->fpregs, sizeof out.fx);
  uint64_t at = out.rip - 1 - CODE;
  if (m->gregs[REG_TRAPNO] == 3 && at >= in.length) {
    out.rip--; // a branch landed on the filling of the code page
  } else {
    out.vector = m->gregs[REG_TRAPNO];
    out.error = m->gregs[REG_ERR];
    if (out.vector == 14) out.cr2 = m->gregs[REG_CR2];
  }
  // Leaving by a jump is sound: SA_NODEFER keeps the mask, and a stack is "alternate" by rsp alone.
  __asm__ volatile("jmp resume_host");
  __builtin_unreachable();
}

static void map_memory(void) {
  int file = memfd_create("window", 0);
  if (file < 0 || ftruncate(file, DATA_SIZE) < 0) fail("memfd");
  int fixed = MAP_SHARED | MAP_FIXED_NOREPLACE;
  alias = mmap(NULL, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (alias == MAP_FAILED) fail("mmap alias");
  if (mmap((void *)DATA, DATA_SIZE, PROT_READ, fixed, file, 0) == MAP_FAILED) fail("mmap data");
  if (mprotect((void *)WRITABLE, DATA_SIZE - 0x1000, PROT_READ | PROT_WRITE) < 0) fail("mprotect");
  if (mmap((void *)CODE_PAGE, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED) fail("mmap code");
  memset((void *)CODE_PAGE, 0xcc, 0x1000);
  // Fault the pages in, so that the first case finds them as every other does.
  for (int i = 0; i < DATA_SIZE; i += 0x1000) (void)*(volatile uint8_t *)(uint64_t)(DATA + i);
}

static void catch_signals(void) {
  static uint8_t stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(&alternate, NULL) < 0) fail("sigaltstack");
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (int i = 0; i < 5; i++)
    if (sigaction(numbers[i], &action, NULL) < 0) fail("sigaction");
}

static void place_code(void) {
  static uint8_t placed[16];
  static uint32_t placed_length = 0;
  if (in.length == placed_length && !memcmp(placed, in.code, sizeof placed)) return;
  uint8_t *p = (uint8_t *)CODE;
  memset(p, 0xcc, 32);
  memcpy(p, in.code, in.length);
  int32_t distance = (int32_t)((int64_t)exit_case - (CODE + in.length + 5));
  p[in.length] = 0xe9;
  memcpy(p + in.length + 1, &distance, 4);
  memcpy(placed, in.code, sizeof placed);
  placed_length = in.length;
}

static int outside_changed(uint8_t *window) {
  static const uint8_t zero[DATA_SIZE];
  memset(window, 0, WINDOW_SIZE);
  if (!memcmp(alias, zero, DATA_SIZE)) return 0;
  memset(alias, 0, DATA_SIZE);
  return 1;
}

static void record(struct state *s) {
  in = *s;
  if (in.length == 0 || in.length > 15 || in.window < DATA || in.window > DATA + DATA_SIZE - WINDOW_SIZE) {
    fprintf(stderr, "harness: bad case: length %u, window %x\n", in.length, in.window);
    exit(2);
  }
  uint8_t *window = alias + (in.window - DATA);
  place_code();
  memcpy(window, in.memory, WINDOW_SIZE);
  out = in;
  out.rip = CODE + in.length;
  out.vector = NO_FAULT;
  out.error = 0;
  out.cr2 = 0;
  running = 1;
  run_case();
  running = 0;
  memcpy(out.memory, window, WINDOW_SIZE);
  if (outside_changed(window)) out.window = SPILLED;
  *s = out;
}

int main(void) {
  static struct state batch[BATCH];
  map_memory();
  catch_signals();
  size_t n;
  while ((n = fread(batch, sizeof *batch, BATCH, stdin)) > 0) {
    for (size_t i = 0; i < n; i++) record(&batch[i]);
    if (fwrite(batch, sizeof *batch, n, stdout) != n) fail("write");
  }
  return 0;
}
