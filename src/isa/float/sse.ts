// Scalar SSE arithmetic by name: what an element of ADDPS, SQRTPD or VFMADD231SS computes. Packed forms apply these to
// each element through ssePacked.
//
// Intel SDM vol. 1: 11.5 (SIMD floating-point exceptions), table 4-7 (NaNs).

import { type Arithmetic, arithmetic, fusedMultiplyAdd, squareRoot } from "./arithmetic.ts";
import { sseMinMax } from "./compare.ts";
import { DE, type Environment, IE, ZE } from "./environment.ts";
import { decode, formatOf, QNAN, type Value } from "./format.ts";
import { sseNan } from "./nan.ts";

const PRECOMPUTATION = IE | DE | ZE;

export type SseBinaryOp = "add" | "sub" | "mul" | "div" | "min" | "max";

/** a op b for binary32 or binary64 patterns. For non-commutative operations, a is the destination operand. */
export function sseBinary(op: SseBinaryOp, width: 32 | 64, a: bigint, b: bigint, env: Environment): bigint {
  const format = formatOf(width);
  if (op === "min" || op === "max") return sseMinMax(format, op === "max", a, b, env);
  const left = decode(format, a, env.daz);
  const right = decode(format, b, env.daz);
  if (left.kind >= QNAN || right.kind >= QNAN) return sseNan(format, [a, b], env);
  return arithmetic(op satisfies Arithmetic, left, right, format, format.precision, env);
}

/** SQRTSS, SQRTSD. */
export function sseSquareRoot(width: 32 | 64, a: bigint, env: Environment): bigint {
  const format = formatOf(width);
  const value = decode(format, a, env.daz);
  if (value.kind >= QNAN) return sseNan(format, [a], env);
  return squareRoot(value, format, format.precision, env);
}

/** Signs that the FMA family flips: VFMSUB negates the addend, VFNMADD the product, VFNMSUB both. */
export type FusedOp = "madd" | "msub" | "nmadd" | "nmsub";

/** ±(a × b) ± c rounded once. a, b, c are in the order of the mnemonic's digits: 213 means (second × first) + third. */
export function sseFused(
  op: FusedOp,
  width: 32 | 64,
  a: bigint,
  b: bigint,
  c: bigint,
  env: Environment,
): bigint {
  const format = formatOf(width);
  const left = decode(format, a, env.daz);
  const right = decode(format, b, env.daz);
  const addend = decode(format, c, env.daz);
  if (left.kind >= QNAN || right.kind >= QNAN || addend.kind >= QNAN) return sseNan(format, [a, b, c], env);
  const product = op === "nmadd" || op === "nmsub" ? negated(left) : left;
  const sum = op === "msub" || op === "nmsub" ? negated(addend) : addend;
  return fusedMultiplyAdd(product, right, sum, format, env);
}

function negated(value: Value): Value {
  return { ...value, sign: (value.sign ^ 1) as 0 | 1 };
}

/**
 * Applies an operation to each element of a packed instruction: ssePacked(4, env, (i) => sseBinary("add", 32, …)). All
 * elements raise their flags, but if one raises an unmasked IE, DE or ZE then none raises OE, UE or PE: the instruction
 * stops before computing.
 */
export function ssePacked(count: number, env: Environment, element: (i: number) => bigint): bigint[] {
  const before = env.flags;
  env.flags = 0;
  const results = Array.from({ length: count }, (_, i) => element(i));
  if ((env.unmasked & PRECOMPUTATION) !== 0) env.flags &= PRECOMPUTATION;
  env.flags |= before;
  return results;
}

/**
 * DPPS (four elements of 32 bits) or DPPD (two of 64): the elements of the result. imm8 bits 7:4 choose the products
 * that are added, pairwise; bits 3:0 the elements that receive the sum, the others becoming +0. Multiplications and each
 * level of additions are steps of their own: after one with an unmasked exception nothing more is raised.
 */
export function sseDotProduct(
  width: 32 | 64,
  a: readonly bigint[],
  b: readonly bigint[],
  imm8: number,
  env: Environment,
): bigint[] {
  const product = (i: number) => ((imm8 >>> (4 + i)) & 1 ? sseBinary("mul", width, a[i]!, b[i]!, env) : 0n);
  let terms = ssePacked(a.length, env, product);
  while (terms.length > 1 && env.unmasked === 0) {
    const addends = terms;
    const pair = (i: number) => sseBinary("add", width, addends[2 * i]!, addends[2 * i + 1]!, env);
    terms = ssePacked(addends.length / 2, env, pair);
  }
  return a.map((_, i) => ((imm8 >>> i) & 1 ? terms[0]! : 0n));
}
