/*
 * The calls: how arguments are drawn for each, and what of the outcome is compared. Left out are those that end the program or double it (exit, exit_group,
 * fork, vfork, clone and clone3 with flags that Linux takes), rt_sigreturn, and those that change the computer rather than the program (mount,
 * umount2, a clock that is set to a time that is one).
 */
#define _GNU_SOURCE
#include "draw.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define CALL(name, kinds, ...) {#name, SYS_##name, {ARGS kinds}, __VA_ARGS__}
#define ARGS(...) __VA_ARGS__
#define VALUES(...) .values = LIST(__VA_ARGS__)
#define OTHERS(...) .others = LIST(__VA_ARGS__)
#define FLAGS(...) .bits = LIST(__VA_ARGS__)

#define AT_FLAGS FLAGS(AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0, 0)
#define OPEN_FLAGS FLAGS(O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW, O_PATH, O_CLOEXEC, O_NOCTTY)
#define MESSAGE_FLAGS FLAGS(0x40, 2, 0x4000, 1, 0x20, 0x100)

/* dev and inode; times; a directory's size is the file system's matter. */
static void scrub_stat(u64 at) {
  forget(at, 16);
  forget(at + 56, 16);
  forget(at + 72, 48);
  u32 mode;
  if (at - WRITABLE < WRITABLE_PAGES * PAGE - 144) {
    memcpy(&mode, (void *)(at + 24), 4);
    if (S_ISDIR(mode)) forget(at + 16, 8), forget(at + 48, 8);
  } else forget(at + 16, 8), forget(at + 48, 8);
}
static void scrub_second(const u64 *args) { scrub_stat(args[1]); }
static void scrub_third(const u64 *args) { scrub_stat(args[2]); }

/* The first page is root's alone to map; the length of what is mapped elsewhere is not the question. */
static void tame_mmap(u64 *args) {
  if ((args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)) && args[0] < GROUND) args[0] = GROUND + (args[0] & 1);
  args[3] &= ~(u64)(MAP_HUGETLB | MAP_POPULATE | MAP_LOCKED | MAP_GROWSDOWN | MAP_32BIT);
}
static void tame_mremap(u64 *args) {
  if (args[1] == 0) args[1] = PAGE;
}
/* What is thrown away is not to be the stack: on Linux that is safe behind [vvar], which the unikernel has not. */
static void tame_madvise(u64 *args) {
  if (args[0] + args[1] > args[0]) args[1] &= (1ul << 40) - 1;
}
static void tame_socket(u64 *args) {
  if (args[2] == 1 && args[0] != 1) args[2] = 0;
}
static void tame_kill(u64 *args) {
  if ((u32)args[0] == (u32)-1) args[0] = own_pid;
}
static void tame_prctl(u64 *args) {
  /* no_new_privs cannot be taken back. */
  if (args[0] == 38) args[1] = 0;
}
/* Devices are the host's, and others may have locked them. */
static int is_device(u64 fd) { return (u32)fd < FILE_RW || (u32)fd == DEVICE_ZERO || (u32)fd == DEVICE_NULL; }
static void tame_flock(u64 *args) {
  if (is_device(args[0])) args[0] = FILE_RW;
}
static void tame_fcntl(u64 *args) {
  if ((args[1] >= F_GETLK && args[1] <= F_SETLKW) || (args[1] >= F_OFD_GETLK && args[1] <= F_OFD_SETLKW)) tame_flock(args);
}
/* It must not come meanwhile. */
static void tame_alarm(u64 *args) {
  if ((u32)args[0] != 0) args[0] |= 1000;
}
/* No time that is one: the clock is the computer's. */
static void tame_clock(u64 *args) {
  if (args[1] - ARENA < 0x1000000) args[1] = FORBIDDEN;
}

const struct row rows[] = {
  /* Files by descriptor. */
  CALL(read, (ANY_FD, BYTES, SIZE), FDS | WAITS),
  CALL(write, (ANY_FD, BYTES, SIZE), FDS | FILES | WAITS),
  CALL(pread64, (ANY_FD, BYTES, SIZE, OFFSET), 0),
  CALL(pwrite64, (ANY_FD, BYTES, SIZE, OFFSET), FDS | FILES),
  CALL(readv, (ANY_FD, VECTOR, VECTOR_COUNT), FDS | WAITS),
  CALL(writev, (ANY_FD, VECTOR, VECTOR_COUNT), FDS | FILES | WAITS),
  CALL(preadv, (ANY_FD, VECTOR, VECTOR_COUNT, OFFSET, NONE), 0),
  CALL(pwritev, (ANY_FD, VECTOR, VECTOR_COUNT, OFFSET, NONE), FDS | FILES),
  CALL(preadv2, (ANY_FD, VECTOR, VECTOR_COUNT, OFFSET, NONE, BITS), FDS | WAITS, FLAGS(1, 2, 4, 0)),
  CALL(pwritev2, (ANY_FD, VECTOR, VECTOR_COUNT, OFFSET, NONE, BITS), FDS | FILES | WAITS, FLAGS(1, 2, 4, 0)),
  CALL(close, (ANY_FD), FDS),
  CALL(close_range, (FIRST_FD, LAST_FD, BITS), FDS, FLAGS(2, 4, 0, 0)),
  CALL(fstat, (ANY_FD, BYTES), 0, .scrub = scrub_second),
  CALL(lseek, (ANY_FD, OFFSET, VALUE), FDS, VALUES(0, 1, 2, 3, 4, 5, -1)),
  CALL(ioctl, (ANY_FD, VALUE, INT), FDS, VALUES(0x541b, 0x5421, 0x5451, 0x5450, 0x5401, 0x5413, 0x540f, 0, 0x1234, -1)),
  CALL(dup, (ANY_FD), FDS),
  CALL(dup2, (ANY_FD, NEW_FD), FDS),
  CALL(dup3, (ANY_FD, NEW_FD, BITS), FDS, FLAGS(O_CLOEXEC, 0, 0, 0)),
  CALL(fcntl, (ANY_FD, VALUE, LOCK), FDS, VALUES(0, 1, 2, 3, 4, 5, 6, 7, 1030, 1031, 1032, 36, 37, 38, -1, 99), .tame = tame_fcntl),
  CALL(flock, (ANY_FD, VALUE), FDS | WAITS, VALUES(1, 2, 4, 8, 5, 6, 9, 0, 16, -1, 12), .tame = tame_flock),
  CALL(fsync, (ANY_FD), 0),
  CALL(fdatasync, (ANY_FD), 0),
  CALL(sync_file_range, (ANY_FD, OFFSET, OFFSET, BITS), 0, FLAGS(1, 2, 4, 0)),
  CALL(syncfs, (FILE_FD), 0),
  CALL(readahead, (ANY_FD, OFFSET, SIZE), 0),
  CALL(fadvise64, (ANY_FD, OFFSET, OFFSET, VALUE), 0, VALUES(0, 1, 2, 3, 4, 5, 6, -1)),
  CALL(ftruncate, (FILE_FD, OFFSET), FDS | FILES),
  CALL(fallocate, (ANY_FD, VALUE, OTHER, OTHER), FDS | FILES, VALUES(0, 1, 2, 3, 16, 64, 99, -1), OTHERS(0, 1, 100, 4096, 5000, 9000, -1, 0x7fffffffffffffff)),
  CALL(getdents, (ANY_FD, BYTES, SIZE), FDS | SECRET | VAGUE),
  CALL(getdents64, (ANY_FD, BYTES, SIZE), FDS | SECRET | VAGUE),
  CALL(fchmod, (FILE_FD, MODE), FDS | FILES),
  CALL(fchown, (FILE_FD, USER, USER), FDS | FILES),
  CALL(fstatfs, (ANY_FD, BYTES), SECRET),
  CALL(fchdir, (ANY_FD), FILES),
  CALL(sendfile, (FILE_FD, FILE_FD, POSITION, SIZE), FDS | FILES | WAITS),
  CALL(copy_file_range, (FILE_FD, POSITION, FILE_FD, POSITION, SIZE, VALUE), FDS | FILES, VALUES(0, 0, 0, 0, 1)),
  CALL(splice, (SOCKET_FD, POSITION, FILE_FD, POSITION, SIZE, BITS), FDS | FILES | WAITS, FLAGS(1, 2, 4, 8)),

  /* Files by name. */
  CALL(open, (PATH, BITS, MODE), FDS | FILES | WAITS, OPEN_FLAGS),
  CALL(openat, (DIR_FD, PATH, BITS, MODE), FDS | FILES | WAITS, OPEN_FLAGS),
  CALL(openat2, (DIR_FD, PATH, OPEN_HOW, VALUE), FDS | FILES | WAITS, VALUES(24, 24, 24, 24, 0, 23, 32, 4096, 4097, -1)),
  CALL(creat, (OWN_PATH, MODE), FDS | FILES | WAITS),
  CALL(stat, (PATH, BYTES), 0, .scrub = scrub_second),
  CALL(lstat, (PATH, BYTES), 0, .scrub = scrub_second),
  CALL(newfstatat, (DIR_FD, PATH, BYTES, BITS), 0, AT_FLAGS, .scrub = scrub_third),
  CALL(statx, (DIR_FD, PATH, BITS, VALUE, BYTES), SECRET, FLAGS(AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x2000, 0x4000), VALUES(0x7ff, 0xfff, 0, 1, 0x80000000)),
  CALL(statfs, (PATH, BYTES), SECRET),
  CALL(access, (PATH, FEW), 0),
  CALL(faccessat, (DIR_FD, PATH, FEW), 0),
  CALL(faccessat2, (DIR_FD, PATH, FEW, BITS), 0, FLAGS(AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_EACCESS, 0)),
  CALL(truncate, (OWN_PATH, OFFSET), FILES),
  CALL(chdir, (PATH), FILES),
  CALL(chroot, (PATH), FILES),
  CALL(getcwd, (BYTES, SIZE), SECRET),
  CALL(rename, (OWN_PATH, OWN_PATH), FILES),
  CALL(renameat, (DIR_FD, OWN_PATH, DIR_FD, OWN_PATH), FDS | FILES),
  CALL(renameat2, (DIR_FD, OWN_PATH, DIR_FD, OWN_PATH, VALUE), FDS | FILES, VALUES(0, 1, 8, -1, 5, 6)),
  CALL(mkdir, (OWN_PATH, MODE), FILES),
  CALL(mkdirat, (DIR_FD, OWN_PATH, MODE), FDS | FILES),
  CALL(rmdir, (OWN_PATH), FILES),
  CALL(link, (OWN_PATH, OWN_PATH), FILES),
  CALL(linkat, (DIR_FD, OWN_PATH, DIR_FD, OWN_PATH, BITS), FDS | FILES, FLAGS(AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, 0, 0)),
  CALL(unlink, (OWN_PATH), FILES),
  CALL(unlinkat, (DIR_FD, OWN_PATH, VALUE), FDS | FILES, VALUES(0, 0, AT_REMOVEDIR, AT_REMOVEDIR, 1, -1)),
  CALL(symlink, (OWN_PATH, OWN_PATH), FILES),
  CALL(symlinkat, (OWN_PATH, DIR_FD, OWN_PATH), FDS | FILES),
  CALL(readlink, (PATH, BYTES, SIZE), 0),
  CALL(readlinkat, (DIR_FD, PATH, BYTES, SIZE), 0),
  CALL(chmod, (OWN_PATH, MODE), FILES),
  CALL(fchmodat, (DIR_FD, OWN_PATH, MODE), FDS | FILES),
  CALL(chown, (OWN_PATH, USER, USER), FILES),
  CALL(lchown, (OWN_PATH, USER, USER), FILES),
  CALL(fchownat, (DIR_FD, OWN_PATH, USER, USER, BITS), FDS | FILES, AT_FLAGS),
  CALL(umask, (MODE), FILES),
  CALL(utime, (OWN_PATH, UNIX_TIMES), FILES),
  CALL(utimes, (OWN_PATH, MICRO_TIMES), FILES),
  CALL(futimesat, (DIR_FD, OWN_PATH, MICRO_TIMES), FDS | FILES),
  CALL(utimensat, (DIR_FD, OWN_PATH, TIMES, BITS), FDS | FILES, AT_FLAGS),
  CALL(mknod, (OWN_PATH, MODE, VALUE), FILES, VALUES(0, 0x103, -1)),
  CALL(mknodat, (DIR_FD, OWN_PATH, MODE, VALUE), FDS | FILES, VALUES(0, 0x103, -1)),
  CALL(setxattr, (OWN_PATH, ATTRIBUTE, BYTES, SIZE, VALUE), FILES, VALUES(0, 1, 2, 3, 4)),
  CALL(lsetxattr, (OWN_PATH, ATTRIBUTE, BYTES, SIZE, VALUE), FILES, VALUES(0, 1, 2, 3, 4)),
  CALL(fsetxattr, (FILE_FD, ATTRIBUTE, BYTES, SIZE, VALUE), FDS | FILES, VALUES(0, 1, 2, 3, 4)),
  CALL(getxattr, (PATH, ATTRIBUTE, BYTES, SIZE), 0),
  CALL(lgetxattr, (PATH, ATTRIBUTE, BYTES, SIZE), 0),
  CALL(fgetxattr, (FILE_FD, ATTRIBUTE, BYTES, SIZE), 0),
  CALL(listxattr, (OWN_PATH, BYTES, SIZE), 0),
  CALL(llistxattr, (OWN_PATH, BYTES, SIZE), 0),
  CALL(flistxattr, (FILE_FD, BYTES, SIZE), 0),
  CALL(removexattr, (OWN_PATH, ATTRIBUTE), FILES),
  CALL(lremovexattr, (OWN_PATH, ATTRIBUTE), FILES),
  CALL(fremovexattr, (FILE_FD, ATTRIBUTE), FDS | FILES),

  /* Descriptors of other things. */
  CALL(pipe, (BYTES), FDS),
  CALL(pipe2, (BYTES, BITS), FDS, FLAGS(O_CLOEXEC, O_NONBLOCK, 0, 0)),
  CALL(eventfd, (FEW, NONE), FDS),
  CALL(eventfd2, (FEW, BITS), FDS, FLAGS(O_CLOEXEC, O_NONBLOCK, 1, 0)),
  CALL(memfd_create, (NAME, BITS), FDS, FLAGS(1, 0, 0, 0)),
  CALL(timerfd_create, (CLOCK, BITS), FDS, FLAGS(O_CLOEXEC, O_NONBLOCK, 0, 0)),
  CALL(timerfd_settime, (TIMER_FDS, BITS, LONG_TIMER, BYTES), FDS, FLAGS(1, 0, 0, 0)),
  CALL(timerfd_gettime, (TIMER_FDS, BYTES), 0),
  CALL(epoll_create, (FEW), FDS),
  CALL(epoll_create1, (BITS), FDS, FLAGS(O_CLOEXEC, 0, 0, 0)),
  CALL(epoll_ctl, (EPOLL_FD, VALUE, ANY_FD, EVENTS), FDS, VALUES(1, 1, 2, 3, 0, 4, -1)),
  CALL(epoll_wait, (EPOLL_FD, BYTES, FEW, MILLISECONDS), FDS | WAITS),
  CALL(epoll_pwait, (EPOLL_FD, BYTES, FEW, MILLISECONDS, MASK, MASK_BYTES), FDS | WAITS),
  CALL(epoll_pwait2, (EPOLL_FD, BYTES, FEW, INTERVAL, MASK, MASK_BYTES), FDS | WAITS),
  CALL(poll, (POLLS, VALUE, MILLISECONDS), WAITS, VALUES(0, 1, 2, 3, 4, 5, 1000, -1)),
  CALL(ppoll, (POLLS, VALUE, INTERVAL, MASK, MASK_BYTES), WAITS | SIGNALS | SECRET, VALUES(0, 1, 2, 3, 4, 5, 1000, -1)),
  CALL(select, (VALUE, FD_SET, FD_SET, FD_SET, SHORT_TIME), WAITS | SECRET, VALUES(0, 1, 8, 24, 64, 128, -1)),
  CALL(pselect6, (VALUE, FD_SET, FD_SET, FD_SET, INTERVAL, MASK_ARGUMENT), WAITS | SECRET, VALUES(0, 1, 8, 24, 64, 128, -1)),

  /* Sockets. */
  CALL(socket, (VALUE, OTHER, VALUE), FDS, VALUES(1, 1, 1, 0, -1, 99), OTHERS(1, 2, 5, 1 | O_NONBLOCK, 2 | O_CLOEXEC, 0, 3, 11, 99, -1), .tame = tame_socket),
  CALL(socketpair, (VALUE, OTHER, VALUE, BYTES), FDS, VALUES(1, 1, 1, 0, -1, 99), OTHERS(1, 2, 5, 1 | O_NONBLOCK, 2 | O_CLOEXEC, 0, 3, 11, 99, -1), .tame = tame_socket),
  CALL(connect, (SOCKET_FD, ADDRESS, ADDRESS_BYTES), FDS | FILES | WAITS),
  CALL(bind, (SOCKET_FD, ADDRESS, ADDRESS_BYTES), FDS | FILES),
  CALL(listen, (SOCKET_FD, FEW), FDS),
  CALL(accept, (SOCKET_FD, BYTES, LENGTH_POINTER), FDS | WAITS),
  CALL(accept4, (SOCKET_FD, BYTES, LENGTH_POINTER, BITS), FDS | WAITS, FLAGS(O_CLOEXEC, O_NONBLOCK, 0, 0)),
  CALL(sendto, (SOCKET_FD, BYTES, SIZE, BITS, ADDRESS, ADDRESS_BYTES), FDS | WAITS, MESSAGE_FLAGS),
  CALL(recvfrom, (SOCKET_FD, BYTES, SIZE, BITS, BYTES, LENGTH_POINTER), FDS | WAITS, MESSAGE_FLAGS),
  CALL(sendmsg, (SOCKET_FD, MESSAGE, BITS), FDS | WAITS, MESSAGE_FLAGS),
  CALL(recvmsg, (SOCKET_FD, MESSAGE, BITS), FDS | WAITS, MESSAGE_FLAGS),
  CALL(shutdown, (SOCKET_FD, VALUE), FDS, VALUES(0, 1, 2, 3, -1)),
  CALL(getsockname, (SOCKET_FD, BYTES, LENGTH_POINTER), 0),
  CALL(getpeername, (SOCKET_FD, BYTES, LENGTH_POINTER), 0),
  CALL(setsockopt, (SOCKET_FD, VALUE, OTHER, INT, ADDRESS_BYTES), FDS, VALUES(1, 1, 1, 0, 99, -1), OTHERS(2, 7, 8, 9, 16, 3, 4, 30, 999, -1)),
  CALL(getsockopt, (SOCKET_FD, VALUE, OTHER, BYTES, LENGTH_POINTER), SECRET, VALUES(1, 1, 1, 0, 99, -1), OTHERS(2, 3, 4, 7, 8, 9, 16, 30, 38, 39, 999, -1)),

  /* Memory. */
  CALL(mmap, (GROUND_ADDRESS, GROUND_BYTES, VALUE, BITS, FILE_FD, OTHER), FDS | MEMORY | PLACE, VALUES(0, 1, 2, 3, 4, 5, 7, 8, -1), FLAGS(1, 2, 2, MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE), OTHERS(0, 4096, 1, 100, -4096, 1l << 62), .tame = tame_mmap),
  CALL(munmap, (GROUND_ADDRESS, GROUND_BYTES), MEMORY),
  CALL(mprotect, (GROUND_ADDRESS, GROUND_BYTES, VALUE), MEMORY, VALUES(0, 1, 2, 3, 4, 5, 7, 8, 16, 0x1000000, 0x2000000, -1)),
  CALL(mremap, (GROUND_ADDRESS, GROUND_BYTES, GROUND_BYTES, VALUE, GROUND_ADDRESS), MEMORY | PLACE, VALUES(0, 1, 3, 2, 8, -1), .tame = tame_mremap),
  CALL(msync, (GROUND_ADDRESS, GROUND_BYTES, VALUE), MEMORY, VALUES(0, 1, 2, 4, 5, 6, 8, -1)),
  CALL(mincore, (GROUND_ADDRESS, GROUND_BYTES, BYTES), MEMORY | SECRET),
  CALL(madvise, (GROUND_ADDRESS, GROUND_BYTES, VALUE), MEMORY, VALUES(0, 1, 2, 3, 4, 8, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 5, 7, 99, -1), .tame = tame_madvise),
  CALL(mlock, (GROUND_ADDRESS, GROUND_BYTES), MEMORY),
  CALL(mlock2, (GROUND_ADDRESS, GROUND_BYTES, VALUE), MEMORY, VALUES(0, 1, 2, -1)),
  CALL(munlock, (GROUND_ADDRESS, GROUND_BYTES), MEMORY),
  CALL(mlockall, (VALUE), MEMORY, VALUES(0, 4, 8, -1, 1)),
  CALL(munlockall, (NONE), MEMORY),
  CALL(brk, (BREAK), MEMORY | PLACE),
  CALL(process_vm_readv, (PROCESS, VECTOR, VECTOR_COUNT, VECTOR, VECTOR_COUNT, VALUE), 0, VALUES(0, 0, 0, 0, 1)),
  CALL(process_vm_writev, (PROCESS, VECTOR, VECTOR_COUNT, VECTOR, VECTOR_COUNT, VALUE), 0, VALUES(0, 0, 0, 0, 1)),
#include "table-process.h"
};
const u32 row_count = LENGTH(rows);
