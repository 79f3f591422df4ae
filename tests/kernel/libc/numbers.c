// strtod, strtol, sscanf, and back: what is printed with 17 digits is read as the same double.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9e3779b97f4a7c15u;
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
static void real(const char *text) {
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  uint64_t bits;
  memcpy(&bits, &value, 8);
  printf("%s → %016" PRIx64 " %td %d\n", text, bits, end - text, errno);
}
static void whole(const char *text, int base) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, base);
  printf("%s/%d → %ld %td %d", text, base, value, end - text, errno);
  errno = 0;
  unsigned long other = strtoul(text, &end, base);
  printf(" %lu %td %d\n", other, end - text, errno);
}
int main(void) {
  static const char *texts[] = {"0", "-0", "1", ".5", "5.", ".", "", "1e", "1e+", "1e5x", "0x1p3", "0x", "0x.8", "0x1.8p-1", "inf", "-INFINITY", "nan", "nan(123)", "infx", "1e400", "1e-400", "-1e400", "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "9007199254740993", "9007199254740992.99999999999999999999", "1.7976931348623157e308", "1.7976931348623159e308", "  12.5e-1z", "123456789012345678901234567890", "0.1", "0.30000000000000004", "1e23", "8.5e22", "6.02214076e23", "0.000000000000000000000000000000000000001", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "179769313486231580793728971405301e276"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) real(texts[i]);
  int bad = 0;
  for (int i = 0; i < 3000; i++) {
    uint64_t bits = next();
    double value, back;
    char text[64];
    memcpy(&value, &bits, 8);
    if (value != value) continue;
    snprintf(text, sizeof text, "%.17g", value);
    back = strtod(text, NULL);
    if (memcmp(&value, &back, 8)) bad++;
    if (i < 200) real(text);
    snprintf(text, sizeof text, "%" PRIu64 ".%" PRIu64 "e%d", next(), next(), (int)(next() % 600) - 300);
    if (i < 400) real(text);
  }
  printf("bad %d\n", bad);
  static const char *wholes[] = {"0", "42", "-42", "+7", "0x1f", "0X1F", "077", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "zz", "12ab", " \t\n5", "", "-", "0x", "08"};
  for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
    for (int base = 0; base <= 36; base += base < 8 ? 8 : base < 10 ? 2 : base < 16 ? 6 : 20) whole(wholes[i], base);
  int a = 0, b = 0, n = 0;
  unsigned x = 0;
  double d = 0;
  float f = 0;
  char s[32] = "", t[32] = "", c = 0;
  int got = sscanf("12 -7 ff 3.5e2 word c", "%d %d %x %lf %31s %c", &a, &b, &x, &d, s, &c);
  printf("%d: %d %d %x %g %s %c\n", got, a, b, x, d, s, c);
  got = sscanf("key=value;rest", "%31[^=]=%31[a-z]%n", s, t, &n);
  printf("%d: %s %s %d\n", got, s, t, n);
  got = sscanf("0x1A 010 99", "%i %i %2d", &a, &b, &n);
  printf("%d: %d %d %d\n", got, a, b, n);
  got = sscanf("1.25 abc", "%f %d", &f, &a);
  printf("%d: %g\n", got, f);
  printf("%d\n", sscanf("", "%d", &a));
  printf("%d\n", sscanf("x", "%d", &a));
  got = sscanf("12345", "%2d%*1d%d", &a, &b);
  printf("%d: %d %d\n", got, a, b);
  short h = 0;
  long long ll = 0;
  got = sscanf("300 -5000000000 0x7", "%hd %lld %p", &h, &ll, (void **)&texts[0]);
  printf("%d: %d %lld %p\n", got, h, ll, (void *)texts[0]);
  printf("%d %ld %g\n", atoi(" -12x"), atol("99999999999"), atof("2.5e3"));
  srand(42);
  for (int i = 0; i < 5; i++) printf("%d ", rand());
  srand48(7);
  printf("%.10f %ld\n", drand48(), lrand48());
  div_t q = div(-17, 5);
  ldiv_t r = ldiv(17, -5);
  printf("%d %d %ld %ld\n", q.quot, q.rem, r.quot, r.rem);
  return 0;
}
