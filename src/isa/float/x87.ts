// x87 arithmetic and comparison on extended patterns by name. The second operand may come from memory in another format:
// pass that format, since a denormal single raises DE though it is a normal extended number.
//
// Intel SDM vol. 1: 8.3 (instructions), 8.5 (exceptions); vol. 2A: FADD, FDIV, FCOM, FUCOM, FXAM.

import { type Arithmetic, arithmetic, squareRoot, stopsAtDenormal } from "./arithmetic.ts";
import { relate, UNORDERED } from "./compare.ts";
import { type Environment, IE } from "./environment.ts";
import {
  DENORMAL,
  decode,
  EXTENDED,
  type Format,
  INFINITY,
  QNAN,
  UNSUPPORTED,
  ZERO_CLASS,
} from "./format.ts";
import { x87Nan } from "./nan.ts";

/** Condition codes, at their places in the status word. */
export const C0 = 0x100;
export const C1 = 0x200;
export const C2 = 0x400;
export const C3 = 0x4000;

/** FADD, FSUB, FSUBR, FMUL, FDIV, FDIVR: a op b rounded to env.precision bits; `b` is a pattern of `formatB`. */
export function x87Binary(
  op: Arithmetic,
  a: bigint,
  b: bigint,
  env: Environment,
  formatB: Format = EXTENDED,
): bigint {
  env.c1 = false;
  const left = decode(EXTENDED, a);
  const right = decode(formatB, b);
  if (left.kind >= QNAN || right.kind >= QNAN) return x87Nan(left, right, env);
  return arithmetic(op, left, right, EXTENDED, env.precision, env);
}

/** FSQRT. */
export function x87SquareRoot(a: bigint, env: Environment): bigint {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  if (value.kind >= QNAN) return x87Nan(value, value, env);
  return squareRoot(value, EXTENDED, env.precision, env);
}

/**
 * FCOM (and FTST with b = 0n), FUCOM if `quiet`: C3 C2 C0 as they stand in the status word. FCOMI and FUCOMI set ZF PF
 * CF from the same bits. Raises IE for an SNaN or unsupported operand, and unless quiet for a QNaN; and DE.
 */
export function x87Compare(
  a: bigint,
  b: bigint,
  quiet: boolean,
  env: Environment,
  formatB: Format = EXTENDED,
): number {
  env.c1 = false;
  const left = decode(EXTENDED, a);
  const right = decode(formatB, b);
  const relation = relate(left, right);
  if (relation === UNORDERED) {
    if (!quiet || left.kind > QNAN || right.kind > QNAN) env.raise(IE);
    return C3 | C2 | C0;
  }
  stopsAtDenormal(left, right, env);
  if (relation === 0) return C3;
  return relation < 0 ? C0 : 0;
}

/** FXAM of a register that is not empty: C3 C2 C1 C0, C1 being the sign. */
export function x87Examine(a: bigint): number {
  const { kind, sign } = decode(EXTENDED, a);
  const c1 = sign === 1 ? C1 : 0;
  if (kind === UNSUPPORTED) return c1;
  if (kind >= QNAN) return c1 | C0;
  if (kind === INFINITY) return c1 | C2 | C0;
  if (kind === ZERO_CLASS) return c1 | C3;
  if (kind === DENORMAL) return c1 | C3 | C2;
  return c1 | C2;
}

/** FCHS. */
export function x87Negate(a: bigint): bigint {
  return a ^ EXTENDED.signBit;
}

/** FABS. */
export function x87Absolute(a: bigint): bigint {
  return BigInt.asUintN(79, a);
}
