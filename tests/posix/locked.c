/* Mappings that leave their place behind, and memory that stays: mremap with MREMAP_DONTUNMAP, RLIMIT_MEMLOCK. No longer root afterwards. */
#include "report.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { P = 4096 };
static int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

static char *pages(int count) {
  char *m = mmap(0, count * P, PROT_READ | PROT_WRITE, anonymous, -1, 0);
  for (int i = 0; i < count; i++) m[i * P] = 'a' + i;
  return m;
}
static const char *leave(char *from, unsigned long size, unsigned long newer, int flags, char **to) {
  char *at = mremap(from, size, newer, flags | MREMAP_DONTUNMAP, *to);
  if (at == MAP_FAILED) return strerror(errno);
  const char *how = at == from ? "stayed" : *to && at == *to ? "there" : "moved";
  *to = at;
  return how;
}
static void left_behind(void) {
  char *m = pages(4), *to = 0;
  SAY("%s", leave(m, 4 * P, 4 * P, 0, &to));
  SAY("%s", leave(m, 4 * P, 2 * P, MREMAP_MAYMOVE, &to));
  SAY("%s", leave(m + 1, P, P, MREMAP_MAYMOVE, &to));
  SAY("%s", leave(m, 0, 0, MREMAP_MAYMOVE, &to));
  SAY("%s", leave(m, 4 * P, 4 * P, MREMAP_MAYMOVE, &to));
  SAY("%c %c, %d %d", to[0], to[3 * P], m[0], m[3 * P]);
  m[P] = 'x';
  SAY("%d %c", to[P] == 'b', m[P]);
  char *part = 0;
  SAY("%s", leave(to + P, P, P, MREMAP_MAYMOVE, &part));
  SAY("%c, %d, %c", part[0], to[P], to[2 * P]);
  char *place = pages(2);
  SAY("%s", leave(to + 2 * P, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, &place));
  SAY("%c %c", place[0], place[P]);
  place = to;
  SAY("%s", leave(to, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, &place));
  munmap(m + P, P);
  to = 0;
  SAY("over a hole: %s", leave(m, 4 * P, 4 * P, MREMAP_MAYMOVE, &to));
  int fd = memfd_create("m", 0);
  ftruncate(fd, 2 * P);
  pwrite(fd, "file", 4, 0);
  char *own = mmap(0, 2 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), *shared = mmap(0, 2 * P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  own[0] = 'F';
  SAY("%s", leave(own, 2 * P, 2 * P, MREMAP_MAYMOVE, &to));
  SAY("%.4s %.4s", to, own);
  to = 0;
  SAY("%s", leave(shared, 2 * P, 2 * P, MREMAP_MAYMOVE, &to));
  SAY("%.4s %.4s", to, shared);
  shared[1] = 'I';
  SAY("%.4s", to);
  close(fd);
}
static void limited(void) {
  char *m = pages(40);
  setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){16 * P + 100, 16 * P + 100});
  if (geteuid() == 0) {
    TRY(mlock(m, 40 * P));
    TRY(munlock(m, 40 * P));
    TRY(setresuid(65534, 65534, 65534));
  }
  TRY(mlock(m, 17 * P));
  TRY(mlock(m, 10 * P));
  TRY(mlock(m + 10 * P, 7 * P));
  TRY(mlock(m + 5 * P, 11 * P));
  TRY(mlock(m + 16 * P, 1));
  TRY(mlock(m + P, 0));
  TRY(mlock(m, -P));
  TRY(mmap(0, P, PROT_READ, anonymous | MAP_LOCKED, -1, 0) == MAP_FAILED);
  SAY("%s", strerror(errno));
  TRY(munlock(m + 8 * P, 8 * P));
  TRY(mmap(0, 8 * P, PROT_READ, anonymous | MAP_LOCKED, -1, 0) == MAP_FAILED);
  TRY(mlock(m + 8 * P, P));
  TRY(munlock(m + 4 * P, 30 * P));
  TRY(mremap(m + 2 * P, 2 * P, 20 * P, MREMAP_MAYMOVE) == MAP_FAILED);
  SAY("%s", strerror(errno));
  TRY(mlockall(MCL_CURRENT));
  TRY(mlockall(MCL_FUTURE));
  TRY(mmap(0, 20 * P, PROT_READ, anonymous, -1, 0) == MAP_FAILED);
  SAY("%s", strerror(errno));
  TRY(munlockall());
  setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 16 * P});
  TRY(mlock(m, P));
  TRY(mlockall(MCL_CURRENT));
  TRY(mmap(0, P, PROT_READ, anonymous | MAP_LOCKED, -1, 0) == MAP_FAILED);
  SAY("%s", strerror(errno));
  TRY(munlock(m, P));
  TRY(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 17 * P}));
}
void locked(void) {
  left_behind();
  limited();
}
