#define _GNU_SOURCE
#include "structures.h"
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

/* Nowhere; the middle of a kernel; not canonical; 1 MiB, where some kernels lie and programs have nothing. */
static const u64 bad_addresses[] = {
    0, 0, 0, 1, 8, 0x100000, 0x7ffffffff000, 0x800000000000, 0x8000000000000000, 0xffff800000000000,
    0xffff888000000000, 0xffffffff81000000, 0xfffffffffffff000, ~0ul, FORBIDDEN, FORBIDDEN + 100, EDGE + PAGE, BEYOND, BEYOND + 5,
};
u64 place(const void *bytes, u64 length) {
  u64 n = wrong(6) ? below(3) : 3 + below(16), to;
  if (n == 0) return ONE_OF(bad_addresses);
  if (n == 1) {
    to = READABLE + below((PAGE - length) / 8 + 1) * 8;
    SYS(SYS_mprotect, READABLE, PAGE, PROT_READ | PROT_WRITE);
    memcpy((void *)to, bytes, length);
    SYS(SYS_mprotect, READABLE, PAGE, PROT_READ);
    return to;
  }
  if (n == 2) {
    u64 inside = below(length + 1);
    to = EDGE + PAGE - inside;
    memcpy((void *)to, bytes, inside);
    return to;
  }
  if (n <= 4) to = EDGE + PAGE - length;
  else to = WRITABLE + below((WRITABLE_PAGES * PAGE - length) / 8) * 8 + (n == 5 ? below(8) : 0);
  memcpy((void *)to, bytes, length);
  return to;
}
#define PLACE_OF(value) place(&(value), sizeof(value))

/* Bytes that a call reads or writes; it goes on to where memory ends. */
static u64 bytes(void) {
  switch (wrong(2) ? below(4) : 4) {
  case 0: return ONE_OF(bad_addresses);
  case 1: return READABLE + below(PAGE);
  case 2: return EDGE + PAGE - below(64);
  case 3: return WRITABLE + WRITABLE_PAGES * PAGE - below(4097);
  default: return WRITABLE + below(WRITABLE_PAGES * PAGE);
  }
}

static const char *const own_paths[] = {
    "file", "file", "empty", "program", "dir", "full", "full/in", "link", "dirlink", "dangling", "loop", "fifo", "nothing", "nothing/x",
    "file/", "file/x", "dir/", "dir/new", "new", "new/", "link/", "dirlink/", "dirlink/in", "dangling/", "loop/x", "", ".", "..", "full/..", "full/.",
    "./file", "full/../file", ".//file", "in", "full/new",
};
static const char *const outer_paths[] = {
    "/", "/dev/null", "/dev/zero", "/dev/null/x", "/dev/nothing/x", "/nothing/there", "//", "/..", "/dev/", "/dev/null/",
};
/* A path that is too long, or has a component that is, or as long as can be. */
static u64 long_path(void) {
  static char text[8192];
  static const u64 lengths[] = {255, 256, 4094, 4095, 4096, 4097, 8000};
  u64 length = ONE_OF(lengths);
  int parted = below(2) != 0;
  for (u64 i = 0; i < length; i++) text[i] = parted ? "./"[i & 1] : 'x';
  text[length] = 0;
  if (length + 1 > PAGE) {
    memcpy((void *)WRITABLE, text, length + 1);
    return WRITABLE;
  }
  return place(text, length + 1);
}
static u64 path(int own) {
  if (wrong(12)) return long_path();
  if (wrong(24)) {
    /* Without an end. */
    memset((void *)(EDGE + PAGE - 40), 'a', 40);
    return EDGE + PAGE - 1 - below(39);
  }
  const char *text = own || below(4) ? ONE_OF(own_paths) : ONE_OF(outer_paths);
  return place(text, length_of(text) + 1);
}
static u64 attribute(void) {
  static const char *const names[] = {"user.colour", "user.", "", "colour", "nothing.at.all", "system.posix_acl_access"};
  const char *name = ONE_OF(names);
  return place(name, length_of(name) + 1);
}

/* Up to a millisecond, as a call takes it, or as it does not. */
static void short_time(long *time, long units) {
  static const long seconds[] = {0, 0, 0, 0, -1, 1l << 40};
  static const long parts[] = {0, 1, 1000, -1, 1000000, 1000000000, 0x7fffffffffffffff};
  time[0] = ONE_OF(seconds);
  time[1] = ONE_OF(parts);
  /* What is a time must be a short one. */
  if (time[0] > 0 || (time[1] > 1000 && time[1] < units)) time[1] = units;
}
static void any_time(long *time, long units) {
  static const long seconds[] = {0, 1, 100000, -1, 1l << 33, 0x7fffffffffffffff};
  const long parts[] = {0, 1, units - 1, units, -1, UTIME_NOW, UTIME_OMIT};
  time[0] = ONE_OF(seconds);
  time[1] = ONE_OF(parts);
}
/* So long that it does not come. */
static void long_time(long *time, long units) {
  static const long seconds[] = {0, 1000, 100000, -1};
  const long parts[] = {0, 0, units - 1, units, -1};
  time[0] = ONE_OF(seconds);
  time[1] = time[0] == 0 ? 0 : ONE_OF(parts);
}

static u64 vector(void) {
  struct iovec parts[4];
  static const u64 sizes[] = {0, 1, 10, 100, 4096, 5000, 0x7ffff000, 1ul << 63, ~0ul};
  for (u32 i = 0; i < LENGTH(parts); i++) {
    parts[i].iov_base = (void *)bytes();
    parts[i].iov_len = wrong(3) ? ONE_OF(sizes) : below(200);
  }
  return PLACE_OF(parts);
}
static u64 polls(void) {
  struct pollfd fds[4];
  static const short events[] = {POLLIN, POLLOUT, POLLIN | POLLOUT, 0, -1, POLLPRI};
  for (u32 i = 0; i < LENGTH(fds); i++) {
    fds[i].fd = below(4) == 0 ? (int)below(40) - 5 : (int)below(FIXED_END);
    fds[i].events = ONE_OF(events);
    fds[i].revents = 0x5555;
  }
  return PLACE_OF(fds);
}
static u64 event(void) {
  static const u32 events[] = {EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLET, 0, EPOLLONESHOT | EPOLLIN, 0xffffff, EPOLLEXCLUSIVE | EPOLLIN};
  struct epoll_event one = {.events = ONE_OF(events), .data.u64 = next()};
  return PLACE_OF(one);
}
static u64 fd_set_of(void) {
  u64 bits[16];
  memset(bits, 0, sizeof bits);
  for (u64 n = below(4); n > 0; n--) bits[0] |= 1ul << below(FIXED_END + 1);
  if (below(8) == 0) bits[1] |= 1;
  return PLACE_OF(bits);
}
static u64 address(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  static const char *const paths[] = {"sock", "file", "nothing/sock", ""};
  static const u8 families[] = {AF_UNIX, AF_UNIX, AF_UNIX, AF_UNSPEC, 99};
  const char *path = ONE_OF(paths);
  name.sun_family = ONE_OF(families);
  memcpy(name.sun_path, path, length_of(path) + 1);
  return PLACE_OF(name);
}
static u64 message(void) {
  struct msghdr header = {0};
  struct iovec part = {(void *)bytes(), wrong(3) ? 1ul << 63 : below(100)};
  header.msg_iov = (void *)PLACE_OF(part);
  header.msg_iovlen = below(8) == 0 ? draw_few() : 1;
  if (below(6) == 0) header.msg_name = (void *)bytes(), header.msg_namelen = (u32)draw_few();
  header.msg_flags = (int)below(3);
  return PLACE_OF(header);
}
static u64 limit(u64 resource) {
  /* The hard one stays, so that the soft one can be set back by anybody. */
  struct rlimit pair = {0, 1000};
  SYS(SYS_getrlimit, resource, &pair);
  static const u64 values[] = {64, 100, 50};
  pair.rlim_cur = ONE_OF(values);
  if (below(4) == 0) pair.rlim_max = pair.rlim_cur - 1;
  return PLACE_OF(pair);
}
static u64 action(void) {
  u64 fields[4] = {below(2), 0x04000000, 0x1234, 0};
  static const u64 flags[] = {0, 4, 0x10000000, 0x40000000, 0x80000000, 0x08000000, 0xffffffff};
  fields[1] |= ONE_OF(flags);
  fields[3] = next();
  return PLACE_OF(fields);
}
static u64 alternate_stack(void) {
  static const int flags[] = {0, SS_DISABLE, SS_ONSTACK, (int)(1u << 31), 8, -1};
  /* None that reaches to the stack that is in use: there it could not be taken back. */
  static const u64 sizes[] = {0, 2047, 2048, 4096, 65536, 1ul << 40};
  stack_t stack = {.ss_sp = (void *)bytes(), .ss_flags = ONE_OF(flags), .ss_size = ONE_OF(sizes)};
  return PLACE_OF(stack);
}
static u64 notice(void) {
  struct sigevent how;
  memset(&how, 0, sizeof how);
  static const int kinds[] = {SIGEV_NONE, SIGEV_SIGNAL, 4, 2, 99, -1};
  static const int signals[] = {SIGUSR1, 0, 65, -1, SIGALRM};
  how.sigev_notify = ONE_OF(kinds);
  how.sigev_signo = ONE_OF(signals);
  /* The thread of SIGEV_THREAD_ID. */
  ((int *)&how)[4] = below(2) ? (int)own_pid : 99999999;
  return PLACE_OF(how);
}
static u64 lock(void) {
  static const short types[] = {F_RDLCK, F_WRLCK, F_UNLCK, 7, -1};
  static const short whences[] = {SEEK_SET, SEEK_CUR, SEEK_END, 9, -1};
  struct flock what = {.l_type = ONE_OF(types), .l_whence = ONE_OF(whences), .l_start = (long)draw_offset(), .l_len = (long)draw_offset()};
  what.l_pid = below(4) == 0 ? 77 : 0;
  return PLACE_OF(what);
}
static u64 fcntl_argument(u64 command) {
  static const u64 flags[] = {0, 1, O_NONBLOCK, O_APPEND | O_NONBLOCK, O_DIRECT, 4096, 65536, 1ul << 31, ~0ul};
  switch (command) {
  case F_DUPFD: case F_DUPFD_CLOEXEC: return below(2) ? below(300) : (u64)-1;
  case F_GETLK: case F_SETLK: case F_SETLKW: case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW: return lock();
  default: return ONE_OF(flags);
  }
}
static u64 how_to_open(void) {
  u64 how[4] = {0, 0, 0, 0};
  static const u64 flags[] = {0, O_RDWR, O_RDWR | O_CREAT, O_DIRECTORY, O_PATH, O_PATH | O_RDWR, 1ul << 40, O_NOFOLLOW, O_WRONLY | O_TRUNC};
  static const u64 resolve[] = {0, 0, 0, 4, 2, 8, 1ul << 40};
  how[0] = ONE_OF(flags) | O_NONBLOCK;
  how[1] = below(3) ? ((how[0] & O_CREAT) ? 0644 : 0) : draw_mode();
  how[2] = ONE_OF(resolve);
  how[3] = below(6) == 0;
  return PLACE_OF(how);
}
static u64 micro(u64 *times, u32 count, void (*one)(long *, long), long units) {
  for (u32 i = 0; i < count; i++) one((long *)times + 2 * i, units);
  return place(times, count * 16);
}

u64 draw_memory(const struct row *row, u32 index, const u64 *args) {
  u64 words[16];
  memset(words, 0, sizeof words);
  switch ((enum kind)row->kinds[index]) {
  case BYTES: return bytes();
  case PATH: return path(0);
  case OWN_PATH: return path(1);
  case NAME: return wrong(4) ? long_path() : path(1);
  case ATTRIBUTE: return attribute();
  case INT: {
    static const u32 values[] = {0, 1, 2, 4, 5, 100, 1000, 0x7fffffff, 0xffffffff};
    u32 value[2] = {ONE_OF(values), ONE_OF(values)};
    return PLACE_OF(value);
  }
  case FUTEX_WORD: words[0] = below(3); return place(words, 4);
  case LENGTH_POINTER: {
    static const u32 lengths[] = {0, 1, 2, 4, 8, 16, 110, 128, 0x7fffffff, 0xffffffff};
    u32 value = ONE_OF(lengths);
    return PLACE_OF(value);
  }
  case POSITION: if (below(2)) return 0; words[0] = draw_offset(); return place(words, 8);
  case MASK: words[0] = next() & ~(1ul << (SIGALRM - 1)); return place(words, 8);
  case MASK_BYTES: return wrong(4) ? draw_size() : 8;
  case MASK_ARGUMENT:
    if (below(2)) return 0;
    words[2] = next() & ~(1ul << (SIGALRM - 1));
    words[0] = below(2) ? 0 : place(words + 2, 8);
    words[1] = wrong(4) ? draw_few() : 8;
    return place(words, 16);
  case INTERVAL: return micro(words, 1, short_time, 1000000000);
  case SHORT_TIME: return micro(words, 1, short_time, 1000000);
  case TIMES: return micro(words, 2, any_time, 1000000000);
  case MICRO_TIMES: return micro(words, 2, any_time, 1000000);
  case UNIX_TIMES: words[0] = draw_offset(), words[1] = draw_offset(); return place(words, 16);
  case LONG_TIMER: return micro(words, 2, long_time, 1000000000);
  case MICRO_TIMER: return micro(words, 2, long_time, 1000000);
  case VECTOR: return vector();
  case VECTOR_COUNT: return wrong(3) ? draw_few() : below(5);
  case POLLS: return polls();
  case EVENTS: return event();
  case FD_SET: return below(3) == 0 ? 0 : fd_set_of();
  case ADDRESS: return below(3) == 0 ? 0 : address();
  case ADDRESS_BYTES: {
    static const u64 lengths[] = {110, 7, 2, 1, 0, 111, 128, 129, 0x7fffffff, 0xffffffff};
    return wrong(2) ? ONE_OF(lengths) : 7;
  }
  case MESSAGE: return message();
  case LIMIT: return limit(args[row->number == SYS_prlimit64]);
  case ACTION: return action();
  case ALTERNATE_STACK: return alternate_stack();
  case EVENT_NOTICE: return notice();
  case LOCK: return fcntl_argument(args[1]);
  case CAPABILITY: {
    static const u32 versions[] = {0x20080522, 0x20071026, 0x19980330, 0, 77};
    u32 header[2] = {ONE_OF(versions), (u32)ONE_OF(((const u64[]){0, own_pid, 99999999}))};
    return PLACE_OF(header);
  }
  case OPEN_HOW: return how_to_open();
  case CLONE_ARGS: words[0] = CLONE_THREAD; return place(words, 88);
  case GROUPS: return place(words, 64);
  case QUEUED: {
    /* struct siginfo: what a program may say that a signal is of, and what only the kernel may. */
    static const long codes[] = {-1, -2, -6, -60, 0, 1, 0x80};
    words[0] = below(65);
    words[1] = (u32)ONE_OF(codes);
    return place(words, 128);
  }
  case PRIORITY: words[0] = below(3) ? 0 : below(120); return place(words, 4);
  case PROCESSORS: words[0] = wrong(3) ? 0 : 1 | next() << 8; return place(words, 8);
  default: give_up("a kind is not drawn", -(long)row->kinds[index]);
  }
}
