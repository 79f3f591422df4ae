/**
 * Functions of doubles (ISO C §7.12) by x87's own, whose 64 bits leave less than one unit in a double's last place: SDM vol. 1 §8.3. What it does to infinities
 * and numbers that are none is decided before.
 */
import { bitsOf, fromBits } from "../floats.ts";
import { thisThread } from "../thread-block.ts";

const INFINITY: u64 = 0x7ff0_0000_0000_0000;
const SIGN: u64 = 0x8000_0000_0000_0000;
const NAN: u64 = 0x7ff8_0000_0000_0000;
const EDOM: i32 = 33;
const ERANGE: i32 = 34;
/** 2 / π; π / 2 in parts of 33, 33 and 64 bits: each 16 bytes, a long double. @align 16 */
const parts: array<u64, 8> = [
  0xa2f9836e4e441529, 16382, 0xc90fdaa200000000, 16383, 0x85a308d300000000, 16349, 0x98cc51701b839a25, 16314,
];

/** The bits of 2 / π behind the point. */
const twoByPi: array<u64, 20> = [
  0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
  0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
  0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
];
/** 2⁻⁶⁴ · π / 2. */
const QUARTER_UNIT: f64 = 8.515303950216386e-20;
const THREE: f64 = 3;
/** The double next to the natural logarithm of 2. */
const LN_2: f64 = 1.386_294_361_119_890_6 / 2;

export function isNan(x: f64): bool {
  return (bitsOf(x) & ~SIGN) > INFINITY;
}
export function isInfinite(x: f64): bool {
  return (bitsOf(x) & ~SIGN) === INFINITY;
}
function isFiniteNumber(x: f64): bool {
  return (bitsOf(x) & ~SIGN) < INFINITY;
}
function invalid(): f64 {
  thisThread().errno = EDOM;
  return fromBits(NAN | SIGN);
}
/** Result and range: errno as glibc sets it. */
function ranged(x: f64, result: f64): f64 {
  if (isInfinite(result) && isFiniteNumber(x)) thisThread().errno = ERANGE;
  return result;
}
class Reduced extends Struct {
  /** Between −π / 4 and π / 4. */
  angle: f64;
  /** Multiples of π / 2 that were taken away, modulo 4. */
  quarters: u64;
}
/** 64 bits of 2 / π from bit `at` on, counted from the point. */
function bitsFrom(at: i64): u64 {
  if (at <= -64) return 0;
  if (at < 0) return twoByPi[0] >> u64(0 - at);
  const word = u64(at) / 64;
  const shift = u64(at) % 64;
  if (word >= 19) return 0;
  return shift === 0 ? twoByPi[word] : (twoByPi[word] << shift) | (twoByPi[word + 1] >> (64 - shift));
}
/** Of |x| from 2³¹ on, by as many bits of 2 / π as matter (M. Payne, R. Hanek, 1983): x · 2 / π modulo 4, to 128 bits. */
function reduceHuge(x: f64): Reduced {
  const bits = bitsOf(x);
  const m = (bits & 0xf_ffff_ffff_ffff) | 0x10_0000_0000_0000;
  const exponent = i64((bits >> 52) & 0x7ff) - 1075;
  // Bits of 2 / π above 2^(2 - exponent) make multiples of 4 only.
  const at = exponent - 2;
  const high = bitsFrom(at);
  const middle = bitsFrom(at + 64);
  const low = bitsFrom(at + 128);
  const first = m * middle + mulHigh(m, low);
  const carry: u64 = first < mulHigh(m, low) ? 1 : 0;
  const top = m * high + mulHigh(m, middle) + carry;
  let quarters = top >> 62;
  // The fraction, 126 bits.
  let upper = (top << 2) | (first >> 62);
  let rest = first << 2;
  const isBack = upper >> 63 !== 0;
  if (isBack) {
    quarters++;
    rest = 0 - rest;
    upper = ~upper + (rest === 0 ? 1 : 0);
  }
  const size = (f64(upper) + f64(rest) / 18_446_744_073_709_551_616) * QUARTER_UNIT;
  const negative = x < 0;
  return { angle: isBack !== negative ? 0 - size : size, quarters: (negative ? 0 - quarters : quarters) & 3 };
}
function hugeSine(x: f64): f64 {
  const r = reduceHuge(x);
  const value = (r.quarters & 1) !== 0 ? cosine(r.angle) : sine(r.angle);
  return r.quarters >= 2 ? 0 - value : value;
}
function hugeCosine(x: f64): f64 {
  const r = reduceHuge(x);
  const value = (r.quarters & 1) !== 0 ? sine(r.angle) : cosine(r.angle);
  return r.quarters === 1 || r.quarters === 2 ? 0 - value : value;
}
function hugeTangent(x: f64): f64 {
  const r = reduceHuge(x);
  const value = tangent(r.angle);
  return (r.quarters & 1) !== 0 ? -1 / value : value;
}
/** Of a finite x below 2³¹. fsincos leaves the cosine above the sine; of an odd multiple of π / 2 the sine is the cosine. */
function sine(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[0])}]
    fmul st0, st1
    frndint
    fist dword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[2])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[4])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[6])}]
    fmulp st1, st0
    fsubp st1, st0
    fsincos
    test dword ptr [rdi], 1
    jnz odd
    fxch st1
    odd:
    test dword ptr [rdi], 2
    fstp st1
    jz done
    fchs
    done:
    fstp qword ptr [rdi]`;
  return v;
}
function cosine(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[0])}]
    fmul st0, st1
    frndint
    fist dword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[2])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[4])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[6])}]
    fmulp st1, st0
    fsubp st1, st0
    fsincos
    test dword ptr [rdi], 1
    jz even
    fxch st1
    even:
    mov eax, [rdi]
    inc eax
    test eax, 2
    fstp st1
    jz done
    fchs
    done:
    fstp qword ptr [rdi]`;
  return v;
}
function tangent(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[0])}]
    fmul st0, st1
    frndint
    fist dword ptr [rdi]
    fld tbyte ptr [${addressOf(parts[2])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[4])}]
    fmul st0, st1
    fsubp st2, st0
    fld tbyte ptr [${addressOf(parts[6])}]
    fmulp st1, st0
    fsubp st1, st0
    fptan
    test dword ptr [rdi], 1
    jz even
    fchs
    fdivrp st1, st0
    jmp done
    even:
    fstp st0
    done:
    fstp qword ptr [rdi]`;
  return v;
}
/** 2^x. */
function power2(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld st0
    frndint
    fsub st1, st0
    fxch st1
    f2xm1
    fld1
    faddp st1, st0
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v;
}
function powerE(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldl2e
    fmul qword ptr [rdi]
    fld st0
    frndint
    fsub st1, st0
    fxch st1
    f2xm1
    fld1
    faddp st1, st0
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v;
}
/** Of |x| below 0.69. */
function powerEMinusOne(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldl2e
    fmul qword ptr [rdi]
    f2xm1
    fstp qword ptr [rdi]`;
  return v;
}
function logarithmE(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldln2
    fld qword ptr [rdi]
    fyl2x
    fstp qword ptr [rdi]`;
  return v;
}
function logarithm10(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldlg2
    fld qword ptr [rdi]
    fyl2x
    fstp qword ptr [rdi]`;
  return v;
}
function logarithm2(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld1
    fld qword ptr [rdi]
    fyl2x
    fstp qword ptr [rdi]`;
  return v;
}
/** Of |x| below 0.29. */
function logarithmPlusOne(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldln2
    fld qword ptr [rdi]
    fyl2xp1
    fstp qword ptr [rdi]`;
  return v;
}
function logarithmPlusOneFar(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fldln2
    fld qword ptr [rdi]
    fld1
    faddp st1, st0
    fyl2x
    fstp qword ptr [rdi]`;
  return v;
}
/** x^y of a positive x. */
function powerOf(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi + 8]
    fld qword ptr [rdi]
    fyl2x
    fld st0
    frndint
    fsub st1, st0
    fxch st1
    f2xm1
    fld1
    faddp st1, st0
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v[0];
}
/** Of y / x, in their quadrant: y first. */
function arctangent(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld qword ptr [rdi + 8]
    fpatan
    fstp qword ptr [rdi]`;
  return v[0];
}
function arcsine(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld1
    fsub st0, st1
    fld1
    fadd st0, st2
    fmulp st1, st0
    fsqrt
    fpatan
    fstp qword ptr [rdi]`;
  return v;
}
function arccosine(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fld1
    fsub st0, st1
    fld1
    fadd st0, st2
    fmulp st1, st0
    fsqrt
    fxch st1
    fpatan
    fstp qword ptr [rdi]`;
  return v;
}
function hypotenuse(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fmul st0, st0
    fld qword ptr [rdi + 8]
    fmul st0, st0
    faddp st1, st0
    fsqrt
    fstp qword ptr [rdi]`;
  return v[0];
}
/** Of a positive x. */
function cubeRoot(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld1
    fld qword ptr [${addressOf(THREE)}]
    fdivp st1, st0
    fld qword ptr [rdi]
    fyl2x
    fld st0
    frndint
    fsub st1, st0
    fxch st1
    f2xm1
    fld1
    faddp st1, st0
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v;
}
function rest(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi + 8]
    fld qword ptr [rdi]
    again:
    fprem
    fnstsw ax
    test ah, 4
    jnz again
    fstp st1
    fstp qword ptr [rdi]`;
  return v[0];
}
function nearestRest(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi + 8]
    fld qword ptr [rdi]
    again:
    fprem1
    fnstsw ax
    test ah, 4
    jnz again
    fstp st1
    fstp qword ptr [rdi]`;
  return v[0];
}
/** To an integer, in the current rounding mode. */
function rounded(x: f64): f64 {
  let v: f64 = x;
  asm({ in: { rdi: addressOf(v) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    frndint
    fstp qword ptr [rdi]`;
  return v;
}
/** x · 2^y. */
function scaled(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi + 8]
    fld qword ptr [rdi]
    fscale
    fstp st1
    fstp qword ptr [rdi]`;
  return v[0];
}
export function product(x: f64, y: f64): f64 {
  const v: array<f64, 2> = [x, y];
  asm({ in: { rdi: addressOf(v[0]) }, clobbers: ["memory"] })`
    fld qword ptr [rdi]
    fmul qword ptr [rdi + 8]
    fstp qword ptr [rdi]`;
  return v[0];
}
/** @export */
export function sin(x: f64): f64 {
  if (x === 0) return x;
  if (isNan(x)) return x + x;
  if (isInfinite(x)) return invalid();
  if (fabs(x) < 2_147_483_648) return sine(x);
  return hugeSine(x);
}
/** @export */
export function cos(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (isInfinite(x)) return invalid();
  if (fabs(x) < 2_147_483_648) return cosine(x);
  return hugeCosine(x);
}
/** @export */
export function tan(x: f64): f64 {
  if (x === 0) return x;
  if (isNan(x)) return x + x;
  if (isInfinite(x)) return invalid();
  if (fabs(x) < 2_147_483_648) return tangent(x);
  return hugeTangent(x);
}
/** @export */
export function sincos(x: f64, s: ptr<f64>, c: ptr<f64>): void {
  s.value = sin(x);
  c.value = cos(x);
}
/** @export */
export function exp(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x > 800) return ranged(x, fromBits(INFINITY));
  if (x < -800) {
    if (isFiniteNumber(x)) thisThread().errno = ERANGE;
    return 0;
  }
  const result = powerE(x);
  if (result < 2.3e-308) thisThread().errno = ERANGE;
  return ranged(x, result);
}
/** @export */
export function exp2(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x > 1100) return ranged(x, fromBits(INFINITY));
  if (x < -1100) return 0;
  return ranged(x, power2(x));
}
/** @export */
export function exp10(x: f64): f64 {
  return pow(10, x);
}
/** @export */
export function expm1(x: f64): f64 {
  if (isNan(x) || x === 0) return x;
  if (fabs(x) < 0.69) return powerEMinusOne(x);
  if (x > 800) return ranged(x, fromBits(INFINITY));
  if (x < -60) return -1;
  return ranged(x, powerE(x) - 1);
}
/** @export */
export function log(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x === 0) {
    thisThread().errno = ERANGE;
    return fromBits(INFINITY | SIGN);
  }
  if (x < 0) return invalid();
  return isInfinite(x) ? x : logarithmE(x);
}
/** @export */
export function log2(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x === 0) {
    thisThread().errno = ERANGE;
    return fromBits(INFINITY | SIGN);
  }
  if (x < 0) return invalid();
  return isInfinite(x) ? x : logarithm2(x);
}
/** @export */
export function log10(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x === 0) {
    thisThread().errno = ERANGE;
    return fromBits(INFINITY | SIGN);
  }
  if (x < 0) return invalid();
  return isInfinite(x) ? x : logarithm10(x);
}
/** @export */
export function log1p(x: f64): f64 {
  if (isNan(x) || x === 0) return x;
  if (x === -1) {
    thisThread().errno = ERANGE;
    return fromBits(INFINITY | SIGN);
  }
  if (x < -1) return invalid();
  if (isInfinite(x)) return x;
  return fabs(x) < 0.29 ? logarithmPlusOne(x) : logarithmPlusOneFar(x);
}
/** @export */
export function pow(x: f64, y: f64): f64 {
  if (y === 0 || x === 1) return 1;
  if (isNan(x) || isNan(y)) return x + y;
  const isOdd = isInteger(y) && isInteger(y / 2) === false && fabs(y) < 9_007_199_254_740_992;
  const negative = signbit(x) !== 0 && isOdd;
  const size = fabs(x);
  if (isInfinite(y)) {
    if (size === 1) return 1;
    return size > 1 === y > 0 ? fromBits(INFINITY) : 0;
  }
  if (x === 0 || isInfinite(x)) {
    if (x === 0 && y < 0) thisThread().errno = ERANGE;
    const large = (x === 0) === y < 0;
    return fromBits((large ? INFINITY : 0) | (negative ? SIGN : 0));
  }
  if (x < 0 && !isInteger(y)) return invalid();
  const scale = product(logarithm2(size), y);
  let result: f64 = 0;
  if (scale > 1100) result = fromBits(INFINITY);
  else if (scale > -1100) result = powerOf(size, y);
  if (isInfinite(result) || result === 0) thisThread().errno = ERANGE;
  return negative ? fromBits(bitsOf(result) | SIGN) : result;
}
export function sqrtOf(x: f64): f64 {
  if (x < 0) return invalid();
  return sqrt(x);
}
/** @export */
export function cbrt(x: f64): f64 {
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  return x < 0 ? 0 - cubeRoot(0 - x) : cubeRoot(x);
}
/** @export */
export function hypot(x: f64, y: f64): f64 {
  if (isInfinite(x) || isInfinite(y)) return fromBits(INFINITY);
  return hypotenuse(x, y);
}
/** @export */
export function atan(x: f64): f64 {
  return isNan(x) ? x + x : arctangent(x, 1);
}
/** @export */
export function atan2(y: f64, x: f64): f64 {
  return isNan(x) || isNan(y) ? x + y : arctangent(y, x);
}
/** @export */
export function asin(x: f64): f64 {
  if (isNan(x)) return x + x;
  return fabs(x) > 1 ? invalid() : arcsine(x);
}
/** @export */
export function acos(x: f64): f64 {
  if (isNan(x)) return x + x;
  return fabs(x) > 1 ? invalid() : arccosine(x);
}
/** @export */
export function sinh(x: f64): f64 {
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const size = fabs(x);
  if (size > 709) {
    const half = exp(size / 2);
    return ranged(x, copysign(half / 2, x) * half);
  }
  const e = expm1(size);
  return copysign((e + e / (e + 1)) / 2, x);
}
/** @export */
export function cosh(x: f64): f64 {
  if (!isFiniteNumber(x)) return x * x;
  const size = fabs(x);
  if (size > 709) {
    const half = exp(size / 2);
    return ranged(x, (half / 2) * half);
  }
  const e = exp(size);
  return (e + 1 / e) / 2;
}
/** @export */
export function tanh(x: f64): f64 {
  if (x === 0 || isNan(x)) return x + x;
  const size = fabs(x);
  if (size > 22) return copysign(1, x);
  const e = expm1(2 * size);
  return copysign(e / (e + 2), x);
}
/** @export */
export function asinh(x: f64): f64 {
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const size = fabs(x);
  if (size > 1e9) return copysign(log(size) + LN_2, x);
  return copysign(log1p(size + (size * size) / (1 + sqrt(size * size + 1))), x);
}
/** @export */
export function acosh(x: f64): f64 {
  if (isNan(x)) return x + x;
  if (x < 1) return invalid();
  if (x > 1e9) return log(x) + LN_2;
  const t = x - 1;
  return log1p(t + sqrt(2 * t + t * t));
}
/** @export */
export function atanh(x: f64): f64 {
  if (x === 0 || isNan(x)) return x + x;
  const size = fabs(x);
  if (size > 1) return invalid();
  if (size === 1) {
    thisThread().errno = ERANGE;
    return copysign(fromBits(INFINITY), x);
  }
  return copysign(log1p((2 * size) / (1 - size)) / 2, x);
}
/** @export */
export function fmod(x: f64, y: f64): f64 {
  if (isNan(x) || isNan(y)) return x + y;
  if (isInfinite(x) || y === 0) return invalid();
  if (isInfinite(y)) return x;
  return copysignZero(rest(x, y), x);
}
/** @export */
export function remainder(x: f64, y: f64): f64 {
  if (isNan(x) || isNan(y)) return x + y;
  if (isInfinite(x) || y === 0) return invalid();
  if (isInfinite(y)) return x;
  return copysignZero(nearestRest(x, y), x);
}
/** @export */
export function drem(x: f64, y: f64): f64 {
  return remainder(x, y);
}
/** A zero has the sign of what it is left of. */
function copysignZero(result: f64, x: f64): f64 {
  return result === 0 ? copysign(0, x) : result;
}
const WHOLE: f64 = 4_503_599_627_370_496;
function isInteger(x: f64): bool {
  return fabs(x) >= WHOLE || f64(i64(x)) === x;
}
/** @export */
export function fabs(x: f64): f64 {
  return fromBits(bitsOf(x) & ~SIGN);
}
/** @export */
export function copysign(x: f64, y: f64): f64 {
  return fromBits((bitsOf(x) & ~SIGN) | (bitsOf(y) & SIGN));
}
/** @export */
export function signbit(x: f64): i32 {
  return bitsOf(x) >> 63 !== 0 ? 1 : 0;
}
/** @export */
export function trunc(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(f64(i64(x)), x);
}
/** @export */
export function floor(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const whole = f64(i64(x));
  return copysign(whole > x ? whole - 1 : whole, x);
}
/** @export */
export function ceil(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const whole = f64(i64(x));
  return copysign(whole < x ? whole + 1 : whole, x);
}
/** @export */
export function round(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  const size = fabs(x);
  const whole = f64(i64(size));
  return copysign(size - whole >= 0.5 ? whole + 1 : whole, x);
}
/** @export */
export function rint(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(rounded(x), x);
}
/** @export */
export function nearbyint(x: f64): f64 {
  if (!(fabs(x) < WHOLE)) return x + 0;
  return copysign(rounded(x), x);
}
/** @export */
export function roundeven(x: f64): f64 {
  return rint(x);
}
/** @export */
export function lrint(x: f64): i64 {
  return i64(rounded(x));
}
/** @export */
export function llrint(x: f64): i64 {
  return i64(rounded(x));
}
/** @export */
export function lround(x: f64): i64 {
  return i64(round(x));
}
/** @export */
export function llround(x: f64): i64 {
  return i64(round(x));
}
/** @export */
export function modf(x: f64, whole: ptr<f64>): f64 {
  whole.value = trunc(x);
  return isInfinite(x) ? copysign(0, x) : copysign(x - whole.value, x);
}
/** @export */
export function frexp(x: f64, exponent: ptr<i32>): f64 {
  exponent.value = 0;
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const isSmall = ((bitsOf(x) >> 52) & 0x7ff) === 0;
  const bits = bitsOf(isSmall ? x * 18_014_398_509_481_984 : x);
  exponent.value = i32((bits >> 52) & 0x7ff) - 1022 - (isSmall ? 54 : 0);
  return fromBits((bits & ~INFINITY) | (u64(1022) << 52));
}
/** @export */
export function scalbn(x: f64, exponent: i32): f64 {
  if (x === 0 || !isFiniteNumber(x)) return x + x;
  const bounded = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : exponent;
  const result = scaled(x, f64(bounded));
  if (result === 0) thisThread().errno = ERANGE;
  return ranged(x, result);
}
/** @export */
export function ldexp(x: f64, exponent: i32): f64 {
  return scalbn(x, exponent);
}
/** @export */
export function scalbln(x: f64, exponent: i64): f64 {
  return scalbn(x, exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : i32(exponent));
}
/** @export */
export function ilogb(x: f64): i32 {
  const e: i32 = 0;
  if (x === 0 || isNan(x)) return -0x8000_0000;
  if (isInfinite(x)) return 0x7fff_ffff;
  frexp(x, addressOf(e));
  return e - 1;
}
/** @export */
export function logb(x: f64): f64 {
  if (isNan(x)) return x;
  if (isInfinite(x)) return fromBits(INFINITY);
  return x === 0 ? fromBits(INFINITY | SIGN) : f64(ilogb(x));
}
/** @export */
export function fmax(x: f64, y: f64): f64 {
  return isNan(y) || x > y ? x : y;
}
/** @export */
export function fmin(x: f64, y: f64): f64 {
  return isNan(y) || x < y ? x : y;
}
/** @export */
export function fdim(x: f64, y: f64): f64 {
  return isNan(x) || isNan(y) ? x + y : x > y ? x - y : 0;
}
/** @export */
export function nextafter(x: f64, y: f64): f64 {
  if (isNan(x) || isNan(y)) return x + y;
  if (x === y) return y;
  if (x === 0) return copysign(fromBits(1), y);
  return fromBits(x < y === x > 0 ? bitsOf(x) + 1 : bitsOf(x) - 1);
}
/** @export */
export function nan(_text: ptr<u8>): f64 {
  return fromBits(NAN);
}
/** @export */
export function __isnan(x: f64): i32 {
  return isNan(x) ? 1 : 0;
}
/** @export */
export function __isinf(x: f64): i32 {
  return isInfinite(x) ? (x > 0 ? 1 : -1) : 0;
}
/** @export */
export function __finite(x: f64): i32 {
  return isFiniteNumber(x) ? 1 : 0;
}
/** @export */
export function isnan(x: f64): i32 {
  return __isnan(x);
}
/** @export */
export function isinf(x: f64): i32 {
  return __isinf(x);
}
/** @export */
export function finite(x: f64): i32 {
  return __finite(x);
}
/** @export */
export function __signbit(x: f64): i32 {
  return signbit(x);
}
/** @export */
export function __fpclassify(x: f64): i32 {
  const exponent = (bitsOf(x) >> 52) & 0x7ff;
  if (isNan(x)) return 0;
  if (isInfinite(x)) return 1;
  if (x === 0) return 2;
  return exponent === 0 ? 3 : 4;
}
