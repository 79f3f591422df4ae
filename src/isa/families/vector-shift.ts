/**
 * Shifts of vectors: PSLL, PSRL, PSRA by a vector's low 64 bits or an immediate, PSLLDQ and PSRLDQ by bytes, PALIGNR
 * (SDM vol. 2B).
 */

import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { BYTE_NUMBERS, MMX_AND_SSE2, mmx, readVector, SIMPLE, shared, sse } from "./vector.ts";

type Bits = 16 | 32 | 64;
type Direction = "shl" | "shr_u" | "shr_s";
const LANES = { 16: "i16x8", 32: "i32x4", 64: "i64x2" } as const;

/** Counts of the lane width and above leave nothing, or only signs. */
function shifted<V>(o: Ops<V>, bits: Bits, direction: Direction, a: V, count: V): V {
  const top = o.const(64, bits - 1);
  const excessive = o.ltu(top, count);
  const within = o.low(o.select(excessive, top, count), 32);
  const r = o.lanes(`${LANES[bits]}.${direction}`, a, within);
  return direction === "shr_s" ? r : o.select(excessive, o.const(128, 0), r);
}

const byVector =
  (bits: Bits, direction: Direction): Semantics =>
  (o) => {
    const count = o.low(readVector(o, 1), 64);
    const a = o.zext(o.read(0), 128);
    o.write(0, o.low(shifted(o, bits, direction, a, count), o.width(0)));
  };

const byImmediate =
  (bits: Bits, direction: Direction): Semantics =>
  (o) => {
    const a = o.zext(o.read(0), 128);
    o.write(0, o.low(shifted(o, bits, direction, a, o.zext(o.read(1), 64)), o.width(0)));
  };

/** Indices that move bytes up: those of the lowest wrap to above 15, where a swizzle gives 0. */
const bytesUp: Semantics = (o) => {
  const by = o.read(1);
  const most = o.const(8, 16);
  const count = o.lanes("i8x16.splat", o.select(o.ltu(most, by), most, by));
  o.write(0, o.lanes("i8x16.swizzle", o.read(0), o.lanes("i8x16.sub", o.const(128, BYTE_NUMBERS), count)));
};

/** The bytes of `v` from number `by` on; zeros after its end. */
function bytesFrom<V>(o: Ops<V>, v: V, by: V): V {
  const numbers = o.const(128, BYTE_NUMBERS);
  return o.lanes("i8x16.swizzle", v, o.lanes("i8x16.add_sat_u", numbers, o.lanes("i8x16.splat", by)));
}

const bytesDown: Semantics = (o) => {
  o.write(0, bytesFrom(o, o.read(0), o.read(1)));
};

/**
 * Sixteen bytes of destination:source from number imm8 on. Those of the destination have indices from imm8 − 16, which
 * wrap to above 15 below it and never come round: 255 − 16 + 15 is below 256.
 */
const alignRight: Semantics = (o) => {
  const b = readVector(o, 1);
  const by = o.read(2);
  const less = o.lanes("i8x16.splat", o.sub(by, o.const(8, 16)));
  const indices = o.lanes("i8x16.add", o.const(128, BYTE_NUMBERS), less);
  o.write(0, o.or(bytesFrom(o, b, by), o.lanes("i8x16.swizzle", o.read(0), indices)));
};
/** On mm registers both operands fit one vector. */
const alignRightMmx: Semantics = (o) => {
  const b = o.read(1);
  o.write(0, o.low(bytesFrom(o, o.concat(o.read(0), b), o.read(2)), 64));
};

/** By lane width and direction: opcode by vector, opcode by immediate, its digit, mnemonic. */
const shifts = [
  [16, "shr_u", 0x0fd1, 0x0f71, 2, "psrlw"],
  [32, "shr_u", 0x0fd2, 0x0f72, 2, "psrld"],
  [64, "shr_u", 0x0fd3, 0x0f73, 2, "psrlq"],
  [16, "shr_s", 0x0fe1, 0x0f71, 4, "psraw"],
  [32, "shr_s", 0x0fe2, 0x0f72, 4, "psrad"],
  [16, "shl", 0x0ff1, 0x0f71, 6, "psllw"],
  [32, "shl", 0x0ff2, 0x0f72, 6, "pslld"],
  [64, "shl", 0x0ff3, 0x0f73, 6, "psllq"],
] as const;

const mm = { prefix: "none", unit: "mmx", cost: SIMPLE } as const;

export const VECTOR_SHIFT: readonly Row[] = [
  ...shifts.flatMap(([bits, direction, vector, immediate, digit, name]) => [
    ...shared(vector, name, byVector(bits, direction), { features: MMX_AND_SSE2, cost: [2, 2] }),
    op(immediate, name, "Nq,Ib", mmx(byImmediate(bits, direction)), { ...mm, digit, feature: "mmx" }),
    op(immediate, name, "Udq,Ib", byImmediate(bits, direction), { ...sse("66", "sse2"), digit }),
  ]),
  op(0x0f73, "psrldq", "Udq,Ib", bytesDown, { ...sse("66", "sse2"), digit: 3 }),
  op(0x0f73, "pslldq", "Udq,Ib", bytesUp, { ...sse("66", "sse2"), digit: 7 }),
  op(0x0f3a0f, "palignr", "Pq,Qq,Ib", mmx(alignRightMmx), { ...mm, feature: "ssse3" }),
  op(0x0f3a0f, "palignr", "Vdq,Wdq,Ib", alignRight, sse("66", "ssse3")),
];
