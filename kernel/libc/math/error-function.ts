/**
 * The error function and its complement (ISO C §7.12.8.1, §7.12.8.2): by Kummer's series, all of whose terms are positive, and far out by the continued fraction of erfc (DLMF 7.6.2,
 * 7.9.1).
 */

import { exp, HALF, ONE, TWO, ZERO } from "./exponentials.ts";
import {
  abs,
  add,
  divide,
  type Extended,
  integer,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  multiply,
  negate,
  subtract,
  upperHalf,
  withSign,
} from "./extended.ts";

const TWO_BY_SQRT_PI: Extended = { m: 0x906eba8214db688d, e: 0x3fff };
const ONE_BY_SQRT_PI: Extended = { m: 0x906eba8214db688d, e: 0x3ffe };

/** e^(−x²): the square of the upper half is exact. */
function bell(x: Extended): Extended {
  const high = upperHalf(x);
  const low = subtract(x, high);
  const rest = multiply(low, add(x, high));
  return multiply(exp(negate(multiply(high, high))), exp(negate(rest)));
}
/** 2 / √π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1 · 3 · … · (2n + 1)). */
function kummer(x: Extended): Extended {
  const twice = multiply(TWO, multiply(x, x));
  let term = x;
  let sum = x;
  for (let n: i64 = 3; n < 400; n += 2) {
    term = divide(multiply(term, twice), integer(n));
    const next = add(sum, term);
    if (!less(sum, next)) break;
    sum = next;
  }
  return multiply(multiply(TWO_BY_SQRT_PI, bell(x)), sum);
}
/** e^(−x²) / √π · 1 / (x + ½ / (x + 1 / (x + 1½ / …))). */
function fraction(x: Extended): Extended {
  let sum = x;
  // Enough steps from FAR on, and from 2 on.
  for (let n: i64 = less(x, TWO) ? 300 : 100; n > 0; n--)
    sum = add(x, divide(multiply(integer(n), HALF), sum));
  return multiply(bell(x), divide(ONE_BY_SQRT_PI, sum));
}
const FAR: Extended = { m: 0x8000_0000_0000_0000, e: 0x3fff };

export function erf(x: Extended): Extended {
  if (isNan(x) || isZero(x)) return add(x, x);
  const size = abs(x);
  if (isInfinite(x) || less(integer(10), size)) return withSign(ONE, x);
  return withSign(less(size, FAR) ? kummer(size) : subtract(ONE, fraction(size)), x);
}
export function erfc(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  const size = abs(x);
  if (isInfinite(x) || less(integer(120), size)) return isNegative(x) ? TWO : ZERO;
  if (less(size, FAR)) return isNegative(x) ? add(ONE, kummer(size)) : subtract(ONE, kummer(size));
  return isNegative(x) ? subtract(TWO, fraction(size)) : fraction(size);
}
