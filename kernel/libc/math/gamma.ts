/**
 * The gamma function and its logarithm (ISO C §7.12.8.3, §7.12.8.4). From 1.5 to 2.5 by the series of ln Γ(2 + z) in the zeta function's values; elsewhere steps of the recurrence lead there,
 * and for large arguments Stirling's series serves. Negative arguments come by reflection; near the zeros that the logarithm has there its error is absolute.
 */

import { exp, HALF, ONE, TWO } from "./exponentials.ts";
import {
  abs,
  add,
  divide,
  type Extended,
  equal,
  infinity,
  invalid,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  multiply,
  negate,
  rounded,
  subtract,
  withSign,
} from "./extended.ts";
import { log } from "./logarithms.ts";
import { sin } from "./trigonometry.ts";

/** 1 − γ, and (−1)^k · (ζ(k) − 1) / k from k = 2 on: two words each. */
const series: array<u64, 80> = [
  0xd8773039049e70b6, 0x3ffd, 0xa51a6625307d3231, 0x3ffd, 0x89f000d2abb03409, 0xbffb, 0xa8991563ec241b60,
  0x3ff9, 0xf2027e10c7af8c37, 0xbff7, 0xbd6eb756db617ea5, 0x3ff6, 0x9c562e15fc703e76, 0xbff5,
  0x859b57c31cb745f3, 0x3ff4, 0xe9fea63b697e3e38, 0xbff2, 0xd093d878beb2d19d, 0x3ff1, 0xbc6f2debe40f7797,
  0xbff0, 0xac06e77337581126, 0x3fef, 0x9e5e4b1e7112142b, 0xbfee, 0x92cbd1cf9a555c81, 0x3fed,
  0x88d975bb3caa08e4, 0xbfec, 0x803266f5917879d0, 0x3feb, 0xf13006c9e7e975da, 0xbfe9, 0xe3b5dd9f83d26bb3,
  0x3fe8, 0xd7ad365dfc54bb2c, 0xbfe7, 0xccdc9e1038587a06, 0x3fe6, 0xc31639a6f9f56366, 0xbfe5,
  0xba34ed667d6e6593, 0x3fe4, 0xb21a54223d75681b, 0xbfe3, 0xaaad43bffe9614f1, 0x3fe2, 0xa3d8b3c92c68720a,
  0xbfe1, 0x9d8ae9597e085e28, 0x3fe0, 0x97b4d4fd5f1efcbd, 0xbfdf, 0x92499519ba1a620c, 0x3fde,
  0x8d3e13761291e29f, 0xbfdd, 0x8888b7349f6cbc72, 0x3fdc, 0x8421265e2a1ec141, 0xbfdb, 0x80001371fb227a6b,
  0x3fda, 0xf83e28a7e4f8505d, 0xbfd8, 0xf0f1013557e6bd3b, 0x3fd7, 0xea0eab72f7170ebc, 0xbfd6,
  0xe38e3fb78871b5fe, 0x3fd5, 0xdd67cd13de44d6b6, 0xbfd4, 0xd79438c5086b7141, 0x3fd3, 0xd20d22b01f2dad3b,
  0xbfd2, 0xccccce038b77458c, 0x3fd1,
];
/** B₂ₖ / (2k · (2k − 1)). */
const stirling: array<u64, 24> = [
  0xaaaaaaaaaaaaaaab, 0x3ffb, 0xb60b60b60b60b60b, 0xbff6, 0xd00d00d00d00d00d, 0x3ff4, 0x9c09c09c09c09c0a,
  0xbff4, 0xdca8f158c7f91ab8, 0x3ff4, 0xfb5586ccc9e3e410, 0xbff5, 0xd20d20d20d20d20d, 0x3ff7,
  0xf21436587a9cbee1, 0xbff9, 0xb7f4b1c0f033ffd1, 0x3ffc, 0xb23b3808c0f9cf6e, 0xbfff, 0xd672219167002d3a,
  0x4002, 0x9cd9292e6660d55b, 0xc006,
];
const HALF_LN_2PI: Extended = { m: 0xeb3f8e4325f5a535, e: 0x3ffe };
const PI: Extended = { m: 0xc90fdaa22168c235, e: 0x4000 };

class Signed extends Struct {
  logarithm: Extended;
  /** Of the gamma function itself. */
  negative: bool;
}
/** ln Γ(2 + z), |z| up to a half. */
function near(z: Extended): Extended {
  let sum: Extended = { m: 0, e: 0 };
  for (let i = series.length; i > 0; i -= 2)
    sum = multiply(z, add(sum, { m: series[i - 2], e: series[i - 1] }));
  return sum;
}
function large(x: Extended): Extended {
  const inverse = divide(ONE, x);
  const square = multiply(inverse, inverse);
  let sum: Extended = { m: 0, e: 0 };
  for (let i = stirling.length; i > 0; i -= 2)
    sum = add(multiply(sum, square), { m: stirling[i - 2], e: stirling[i - 1] });
  const main = multiply(subtract(x, HALF), subtract(log(x), ONE));
  return add(add(main, subtract(HALF_LN_2PI, HALF)), multiply(sum, inverse));
}
const STEPS: Extended = { m: 0xa000_0000_0000_0000, e: 0x4003 };
const THREE_HALVES: Extended = { m: 0xc000_0000_0000_0000, e: 0x3fff };
const FIVE_HALVES: Extended = { m: 0xa000_0000_0000_0000, e: 0x4000 };

/** ln Γ(x) of a positive x. */
function positive(x: Extended): Extended {
  if (isInfinite(x)) return x;
  if (!less(x, STEPS)) return large(x);
  let at = x;
  let product = ONE;
  while (less(FIVE_HALVES, at)) {
    at = subtract(at, ONE);
    product = multiply(product, at);
  }
  if (!equal(at, x)) return add(near(subtract(at, TWO)), log(product));
  if (less(at, HALF)) {
    // Γ(x) = Γ(x + 1) / x, and once more below a half.
    const next = add(at, ONE);
    const above = less(next, THREE_HALVES)
      ? subtract(near(subtract(next, ONE)), log(next))
      : near(subtract(next, TWO));
    return subtract(above, log(at));
  }
  if (less(at, THREE_HALVES)) return subtract(near(subtract(at, ONE)), log(at));
  return near(subtract(at, TWO));
}
/** sin(π x). */
function sineOfPi(x: Extended): Extended {
  const whole = rounded(x);
  const value = sin(multiply(PI, subtract(x, whole)));
  const isOdd = !equal(rounded(multiply(whole, HALF)), multiply(whole, HALF));
  return isOdd ? negate(value) : value;
}
export function logGamma(x: Extended): Signed {
  if (isNan(x)) return { logarithm: add(x, x), negative: false };
  if (isInfinite(x)) return { logarithm: infinity(), negative: false };
  if (isZero(x)) return { logarithm: infinity(), negative: isNegative(x) };
  if (!isNegative(x)) return { logarithm: positive(x), negative: false };
  if (equal(rounded(x), x)) return { logarithm: infinity(), negative: false };
  // Γ(x) · Γ(−x) = −π / (x · sin πx).
  const wave = multiply(abs(x), sineOfPi(x));
  const value = subtract(log(divide(PI, abs(wave))), positive(abs(x)));
  return { logarithm: value, negative: !isNegative(wave) };
}
/** Γ(x) of an x from a half on, below what overflows. */
function product(x: Extended): Extended {
  let at = x;
  let result = ONE;
  while (less(FIVE_HALVES, at)) {
    at = subtract(at, ONE);
    result = multiply(result, at);
  }
  if (less(at, THREE_HALVES)) {
    result = divide(result, at);
    at = add(at, ONE);
  }
  return multiply(result, exp(near(subtract(at, TWO))));
}
const MOST: Extended = { m: 0xdb70000000000000, e: 0x4009 };

export function gamma(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isZero(x)) return withSign(infinity(), x);
  if (isInfinite(x)) return isNegative(x) ? invalid() : x;
  if (isNegative(x) && equal(rounded(x), x)) return invalid();
  if (less(MOST, x)) return infinity();
  if (!less(x, HALF)) return product(x);
  // Γ(x) = π / (sin(πx) · Γ(1 − x)).
  if (less(x, negate(MOST))) return isNegative(sineOfPi(x)) ? negate({ m: 0, e: 0 }) : { m: 0, e: 0 };
  if (less(abs(x), HALF)) return divide(product(add(x, ONE)), x);
  return negate(divide(divide(PI, multiply(x, sineOfPi(x))), product(negate(x))));
}
