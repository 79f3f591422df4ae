/* The program's ground: it has no C library, so that a call that goes wrong has nothing of one to break. */
#ifndef SYSTEM_H
#define SYSTEM_H
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

/* A system call as the program's: a negative errno on failure. */
static inline long invoke(long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  long result;
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#define SYS6(n, a, b, c, d, e, f, ...) invoke(n, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f))
#define SYS(...) SYS6(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define LENGTH(array) (sizeof(array) / sizeof *(array))

u64 length_of(const char *text);
int same_text(const char *a, const char *b);
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
u64 number_of(const char *text);

/* Written to OUTPUT when the buffer is full, and by flush(). */
void put(const char *text);
void put_bytes(const char *bytes, u64 count);
/* In the base, 2 to 36. */
void put_number(u64 value, u32 base);
void flush(void);
/* One line, and the end with status 3: the surroundings are not as they should be. */
void give_up(const char *what, long result) __attribute__((noreturn));

/* Numbers that depend on the seed alone: SplitMix64 (Steele, Lea and Flood, 2014). */
void sow(u64 seed);
u64 next(void);
u64 below(u64 limit);
#define ONE_OF(array) ((array)[below(LENGTH(array))])
#endif
