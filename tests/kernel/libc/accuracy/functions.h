// Functions of libm, by name, and where their arguments are drawn from: used by the program that computes and by the one that judges.
#define UNARY(F)                                                                                                                                             \
  F(sin, ANGLE) F(cos, ANGLE) F(tan, ANGLE) F(asin, UNIT) F(acos, UNIT) F(atan, ANY) F(sinh, EXPONENT) F(cosh, EXPONENT) F(tanh, SMALL) F(asinh, ANY) \
  F(acosh, ABOVE) F(atanh, UNIT) F(exp, EXPONENT) F(exp2, EXPONENT) F(expm1, EXPONENT) F(log, POSITIVE) F(log2, POSITIVE) F(log10, POSITIVE) F(log1p, POSITIVE) \
  F(sqrt, POSITIVE) F(cbrt, ANY) F(erf, SMALL) F(erfc, BELL) F(tgamma, GAMMA) F(lgamma, GAMMA)
#define BINARY(F) F(pow, POWER) F(atan2, ANY) F(hypot, ANY) F(fmod, ANY) F(remainder, ANY)
enum kind { ANGLE, UNIT, ANY, EXPONENT, SMALL, ABOVE, POSITIVE, BELL, GAMMA, POWER };
// What is written for each call: the function's number, the type's (0 float, 1 double, 2 long double), and three long doubles.
struct record {
  int function, type;
  long double x, y, result;
};
