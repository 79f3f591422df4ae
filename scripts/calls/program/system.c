#include "system.h"
#include "state.h"
#include <sys/syscall.h>

u64 length_of(const char *text) {
  u64 n = 0;
  while (text[n] != 0) n++;
  return n;
}
int same_text(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}
void *memcpy(void *to, const void *from, size_t bytes) {
  void *start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
  return start;
}
void *memset(void *to, int value, size_t bytes) {
  void *start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
  return start;
}
u64 number_of(const char *text) {
  u64 value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + (u64)(*text++ - '0');
  return value;
}

static char buffer[4096];
static u64 used;

void flush(void) {
  u64 done = 0;
  while (done < used) {
    long n = SYS(SYS_write, OUTPUT, buffer + done, used - done);
    if (n <= 0) SYS(SYS_exit_group, 3);
    done += (u64)n;
  }
  used = 0;
}
void put_bytes(const char *bytes, u64 count) {
  for (u64 i = 0; i < count; i++) {
    if (used == sizeof buffer) flush();
    buffer[used++] = bytes[i];
  }
}
void put(const char *text) { put_bytes(text, length_of(text)); }
void put_number(u64 value, u32 base) {
  char digits[64];
  u32 at = sizeof digits;
  do {
    u32 digit = (u32)(value % base);
    digits[--at] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= base;
  } while (value != 0);
  put_bytes(digits + at, sizeof digits - at);
}
void give_up(const char *what, long result) {
  put("\nfailed: ");
  put(what);
  put(" gives -");
  put_number((u64)-result, 10);
  put("\n");
  flush();
  SYS(SYS_exit_group, 3);
  for (;;) continue;
}

static u64 state;
void sow(u64 seed) { state = seed; }
u64 next(void) {
  u64 z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
u64 below(u64 limit) { return (next() >> 33) % limit; }
