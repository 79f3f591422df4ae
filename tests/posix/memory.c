#include "report.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static void leave(int signal) { siglongjmp(back, signal); }
/* The signal that a write, or a read, brings; 0: none. */
static int writes(volatile char *at) {
  int signal = sigsetjmp(back, 1);
  if (signal == 0) *at = *at + 1;
  return signal;
}
static int reads(volatile char *at) {
  int signal = sigsetjmp(back, 1);
  if (signal == 0) (void)*at;
  return signal;
}
#define MAPS(...)                                                                    \
  do {                                                                               \
    void *m_ = mmap(__VA_ARGS__);                                                    \
    SAY("mmap(%s): %s", #__VA_ARGS__, m_ == MAP_FAILED ? strerror(errno) : "done"); \
  } while (0)

void memory(void) {
  enum { P = 4096 };
  int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  signal(SIGSEGV, leave);
  signal(SIGBUS, leave);
  char *m = mmap(0, 16 * P, PROT_READ | PROT_WRITE, anonymous, -1, 0);
  SAY("zero %d, aligned %d", m[5000], (long)m % P == 0);
  memset(m, 1, 16 * P);
  TRY(munmap(m + 4 * P, 4 * P));
  SAY("%d %d %d", reads(m + 3 * P), reads(m + 4 * P), reads(m + 8 * P));
  TRY(mprotect(m, 2 * P, PROT_READ));
  SAY("%d %d %d", writes(m), reads(m), writes(m + 2 * P));
  TRY(mprotect(m + P, P, PROT_NONE));
  SAY("%d", reads(m + P));
  TRY(mprotect(m + P, P, PROT_READ | PROT_WRITE));
  SAY("%d, kept %d", writes(m + P), m[P + 1]);
  TRY(mprotect(m, 16 * P, PROT_READ | PROT_WRITE));
  TRY(mprotect(m + 1, P, PROT_READ));
  TRY(mprotect(m, P, 0x100));
  TRY(munmap(m + 1, P));
  TRY(munmap(m, 0));
  TRY(mmap(m + 4 * P, 4 * P, PROT_READ | PROT_WRITE, anonymous | MAP_FIXED, -1, 0) == m + 4 * P);
  SAY("%d", m[4 * P]);
  TRY(mmap(m, P, PROT_READ, anonymous | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
  MAPS(0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MAPS(0, P, PROT_READ, MAP_ANONYMOUS, -1, 0);
  MAPS(0, P, PROT_READ, MAP_PRIVATE, 99, 0);
  MAPS(0, P, PROT_READ, MAP_PRIVATE, 99, 1);
  MAPS((void *)1, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  MAPS(0, 1ul << 50, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MAPS((void *)0x123000, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MAPS(0, 1ul << 38, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TRY(madvise(m, 2 * P, MADV_DONTNEED));
  SAY("%d %d", m[0], m[2 * P]);
  TRY(madvise(m + 1, P, MADV_DONTNEED));
  TRY(madvise(m, P, 999));
  TRY(madvise(m, P, MADV_WILLNEED));
  unsigned char there[4];
  TRY(mincore(m, 4 * P, there));
  SAY("%d %d", there[0] & 1, there[2] & 1);
  char *n = mremap(m, 4 * P, 8 * P, 0);
  SAY("no room: %s", n == MAP_FAILED ? strerror(errno) : "grown");
  m[2 * P] = 77;
  n = mremap(m, 4 * P, 100 * P, MREMAP_MAYMOVE);
  SAY("moved %d, %d %d", n != m, n[2 * P], n[90 * P]);
  SAY("%d", reads(m));
  TRY(mremap(n, 100 * P, 2 * P, 0) == n);
  SAY("%d %d", reads(n + P), reads(n + 2 * P));
  TRY(mremap(n, 0, P, 0) == MAP_FAILED);
  char *top = sbrk(0);
  TRY(brk(top + 10000));
  top[9000] = 5;
  SAY("%d, %ld", top[9000], (long)((char *)sbrk(0) - top));
  TRY(brk(top));
  int fd = memfd_create("m", 0);
  TRY(ftruncate(fd, 3 * P));
  pwrite(fd, "file", 4, 0);
  char *shared = mmap(0, 4 * P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *own = mmap(0, 4 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  own[0] = 'F';
  SAY("%.4s %.4s", shared, own);
  shared[1] = 'I';
  char text[5] = {0};
  pread(fd, text, 4, 0);
  SAY("%s %.4s", text, own);
  shared[P] = 'x';
  SAY("%c", own[P]);
  SAY("behind the end: %d %d", reads(shared + 3 * P), reads(own + 3 * P - 1));
  TRY(ftruncate(fd, P));
  SAY("cut: %d %d", reads(shared + P), reads(own + P));
  TRY(msync(shared, P, MS_SYNC));
  TRY(msync(shared + 1, P, MS_SYNC));
  TRY(msync(shared, P, 99));
  int readonly = open("/proc/self/exe", O_RDONLY);
  MAPS(0, P, PROT_READ | PROT_WRITE, MAP_SHARED, readonly, 0);
  char *program = mmap(0, P, PROT_READ | PROT_WRITE, MAP_PRIVATE, readonly, 0);
  SAY("%.3s", program + 1);
  program[1] = 'X';
  SAY("%.3s", program + 1);
  MAPS(0, P, PROT_READ, MAP_PRIVATE, readonly, 100);
  int folder = open("/", O_RDONLY);
  MAPS(0, P, PROT_READ, MAP_PRIVATE, folder, 0);
  TRY(mlock(m + 8 * P, P));
  TRY(munlock(m + 8 * P, P));
  TRY(mlock((void *)P, P));
  char *code = mmap(0, P, PROT_READ | PROT_WRITE, anonymous, -1, 0);
  memcpy(code, "\xb8\x2a\0\0\0\xc3", 6);
  TRY(mprotect(code, P, PROT_READ | PROT_EXEC));
  SAY("%d", ((int (*)(void))code)());
  close(fd);
  close(readonly);
  close(folder);
  signal(SIGSEGV, SIG_DFL);
  signal(SIGBUS, SIG_DFL);
}
