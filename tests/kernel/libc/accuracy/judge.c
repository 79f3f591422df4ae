// Reads what compute.c wrote, and compares with libquadmath's 113 bits: a line "name type ulp x y" for each function and type, with the largest error and where it was.
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <string.h>
#include "functions.h"
static double ulps(__float128 wanted, long double result, int type) {
  static const int bits[] = {24, 53, 64}, least[] = {-125, -1021, -16381};
  static const __float128 most[] = {0x1.fffffep127Q, 0x1.fffffffffffffp1023Q, 0x1.fffffffffffffffep16383Q};
  int e;
  if (isnanq(wanted)) return isnan(result) ? 0 : INFINITY;
  if (fabsq(wanted) > most[type] || isinf(result)) {
    // Half a unit beyond the largest number is infinity.
    if (fabsq(wanted) > most[type] * (1 + scalbnq(1, -bits[type]))) return isinf(result) && (result > 0) == (wanted > 0) ? 0 : INFINITY;
    return isinf(result) ? 0.5 : fabs((double)((result - wanted) / scalbnq(1, (type == 0 ? 128 : type == 1 ? 1024 : 16384) - bits[type])));
  }
  if (isnan(result)) return INFINITY;
  frexpq(wanted, &e);
  if (wanted == 0 || e < least[type]) e = least[type];
  return fabs((double)((result - wanted) / scalbnq(1, e - bits[type])));
}
int main(void) {
  static const char *types[] = {"float", "double", "long"};
  static struct { double most; long double x, y; const char *name; } worst[3][64];
  struct record r;
  int functions = 0;
  while (fread(&r, sizeof r, 1, stdin) == 1) {
    int number = 0;
    __float128 x = r.x, y = r.y, wanted = 0;
    const char *name = "";
#define ONE(f, kind) if (r.function == number++) wanted = f##q(x), name = #f;
#define TWO(f, kind) if (r.function == number++) wanted = f##q(x, y), name = #f;
    UNARY(ONE)
    BINARY(TWO)
    functions = number;
    double error = ulps(wanted, r.result, r.type);
    if (!(error < worst[r.type][r.function].most) || worst[r.type][r.function].name == 0) {
      worst[r.type][r.function].most = error;
      worst[r.type][r.function].x = r.x;
      worst[r.type][r.function].y = r.y;
      worst[r.type][r.function].name = name;
    }
  }
  for (int f = 0; f < functions; f++)
    for (int t = 0; t < 3; t++)
      printf("%s %s %.4f %La %La\n", worst[t][f].name, types[t], worst[t][f].most, worst[t][f].x, worst[t][f].y);
  return 0;
}
