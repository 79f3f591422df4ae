/* Calls of memory with all that can be wrong with them, and what accesses meet after them. */
#include "report.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long raw(long n, long a, long b, long c, long d, long e, long f) {
  long r = syscall(n, a, b, c, d, e, f);
  return r == -1 ? -errno : r;
}
#define CALL(n, a, b, c, d, e, f, ...) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define call(...) CALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
/* Of 64 free pages. */
static char *base;

static void show(const char *what, long r) {
  if (r < 0 && r >= -4095) SAY("%s: %s", what, strerror(-r));
  else if (r >= (long)base && r < (long)base + (64 << 12)) SAY("%s: base+%#lx", what, r - (long)base);
  else if (r > 4095 || r < 0) SAY("%s: an address", what);
  else SAY("%s: %ld", what, r);
}
#define S(e) show(#e, e)

static sigjmp_buf out;
static volatile int code;
static void *volatile where;

static void on(int number, siginfo_t *information, void *context) {
  (void)context;
  code = number * 100 + information->si_code;
  where = information->si_addr;
  siglongjmp(out, 1);
}
static void probe(const char *what, char *p, int write) {
  if (sigsetjmp(out, 1) == 0) {
    int v = *(volatile char *)p;
    if (write) *(volatile char *)p = v;
    SAY("%s: %s %d", what, write ? "written" : "read", v);
  } else {
    long off = (char *)where - p;
    SAY("%s: %s: signal %d, code %d, at %+ld", what, write ? "write" : "read", code / 100, code % 100, off);
  }
}
#define R(p) probe(#p, p, 0)
#define W(p) probe(#p, p, 1)

static void fresh(void) { munmap(base, 64 << 12); }
#define MM(a, l, p, f, fd, o) call(SYS_mmap, a, l, p, f, fd, o)
#define MR(a, o, n, f, t) call(SYS_mremap, a, o, n, f, t)
#define PG(n) (base + ((n) << 12))
#define RW (PROT_READ | PROT_WRITE)
#define AP (MAP_ANONYMOUS | MAP_PRIVATE)
#define FX MAP_FIXED

static int fd, ro, wo, dir, zero, op, ends[2];
static const char *name = "/tmp/posix-memory";

static void set_up(void) {
  struct sigaction action = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  base = mmap((void *)0x100000000, 64 << 12, 0, AP | FX, -1, 0);
  fresh();
  mkdir("/tmp", 0777);
  fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (int i = 0; i < 3; i++) {
    char bytes[4096];
    memset(bytes, 'a' + i, 4096);
    if (write(fd, bytes, i < 2 ? 4096 : 100) < 0) SAY("the file cannot be written");
  }
  ro = open(name, O_RDONLY);
  wo = open(name, O_WRONLY);
  op = open(name, O_PATH);
  dir = open("/tmp", O_RDONLY);
  zero = open("/dev/zero", O_RDWR);
  if (pipe(ends)) SAY("no pipe");
}
static void say_byte(long at) {
  char byte = 0;
  TRY(pread(fd, &byte, 1, at));
  SAY("byte %ld of the file: %c", at, byte);
}
static void wrong_mappings(void) {
  S(MM(0, 0, RW, AP, -1, 0));
  S(MM(0, 0, RW, MAP_PRIVATE, -1, 0));
  S(MM(0, 4096, RW, MAP_PRIVATE, -1, 0));
  S(MM(0, 4096, RW, MAP_PRIVATE, 99, 0));
  S(MM(0, 4096, RW, MAP_ANONYMOUS, -1, 0));
  S(MM(0, 4096, RW, MAP_ANONYMOUS | 3, -1, 0));
  S(MM(0, 4096, RW, MAP_ANONYMOUS | 4, -1, 0));
  S(MM(0, 4096, RW, 0, ro, 0));
  S(MM(0, 4096, RW, 5, ro, 0));
  S(MM(0, -1, RW, AP, -1, 0));
  S(MM(0, -4096, RW, AP, -1, 0));
  S(MM(0, 1L << 47, RW, AP, -1, 0));
  S(MM(0, 1L << 46, 0, AP | MAP_NORESERVE, -1, 0));
  S(MM(0, 4096, RW, AP, -1, 1));
  S(MM(0, 4096, RW, AP, -1, 4095));
  S(MM(0, 4096, 1, MAP_PRIVATE, ro, 1));
  S(MM(0, 4096, 1, MAP_PRIVATE, ro, -4096));
  S(MM(0, 8192, 1, MAP_PRIVATE, ro, -4096));
  S(MM(base + 1, 4096, RW, AP | FX, -1, 0));
  S(MM(-4096, 4096, RW, AP | FX, -1, 0));
  S(MM(0x7ffffffff000, 4096, RW, AP | FX, -1, 0));
  S(MM(0x7fffffffe000, 8192, RW, AP | FX, -1, 0));
  S(MM(0, 4096, RW, MAP_PRIVATE, wo, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE, wo, 0));
  S(MM(0, 4096, 1, MAP_SHARED, wo, 0));
  S(MM(0, 4096, RW, MAP_SHARED, ro, 0));
  S(MM(0, 4096, RW, MAP_SHARED, wo, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE, dir, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE, ends[0], 0));
  S(MM(0, 4096, 1, MAP_SHARED_VALIDATE, ro, 0));
  S(MM(0, 4096, 1, MAP_SHARED_VALIDATE | 0x800000, ro, 0));
  S(MM(0, 4096, 1, MAP_SHARED_VALIDATE | 0x80000, ro, 0));
  S(MM(0, 4096, RW, AP | MAP_HUGETLB, -1, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE | MAP_HUGETLB, ro, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE | MAP_GROWSDOWN, ro, 0));
  S(MM(0, 4096, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0));
  S(MM(0, 0, 1, MAP_PRIVATE, ro, 0));
  S(MM(0, 0, 1, MAP_PRIVATE, dir, 0));
  S(MM(0, -1, 1, MAP_PRIVATE, ro, 0));
  S(MM(0, 1L << 47, 1, 0, ro, 0));
  S(MM(0, 4096, 0xff, AP, -1, 0));
  S(MM(0, 4096, RW, AP, 99, 0));
  S(MM(0, 4096, 1, MAP_PRIVATE, op, 0));
}
static void places(void) {
  S(MM(base, 4096, RW, AP, -1, 0));
  S(MM(base, 4096, RW, AP | MAP_FIXED_NOREPLACE, -1, 0));
  S(MM(PG(1), 4096, RW, AP | MAP_FIXED_NOREPLACE, -1, 0));
  S(MM(PG(2) + 5, 4096, RW, AP, -1, 0));
  S(MM(base + 5, 4096, RW, AP | MAP_FIXED_NOREPLACE, -1, 0));
  base[0] = 7;
  S(MM(base, 4096, RW, AP | FX, -1, 0));
  R(base);
  W(PG(1));
  R(PG(2));
  W(PG(3));
  R(PG(4));
  long low = MM(0, 4096, RW, AP | MAP_32BIT, -1, 0);
  printf("%d\n", low > 0 && low < 0x80000000L);
  fresh();
}
static void rights(void) {
  S(MM(base, 8 << 12, RW, AP | FX, -1, 0));
  base[2 << 12] = 9;
  S(call(SYS_mprotect, base + 1, 4096, 1));
  S(call(SYS_mprotect, base, 0, 1));
  S(call(SYS_mprotect, base, 0, 0x300));
  S(call(SYS_mprotect, base + 1, 0, 1));
  S(call(SYS_mprotect, base, 1, 1));
  R(base);
  W(base);
  W(PG(1));
  S(call(SYS_mprotect, base, 4096, 0x100));
  S(call(SYS_mprotect, base, 4096, 8 | 1));
  S(call(SYS_mprotect, base, 4096, 0x01000000 | 1));
  S(call(SYS_mprotect, base, 4096, 0x03000000));
  S(call(SYS_mprotect, base, 4096, 0x02000000 | 1));
  S(call(SYS_mprotect, PG(7), 2 << 12, 1));
  W(PG(7));
  S(call(SYS_mprotect, PG(9), 4096, 1));
  S(call(SYS_mprotect, base, -4096, 1));
  S(call(SYS_mprotect, base, -1, 1));
  S(call(SYS_mprotect, 0, 4096, 1));
  S(call(SYS_mprotect, -4096, 4096, 1));
  S(call(SYS_mprotect, PG(1), 3 << 12, 0));
  R(PG(1));
  W(PG(2));
  S(call(SYS_mprotect, PG(2), 4096, 1));
  R(PG(2));
  W(PG(2));
  S(call(SYS_mprotect, PG(1), 3 << 12, 2));
  R(PG(1));
  R(PG(2));
  W(PG(2));
  S(call(SYS_mprotect, PG(1), 4096, 4));
  R(PG(1));
  W(PG(1));
  S(MM(PG(10), 4096, 1, FX | MAP_SHARED, ro, 0));
  S(call(SYS_mprotect, PG(10), 4096, RW));
  S(call(SYS_mprotect, PG(10), 4096, 0));
  S(call(SYS_mprotect, PG(10), 4096, 5));
  S(MM(PG(11), 4096, 1, FX | MAP_PRIVATE, ro, 0));
  S(call(SYS_mprotect, PG(11), 4096, RW));
  W(PG(11));
  S(call(SYS_mprotect, PG(9), 3 << 12, RW));
  S(call(SYS_mprotect, PG(10), 2 << 12, RW));
  fresh();
}
static void holes(void) {
  S(MM(base, 8 << 12, RW, AP | FX, -1, 0));
  S(call(SYS_munmap, base + 1, 4096));
  S(call(SYS_munmap, base, 0));
  S(call(SYS_munmap, base, -1));
  S(call(SYS_munmap, base, -4096));
  S(call(SYS_munmap, 0, 4096));
  S(call(SYS_munmap, 4096, 4096));
  S(call(SYS_munmap, 0x7ffffffff000, 4096));
  S(call(SYS_munmap, 0x7ffffffff000, 0));
  S(call(SYS_munmap, -4096, 4096));
  S(call(SYS_munmap, PG(3), 1));
  R(PG(3));
  R(PG(2));
  R(PG(4));
  S(call(SYS_munmap, PG(3), 4096));
  S(call(SYS_munmap, PG(2), 5 << 12));
  R(PG(1));
  R(PG(2));
  R(PG(6));
  R(PG(7));
  S(call(SYS_munmap, base, 63 << 12));
  R(base);
}
static void moves(void) {
  S(MM(base, 4 << 12, RW, AP | FX, -1, 0));
  for (int i = 0; i < 4; i++) base[i << 12] = i + 1;
  S(MR(base + 1, 4096, 8192, 1, 0));
  S(MR(base, 4096, 0, 1, 0));
  S(MR(base, 4096, 8192, 8, 0));
  S(MR(base, 4096, 4096, 2, PG(20)));
  S(MR(PG(9), 4096, 8192, 1, 0));
  S(MR(base, 5 << 12, 8 << 12, 1, 0));
  S(MR(base, 5 << 12, 4096, 0, 0));
  S(MM(base, 4 << 12, RW, AP | FX, -1, 0));
  for (int i = 0; i < 4; i++) base[i << 12] = i + 1;
  S(MR(base, 4 << 12, 6 << 12, 0, 0));
  R(PG(3));
  R(PG(5));
  S(MR(base, 6 << 12, 4 << 12, 0, 0));
  R(PG(4));
  S(MR(base, 4096, 8192, 0, 0));
  S(MR(base, 2 << 12, 2 << 12, 0, 0));
  S(MR(base, 0, 4096, 1, 0));
  S(MR(base, 2 << 12, 3 << 12, 3, PG(10)));
  R(base);
  R(PG(2));
  R(PG(10));
  R(PG(11));
  R(PG(12));
  S(MR(PG(10), 3 << 12, 2 << 12, 3, PG(11)));
  S(MR(PG(10), 3 << 12, 2 << 12, 3, PG(20) + 1));
  S(MR(PG(10), 3 << 12, 2 << 12, 3, 0x7ffffffff000));
  S(MR(PG(10), 3 << 12, 2 << 12, 3, PG(20)));
  R(PG(10));
  R(PG(20));
  R(PG(21));
  R(PG(22));
  S(MR(PG(20), 1, 1, 3, PG(30)));
  R(PG(20));
  R(PG(30));
  R(PG(21));
  S(MM(PG(40), 2 << 12, 0, AP | FX, -1, 0));
  S(MR(PG(40), 2 << 12, 3 << 12, 3, PG(45)));
  R(PG(45));
  S(call(SYS_mprotect, PG(45), 3 << 12, RW));
  W(PG(45));
  W(PG(47));
  S(MM(PG(50), 2 << 12, RW, FX | MAP_SHARED, fd, 0));
  R(PG(51));
  S(MR(PG(50), 2 << 12, 4 << 12, 0, 0));
  R(PG(52));
  R(PG(53));
  S(MR(PG(50), 1 << 12, 2 << 12, 3, PG(58)));
  R(PG(59));
  R(PG(50));
  R(PG(51));
  S(MR(0, 4096, 4096, 1, 0));
  S(MR(-4096, 4096, 4096, 1, 0));
  S(MR(base, -1, 4096, 1, 0));
  S(MR(base, 4096, -1, 1, 0));
  S(MR(base, 4096, 1L << 47, 1, 0));
  S(MR(base, 4096, 1L << 60, 1, 0));
  fresh();
}
static void advice(void) {
  S(MM(base, 4 << 12, RW, AP | FX, -1, 0));
  S(MM(PG(4), 2 << 12, RW, FX | MAP_PRIVATE, fd, 0));
  S(MM(PG(6), 2 << 12, RW, FX | MAP_SHARED, fd, 0));
  S(MM(PG(8), 4096, RW, FX | MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  int advices[] = {0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
  for (unsigned i = 0; i < sizeof advices / sizeof *advices; i++) for (int m = 0; m < 10; m += 2) {
    char what[64]; char *p = PG(m); memset(what, 0, 64); snprintf(what, 64, "madvise %d of %d", advices[i], m);
  show(what, call(SYS_madvise, p, 4096, advices[i]));
  }
  S(call(SYS_madvise, base, 4096, 5));
  S(call(SYS_madvise, base, 4096, 99));
  S(call(SYS_madvise, base, 4096, -1));
  S(call(SYS_madvise, base + 1, 4096, 4));
  S(call(SYS_madvise, base, 0, 4));
  S(call(SYS_madvise, base, 0, 99));
  S(call(SYS_madvise, base, -1, 4));
  S(call(SYS_madvise, base, -4096, 4));
  S(call(SYS_madvise, PG(20), 4096, 4));
  S(call(SYS_madvise, PG(3), 30 << 12, 4));
  S(call(SYS_madvise, PG(20), 4096, 14));
  S(call(SYS_madvise, PG(20), 4096, 22));
  base[0] = 5;
  *PG(4) = 'z';
  *PG(6) = 'y';
  *PG(8) = 6;
  S(call(SYS_madvise, base, 9 << 12, 4));
  R(base);
  R(PG(4));
  R(PG(6));
  R(PG(8));
  *PG(8) = 6;
  S(call(SYS_madvise, PG(8), 4096, 9));
  R(PG(8));
  S(call(SYS_madvise, base, 4096, 9));
  S(call(SYS_madvise, PG(4), 4096, 9));
  *PG(6) = 'a';
  S(call(SYS_mprotect, base, 4096, 1));
  S(call(SYS_madvise, base, 4096, 23));
  S(call(SYS_mprotect, base, 4096, 0));
  S(call(SYS_madvise, base, 4096, 22));
  S(call(SYS_madvise, base, 4096, 4));
  S(MM(PG(20), 8 << 12, 1, FX | MAP_PRIVATE, ro, 0));
  S(call(SYS_madvise, PG(20), 8 << 12, 22));
  fresh();
}
static void mapped_files(void) {
  S(MM(base, 8 << 12, RW, FX | MAP_PRIVATE, fd, 0));
  R(base);
  R(PG(1));
  R(PG(2));
  R(PG(2) + 99);
  R(PG(2) + 100);
  R(PG(3));
  W(PG(7));
  base[1] = 'Q';
  say_byte(1);
  S(MM(PG(8), 3 << 12, RW, FX | MAP_SHARED, fd, 0));
  *PG(9) = 'M';
  R(PG(1));
  say_byte(4096);
  TRY(pwrite(fd, "N", 1, 4097));
  R(PG(9) + 1);
  R(PG(1) + 1);
  S(ftruncate(fd, 4096));
  R(PG(0) + 1);
  R(PG(1));
  R(PG(9));
  R(PG(8));
  S(ftruncate(fd, 8200));
  R(PG(9));
  R(PG(1));
  R(PG(10));
  S(call(SYS_msync, base, 4096, 4));
  S(call(SYS_msync, base, 4096, 0));
  S(call(SYS_msync, base, 4096, 5));
  S(call(SYS_msync, base, 4096, 8));
  S(call(SYS_msync, base + 1, 4096, 4));
  S(call(SYS_msync, base, 0, 4));
  S(call(SYS_msync, PG(10), 8192, 4));
  S(call(SYS_msync, PG(20), 4096, 4));
  S(call(SYS_msync, PG(20), 4096, 1));
  S(call(SYS_msync, base, -1, 1));
  S(call(SYS_msync, PG(8), 4096, 2));
  S(call(SYS_msync, PG(8), 4096, 6));
  S(MM(PG(20), 8192, RW, FX | MAP_PRIVATE, zero, 0));
  R(PG(20));
  W(PG(21));
  S(MM(PG(22), 8192, RW, FX | MAP_SHARED, zero, 0));
  W(PG(22));
  int mem = memfd_create("m", 0); S(ftruncate(mem, 8192)); S(MM(PG(24), 8192, RW, FX | MAP_SHARED, mem, 0)); S(MM(PG(26), 8192, RW, FX | MAP_SHARED, mem, 4096)); *PG(25) = 'm'; R(PG(26)); R(PG(27)); close(mem); R(PG(26)); W(PG(24));
  fresh();
}
static void presence(void) {
  unsigned char vec[64];
  memset(vec, 9, 64);
  S(MM(base, 4 << 12, RW, AP | FX, -1, 0));
  base[0] = 1;
  *PG(2) = 1;
  S(call(SYS_mincore, base, 4 << 12, vec));
  printf("%d%d%d%d\n", vec[0] & 1, vec[1] & 1, vec[2] & 1, vec[3] & 1);
  S(call(SYS_mincore, base + 1, 4096, vec));
  S(call(SYS_mincore, base, 5 << 12, vec));
  S(call(SYS_mincore, base, 4096, 0));
  S(call(SYS_mincore, base, 0, vec));
  S(call(SYS_mincore, base, -1, vec));
  S(call(SYS_mincore, -4096, 4096, vec));
  S(call(SYS_mincore, PG(9), 4096, 0));
  S(call(SYS_mincore, base, 1, PG(9)));
  S(call(SYS_mlock, base + 100, 1));
  S(call(SYS_mlock, PG(3), 8192));
  S(call(SYS_mlock, base, 0));
  S(call(SYS_mlock, base, -1));
  S(call(SYS_mlock, PG(20), 0));
  S(call(SYS_madvise, base, 4096, 4));
  S(call(SYS_msync, base, 4096, 2));
  S(call(SYS_mlock2, base, 4096, 1));
  S(call(SYS_mlock2, base, 4096, 2));
  S(call(SYS_munlock, base, 4096));
  S(call(SYS_munlock, PG(20), 4096));
  S(call(SYS_madvise, base, 4096, 4));
  S(call(SYS_mlockall, 0));
  S(call(SYS_mlockall, 4));
  S(call(SYS_mlockall, 8));
  S(call(SYS_mlockall, 2));
  S(call(SYS_munlockall));
  S(call(SYS_mlock, PG(1), 4096));
  S(call(SYS_mincore, base, 4 << 12, vec));
  printf("%d\n", vec[1] & 1);
}
static void heap(void) {
  char *b = (char *)call(SYS_brk, 0); S(call(SYS_brk, b + 5000) == (long)(b + 5000)); b[4999] = 1; S(call(SYS_brk, b) == (long)b); S(call(SYS_brk, 1) == (long)b); S(call(SYS_brk, -1) == (long)b); S(call(SYS_brk, 1L << 47) == (long)b); S(call(SYS_brk, b + 8192) == (long)b + 8192); printf("%d\n", b[4999]);
}
static void copies(void) {
  struct iovec l[2] = {{PG(0), 10}, {PG(1), 10}}, r[2] = {{PG(2), 5}, {PG(3), 15}}; int pid = getpid();
  strcpy(PG(2), "12345");
  strcpy(PG(3), "abcdefghijklmno");
  S(call(SYS_process_vm_readv, pid, l, 2, r, 2, 0));
  printf("%.10s %.10s\n", PG(0), PG(1));
  S(call(SYS_process_vm_writev, pid, l, 1, r, 2, 0));
  printf("%.5s %.15s\n", PG(2), PG(3));
  S(call(SYS_process_vm_readv, pid, l, 2, r, 2, 1));
  S(call(SYS_process_vm_readv, pid, l, 2000, r, 2, 0));
  S(call(SYS_process_vm_readv, pid, 0, 2, r, 2, 0));
  S(call(SYS_process_vm_readv, pid, l, 0, r, 2, 0));
  r[0].iov_base = PG(30);
  S(call(SYS_process_vm_readv, pid, l, 2, r, 2, 0));
  S(call(SYS_process_vm_readv, 999999, l, 2, r, 2, 0));
  l[0].iov_len = -1;
  S(call(SYS_process_vm_readv, pid, l, 2, r, 2, 0));
}
void memory(void) {
  set_up();
  wrong_mappings();
  places();
  rights();
  holes();
  moves();
  advice();
  mapped_files();
  presence();
  heap();
  copies();
  signal(SIGSEGV, SIG_DFL);
  signal(SIGBUS, SIG_DFL);
  munlockall();
  munmap(base, 64 << 12);
  unlink(name);
}
