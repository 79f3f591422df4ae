// Comparison: COMIS, UCOMIS, the predicates of CMPPS and VCMPPS, and MIN and MAX. FCOM and its kin are in x87.ts.
//
// Intel SDM vol. 2A: COMISS, UCOMISS, CMPPS with table 3-1 (predicates), MINPS, MAXPS; vol. 1: 11.5.2.

import { stopsAtDenormal } from "./arithmetic.ts";
import { type Environment, IE } from "./environment.ts";
import { decode, type Format, INFINITY, QNAN, SNAN, type Value, ZERO_CLASS } from "./format.ts";

/** The outcome of a comparison: -1 a < b, 0 equal, 1 a > b, 2 unordered. */
export type Relation = -1 | 0 | 1 | 2;
export const UNORDERED = 2;

/** Compares two values by their numbers; unordered if either is a NaN or unsupported. Raises nothing. */
export function relate(a: Value, b: Value): Relation {
  if (a.kind >= QNAN || b.kind >= QNAN) return UNORDERED;
  if (a.kind === ZERO_CLASS && b.kind === ZERO_CLASS) return 0;
  if (a.kind === ZERO_CLASS) return b.sign === 0 ? -1 : 1;
  if (b.kind === ZERO_CLASS || a.sign !== b.sign) return a.sign === 0 ? 1 : -1;
  const magnitude = relateMagnitudes(a, b);
  return (a.sign === 0 ? magnitude : 0 - magnitude) as Relation; // as: -1, 0 or 1, with its sign changed
}

/** Compares |a| with |b|, neither a NaN nor a zero. */
function relateMagnitudes(a: Value, b: Value): -1 | 0 | 1 {
  if (a.kind === INFINITY || b.kind === INFINITY) {
    if (a.kind === b.kind) return 0;
    return a.kind === INFINITY ? 1 : -1;
  }
  const distance = a.exponent - b.exponent;
  if (distance > 64) return 1;
  if (distance < -64) return -1;
  const left = distance > 0 ? a.significand << BigInt(distance) : a.significand;
  const right = distance < 0 ? b.significand << BigInt(-distance) : b.significand;
  if (left === right) return 0;
  return left > right ? 1 : -1;
}

/**
 * Compares two SSE scalars. Raises IE for an SNaN, and if `signalling` (COMIS) for a QNaN, and DE.
 * The caller turns the relation into ZF PF CF: unordered 111, a > b 000, a < b 001, equal 100.
 */
export function sseCompare(
  format: Format,
  a: bigint,
  b: bigint,
  signalling: boolean,
  env: Environment,
): Relation {
  const left = decode(format, a, env.daz);
  const right = decode(format, b, env.daz);
  const relation = relate(left, right);
  if (relation === UNORDERED) {
    if (signalling || left.kind === SNAN || right.kind === SNAN) env.raise(IE);
  } else {
    stopsAtDenormal(left, right, env);
  }
  return relation;
}

// Which relations make the eight base predicates true: bit 0 less, 1 equal, 2 greater, 3 unordered.
const LESS = 1;
const EQUAL = 2;
const GREATER = 4;
const UNORDERED_BIT = 8;
const RELATIONS: readonly number[] = [
  EQUAL,
  LESS,
  LESS | EQUAL,
  UNORDERED_BIT,
  LESS | GREATER | UNORDERED_BIT,
  EQUAL | GREATER | UNORDERED_BIT,
  GREATER | UNORDERED_BIT,
  LESS | EQUAL | GREATER,
  EQUAL | UNORDERED_BIT,
  LESS | UNORDERED_BIT,
  LESS | EQUAL | UNORDERED_BIT,
  0,
  LESS | GREATER,
  EQUAL | GREATER,
  GREATER,
  LESS | EQUAL | GREATER | UNORDERED_BIT,
];
/** Bit n: predicate n signals IE for a QNaN. 1, 2, 5, 6, 9, 10, 13, 14 do; 16 and up are the reverse. */
const SIGNALLING = 0b0110_0110_0110_0110;

/** CMPxx with predicate 0-31 (SSE has 0-7 only): whether the element becomes all ones. */
export function ssePredicate(
  format: Format,
  predicate: number,
  a: bigint,
  b: bigint,
  env: Environment,
): boolean {
  const signalling = (((SIGNALLING >>> (predicate & 15)) & 1) ^ (predicate >>> 4)) !== 0;
  const relation = sseCompare(format, a, b, signalling, env);
  return ((RELATIONS[predicate & 15]! >>> (relation === UNORDERED ? 3 : relation + 1)) & 1) !== 0;
}

/** MINxx (or MAXxx): the second operand if either is a NaN or both are zeros; IE for any NaN. */
export function sseMinMax(format: Format, max: boolean, a: bigint, b: bigint, env: Environment): bigint {
  const relation = sseCompare(format, a, b, true, env);
  const result = relation === (max ? 1 : -1) ? a : b;
  return env.daz && decode(format, result, true).kind === ZERO_CLASS ? result & format.signBit : result;
}
