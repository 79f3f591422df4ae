/**
 * SSE floating-point operations governed by mxcsr, as a table: argument widths, result width, and the definition
 * by the exact arithmetic of float/. Compiled readings have fast paths of their own and fall back to these.
 *
 * All are scalar; a packed row applies one to each lane. Names are "result.operation": f32.add, i32.trunc_f64. An
 * operation knows no other lane: what several lanes raise together is settled by `settle`.
 * SDM vol. 1 §10.2.3 (mxcsr), §11.5 (exceptions).
 */
import { reciprocal, reciprocalSquareRoot } from "./float/approximate.ts";
import { type Relation, sseCompare, ssePredicate, UNORDERED } from "./float/compare.ts";
import { sseConvert, sseFromInteger, sseRound, sseToInteger } from "./float/convert.ts";
import { DE, Environment, IE, ZE } from "./float/environment.ts";
import { BINARY32, BINARY64 } from "./float/format.ts";
import { type SseBinaryOp, sseBinary, sseSquareRoot } from "./float/sse.ts";
import type { Width } from "./width.ts";

/** mxcsr in, exceptions out: bits 0–5 of `raised` as in mxcsr (SDM vol. 1 §10.2.3). */
export interface FpContext {
  readonly mxcsr: number;
  raised: number;
}

export interface FpFunction {
  readonly args: readonly Width[];
  readonly result: Width;
  evaluate(context: FpContext, ...args: bigint[]): bigint;
}

/** Exceptions found before anything is computed: with one of them unmasked no other is reported. */
const PRECOMPUTATION = IE | DE | ZE;

/**
 * What an instruction leaves that has `raised` exceptions under `mxcsr`: the new mxcsr, and whether it ends with #XM
 * (SDM vol. 1 §11.5.3).
 */
export function settle(mxcsr: number, raised: number): { readonly mxcsr: number; readonly faults: boolean } {
  const unmasked = raised & ~(mxcsr >>> 7) & 0x3f;
  const reported = (unmasked & PRECOMPUTATION) !== 0 ? raised & PRECOMPUTATION : raised;
  return { mxcsr: mxcsr | reported, faults: unmasked !== 0 };
}

type Operation = (env: Environment, ...args: bigint[]) => bigint;

// Operations neither nest nor keep it.
const environment = new Environment();

function governed(args: readonly Width[], result: Width, operation: Operation): FpFunction {
  return {
    args,
    result,
    evaluate(context, ...values) {
      environment.setMxcsr(context.mxcsr);
      const bits = operation(environment, ...values);
      context.raised |= environment.flags;
      return bits;
    },
  };
}

type Bits = 32 | 64;
const formatOf = (bits: Bits) => (bits === 32 ? BINARY32 : BINARY64);

const binary = (bits: Bits, op: SseBinaryOp): FpFunction =>
  governed([bits, bits], bits, (env, a, b) => sseBinary(op, bits, a!, b!, env));

const sqrt = (bits: Bits): FpFunction => governed([bits], bits, (env, a) => sseSquareRoot(bits, a!, env));

/** ROUNDSS, ROUNDSD: value and imm8. */
const round = (bits: Bits): FpFunction =>
  governed([bits, 8], bits, (env, a, imm8) => sseRound(bits, a!, Number(imm8), env));

/** CMPSS, CMPSD: a, b and predicate 0–31; all ones where it holds, else 0. */
const compare = (bits: Bits): FpFunction =>
  governed([bits, bits, 8], bits, (env, a, b, predicate) =>
    ssePredicate(formatOf(bits), Number(predicate), a!, b!, env) ? (1n << BigInt(bits)) - 1n : 0n,
  );

/** cf, pf and zf as the low byte of rflags has them: bits 0, 2, 6. */
const flagsOf = (relation: Relation): bigint =>
  relation === UNORDERED ? 0x45n : relation === 0 ? 0x40n : relation < 0 ? 1n : 0n;
const ordered = (bits: Bits, signalling: boolean): FpFunction =>
  governed([bits, bits], 8, (env, a, b) => flagsOf(sseCompare(formatOf(bits), a!, b!, signalling, env)));

const toInteger = (from: Bits, to: Bits, truncate: boolean): FpFunction =>
  governed([from], to, (env, a) => sseToInteger(from, to, a!, truncate, env));
const fromInteger = (from: Bits, to: Bits): FpFunction =>
  governed([from], to, (env, a) => sseFromInteger(from, to, a!, env));

export const FP = {
  "f32.add": binary(32, "add"),
  "f64.add": binary(64, "add"),
  "f32.sub": binary(32, "sub"),
  "f64.sub": binary(64, "sub"),
  "f32.mul": binary(32, "mul"),
  "f64.mul": binary(64, "mul"),
  "f32.div": binary(32, "div"),
  "f64.div": binary(64, "div"),
  /** The second operand where either is a NaN or both are zeros. */
  "f32.min": binary(32, "min"),
  "f64.min": binary(64, "min"),
  "f32.max": binary(32, "max"),
  "f64.max": binary(64, "max"),
  "f32.sqrt": sqrt(32),
  "f64.sqrt": sqrt(64),
  "f32.round": round(32),
  "f64.round": round(64),
  "f32.cmp": compare(32),
  "f64.cmp": compare(64),
  /** Ordered comparison, invalid for signalling NaNs only; the result is cf in bit 0, pf in bit 2, zf in bit 6. */
  "f32.ucomi": ordered(32, false),
  "f64.ucomi": ordered(64, false),
  /** The same, invalid for every NaN. */
  "f32.comi": ordered(32, true),
  "f64.comi": ordered(64, true),
  /** About 12 bits; no rounding, no exceptions. */
  "f32.rcp": governed([32], 32, (_, a) => reciprocal(a!)),
  "f32.rsqrt": governed([32], 32, (_, a) => reciprocalSquareRoot(a!)),
  "f64.promote_f32": governed([32], 64, (env, a) => sseConvert(32, a!, env)),
  "f32.demote_f64": governed([64], 32, (env, a) => sseConvert(64, a!, env)),
  /** Towards zero; what does not fit is invalid and gives 1 followed by zeros. */
  "i32.trunc_f32": toInteger(32, 32, true),
  "i32.trunc_f64": toInteger(64, 32, true),
  "i64.trunc_f32": toInteger(32, 64, true),
  "i64.trunc_f64": toInteger(64, 64, true),
  /** As mxcsr rounds. */
  "i32.round_f32": toInteger(32, 32, false),
  "i32.round_f64": toInteger(64, 32, false),
  "i64.round_f32": toInteger(32, 64, false),
  "i64.round_f64": toInteger(64, 64, false),
  "f32.from_i32": fromInteger(32, 32),
  "f64.from_i32": fromInteger(32, 64),
  "f32.from_i64": fromInteger(64, 32),
  "f64.from_i64": fromInteger(64, 64),
} as const satisfies Record<string, FpFunction>;

export type FpOp = keyof typeof FP;
