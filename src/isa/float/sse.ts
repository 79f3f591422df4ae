// Scalar SSE arithmetic by name: what an element of ADDPS, SQRTPD or VFMADD231SS computes. Packed forms apply these to
// each element with one Environment, whose flags accumulate.
//
// Intel SDM vol. 1: 11.5 (SIMD floating-point exceptions), table 4-7 (NaNs).

import { type Arithmetic, arithmetic, fusedMultiplyAdd, squareRoot } from "./arithmetic.ts";
import { sseMinMax } from "./compare.ts";
import type { Environment } from "./environment.ts";
import { decode, formatOf, QNAN, type Value } from "./format.ts";
import { sseNan } from "./nan.ts";

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
