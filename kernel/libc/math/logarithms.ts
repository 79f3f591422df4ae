/** Logarithms of 80-bit numbers by FYL2X and FYL2XP1, whose factor turns them into those of any base, and the inverse hyperbolic functions. */

import { HALF, ONE, TWO } from "./exponentials.ts";
import {
  abs,
  add,
  divide,
  type Extended,
  exponentOf,
  infinity,
  invalid,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  multiply,
  negate,
  squareRoot,
  subtract,
  timesLog2,
  timesLog2PlusOne,
  withSign,
} from "./extended.ts";

const LN_2: Extended = { m: 0xb17217f7d1cf79ac, e: 0x3ffe };
const LG_2: Extended = { m: 0x9a209a84fbcff799, e: 0x3ffd };
/** Up to here FYL2XP1 may be used. */
const NEAR: Extended = { m: 0x947ae147ae147ae1, e: 0x3ffd };

function logarithm(x: Extended, unit: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (isZero(x)) return negate(infinity());
  if (isNegative(x)) return invalid();
  if (isInfinite(x)) return x;
  const distance = subtract(x, ONE);
  return less(abs(distance), NEAR) ? timesLog2PlusOne(distance, unit) : timesLog2(x, unit);
}
export function log(x: Extended): Extended {
  return logarithm(x, LN_2);
}
export function log2(x: Extended): Extended {
  return logarithm(x, ONE);
}
export function log10(x: Extended): Extended {
  return logarithm(x, LG_2);
}
export function log1p(x: Extended): Extended {
  if (isNan(x) || isZero(x)) return x;
  if (less(abs(x), NEAR)) return timesLog2PlusOne(x, LN_2);
  const sum = add(x, ONE);
  if (isZero(sum) || isNegative(sum) || isInfinite(x)) return log(sum);
  // What the sum has lost.
  const lost = less(abs(x), ONE) ? subtract(x, subtract(sum, ONE)) : subtract(ONE, subtract(sum, x));
  return add(log(sum), divide(lost, sum));
}
export function asinh(x: Extended): Extended {
  if (isNan(x) || isZero(x) || isInfinite(x)) return add(x, x);
  const size = abs(x);
  if (exponentOf(x) > 34) return withSign(add(log(size), LN_2), x);
  const square = multiply(size, size);
  return withSign(log1p(add(size, divide(square, add(ONE, squareRoot(add(square, ONE)))))), x);
}
export function acosh(x: Extended): Extended {
  if (isNan(x)) return add(x, x);
  if (less(x, ONE)) return invalid();
  if (isInfinite(x)) return x;
  if (exponentOf(x) > 34) return add(log(x), LN_2);
  const t = subtract(x, ONE);
  return log1p(add(t, squareRoot(add(multiply(TWO, t), multiply(t, t)))));
}
export function atanh(x: Extended): Extended {
  if (isNan(x) || isZero(x)) return add(x, x);
  const size = abs(x);
  if (less(ONE, size)) return invalid();
  if (!less(size, ONE)) return withSign(infinity(), x);
  return withSign(multiply(log1p(divide(multiply(TWO, size), subtract(ONE, size))), HALF), x);
}
