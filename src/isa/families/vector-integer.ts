/**
 * Integer arithmetic, logic and comparison of vectors, each lane by itself: PADD, PSUB, PMUL, PMADD, PAVG, PMIN, PMAX,
 * PABS, PSIGN, PSADBW, PCMPEQ, PCMPGT, PAND and kin, PTEST; the logic of floating-point vectors, which is the same
 * (SDM vol. 2). Shifts, horizontal operations and rearrangement are in other files.
 */
import type { LaneOp } from "../lanes.ts";
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import {
  binary,
  everyLane,
  laneOp,
  laneUnary,
  MMX_AND_SSE2,
  readVector,
  type SharedOptions,
  shared,
  sse,
  unary,
  type VectorBinary,
} from "./vector.ts";

const MULTIPLY = [3, 1] as const;
const SSSE3 = ["ssse3", "ssse3"] as const satisfies SharedOptions["features"];
/** What SSE added to MMX registers. */
const SSE_AND_SSE2 = ["sse", "sse2"] as const satisfies SharedOptions["features"];

/** PANDN complements its destination. */
const andn: VectorBinary = (o, a, b) => o.lanes("v128.andnot", b, a);

/** High halves of the products of 16-bit lanes. */
const multiplyHigh =
  (sign: "s" | "u"): VectorBinary =>
  (o, a, b) =>
    o.lanes(
      "shuffle.odd16",
      o.lanes(`i32x4.extmul_low_i16x8_${sign}`, a, b),
      o.lanes(`i32x4.extmul_high_i16x8_${sign}`, a, b),
    );

/** Products of lanes 0 and 2, 64 bits each. */
const multiplyEven =
  (sign: "s" | "u"): VectorBinary =>
  (o, a, b) =>
    o.lanes(
      `i64x2.extmul_low_i32x4_${sign}`,
      o.lanes("shuffle.even32", a, a),
      o.lanes("shuffle.even32", b, b),
    );

/** wasm saturates −1 × −1 in fixed point; the instruction lets it wrap to −1. */
const multiplyRoundScale: VectorBinary = (o, a, b) => {
  const least = o.const(128, everyLane(16, 0x8000));
  const both = o.and(o.lanes("i16x8.eq", a, least), o.lanes("i16x8.eq", b, least));
  return o.xor(o.lanes("i16x8.q15mulr_sat_s", a, b), both);
};

/** Unsigned bytes of the destination times signed bytes of the source, neighbours added with saturation. */
const multiplyAddBytes: VectorBinary = (o, a, b) => {
  const eight = o.const(32, 8);
  const even = o.lanes(
    "i16x8.mul",
    o.and(a, o.const(128, everyLane(16, 0xff))),
    o.lanes("i16x8.shr_s", o.lanes("i16x8.shl", b, eight), eight),
  );
  const odd = o.lanes("i16x8.mul", o.lanes("i16x8.shr_u", a, eight), o.lanes("i16x8.shr_s", b, eight));
  return o.lanes("i16x8.add_sat_s", even, odd);
};

/** |a − b| of unsigned bytes: one of the two saturated differences is 0. */
export function byteDifferences<V>(o: Ops<V>, a: V, b: V): V {
  return o.or(o.lanes("i8x16.sub_sat_u", a, b), o.lanes("i8x16.sub_sat_u", b, a));
}

/** Sums of eight absolute differences, one in each half. */
const sumOfDifferences: VectorBinary = (o, a, b) => {
  const words = o.lanes("i16x8.extadd_pairwise_i8x16_u", byteDifferences(o, a, b));
  const doublewords = o.lanes("i32x4.extadd_pairwise_i16x8_u", words);
  return o.lanes(
    "i64x2.add",
    o.and(doublewords, o.const(128, everyLane(64, 0xffffffff))),
    o.lanes("i64x2.shr_u", doublewords, o.const(32, 32)),
  );
};

/** The destination negated where the source is negative, 0 where it is 0. */
const sign =
  (lanes: "i8x16" | "i16x8" | "i32x4", bits: 8 | 16 | 32): VectorBinary =>
  (o, a, b) => {
    const negative = o.lanes(`${lanes}.shr_s`, b, o.const(32, bits - 1));
    const signed = o.lanes(`${lanes}.sub`, o.xor(a, negative), negative);
    return o.lanes("v128.andnot", signed, o.lanes(`${lanes}.eq`, b, o.const(128, 0)));
  };

/** zf: nothing in common; cf: the source has nothing outside the destination. */
const ptest: Semantics = (o) => {
  const b = readVector(o, 1);
  const a = o.read(0);
  const zero = () => o.const(1, 0);
  o.setFlags({
    zf: () => o.isZero(o.and(a, b)),
    cf: () => o.isZero(o.lanes("v128.andnot", b, a)),
    pf: zero,
    af: zero,
    sf: zero,
    of: zero,
  });
};

const of = (name: LaneOp): Semantics => binary(laneOp(name));

const plain: readonly (readonly [opcode: number, mnemonic: string, semantics: Semantics])[] = [
  [0x0fdb, "pand", of("v128.and")],
  [0x0fdf, "pandn", binary(andn)],
  [0x0feb, "por", of("v128.or")],
  [0x0fef, "pxor", of("v128.xor")],
  [0x0ffc, "paddb", of("i8x16.add")],
  [0x0ffd, "paddw", of("i16x8.add")],
  [0x0ffe, "paddd", of("i32x4.add")],
  [0x0fec, "paddsb", of("i8x16.add_sat_s")],
  [0x0fed, "paddsw", of("i16x8.add_sat_s")],
  [0x0fdc, "paddusb", of("i8x16.add_sat_u")],
  [0x0fdd, "paddusw", of("i16x8.add_sat_u")],
  [0x0ff8, "psubb", of("i8x16.sub")],
  [0x0ff9, "psubw", of("i16x8.sub")],
  [0x0ffa, "psubd", of("i32x4.sub")],
  [0x0fe8, "psubsb", of("i8x16.sub_sat_s")],
  [0x0fe9, "psubsw", of("i16x8.sub_sat_s")],
  [0x0fd8, "psubusb", of("i8x16.sub_sat_u")],
  [0x0fd9, "psubusw", of("i16x8.sub_sat_u")],
  [0x0f74, "pcmpeqb", of("i8x16.eq")],
  [0x0f75, "pcmpeqw", of("i16x8.eq")],
  [0x0f76, "pcmpeqd", of("i32x4.eq")],
  [0x0f64, "pcmpgtb", of("i8x16.gt_s")],
  [0x0f65, "pcmpgtw", of("i16x8.gt_s")],
  [0x0f66, "pcmpgtd", of("i32x4.gt_s")],
];

/** The 66 rows that SSE4 added. */
const sse4: readonly (readonly [opcode: number, mnemonic: string, semantics: Semantics])[] = [
  [0x0f3829, "pcmpeqq", of("i64x2.eq")],
  [0x0f3838, "pminsb", of("i8x16.min_s")],
  [0x0f3839, "pminsd", of("i32x4.min_s")],
  [0x0f383a, "pminuw", of("i16x8.min_u")],
  [0x0f383b, "pminud", of("i32x4.min_u")],
  [0x0f383c, "pmaxsb", of("i8x16.max_s")],
  [0x0f383d, "pmaxsd", of("i32x4.max_s")],
  [0x0f383e, "pmaxuw", of("i16x8.max_u")],
  [0x0f383f, "pmaxud", of("i32x4.max_u")],
];

/** ANDPS, ANDPD and kin: opcode and operation. */
const logic = [
  [0x0f54, "and", of("v128.and")],
  [0x0f55, "andn", binary(andn)],
  [0x0f56, "or", of("v128.or")],
  [0x0f57, "xor", of("v128.xor")],
] as const;

const mmxToo = { features: MMX_AND_SSE2 };
const since2 = { features: ["sse2", "sse2"] } as const satisfies SharedOptions;
const sinceSse = { features: SSE_AND_SSE2 };
const multiply = { features: MMX_AND_SSE2, cost: MULTIPLY };

export const VECTOR_INTEGER: readonly Row[] = [
  ...plain.flatMap(([opcode, name, semantics]) => shared(opcode, name, semantics, mmxToo)),
  ...shared(0x0fd4, "paddq", of("i64x2.add"), since2),
  ...shared(0x0ffb, "psubq", of("i64x2.sub"), since2),
  ...shared(0x0fe0, "pavgb", of("i8x16.avgr_u"), sinceSse),
  ...shared(0x0fe3, "pavgw", of("i16x8.avgr_u"), sinceSse),
  ...shared(0x0fda, "pminub", of("i8x16.min_u"), sinceSse),
  ...shared(0x0fde, "pmaxub", of("i8x16.max_u"), sinceSse),
  ...shared(0x0fea, "pminsw", of("i16x8.min_s"), sinceSse),
  ...shared(0x0fee, "pmaxsw", of("i16x8.max_s"), sinceSse),
  ...shared(0x0fd5, "pmullw", of("i16x8.mul"), multiply),
  ...shared(0x0fe5, "pmulhw", binary(multiplyHigh("s")), multiply),
  ...shared(0x0ff5, "pmaddwd", of("i32x4.dot_i16x8_s"), multiply),
  ...shared(0x0fe4, "pmulhuw", binary(multiplyHigh("u")), { features: SSE_AND_SSE2, cost: MULTIPLY }),
  ...shared(0x0ff4, "pmuludq", binary(multiplyEven("u")), { features: ["sse2", "sse2"], cost: MULTIPLY }),
  ...shared(0x0ff6, "psadbw", binary(sumOfDifferences), { features: SSE_AND_SSE2, cost: MULTIPLY }),
  ...shared(0x0f3804, "pmaddubsw", binary(multiplyAddBytes), { features: SSSE3, cost: MULTIPLY }),
  ...shared(0x0f380b, "pmulhrsw", binary(multiplyRoundScale), { features: SSSE3, cost: MULTIPLY }),
  ...shared(0x0f3808, "psignb", binary(sign("i8x16", 8)), { features: SSSE3 }),
  ...shared(0x0f3809, "psignw", binary(sign("i16x8", 16)), { features: SSSE3 }),
  ...shared(0x0f380a, "psignd", binary(sign("i32x4", 32)), { features: SSSE3 }),
  ...shared(0x0f381c, "pabsb", unary(laneUnary("i8x16.abs")), { features: SSSE3 }),
  ...shared(0x0f381d, "pabsw", unary(laneUnary("i16x8.abs")), { features: SSSE3 }),
  ...shared(0x0f381e, "pabsd", unary(laneUnary("i32x4.abs")), { features: SSSE3 }),
  ...sse4.map(([opcode, name, semantics]) => op(opcode, name, "Vdq,Wdq", semantics, sse("66", "sse4_1"))),
  op(0x0f3837, "pcmpgtq", "Vdq,Wdq", of("i64x2.gt_s"), sse("66", "sse4_2")),
  op(0x0f3828, "pmuldq", "Vdq,Wdq", binary(multiplyEven("s")), sse("66", "sse4_1", MULTIPLY)),
  op(0x0f3840, "pmulld", "Vdq,Wdq", of("i32x4.mul"), sse("66", "sse4_1", MULTIPLY)),
  op(0x0f3817, "ptest", "Vdq,Wdq", ptest, sse("66", "sse4_1", [3, 2])),
  ...logic.flatMap(([opcode, name, semantics]) => [
    op(opcode, `${name}ps`, "Vps,Wps", semantics, sse("none", "sse")),
    op(opcode, `${name}pd`, "Vpd,Wpd", semantics, sse("66", "sse2")),
  ]),
];
