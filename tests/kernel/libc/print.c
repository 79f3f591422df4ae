// printf's directives, thousands of them, made from a seed: flags, widths, precisions and values.
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
static double real(void) {
  static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.1, 1e10, 1e-10, 1e22, 1e23, 123456789.0, 9.995, 99999.95, 999999.5, 0.0001, 0.00001, DBL_MAX, DBL_MIN, 5e-324, INFINITY, -INFINITY, 1e100, 3.14159265358979, 2.2250738585072011e-308, 9007199254740993.0, 0.000099999995, 1e15, 1e16, 1e17};
  uint64_t bits = next();
  double value;
  switch (next() % 4) {
    case 0: return special[next() % (sizeof special / sizeof *special)];
    case 1: return (double)(int64_t)(next() % 2000001 - 1000000) / 1000;
    case 2: return ldexp((double)(next() >> 11), (int)(next() % 200) - 120);
    default:
      memcpy(&value, &bits, 8);
      return isnan(value) ? 1.25 : value;
  }
}
int main(void) {
  static const char integers[] = "diuxXoc", reals[] = "feEgGaAF";
  static const char *lengths[] = {"", "h", "hh", "l", "ll", "j", "z", "t"};
  static char line[5000];
  for (int i = 0; i < 4000; i++) {
    char format[64], *at = format;
    *at++ = '%';
    for (const char *flag = "-+ #0"; *flag; flag++)
      if (next() % 4 == 0) *at++ = *flag;
    if (next() % 2) at += sprintf(at, "%d", (int)(next() % 30));
    int kind = next() % 8;
    if (next() % 2) at += sprintf(at, ".%d", (int)(next() % (kind < 4 && next() % 16 == 0 ? 400 : 25)));
    int length;
    if (kind < 4) {
      *at++ = reals[next() % 8];
      *at = 0;
      double value = real();
      length = snprintf(line, sizeof line, format, value);
      printf("%d %s|%s|%d\n", i, format, line, length);
    } else if (kind < 7) {
      const char *size = lengths[next() % 8];
      at += sprintf(at, "%s", size);
      *at++ = integers[next() % 6];
      *at = 0;
      uint64_t value = next() >> (next() % 64);
      if (next() % 8 == 0) value = 0;
      length = snprintf(line, sizeof line, format, value);
      printf("%d %s|%s|%d\n", i, format, line, length);
    } else {
      static const char *texts[] = {"", "a", "hello", "a longer text than most widths are"};
      *at++ = 's';
      *at = 0;
      length = snprintf(line, sizeof line, format, texts[next() % 4]);
      printf("%d %s|%s|%d\n", i, format, line, length);
    }
  }
  int count = 0;
  char small[5];
  printf("%2$s %1$d %3$.*4$f\n", 7, "two", 3.14159, 2);
  printf("%s|%.3s|%10s|%p|%n", "text", "text", "text", (void *)0, &count);
  printf("%d\n", count);
  printf("%Lf %Le %Lg %.20Lf %La\n", 1.5L, 1e300L, 3.0L, 0.1L, 1.5L);
  printf("%.*f %*d %-*d|\n", 3, 2.0005, 6, 42, 6, 42);
  printf("%d %s\n", snprintf(small, sizeof small, "%d", 1234567), small);
  printf("%hhd %hd %ld %lld %zu %jd\n", 300, 70000, -1L, -1LL, (size_t)-1, (intmax_t)5);
  printf("%f %F %e %G\n", NAN, INFINITY, -INFINITY, -NAN);
  printf("%.0f %.0f %.0f %.0f %#.0f %.0e\n", 0.5, 1.5, 2.5, 3.5, 4.0, 15.0);
  printf("%.1100f\n", 5e-324);
  printf("%a %a %.1a %.0a %a\n", 1.0, 0.1, 1.96875, 1.5, 5e-324);
  char *made;
  if (asprintf(&made, "%s-%d", "made", 1) > 0) puts(made);
  free(made);
  return 0;
}
