#include "report.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static void list(const char *path) {
  struct dirent **entries;
  int n = scandir(path, &entries, NULL, by_name);
  printf("%s:", path);
  for (int i = 0; i < n; i++) printf(" %s/%d", entries[i]->d_name, entries[i]->d_type), free(entries[i]);
  putchar('\n');
  if (n >= 0) free(entries);
}
static void show(const char *path) {
  struct stat s;
  if (lstat(path, &s) < 0) SAY("%s: %s", path, strerror(errno));
  else SAY("%s: mode %o, links %d, size %ld", path, s.st_mode, (int)s.st_nlink, S_ISDIR(s.st_mode) ? 0 : (long)s.st_size);
}
void files(void) {
  char folder[] = "/tmp/posix-XXXXXX", buffer[8192];
  if (mkdtemp(folder) == NULL || chdir(folder) < 0) {
    SAY("no directory: %s", strerror(errno));
    return;
  }
  umask(022);
  int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0666);
  TRY(open("a", O_RDWR | O_CREAT | O_EXCL, 0666));
  TRY(write(fd, "hello, world", 12));
  TRY(lseek(fd, -5, SEEK_END));
  TRY(read(fd, buffer, 100));
  SAY("%.5s", buffer);
  TRY(read(fd, buffer, 100));
  TRY(pread(fd, buffer, 3, 7));
  TRY(pwrite(fd, "W", 1, 7));
  TRY(lseek(fd, 0, SEEK_CUR));
  TRY(lseek(fd, -1, SEEK_SET));
  TRY(lseek(fd, 0, 99));
  TRY(lseek(fd, 10000, SEEK_SET));
  TRY(write(fd, "end", 3));
  show("a");
  TRY(pread(fd, buffer, 4, 5000));
  SAY("hole: %d %d", buffer[0], buffer[3]);
  TRY(lseek(fd, 0, SEEK_HOLE) >= 0);
  TRY(lseek(fd, 99999, SEEK_DATA));
  TRY(ftruncate(fd, 5));
  TRY(ftruncate(fd, -1));
  TRY(ftruncate(fd, 20));
  TRY(pread(fd, buffer, 30, 0));
  SAY("%.5s %d", buffer, buffer[10]);
  TRY(truncate("a", 12));
  TRY(truncate("none", 12));
  show("a");
  TRY(read(fd, (void *)8, 10));
  lseek(fd, 0, SEEK_SET);
  TRY(read(fd, (void *)8, 10));
  TRY(write(fd, (void *)8, 10));
  TRY(write(fd, NULL, 0));
  TRY(read(99, buffer, 1));
  TRY(close(99));
  int only = open("a", O_RDONLY);
  TRY(write(only, "x", 1));
  int out = open("a", O_WRONLY | O_APPEND);
  TRY(read(out, buffer, 1));
  TRY(lseek(out, 0, SEEK_SET));
  TRY(write(out, "more", 4));
  TRY(lseek(out, 0, SEEK_CUR));
  TRY(pwrite(out, "most", 4, 0));
  show("a");
  struct iovec parts[3] = {{buffer, 3}, {buffer + 10, 0}, {buffer + 20, 100}};
  lseek(only, 0, SEEK_SET);
  TRY(readv(only, parts, 3));
  SAY("%.3s|%.4s", buffer, buffer + 20);
  TRY(readv(only, parts, -1));
  TRY(readv(only, parts, 1025));
  parts[1].iov_len = -1;
  TRY(readv(only, parts, 3));
  TRY(close(only));
  TRY(close(out));
  TRY(mkdir("d", 0777));
  TRY(mkdir("d", 0777));
  TRY(mkdir("none/d", 0777));
  TRY(mkdir("a/d", 0777));
  TRY(rmdir("a"));
  TRY(unlink("d"));
  TRY(open("d", O_WRONLY));
  TRY(open("a", O_DIRECTORY));
  TRY(open("a/", O_RDONLY));
  TRY(open("none", O_RDONLY));
  TRY(open("", O_RDONLY));
  TRY(open((char *)8, O_RDONLY));
  memset(buffer, 'x', 5000);
  buffer[300] = 0;
  TRY(open(buffer, O_RDONLY));
  buffer[300] = 'x';
  buffer[5000] = 0;
  TRY(open(buffer, O_RDONLY));
  TRY(symlink("a", "s"));
  TRY(symlink("s", "s2"));
  TRY(symlink("loop", "loop"));
  TRY(symlink("", "empty"));
  TRY(open("loop", O_RDONLY));
  TRY(open("s", O_RDONLY | O_NOFOLLOW));
  GOES(open("s2", O_RDONLY));
  TRY(readlink("s2", buffer, 100));
  TRY(readlink("s2", buffer, 1));
  TRY(readlink("a", buffer, 100));
  TRY(readlink("s2", buffer, 0));
  show("s");
  TRY(link("a", "b"));
  TRY(link("d", "e"));
  TRY(link("a", "b"));
  show("a");
  TRY(rename("b", "c"));
  TRY(rename("c", "d"));
  TRY(rename("d", "c"));
  TRY(rename("d", "d/inner"));
  TRY(rename("none", "x"));
  TRY(mkdir("d/inner", 0700));
  TRY(rmdir("d"));
  TRY(mkdir("e", 0700));
  TRY(rename("e", "d"));
  TRY(rename("e", "d/inner"));
  TRY(rename("a", "c"));
  list(".");
  TRY(unlink("a"));
  TRY(unlink("none"));
  show("c");
  TRY(chmod("c", 0640));
  TRY(chmod("none", 0640));
  TRY(fchmod(fd, 0600));
  show("c");
  TRY(access("c", R_OK | W_OK));
  TRY(access("none", F_OK));
  TRY(access("c", 99));
  struct timespec times[2] = {{1000000000, 5}, {0, UTIME_OMIT}};
  TRY(utimensat(AT_FDCWD, "c", times, 0));
  struct stat s;
  stat("c", &s);
  SAY("accessed %ld.%ld", (long)s.st_atim.tv_sec, s.st_atim.tv_nsec);
  times[0].tv_nsec = 1000000000;
  TRY(utimensat(AT_FDCWD, "c", times, 0));
  int where = open("d", O_RDONLY | O_DIRECTORY);
  GOES(openat(where, "new", O_CREAT | O_RDWR, 0600));
  TRY(openat(fd, "new", O_RDONLY));
  TRY(mkdirat(where, "sub", 0755));
  TRY(unlinkat(where, "sub", 0));
  TRY(unlinkat(where, "sub", AT_REMOVEDIR));
  TRY(unlinkat(where, "new", 0x4000));
  TRY(faccessat(where, "new", F_OK, 0));
  TRY(fstatat(where, "", &s, 0));
  TRY(fstatat(where, "", &s, AT_EMPTY_PATH));
  TRY(fchdir(where));
  TRY(fchdir(fd));
  SAY("%s", strrchr(getcwd(buffer, sizeof buffer), '/'));
  TRY(getcwd(buffer, 3) == NULL);
  TRY(chdir(".."));
  TRY(chdir("none"));
  TRY(chdir("c"));
  list("d");
  TRY(unlink("d/new"));
  TRY(read(where, buffer, 10));
  close(where);
  TRY(dup2(fd, 50));
  TRY(dup2(99, 51));
  TRY(dup2(fd, -1));
  TRY(dup3(fd, fd, 0));
  TRY(fcntl(50, F_GETFD));
  TRY(fcntl(50, F_SETFD, FD_CLOEXEC));
  TRY(fcntl(50, F_GETFD));
  TRY(fcntl(fd, F_DUPFD, 60));
  TRY(fcntl(fd, F_DUPFD_CLOEXEC, 60));
  TRY(fcntl(fd, F_GETFL));
  TRY(fcntl(fd, F_SETFL, O_APPEND));
  TRY(fcntl(fd, F_GETFL));
  TRY(fcntl(99, F_GETFL));
  TRY(fcntl(fd, 9999));
  TRY(flock(fd, LOCK_EX));
  TRY(ioctl(fd, 0x5401, buffer));
  TRY(fsync(fd));
  TRY(fdatasync(99));
  int to = open("copy", O_RDWR | O_CREAT, 0600);
  off_t from = 2;
  TRY(sendfile(to, fd, &from, 6));
  SAY("from %ld", (long)from);
  TRY(pread(to, buffer, 10, 0));
  SAY("%.6s", buffer);
  TRY(posix_fallocate(to, 0, 100));
  show("copy");
  struct statvfs room;
  TRY(fstatvfs(fd, &room));
  TRY(statvfs("none", &room));
  TRY(mkfifo("fifo", 0600));
  show("fifo");
  TRY(mknod("fifo", S_IFIFO | 0600, 0));
  close(to);
  unlink("copy");
  unlink("fifo");
  unlink("c");
  unlink("s");
  unlink("s2");
  unlink("loop");
  rmdir("d/inner");
  rmdir("d");
  chdir("/");
  TRY(rmdir(folder));
  int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY), full = open("/dev/full", O_WRONLY);
  TRY(write(null, "x", 1));
  TRY(read(null, buffer, 10));
  buffer[5] = 9;
  TRY(read(zero, buffer, 10));
  SAY("zero %d", buffer[5]);
  TRY(write(full, "x", 1));
  int memory = memfd_create("m", 0);
  TRY(write(memory, "abc", 3));
  TRY(ftruncate(memory, 10000));
  char *map = mmap(0, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  map[9000] = 'z';
  TRY(pread(memory, buffer, 1, 9000));
  SAY("%c%c", map[0], buffer[0]);
  munmap(map, 10000);
  for (int i = 3; i < 80; i++) close(i);
}
