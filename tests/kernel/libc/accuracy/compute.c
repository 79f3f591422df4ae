// Writes results of libm's functions for arguments that a generator draws: `compute COUNT SEED`, of each function and type COUNT records.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "functions.h"
static unsigned long state;
static unsigned long word(void) {
  state += 0x9e3779b97f4a7c15ul;
  unsigned long z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebul;
  return z ^ (z >> 31);
}
// From 0 to 1, with 64 bits.
static long double part(void) { return (word() >> 1 | 1ul << 63) * 0x1p-63L - 1; }
static int below(int n) { return word() % n; }
static long double sized(int least, int most) { return ldexpl(1 + part(), least + below(most - least + 1)); }
static long double either(long double x) { return word() & 1 ? x : -x; }
static long double draw(enum kind kind, int type, int second) {
  static const int exponents[] = {126, 1020, 16000}, bits[] = {24, 53, 64};
  static const long double exponential[] = {87, 708, 11350}, gamma[] = {34, 170, 1700}, bells[] = {9, 26, 105};
  int e = exponents[type], hard = below(4) == 0;
  switch (kind) {
    case ANGLE:
      // Near multiples of a quarter turn, of any size, small.
      if (hard) return nearbyintl(sized(0, 28)) * 1.57079632679489661923132169163975144L;
      return either(below(3) == 0 ? sized(0, e) : sized(-20, 10));
    case UNIT: return either(hard ? 1 - ldexpl(part(), -below(bits[type])) : below(2) ? part() : sized(-40, -1));
    case ANY: return either(hard ? sized(-3, 3) : sized(-e / 2, e / 2));
    case EXPONENT: return either(hard ? sized(-60, 0) : part() * exponential[type]);
    case SMALL: return either(hard ? sized(-60, 0) : part() * 8);
    case ABOVE: return hard ? 1 + sized(-bits[type] + 2, 0) : sized(0, e);
    case POSITIVE: return hard ? 1 + either(sized(-bits[type] + 2, -2)) : sized(-e, e);
    case BELL: return hard ? either(part() * 3) : part() * bells[type];
    case GAMMA: return hard ? part() * 3 + 1e-6L : part() * gamma[type] + 0.01L;
    case POWER:
      if (!second) return hard ? 1 + either(sized(-bits[type] / 2, -3)) : sized(-20, 20);
      return either(sized(-10, type == 0 ? 2 : type == 1 ? 5 : 9));
  }
  return 0;
}
int main(int argc, char **argv) {
  int count = atoi(argv[1]), number = 0;
  struct record r;
  memset(&r, 0, sizeof r);
  for (int type = 0; type < 3; type++) {
    number = 0;
    state = strtoul(argv[2], 0, 10) + type;
#define EACH(name, kind, second, f, d, l)                                                   \
  for (int i = 0; i < count; i++) {                                                         \
    r.function = number;                                                                    \
    r.type = type;                                                                          \
    r.x = draw(kind, type, 0);                                                              \
    r.y = second ? draw(kind, type, 1) : 0;                                                 \
    if (type == 0) r.x = (float)r.x, r.y = (float)r.y, r.result = f;                        \
    else if (type == 1) r.x = (double)r.x, r.y = (double)r.y, r.result = d;                 \
    else r.result = l;                                                                      \
    fwrite(&r, sizeof r, 1, stdout);                                                        \
  }                                                                                         \
  number++;
#define ONE(name, kind) EACH(name, kind, 0, name##f(r.x), name(r.x), name##l(r.x))
#define TWO(name, kind) EACH(name, kind, 1, name##f(r.x, r.y), name(r.x, r.y), name##l(r.x, r.y))
    UNARY(ONE)
    BINARY(TWO)
  }
  return 0;
}
