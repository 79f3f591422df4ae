// libm at special arguments, in float, double and long double: values to some digits, signs of zeros, and for doubles errno; and the functions that are exact.
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#define ONE(F) \
  F(sin) F(cos) F(tan) F(asin) F(acos) F(atan) F(sinh) F(cosh) F(tanh) F(asinh) F(acosh) F(atanh) F(exp) F(exp2) F(expm1) F(log) F(log2) F(log10) F(log1p) \
  F(sqrt) F(cbrt) F(erf) F(erfc) F(tgamma) F(lgamma) F(floor) F(ceil) F(trunc) F(round) F(rint) F(nearbyint) F(fabs) F(logb) F(roundeven)
#define TWO(F) F(pow) F(atan2) F(hypot) F(fmod) F(remainder) F(fmax) F(fmin) F(fdim) F(copysign) F(nextafter)
static void show(const char *name, long double x, long double y, int digits, long double r, int error) {
  if (isnan(r)) printf("%s %Lg %Lg nan %d\n", name, x, y, error);
  else printf("%s %Lg %Lg %.*Lg %d\n", name, x, y, digits, r, error);
}
int main(void) {
  static const long double some[] = {0.0L, -0.0L, 1.0L, -1.0L, 0.5L, -0.5L, 1.5L, 2.5L, -2.5L, 3.0L, -3.0L, 1e30L, -1e30L, 1e-30L, 100.25L, INFINITY, -INFINITY, NAN, 2.0L, 0.75L};
  const int count = sizeof some / sizeof *some;
#define EACH(name)                                                                       \
  for (int i = 0; i < count; i++) {                                                    \
    errno = 0;                                                                         \
    double r = name(some[i]);                                                             \
    int e = errno;                                                                     \
    show(#name, some[i], 0, 13, r, e);                                                    \
    show(#name "f", some[i], 0, 5, name##f(some[i]), 0);                                     \
    show(#name "l", some[i], 0, 16, name##l(some[i]), 0);                                    \
  }
#define PAIR(name)                                                                       \
  for (int i = 0; i < count; i++)                                                      \
    for (int j = i % 2; j < count; j += 2) {                                           \
      errno = 0;                                                                       \
      double r = name(some[i], some[j]);                                                  \
      int e = errno;                                                                   \
      show(#name, some[i], some[j], 13, r, e);                                            \
      show(#name "f", some[i], some[j], 5, name##f(some[i], some[j]), 0);                    \
      show(#name "l", some[i], some[j], 16, name##l(some[i], some[j]), 0);                   \
    }
  ONE(EACH)
  TWO(PAIR)
  for (int i = 0; i < count; i++) {
    int a = 0, b = 0, c = 0;
    float wf;
    double w;
    long double wl;
    double m = frexp(some[i], &a);
    show("frexp", some[i], 0, 17, m, isfinite(some[i]) ? a : 0);
    show("frexpl", some[i], 0, 20, frexpl(some[i], &c), isfinite(some[i]) ? c : 0);
    double part = modf(some[i], &w);
    float partf = modff(some[i], &wf);
    long double partl = modfl(some[i], &wl);
    show("modf", some[i], part, 17, w, 0);
    show("modff", some[i], partf, 17, wf, 0);
    show("modfl", some[i], partl, 20, wl, 0);
    show("scalbn", some[i], ldexpf(some[i], 3), 17, scalbn(some[i], -5), 0);
    show("scalblnl", some[i], 0, 20, scalblnl(some[i], 100), 0);
    show("ilogb", some[i], ilogbl(some[i]), 17, ilogb(some[i]), 0);
    if (fabsl(some[i]) < 1e10L) show("lround", lrint(some[i]), lroundl(some[i]), 17, llroundf(some[i]), 0);
    show("classes", fpclassify((float)some[i]), fpclassify((double)some[i]), 17, fpclassify(some[i]), 0);
    for (int j = i % 2; j < count; j += 2) {
      double r = remquo(some[i], some[j], &a);
      float rf = remquof(some[i], some[j], &b);
      long double rl = remquol(some[i], some[j], &c);
      if (!isnan(rl)) show("remquo", r, rf, 20, rl, (a & 7) * 100 + (b & 7) * 10 + (c & 7));
      show("nexttoward", some[i], some[j], 17, nexttoward(some[i], some[j]), 0);
      show("nexttowardf", some[i], some[j], 9, nexttowardf(some[i], some[j]), 0);
      for (int k = 0; k < count; k += 3) show("fma", some[i], some[j], 17, fma(some[i], some[j], some[k]), 0);
    }
  }
  // Products whose last bits decide.
  static const double close[] = {0x1.0000000000001p0, 0x1.fffffffffffffp-1, 0x1.5555555555555p-2, 0x1p-1022, 0x1.8p-1, 0x1p1000, 0x1.123456789abcdp3, -0x1p-53, 0x1p-1074, 0x1.921fb54442d18p1};
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < 10; j++)
      for (int k = 0; k < 10; k++) printf("%a %a\n", fma(close[i], close[j], -close[k]), fmaf(close[i], close[j], close[k]));
  for (int m = 0; m < 4; m++) {
    static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    fesetround(modes[m]);
    volatile double third = 1, x = 2.5, y = -3.5;
    third /= 3;
    printf("%d %a %g %g %ld %g\n", fegetround() == modes[m], third, rint(x), nearbyint(y), lrint(x), roundeven(x));
  }
  fesetround(FE_TONEAREST);
  feclearexcept(FE_ALL_EXCEPT);
  volatile double zero = 0;
  zero = 1 / zero;
  printf("%d %d\n", !!fetestexcept(FE_DIVBYZERO), !!fetestexcept(FE_INVALID));
  feraiseexcept(FE_INVALID | FE_OVERFLOW);
  printf("%d %d\n", !!fetestexcept(FE_OVERFLOW), !!fetestexcept(FE_INVALID));
  int sign;
  printf("%.12g %d", lgamma_r(-1.5, &sign), sign);
  printf(" %.12g %d\n", lgamma(-0.5), signgam);
  return 0;
}
