/**
 * What the vector families share: semantics made from functions on vectors, the two forms (mm and xmm) of one
 * operation, vectors of constants. It has no rows.
 *
 * An mm operand is taken as the low half of a vector, and only the low half of the result is kept (SDM vol. 1 §9.3).
 */
import type { Feature } from "../features.ts";
import type { LaneOp } from "../lanes.ts";
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";

/** A result from the destination's vector and the source's. */
export type VectorBinary = <V>(o: Ops<V>, a: V, b: V) => V;
export type VectorUnary = <V>(o: Ops<V>, a: V) => V;

/** Operand `i` as a vector, aligned if it is 16 bytes of memory (SDM vol. 1 §11.3). */
export function readVector<V>(o: Ops<V>, i: number): V {
  if (o.width(i) === 128) o.requireAligned(i);
  return o.zext(o.read(i), 128);
}

/** destination = f(destination, source) */
export const binary =
  (f: VectorBinary): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const a = readVector(o, 0);
    o.write(0, o.low(f(o, a, b), o.width(0)));
  };

/** destination = f(source) */
export const unary =
  (f: VectorUnary): Semantics =>
  (o) => {
    o.write(0, o.low(f(o, readVector(o, 1)), o.width(0)));
  };

/** For operations that pair neighbours: mm destination and source are the halves of one vector. */
export const neighbours =
  (f: VectorBinary): Semantics =>
  (o) => {
    const b = o.read(1);
    const both = o.concat(b, o.read(0));
    o.write(0, o.low(f(o, both, both), 64));
  };

/** The instruction's last act: x87 state becomes MMX state (SDM vol. 1 §9.5.1). */
export const mmx =
  (semantics: Semantics): Semantics =>
  (o) => {
    semantics(o);
    o.enterMmx();
  };

/** The operation of lanes.ts that has this name. */
export const laneOp =
  (name: LaneOp): VectorBinary =>
  (o, a, b) =>
    o.lanes(name, a, b);
export const laneUnary =
  (name: LaneOp): VectorUnary =>
  (o, a) =>
    o.lanes(name, a);

/** A vector of constants, lane 0 first. */
export function vectorOf(bits: 8 | 16 | 32 | 64, lanes: readonly number[]): bigint {
  if (lanes.length * bits !== 128) throw new Error(`${lanes.length} lanes of ${bits} bits are no vector`);
  return lanes.reduceRight((v, n) => (v << BigInt(bits)) | BigInt.asUintN(bits, BigInt(n)), 0n);
}
/** The same constant in every lane. */
export const everyLane = (bits: 8 | 16 | 32 | 64, n: number): bigint =>
  vectorOf(bits, new Array<number>(128 / bits).fill(n));
/** 0, 1, 2 … 15, as bytes: the swizzle that changes nothing. */
export const BYTE_NUMBERS = vectorOf(
  8,
  Array.from({ length: 16 }, (_, i) => i),
);

/** [latency, µops] on Zen 4 (AMD's optimisation guide for family 19h): most integer vector operations. */
export const SIMPLE = [1, 1] as const;

export interface SharedOptions {
  /** Of the mm form; of the xmm form. */
  readonly features: readonly [mm: Feature, xmm: Feature];
  readonly cost?: readonly [latency: number, uops: number];
  /** Semantics of the mm form where it is not the xmm form's low half. */
  readonly mm?: Semantics;
  /** The mm form's source: 32 bits of memory for the low unpacks. */
  readonly source?: "Qq" | "Qd";
}

export const MMX_AND_SSE2 = ["mmx", "sse2"] as const satisfies SharedOptions["features"];

/** The rows of an operation on mm registers (no prefix) and xmm registers (66). */
export function shared(
  opcode: number,
  mnemonic: string,
  semantics: Semantics,
  options: SharedOptions,
): readonly Row[] {
  const { features, cost = SIMPLE, mm = semantics, source = "Qq" } = options;
  const [mmFeature, xmmFeature] = features;
  return [
    op(opcode, mnemonic, `Pq,${source}`, mmx(mm), { prefix: "none", unit: "mmx", feature: mmFeature, cost }),
    op(opcode, mnemonic, "Vdq,Wdq", semantics, { prefix: "66", unit: "sse", feature: xmmFeature, cost }),
  ];
}

/** The options of an xmm row. */
export const sse = (
  prefix: "none" | "66" | "f3" | "f2",
  feature: Feature,
  cost: readonly [latency: number, uops: number] = SIMPLE,
): RowOptions => ({ prefix, unit: "sse", feature, cost });
