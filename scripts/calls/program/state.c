#define _GNU_SOURCE
#include "state.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

u64 own_pid, own_uid, own_gid, first_break, fixture_timer;
static u64 open_descriptors;

static long need(const char *what, long result) {
  if (result < 0) give_up(what, result);
  return result;
}
#define NEED(...) need(#__VA_ARGS__, SYS(__VA_ARGS__))

/* --- files --- */

struct entry { u64 inode, offset; unsigned short bytes; u8 type; char name[]; };
/* Of the directory open at the descriptor, all that is in it. */
static void clear(long directory) {
  char entries[2048];
  for (;;) {
    SYS(SYS_lseek, directory, 0, SEEK_SET);
    long n = SYS(SYS_getdents64, directory, entries, sizeof entries);
    int found = 0;
    for (long at = 0; at < n;) {
      struct entry *e = (struct entry *)(entries + at);
      at += e->bytes;
      if (same_text(e->name, ".") || same_text(e->name, "..")) continue;
      found = 1;
      if (SYS(SYS_unlinkat, directory, e->name, 0) >= 0) continue;
      long inner = SYS(SYS_openat, directory, e->name, O_RDONLY | O_DIRECTORY);
      if (inner >= 0) clear(inner), SYS(SYS_close, inner);
      NEED(SYS_unlinkat, directory, e->name, AT_REMOVEDIR);
    }
    if (!found) return;
  }
}
static void make_file(const char *name, u64 bytes, u32 mode) {
  static char text[5000];
  for (u64 i = 0; i < sizeof text && text[0] == 0; i++) text[sizeof text - 1 - i] = (char)('a' + i % 26);
  long fd = NEED(SYS_open, name, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (bytes != 0) NEED(SYS_write, fd, text, bytes);
  SYS(SYS_close, fd);
}
static void make_files(void) {
  clear(WORK);
  make_file("file", 5000, 0644);
  make_file("empty", 0, 0600);
  make_file("program", 12, 0755);
  NEED(SYS_mkdir, "dir", 0755);
  NEED(SYS_mkdir, "full", 0755);
  make_file("full/in", 10, 0644);
  NEED(SYS_symlink, "file", "link");
  NEED(SYS_symlink, "full", "dirlink");
  NEED(SYS_symlink, "nowhere", "dangling");
  NEED(SYS_symlink, "loop", "loop");
  NEED(SYS_mknod, "fifo", S_IFIFO | 0644, 0);
}

/* --- descriptors --- */

/* A new descriptor has the lowest free number, so that they come in their order. */
static void expect_fd(long fd, long wanted) {
  if (fd != wanted) give_up("a descriptor has another number", -fd);
}
static void open_fd(int wanted, const char *path, int flags) { expect_fd(NEED(SYS_open, path, flags, 0), wanted); }
static void open_fds(void) {
  int pair[2];
  open_fd(FILE_RW, "file", O_RDWR);
  open_fd(FILE_RO, "file", O_RDONLY);
  open_fd(FILE_APPEND, "empty", O_WRONLY | O_APPEND);
  open_fd(DIR_WORK, ".", O_RDONLY | O_DIRECTORY);
  open_fd(DIR_FULL, "full", O_RDONLY | O_DIRECTORY);
  open_fd(PATH_FILE, "file", O_PATH);
  open_fd(PATH_DIR, "full", O_PATH);
  NEED(SYS_pipe2, pair, O_NONBLOCK);
  expect_fd(pair[0], PIPE_IN);
  NEED(SYS_write, PIPE_OUT, "0123456789", 10);
  NEED(SYS_pipe2, pair, O_NONBLOCK);
  expect_fd(pair[0], PIPE_ENDED);
  SYS(SYS_close, PIPE_BROKEN);
  int broken[2];
  NEED(SYS_pipe2, broken, O_NONBLOCK);
  /* The lower number is the end to read: turned round, so that only the end to write is left. */
  NEED(SYS_dup2, broken[1], PIPE_BROKEN);
  SYS(SYS_close, broken[1]);
  expect_fd(broken[0], PIPE_BROKEN);
  NEED(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
  expect_fd(pair[0], PAIR_A);
  NEED(SYS_write, PAIR_B, "hello", 5);
  expect_fd(NEED(SYS_eventfd2, 3, 04000), EVENT);
  expect_fd(NEED(SYS_epoll_create1, 0), EPOLL);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7};
  NEED(SYS_epoll_ctl, EPOLL, EPOLL_CTL_ADD, EVENT, &event);
  expect_fd(NEED(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK), TIMER_FD);
  expect_fd(NEED(SYS_memfd_create, "memory", 0), MEMFD);
  NEED(SYS_write, MEMFD, "memory", 6);
  expect_fd(NEED(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), LONE_SOCKET);
  open_fd(DEVICE_ZERO, "/dev/zero", O_RDWR);
  open_fd(DEVICE_NULL, "/dev/null", O_RDONLY);
  open_fd(PATH_LINK, "link", O_PATH | O_NOFOLLOW);
}
static void close_fds(void) {
  SYS(SYS_close_range, FILE_RW, OUTPUT - 1, 0);
  SYS(SYS_close_range, TOP + 1, ~0u, 0);
  for (int fd = 0; fd < FILE_RW; fd++) NEED(SYS_dup3, NOTHING, fd, 0);
  open_descriptors = 0;
}

/* --- memory --- */

static void map(u64 address, u64 pages, int protection, int flags, int fd) {
  long got = SYS(SYS_mmap, address, pages * PAGE, protection, flags | MAP_FIXED, fd, 0);
  if (got != (long)address) give_up("mmap", got);
}
static void map_arena(void) {
  const int own = MAP_PRIVATE | MAP_ANONYMOUS;
  map(WRITABLE, WRITABLE_PAGES, PROT_READ | PROT_WRITE, own, -1);
  map(EDGE, 1, PROT_READ | PROT_WRITE, own, -1);
  map(READABLE, 1, PROT_READ, own, -1);
  map(FORBIDDEN, 1, PROT_NONE, own, -1);
  long fd = NEED(SYS_memfd_create, "beyond", 0);
  NEED(SYS_ftruncate, fd, PAGE);
  map(BEYOND - PAGE, 2, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd);
  SYS(SYS_close, fd);
}
/* Pages 0-3 the program's own, 5 only to be read, 6 not at all, 8-10 a file, shared and only to be read, 12-13 the same, private. */
static void map_ground(void) {
  const int own = MAP_PRIVATE | MAP_ANONYMOUS;
  NEED(SYS_munmap, GROUND, GROUND_PAGES * PAGE);
  map(GROUND, 4, PROT_READ | PROT_WRITE, own, -1);
  map(GROUND + 5 * PAGE, 1, PROT_READ, own, -1);
  map(GROUND + 6 * PAGE, 1, PROT_NONE, own, -1);
  map(GROUND + 8 * PAGE, 3, PROT_READ, MAP_SHARED, FILE_RO);
  map(GROUND + 12 * PAGE, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE, FILE_RO);
}
static u8 before[(WRITABLE_PAGES + 1) * PAGE] __attribute__((aligned(4096)));
static const struct { u64 at, bytes; } watched[] = {{WRITABLE, WRITABLE_PAGES * PAGE}, {EDGE, PAGE}};

static void fill(void) {
  u64 value = next();
  for (u32 i = 0; i < LENGTH(watched); i++)
    for (u64 at = 0; at < watched[i].bytes; at += 8) *(u64 *)(watched[i].at + at) = value += 0x0123456789abcdef;
}
void remember(void) {
  u8 *to = before;
  for (u32 i = 0; i < LENGTH(watched); i++) {
    memcpy(to, (void *)watched[i].at, watched[i].bytes);
    to += watched[i].bytes;
  }
}
u64 written(void) {
  u64 hash = 0;
  const u64 *old = (const u64 *)before;
  for (u32 i = 0; i < LENGTH(watched); i++)
    for (u64 at = 0; at < watched[i].bytes; at += 8, old++) {
      u64 now = *(u64 *)(watched[i].at + at);
      if (now != *old) hash = ((hash ^ now) * 0x9e3779b97f4a7c15) ^ (hash >> 29) ^ at;
    }
  return hash;
}
void forget(u64 address, u64 bytes) {
  const u8 *old = before;
  for (u32 i = 0; i < LENGTH(watched); i++) {
    for (u64 n = 0; n < bytes; n++) {
      u64 at = address + n - watched[i].at;
      if (at < watched[i].bytes) *(u8 *)(address + n) = old[at];
    }
    old += watched[i].bytes;
  }
}

/* --- signals and time --- */

struct action { void (*handler)(int); u64 flags; void (*restorer)(void); u64 mask; };
__asm__(".globl signal_return\nsignal_return: mov $15, %eax\nsyscall\n");
extern void signal_return(void);
static void nothing(int signal) { (void)signal; }

#define SA_RESTORER 0x04000000
static void handle(int signal, void (*handler)(int)) {
  struct action action = {handler, SA_RESTORER, signal_return, 0};
  NEED(SYS_rt_sigaction, signal, &action, 0, 8);
}
static void reset_signals(void) {
  static const int others[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR2, SIGCHLD, SIGWINCH, SIGURG, SIGSEGV, SIGBUS, SIGFPE, SIGILL, 34, 64};
  for (u32 i = 0; i < LENGTH(others); i++) handle(others[i], SIG_DFL);
  handle(SIGALRM, nothing);
  handle(SIGUSR1, nothing);
  handle(SIGIO, SIG_IGN);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
  u64 mask = 0;
  NEED(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
  stack_t stack = {.ss_flags = SS_DISABLE};
  NEED(SYS_sigaltstack, &stack, 0);
}
static void set_timer(long microseconds) {
  struct itimerval value = {{0, microseconds}, {0, microseconds}};
  NEED(SYS_setitimer, ITIMER_REAL, &value, 0);
}
void interrupt_soon(void) { set_timer(50000); }
static void make_timer(void) {
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  int id;
  NEED(SYS_timer_create, CLOCK_MONOTONIC, &event, &id);
  fixture_timer = (u64)id;
}

/* --- limits and identity --- */

static struct rlimit limits[RLIM_NLIMITS];
static void note_limits(void) {
  for (u32 i = 0; i < RLIM_NLIMITS; i++) NEED(SYS_getrlimit, i, &limits[i]);
  limits[RLIMIT_NOFILE].rlim_cur = 256;
}
static void reset_limits(void) {
  for (u32 i = 0; i < RLIM_NLIMITS; i++) NEED(SYS_setrlimit, i, &limits[i]);
}
static void reset_place(void) {
  if (own_uid == 0) {
    NEED(SYS_fchdir, TOP);
    NEED(SYS_chroot, ".");
  }
  NEED(SYS_fchdir, WORK);
  NEED(SYS_umask, 022);
}
static void reset_identity(void) {
  NEED(SYS_setresuid, own_uid, own_uid, own_uid);
  NEED(SYS_setresgid, own_gid, own_gid, own_gid);
  if (own_uid == 0) SYS(SYS_setgroups, 0, 0);
  SYS(SYS_setpriority, PRIO_PROCESS, 0, 0);
  int priority = 0;
  SYS(SYS_sched_setscheduler, 0, 0, &priority);
}

void begin(const char *folder) {
  own_pid = (u64)SYS(SYS_getpid);
  own_uid = (u64)SYS(SYS_getuid);
  own_gid = (u64)SYS(SYS_getgid);
  first_break = (u64)SYS(SYS_brk, 0);
  if (SYS(SYS_getsid, 0) != (long)own_pid) SYS(SYS_setsid);
  NEED(SYS_dup3, 1, OUTPUT, O_CLOEXEC);
  NEED(SYS_dup3, NEED(SYS_open, "/dev/null", O_RDWR), NOTHING, O_CLOEXEC);
  NEED(SYS_dup3, NEED(SYS_open, "/", O_RDONLY | O_DIRECTORY), TOP, O_CLOEXEC);
  NEED(SYS_chdir, folder);
  NEED(SYS_dup3, NEED(SYS_open, ".", O_RDONLY | O_DIRECTORY), WORK, O_CLOEXEC);
  close_fds();
  note_limits();
  SYS(SYS_prctl, 1, 0, 0, 0, 0);
  map_arena();
  recover(FDS | FILES | MEMORY | SIGNALS | TIMERS | IDS | LIMITS);
}
void prepare(u32 flags) {
  if (!open_descriptors) open_fds(), open_descriptors = 1;
  if (flags & MEMORY) map_ground();
  fill();
}
void recover(u32 flags) {
  set_timer(0);
  if (flags & IDS) reset_identity();
  if (flags & LIMITS) reset_limits();
  if (flags & (FDS | FILES)) close_fds();
  if (flags & FILES) {
    reset_place();
    SYS(SYS_fchmod, WORK, 0755);
    SYS(SYS_fchmodat, WORK, "..", 0755);
    SYS(SYS_fchown, WORK, own_uid, own_gid);
    SYS(SYS_fchownat, WORK, "..", own_uid, own_gid, 0);
    SYS(SYS_fremovexattr, WORK, "user.colour");
    SYS(SYS_removexattr, "..", "user.colour");
    make_files();
  }
  if (flags & MEMORY) {
    SYS(SYS_munlockall);
    SYS(SYS_munmap, GROUND, GROUND_PAGES * PAGE);
    SYS(SYS_brk, first_break);
  }
  if (flags & SIGNALS) reset_signals();
  if (flags & TIMERS) {
    static const struct itimerval none;
    SYS(SYS_setitimer, ITIMER_VIRTUAL, &none, 0);
    SYS(SYS_setitimer, ITIMER_PROF, &none, 0);
    SYS(SYS_timer_delete, fixture_timer);
    make_timer();
  }
}
