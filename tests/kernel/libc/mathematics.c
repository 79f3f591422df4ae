// libm: one line for each function and argument, to 14 digits; how far off the last is, is for a finer test.
#include <math.h>
#include <stdio.h>
int main(void) {
  static const double arguments[] = {0.0, -0.0, 0.1, 0.5, 0.7, 1.0, -1.0, 1.5, 2.0, -2.5, 3.0, 3.14159, 10.0, 100.3, -20.25, 709.0, -745.0, 1e-5, 1e-300, 1e5, 12345.678, 1e15, 0.99999, -0.3, INFINITY, -INFINITY, NAN};
  static const struct {
    const char *name;
    double (*function)(double);
  } functions[] = {{"sin", sin}, {"cos", cos}, {"tan", tan}, {"asin", asin}, {"acos", acos}, {"atan", atan}, {"sinh", sinh}, {"cosh", cosh}, {"tanh", tanh}, {"asinh", asinh}, {"acosh", acosh}, {"atanh", atanh}, {"exp", exp}, {"exp2", exp2}, {"expm1", expm1}, {"log", log}, {"log2", log2}, {"log10", log10}, {"log1p", log1p}, {"sqrt", sqrt}, {"cbrt", cbrt}, {"floor", floor}, {"ceil", ceil}, {"trunc", trunc}, {"round", round}, {"rint", rint}, {"fabs", fabs}, {"logb", logb}};
  static const struct {
    const char *name;
    double (*function)(double, double);
  } pairs[] = {{"pow", pow}, {"atan2", atan2}, {"fmod", fmod}, {"remainder", remainder}, {"hypot", hypot}, {"fmax", fmax}, {"fmin", fmin}, {"fdim", fdim}, {"copysign", copysign}, {"nextafter", nextafter}};
  const int count = sizeof arguments / sizeof *arguments;
  for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++)
    for (int i = 0; i < count; i++) {
      double value = functions[f].function(arguments[i]);
      printf(isnan(value) ? "%s %g nan\n" : "%s %g %.14g\n", functions[f].name, arguments[i], value);
    }
  for (unsigned f = 0; f < sizeof pairs / sizeof *pairs; f++)
    for (int i = 0; i < count; i++)
      for (int j = 0; j < count; j += 2) {
        double value = pairs[f].function(arguments[i], arguments[j]);
        printf(isnan(value) ? "%s %g %g nan\n" : "%s %g %g %.14g\n", pairs[f].name, arguments[i], arguments[j], value);
      }
  for (int i = 0; i < count; i++) {
    int exponent = 0;
    double whole = 0, fraction = frexp(arguments[i], &exponent), part = modf(arguments[i], &whole);
    if (isfinite(arguments[i])) printf("%g %d %g %g %g %ld\n", fraction, exponent, whole, part, ldexp(arguments[i], 3), lrint(fmod(arguments[i], 1e6)));
  }
  printf("%.6g %.6g %.6g %.6g\n", sinf(1.5f), powf(2.5f, 3.5f), sqrtf(2), floorf(-1.5f));
  return 0;
}
