/**
 * Powers of 80-bit numbers. x is 2^k · c · (1 + t), with c of a table of sixty-fourths; the logarithm to the base 2 is kept as a sum of two numbers, of which the product with y
 * is taken apart into an integer and a fraction without loss. Besides it roots, and the hypotenuse.
 */

import { HALF, ONE, powerOfTwo, ZERO } from "./exponentials.ts";
import {
  abs,
  add,
  divide,
  type Extended,
  equal,
  exponentOf,
  infinity,
  integer,
  invalid,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  less,
  multiply,
  negate,
  rounded,
  squareRoot,
  subtract,
  toInteger,
  upperHalf,
  withSign,
} from "./extended.ts";

/** log₂ e in parts of 32 and 64 bits. */
const LOG2_E_HIGH: Extended = { m: 0xb8aa3b2900000000, e: 0x3fff };
const LOG2_E_LOW: Extended = { m: 0xb82fe1777d0ffda1, e: 0x3fde };
/** The table's first c, in sixty-fourths. */
const FIRST: i64 = 45;
/** log₂ c in parts: down to 2⁻⁴⁵, so that an exponent can be added without loss, and the rest; words of each as Extended has them. */
const logarithms: array<u64, 188> = [
  0x8215ea5cd3e80000, 0xbffe, 0xcece1931800450f6, 0x3fd0, 0xf3efaff29c500000, 0xbffd, 0xb34efb515ac93b44,
  0xbfd0, 0xe40cee16a3000000, 0xbffd, 0xde3b513a9dccd86e, 0x3fcd, 0xd47fcb8c08500000, 0xbffd,
  0xbc302ffa76fafcba, 0xbfcf, 0xc544c055fdf00000, 0xbffd, 0xcd99956481d209f3, 0x3fd0, 0xb6587b432e400000,
  0xbffd, 0xea036da8120164a0, 0xbfd0, 0xa7b7dd9676300000, 0xbffd, 0xcf0e362f4a35a572, 0x3fcf,
  0x995ff71b87700000, 0xbffd, 0xd0cb4492f1bc6b3e, 0xbfcf, 0x8b4e029b1f900000, 0xbffd, 0xa78dcaf07fa2a192,
  0x3fd0, 0xfafec54832000000, 0xbffc, 0xe5b7b8084d8784e9, 0x3fd0, 0xdfe33d3fffa00000, 0xbffc,
  0xcc06f02bdee0b9f6, 0xbfcf, 0xc544c055fde00000, 0xbffc, 0x9933354dbf16fb07, 0xbfd0, 0xab1ee14ffd600000,
  0xbffc, 0xb20c8720de5377cb, 0xbfcf, 0x916d6e1559a00000, 0xbffc, 0x96d2d23af3271ce4, 0xbfcf,
  0xf058d74798000000, 0xbffb, 0xaa66d3169c936f60, 0x3fd0, 0xbeb024b67dc00000, 0xbffb, 0xd319ced1447e30ad,
  0xbfd0, 0x8dd9953002c00000, 0xbffb, 0xd8bcce7575a88632, 0x3fd0, 0xbb9ca64ecb000000, 0xbffa,
  0xe55443478fe03ef2, 0x3fd0, 0xba1f7430fa000000, 0xbff9, 0xaa9c9ab7c9ee083f, 0x3fd0, 0x0, 0x0, 0x0, 0x0,
  0xb73cb42e17000000, 0x3ff9, 0xdd67591d81dee7ef, 0xbfd0, 0xb5d69bac78000000, 0x3ffa, 0x9e33b27e43da5210,
  0xbfcf, 0x8759c4fd15000000, 0x3ffb, 0xca9861168a8ccdbd, 0xbfcd, 0xb31fb7d648800000, 0x3ffb,
  0xc59f3314e0985116, 0x3fd0, 0xde4212056d400000, 0x3ffb, 0xee98ecb169b9465f, 0x3fd0, 0x8462c466d3c00000,
  0x3ffc, 0xf1cb13de37e852a9, 0x3fd0, 0x99574f13c5800000, 0x3ffc, 0xf2f057069fc52c5a, 0xbfd0,
  0xae00d1cfdec00000, 0x3ffc, 0xbc302ffa76fafcba, 0xbfd0, 0xc2615e8178200000, 0x3ffc, 0x9a045bb6e23138ad,
  0xbfce, 0xd67af16da7600000, 0x3ffc, 0x93efe11ecbc01836, 0x3fcf, 0xea4f726192c00000, 0x3ffc,
  0xb7e47a5ab2811d03, 0x3fd0, 0xfde0b5c813400000, 0x3ffc, 0xa23a8d998a784ef3, 0x3fcb, 0x88983ed698600000,
  0x3ffd, 0x8a34f68fa586a5b1, 0xbfd0, 0x92203d5870400000, 0x3ffd, 0xc67dba46b45bb3fc, 0xbfd0,
  0x9b89267526700000, 0x3ffd, 0x993376649b4fc08e, 0xbfcd, 0xa4d3c25e68e00000, 0x3ffd, 0xea036da8120164a0,
  0xbfcf, 0xae00d1cfdeb00000, 0x3ffd, 0x879fa00b120a068c, 0x3fd0, 0xb7110e6ce8600000, 0x3ffd,
  0xde578d520b44f704, 0x3fd0, 0xc0052b18b0e00000, 0x3ffd, 0xa8655d6c13e9bef6, 0x3fcf, 0xc8ddd448f8c00000,
  0x3ffd, 0xf74b4d4afa947964, 0xbfd0, 0xd19bb053fb000000, 0x3ffd, 0xa13af881af2f3d8b, 0x3fcf,
  0xda3f5fb9c4100000, 0x3ffd, 0xa0a4146ef8fd8a28, 0x3fd0, 0xe2c97d694ae00000, 0x3ffd, 0xa981811ab5110ccf,
  0xbfd0, 0xeb3a9f0197500000, 0x3ffd, 0xefe3ebe199055553, 0x3fcc, 0xf393550f3aa00000, 0x3ffd,
  0xd20c519e12f47113, 0x3fd0, 0xfbd42b4658300000, 0x3ffd, 0xcece1931800450f6, 0x3fd0, 0x81fed45cbcc80000,
  0x3ffe, 0xfe672868c80acf5a, 0x3fd0,
];
const C3: Extended = { m: 0xaaaaaaaaaaaaaaab, e: 0x3ffd };
const C4: Extended = { m: 0x8000000000000000, e: 0xbffd };
const C5: Extended = { m: 0xcccccccccccccccd, e: 0x3ffc };
const C6: Extended = { m: 0xaaaaaaaaaaaaaaab, e: 0xbffc };
const C7: Extended = { m: 0x9249249249249249, e: 0x3ffc };
const C8: Extended = { m: 0x8000000000000000, e: 0xbffc };
const C9: Extended = { m: 0xe38e38e38e38e38e, e: 0x3ffb };
const C10: Extended = { m: 0xcccccccccccccccd, e: 0xbffb };
const C11: Extended = { m: 0xba2e8ba2e8ba2e8c, e: 0x3ffb };
const C12: Extended = { m: 0xaaaaaaaaaaaaaaab, e: 0xbffb };

class Sum extends Struct {
  high: Extended;
  low: Extended;
}
/** x + y and what it lost; |x| is at least |y|. */
function exactSum(x: Extended, y: Extended): Sum {
  const high = add(x, y);
  return { high, low: subtract(y, subtract(high, x)) };
}
function polynomial(t: Extended): Extended {
  let sum = C12;
  sum = add(multiply(sum, t), C11);
  sum = add(multiply(sum, t), C10);
  sum = add(multiply(sum, t), C9);
  sum = add(multiply(sum, t), C8);
  sum = add(multiply(sum, t), C7);
  sum = add(multiply(sum, t), C6);
  sum = add(multiply(sum, t), C5);
  sum = add(multiply(sum, t), C4);
  return add(multiply(sum, t), C3);
}
/** log₂ (1 + t) of t = a + b, a of 32 bits: t − t² / 2 of a exactly, the rest rounded. */
function logarithmNear(a: Extended, b: Extended): Sum {
  const t = add(a, b);
  const square = multiply(multiply(a, a), HALF);
  const near = exactSum(a, negate(square));
  const cube = multiply(multiply(multiply(t, t), t), polynomial(t));
  const cross = multiply(b, add(a, multiply(b, HALF)));
  const far = add(add(near.low, subtract(b, cross)), cube);
  // Natural to base 2.
  const high = upperHalf(near.high);
  const rest = add(subtract(near.high, high), far);
  const product = multiply(high, LOG2_E_HIGH);
  const low = add(add(multiply(high, LOG2_E_LOW), multiply(rest, LOG2_E_LOW)), multiply(rest, LOG2_E_HIGH));
  return { high: product, low };
}
/** log₂ x of a positive, finite x. */
function logarithm(x: Extended): Sum {
  // Small numbers become normal.
  const isSmall = x.e === 0;
  const shift = isSmall ? u64(clz(x.m)) : 0;
  const m = x.m << shift;
  let k: i64 = i64(isSmall ? 1 : x.e) - i64(shift) - 16383;
  let e: u64 = 16383;
  // From √2 on the half.
  if (m > 0xb504_f333_f9de_6484) {
    k++;
    e = 16382;
  }
  const mantissa: Extended = { m, e };
  const at = toInteger(multiply(mantissa, integer(64)));
  const c = multiply(integer(at), { m: 0x8000_0000_0000_0000, e: 16377 });
  const distance = subtract(mantissa, c);
  const whole = divide(distance, c);
  const a = upperHalf(whole);
  // (distance − a · c) / c: a · c has at most 39 bits.
  const b = divide(subtract(distance, multiply(a, c)), c);
  const near = logarithmNear(a, b);
  const i = usize(at - FIRST) * 4;
  const high: Extended = { m: logarithms[i], e: logarithms[i + 1] };
  const low: Extended = { m: logarithms[i + 2], e: logarithms[i + 3] };
  const base = add(integer(k), high);
  if (isZero(base)) return exactSum(near.high, near.low);
  const sum = exactSum(base, near.high);
  const rest = add(add(sum.low, near.low), low);
  return exactSum(sum.high, rest);
}
function isInteger(y: Extended): bool {
  return equal(rounded(y), y);
}
/** x^y of a positive, finite x. */
function power(x: Extended, y: Extended): Extended {
  const log = logarithm(x);
  const estimate = multiply(y, log.high);
  if (less(integer(40_000), abs(estimate))) return isNegative(estimate) ? ZERO : infinity();
  const n = rounded(estimate);
  const y1 = upperHalf(y);
  const y2 = subtract(y, y1);
  const s1 = upperHalf(log.high);
  const s2 = add(subtract(log.high, s1), log.low);
  const rest = add(add(multiply(y1, s2), multiply(y2, s1)), multiply(y2, s2));
  const fraction = add(subtract(multiply(y1, s1), n), rest);
  return powerOfTwo(n, fraction);
}
export function pow(x: Extended, y: Extended): Extended {
  if (isZero(y) || equal(x, ONE)) return ONE;
  if (isNan(x) || isNan(y)) return add(x, y);
  const size = abs(x);
  if (isInfinite(y)) {
    if (equal(size, ONE)) return ONE;
    return less(ONE, size) !== isNegative(y) ? infinity() : ZERO;
  }
  const whole = isInteger(y);
  const isOdd = whole && !isInteger(multiply(y, HALF));
  let result = ZERO;
  if (isZero(x) || isInfinite(x)) result = isZero(x) === isNegative(y) ? infinity() : ZERO;
  else if (isNegative(x) && !whole) return invalid();
  else result = power(size, y);
  return isNegative(x) && isOdd ? negate(result) : result;
}
const THREE: Extended = { m: 0xc000_0000_0000_0000, e: 0x4000 };

export function cbrt(x: Extended): Extended {
  if (isZero(x) || isNan(x) || isInfinite(x)) return add(x, x);
  const size = abs(x);
  const first = power(size, divide(ONE, THREE));
  // A step of Newton's.
  const step = divide(subtract(first, divide(size, multiply(first, first))), THREE);
  return withSign(subtract(first, step), x);
}
export function hypot(x: Extended, y: Extended): Extended {
  if (isInfinite(x) || isInfinite(y)) return infinity();
  if (isNan(x) || isNan(y)) return add(x, y);
  const a = less(abs(x), abs(y)) ? abs(y) : abs(x);
  const b = less(abs(x), abs(y)) ? abs(x) : abs(y);
  if (isZero(b) || exponentOf(a) - exponentOf(b) > 70) return add(a, b);
  // By 2^±10000 where squares do not fit.
  const shift: i64 = exponentOf(a) > 8000 ? -10_000 : exponentOf(b) < -8000 ? 10_000 : 0;
  const p: Extended = { m: a.m, e: a.e + truncate<u64>(shift) };
  const q: Extended = { m: b.m, e: b.e + truncate<u64>(shift) };
  const sum = squareRoot(add(multiply(p, p), multiply(q, q)));
  return shift === 0 ? sum : multiply(sum, { m: 0x8000_0000_0000_0000, e: u64(16383 - shift) });
}
