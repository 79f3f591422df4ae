/*
 * Calls of Linux's system calls with arguments that are drawn from a seed, most of them wrong in some way, and what comes of each. Run in two places it says
 * the same, or one of them is wrong. scripts/calls/main.ts compares.
 *
 * calls FOLDER SEED COUNT [NAME]       makes COUNT calls of each, or of NAME: a line with the name and an outcome for each call: e and an errno, or the result
 *                                     in base 36, then, if the call has written to its memory, a colon and a part of a hash of that
 * calls FOLDER SEED COUNT NAME INDEX…  says what the arguments of these calls are, and makes none
 *
 * As the first process of a kernel it mounts what it needs and does that as a child.
 */
#define _GNU_SOURCE
#include "draw.h"
#include <sys/syscall.h>

/* Calls without arguments are made so often. */
enum { WITHOUT = 8 };

static void draw_arguments(const struct row *row, u64 *args) {
  for (u32 i = 0; i < 6; i++) args[i] = draw(row, i, args);
  if (row->tame) row->tame(args);
}
static void sow_call(const struct row *row, u64 seed, u64 index) {
  sow(seed * 0x9e3779b97f4a7c15 ^ (u64)row->number << 40 ^ index);
}
static void put_place(u64 address) {
  if (address - GROUND < GROUND_PAGES * PAGE) put("g"), put_number(address - GROUND, 36);
  else if (address - first_break < 1ul << 30) put("b"), put_number(address - first_break, 36);
  else put("elsewhere");
}
static void put_outcome(const struct row *row, long result, u64 hash) {
  if (result < 0 && result > -4096) put("e"), put_number((u64)-result, 10);
  else if (row->flags & PLACE) put_place((u64)result);
  else if (row->flags & VAGUE) put("done");
  else put_number((u64)result, 36);
  if (hash != 0) put(":"), put_number(hash % (36 * 36 * 36), 36);
}
/* What it has left that recover() does not know of. */
static void undo(const struct row *row, const u64 *args, long result) {
  if (result < 0) return;
  if (row->number == SYS_mmap && (u64)result - GROUND >= GROUND_PAGES * PAGE) SYS(SYS_munmap, result, args[1]);
  if (row->number == SYS_mremap && (u64)result - GROUND >= GROUND_PAGES * PAGE) SYS(SYS_munmap, result, args[2]);
  if (row->number == SYS_timer_create) SYS(SYS_timer_delete, *(u32 *)args[2]);
  if (row->number == SYS_arch_prctl && args[0] == 0x1002) SYS(SYS_arch_prctl, 0x1002, 0);
  if (row->number == SYS_prctl) SYS(SYS_prctl, 29, 0, 0, 0, 0);
  if (row->number == SYS_set_robust_list) SYS(SYS_set_robust_list, 0, 24);
  if (row->number == SYS_set_tid_address) SYS(SYS_set_tid_address, 0);
}
static void make_call(const struct row *row, u64 seed, u64 index) {
  u64 args[6];
  sow_call(row, seed, index);
  prepare(row->flags);
  draw_begin();
  draw_arguments(row, args);
  remember();
  if (row->flags & WAITS) interrupt_soon();
  long result = invoke(row->number, args[0], args[1], args[2], args[3], args[4], args[5]);
  if (row->scrub) row->scrub(args);
  u64 hash = row->flags & SECRET ? 0 : written();
  undo(row, args, result);
  recover(row->flags);
  put_outcome(row, result, hash);
}
static void put_text(u64 address) {
  const u8 *bytes = (const u8 *)address;
  put(" \"");
  for (u32 i = 0; i < 24; i++) {
    if ((address + i) % PAGE == 0 && i > 0) break;
    char one = (char)bytes[i];
    if (one >= ' ' && one <= '~' && one != '"') put_bytes(&one, 1);
    else put("\\"), put_number(bytes[i], 16);
  }
  put("\"");
}
static void describe(const struct row *row, u64 seed, u64 index) {
  u64 args[6];
  sow_call(row, seed, index);
  prepare(row->flags);
  draw_begin();
  draw_arguments(row, args);
  put(row->name);
  for (u32 i = 0; i < 6 && row->kinds[i] != 0; i++) {
    put(i == 0 ? "(" : ", ");
    if ((long)args[i] < 0 && (long)args[i] > -4096) put("-"), put_number(-args[i], 10);
    else if (args[i] < 4096) put_number(args[i], 10);
    else put("0x"), put_number(args[i], 16);
    int readable = args[i] - WRITABLE < WRITABLE_PAGES * PAGE || args[i] - EDGE < PAGE || args[i] - READABLE < PAGE;
    if (readable) put_text(args[i]);
  }
  put(row->kinds[0] == 0 ? "()\n" : ")\n");
}
static void run(char **arguments, int count) {
  u64 seed = number_of(arguments[1]), calls = number_of(arguments[2]);
  const char *only = count > 3 ? arguments[3] : 0;
  begin(arguments[0]);
  for (u32 i = 0; i < row_count; i++) {
    const struct row *row = &rows[i];
    if (only && !same_text(only, row->name)) continue;
    if (count > 4) {
      for (int n = 4; n < count; n++) describe(row, seed, number_of(arguments[n])), recover(row->flags);
      continue;
    }
    u64 most = (row->kinds[0] == NONE && calls > WITHOUT) ? WITHOUT : calls;
    put(row->name);
    for (u64 n = 0; n < most; n++) put(" "), make_call(row, seed, n);
    put("\n");
  }
  put("end\n");
  flush();
}

/* As the first process: a child does the work, and then the machine is switched off. */
static void be_init(void) {
  SYS(SYS_mkdir, "/dev", 0755);
  SYS(SYS_mkdir, "/tmp", 0777);
  SYS(SYS_mount, "dev", "/dev", "devtmpfs", 0, "");
  SYS(SYS_mount, "tmp", "/tmp", "tmpfs", 0, "");
  if (SYS(SYS_fork) == 0) return;
  SYS(SYS_wait4, -1, 0, 0, 0);
  SYS(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0);
}
/* With those that it lies in. */
static void make_folder(char *path) {
  for (char *at = path + 1; *at != 0; at++)
    if (*at == '/') *at = 0, SYS(SYS_mkdir, path, 0755), *at = '/';
  SYS(SYS_mkdir, path, 0755);
}
void start(long *stack) {
  long count = stack[0] - 1;
  char **arguments = (char **)(stack + 2);
  if (count < 3) SYS(SYS_exit_group, 2);
  if (SYS(SYS_getpid) == 1) be_init();
  make_folder(arguments[0]);
  run(arguments, (int)count);
  SYS(SYS_exit_group, 0);
}
__asm__(".globl _start\n_start: xor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\ncall start\nud2\n");
