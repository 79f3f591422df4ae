#define _GNU_SOURCE
#include "draw.h"
#include "structures.h"
#include <fcntl.h>

static u32 care;
void draw_begin(void) { care = below(2) ? 12 : 1; }
int wrong(u32 one_in) { return below(one_in * care) == 0; }

static u64 choice(const long *list) {
  u64 count = 0;
  while (list[count] != (long)END) count++;
  return (u64)list[below(count)];
}
static u64 choice_of_bits(const long *list) {
  u64 value = 0;
  for (const long *at = list; *at != (long)END; at++)
    if (below(4) == 0) value |= (u64)*at;
  if (wrong(8)) value |= 1ul << below(32);
  return value;
}

static const long wrong_fds[] = {-1, FIXED_END, FIXED_END + 9, 199, 255, 256, 1023, 0x7fffffff, -0x80000000l, AT_FDCWD};
static u64 any_fd(void) { return wrong(5) ? (u64)ONE_OF(wrong_fds) : below(FIXED_END); }
static u64 file_fd(void) {
  static const long fds[] = {FILE_RW, FILE_RW, FILE_RO, FILE_APPEND, DIR_WORK, DIR_FULL, PATH_FILE, PATH_DIR, MEMFD, -1, FIXED_END, 0x7fffffff};
  return wrong(2) ? (u64)ONE_OF(fds) : FILE_RW + below(3);
}
static u64 dir_fd(void) {
  static const long fds[] = {DIR_FULL, PATH_DIR, FILE_RW, PATH_FILE, PATH_LINK, PIPE_IN, -1, FIXED_END};
  return wrong(2) ? (u64)ONE_OF(fds) : (u64)(below(3) ? AT_FDCWD : DIR_WORK);
}
static u64 special_fd(u64 first, u64 second) { return wrong(2) ? any_fd() : below(2) ? first : second; }
static u64 new_fd(void) {
  static const long fds[] = {FIXED_END, 30, 199, 255, 256, 1000000, -1, 0x7fffffff, -0x80000000l};
  return below(3) == 0 ? below(FIXED_END) : (u64)ONE_OF(fds);
}
static u64 first_fd(void) {
  static const long fds[] = {3, 5, FIXED_END, 204, 250, -1, 0x7fffffff};
  return (u64)ONE_OF(fds);
}
/* The program's own descriptors lie between what is not closed. */
static u64 last_fd(u64 first) {
  if ((u32)first > TOP && below(2)) return ~0u;
  return below(4) == 0 ? 0 : 3 + below(190);
}

u64 draw_size(void) {
  static const u64 sizes[] = {0, 1, 7, 8, 100, 4095, 4096, 4097, 5000, 20000, 0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff, 1ul << 63, ~0ul, ~0ul - 4095};
  return wrong(2) ? ONE_OF(sizes) : below(300);
}
u64 draw_few(void) {
  static const u64 counts[] = {0, 1, 2, 3, 8, 16, 1024, 1025, 65536, 65537, 0x7fffffff, 0x80000000, 0xffffffff, ~0ul};
  return wrong(2) ? ONE_OF(counts) : below(5);
}
u64 draw_offset(void) {
  static const long offsets[] = {0, 1, 100, 4095, 4096, 4999, 5000, 5001, 10000, 0x7fffffff, 0x80000000, 1l << 40, -1, -100, 0x7fffffffffffffff, -0x7fffffffffffffff - 1};
  return wrong(1) ? (u64)ONE_OF(offsets) : below(6000);
}
u64 draw_mode(void) {
  static const u64 modes[] = {0, 0644, 0755, 0777, 04755, 01777, 07777, 010644, 020644, 0100644, 040755, 0120777, 0140644, 0170000, 0x10000, 0xffffffff};
  return ONE_OF(modes);
}
/* None that would end the program. */
static u64 signal_number(void) {
  static const long signals[] = {0, 10, 14, 17, 23, 28, 65, 128, -1, 0x7fffffff, 64 + 256};
  return (u64)ONE_OF(signals);
}
static u64 process(void) {
  const u64 pids[] = {0, own_pid, own_pid, 99999999, (u64)-99999999l, 0x7fffffff};
  return ONE_OF(pids);
}
static u64 clock_number(void) {
  static const long clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 11, 10, 12, 15, 16, 99, -1, -2, 0x7fffffff};
  return (u64)ONE_OF(clocks);
}
static u64 ground_address(void) {
  static const u64 nowhere[] = {0, 4096, 0x7ffffffff000, 0x7ffffffffff0, 0x800000000000, 0xffff800000000000, 0xffffffff81000000, ~0ul, ~0ul - 4095};
  if (wrong(8)) return ONE_OF(nowhere);
  return GROUND + below(16) * PAGE + (wrong(8) ? 1 + below(PAGE - 1) : 0);
}
/* None that is less than all of memory, with five levels of page tables too, but would take the stack along. */
static u64 ground_bytes(void) {
  static const u64 sizes[] = {0, 1, 4095, 1ul << 56, 1ul << 57, 1ul << 63, ~0ul, ~0ul - 4095, ~0ul << 12};
  return wrong(4) ? ONE_OF(sizes) : (1 + below(care == 1 ? 8 : 3)) * PAGE - (below(4) == 0);
}
static u64 break_address(void) {
  static const long moves[] = {0, 1, 4096, 10000, 0x100000, -1, -4096, 1l << 57};
  return wrong(6) ? below(3) << 62 : first_break + (u64)ONE_OF(moves);
}

u64 draw(const struct row *row, u32 index, const u64 *args) {
  const u64 high = below(16) == 0 ? next() << 32 : 0;
  switch ((enum kind)row->kinds[index]) {
  case NONE: return next();
  case ANY_FD: return (u32)any_fd() | high;
  case FILE_FD: return (u32)file_fd() | high;
  case DIR_FD: return (u32)dir_fd() | high;
  case NEW_FD: return (u32)new_fd();
  case EPOLL_FD: return (u32)special_fd(EPOLL, EPOLL) | high;
  case TIMER_FDS: return (u32)special_fd(TIMER_FD, TIMER_FD) | high;
  case SOCKET_FD: return (u32)special_fd(PAIR_A, LONE_SOCKET) | high;
  case FIRST_FD: return (u32)first_fd();
  case LAST_FD: return (u32)last_fd(args[0]);
  case SIZE: return draw_size();
  case FEW: return draw_few();
  case OFFSET: return draw_offset();
  case VALUE: return choice(row->values);
  case OTHER: return choice(row->others);
  case BITS: return choice_of_bits(row->bits);
  case MODE: return draw_mode();
  case SIGNAL: return (u32)signal_number() | high;
  case PROCESS: return (u32)process() | high;
  case CLOCK: return (u32)clock_number() | high;
  case OWN_USER: return below(3) == 0 ? (u32)-1 : own_uid;
  case OWN_GROUP: return below(3) == 0 ? (u32)-1 : own_gid;
  case USER: return below(3) == 0 ? (u32)-1 : below(2) ? own_uid : 1000;
  case TIMER_ID: return below(3) ? fixture_timer : (u32)ONE_OF(wrong_fds);
  case MILLISECONDS: return below(16) == 0 ? (u32)-1 : below(2);
  case GROUND_ADDRESS: return ground_address();
  case GROUND_BYTES: return ground_bytes();
  case BREAK: return break_address();
  default: return draw_memory(row, index, args);
  }
}
