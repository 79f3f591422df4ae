/**
 * 80-bit numbers (SDM vol. 1 §4.2.2) as values, and x87's operations on them: what the functions of libm are computed in. Results have 64 bits, which leaves a double eleven to
 * lose. Operations round as x87's control word says.
 */
export class Extended extends Struct {
  m: u64;
  /** 15 bits and the sign above them. */
  e: u64;
}
const INFINITY_EXPONENT: u64 = 0x7fff;
const TOP: u64 = 0x8000_0000_0000_0000;

export function isNan(x: Extended): bool {
  return (x.e & 0x7fff) === INFINITY_EXPONENT && x.m << 1 !== 0;
}
export function isInfinite(x: Extended): bool {
  return (x.e & 0x7fff) === INFINITY_EXPONENT && x.m << 1 === 0;
}
export function isFiniteNumber(x: Extended): bool {
  return (x.e & 0x7fff) !== INFINITY_EXPONENT;
}
export function isZero(x: Extended): bool {
  return x.m === 0 && (x.e & 0x7fff) === 0;
}
export function isNegative(x: Extended): bool {
  return (x.e & 0x8000) !== 0;
}
/** Of a normal number, its power of two. */
export function exponentOf(x: Extended): i64 {
  return i64(x.e & 0x7fff) - 16383;
}
export function abs(x: Extended): Extended {
  return { m: x.m, e: x.e & 0x7fff };
}
export function negate(x: Extended): Extended {
  return { m: x.m, e: (x.e ^ 0x8000) & 0xffff };
}
export function withSign(x: Extended, of: Extended): Extended {
  return { m: x.m, e: (x.e & 0x7fff) | (of.e & 0x8000) };
}
export function infinity(): Extended {
  return { m: TOP, e: INFINITY_EXPONENT };
}
/** What an invalid operation gives: a quiet NaN, negative as x87's. */
export function invalid(): Extended {
  return { m: 0xc000_0000_0000_0000, e: 0xffff };
}
export function integer(value: i64): Extended {
  const own: i64 = value;
  const to: Extended = zeroed();
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fild qword ptr [rdi]; fstp tbyte ptr [rsi]`;
  return to;
}
/** To the next integer, of what fits one. */
export function toInteger(x: Extended): i64 {
  const own: Extended = x;
  const to: i64 = 0;
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fld tbyte ptr [rdi]; fistp qword ptr [rsi]`;
  return to;
}
export function fromDouble(x: f64): Extended {
  const own: f64 = x;
  const to: Extended = zeroed();
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fld qword ptr [rdi]; fstp tbyte ptr [rsi]`;
  return to;
}
/** Whether x < y; of NaNs nothing is. */
export function less(x: Extended, y: Extended): bool {
  const a: Extended = x;
  const b: Extended = y;
  return (
    asm<u64>({ in: { rdi: addressOf(a), rsi: addressOf(b) }, out: "rax", clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    xor eax, eax
    fucomip st1
    fstp st0
    seta al` !== 0
  );
}
export function equal(x: Extended, y: Extended): bool {
  return !isNan(x) && !isNan(y) && !less(x, y) && !less(y, x);
}
/** The significand's upper 32 bits: products of two such are exact. */
export function upperHalf(x: Extended): Extended {
  return { m: x.m & 0xffff_ffff_0000_0000, e: x.e };
}
export function add(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    faddp st1, st0
    fstp tbyte ptr [rdx]`;
  return to;
}
export function subtract(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fsubp st1, st0
    fstp tbyte ptr [rdx]`;
  return to;
}
export function multiply(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fmulp st1, st0
    fstp tbyte ptr [rdx]`;
  return to;
}
export function divide(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fdivp st1, st0
    fstp tbyte ptr [rdx]`;
  return to;
}
export function squareRoot(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fsqrt
    fstp tbyte ptr [rsi]`;
  return to;
}
/** To an integer, as the control word says. */
export function rounded(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    frndint
    fstp tbyte ptr [rsi]`;
  return to;
}
/** x · 2^y of an integer y. */
export function scaled(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fxch st1
    fscale
    fstp st1
    fstp tbyte ptr [rdx]`;
  return to;
}
/** 2^x − 1 of |x| up to 1. */
export function powerOfTwoMinusOne(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    f2xm1
    fstp tbyte ptr [rsi]`;
  return to;
}
/** y · log₂ x of a positive x. */
export function timesLog2(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fxch st1
    fyl2x
    fstp tbyte ptr [rdx]`;
  return to;
}
/** y · log₂(x + 1) of |x| up to 0.29. */
export function timesLog2PlusOne(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fxch st1
    fyl2xp1
    fstp tbyte ptr [rdx]`;
  return to;
}
/** The angle of the point (y, x): arctan(x / y) in the quadrant. */
export function arctangent(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fpatan
    fstp tbyte ptr [rdx]`;
  return to;
}
/** Of |x| up to π / 4, as the next two. */
export function sine(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fsin
    fstp tbyte ptr [rsi]`;
  return to;
}
export function cosine(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fcos
    fstp tbyte ptr [rsi]`;
  return to;
}
export function tangent(x: Extended): Extended {
  const a: Extended = x;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fptan
    fstp st0
    fstp tbyte ptr [rsi]`;
  return to;
}
/** What x leaves of the division by y, toward zero: exactly. */
export function rest(x: Extended, y: Extended): Extended {
  const a: Extended = x;
  const b: Extended = y;
  const to: Extended = zeroed();
  asm({ in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to) }, clobbers: ["memory"] })`
    fld tbyte ptr [rdi]
    fld tbyte ptr [rsi]
    fxch st1
    again:
    fprem
    fnstsw ax
    test ah, 4
    jnz again
    fstp st1
    fstp tbyte ptr [rdx]`;
  return to;
}
/** A double of it, rounded. */
export function toDouble(x: Extended): f64 {
  const own: Extended = x;
  const to: f64 = 0;
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fld tbyte ptr [rdi]; fstp qword ptr [rsi]`;
  return to;
}
/** A quotient's rest, and the low three bits of the quotient. */
export class Divided extends Struct {
  rest: Extended;
  bits: u64;
}
/** The same of the quotient to the nearest. */
export function nearestRest(x: Extended, y: Extended): Divided {
  const a: Extended = x;
  const b: Extended = y;
  const to: Divided = zeroed();
  // C2: not done yet; C0, C3, C1 (bits 8, 14, 9): the quotient's bits 2, 1, 0.
  const status: u64 = asm<u64>({
    in: { rdi: addressOf(a), rsi: addressOf(b), rdx: addressOf(to.rest) },
    out: "rax",
    clobbers: ["memory"],
  })`
    fld tbyte ptr [rsi]
    fld tbyte ptr [rdi]
    xor eax, eax
    again:
    fprem1
    fnstsw ax
    test ah, 4
    jnz again
    fstp tbyte ptr [rdx]
    fstp st0`;
  to.bits = ((status >> 6) & 4) | ((status >> 13) & 2) | ((status >> 9) & 1);
  return to;
}
