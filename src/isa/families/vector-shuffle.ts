/**
 * Rearrangement of vectors: PACK, PUNPCK, UNPCK, PSHUF, SHUFPS, PSHUFB, PINSR, PEXTR, INSERTPS, EXTRACTPS, BLEND, PMOVSX,
 * PMOVZX (SDM vol. 2B). Unpacks and packs that move whole halves to memory and back are in vector-move.ts.
 *
 * An immediate is a value like any other: swizzle indices and masks are computed from it with lane operations, which
 * fold to constants where it is known.
 */

import type { LaneOp } from "../lanes.ts";
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import {
  BYTE_NUMBERS,
  binary,
  everyLane,
  laneOp,
  MMX_AND_SSE2,
  mmx,
  neighbours,
  readVector,
  type SharedOptions,
  SIMPLE,
  shared,
  sse,
  type VectorBinary,
  vectorOf,
} from "./vector.ts";

// ------------------------------------------------------------------------------------------------ packs, unpacks

const pack = (opcode: number, name: string, lanes: LaneOp): readonly Row[] =>
  shared(opcode, name, binary(laneOp(lanes)), {
    features: MMX_AND_SSE2,
    mm: neighbours(laneOp(lanes)),
  });

type Half = "low" | "high";
type Bits = 8 | 16 | 32 | 64;
const interleave = (half: Half, bits: Bits): VectorBinary => laneOp(`shuffle.interleave_${half}${bits}`);

/** The high bytes of mm registers, interleaved, are the upper half of what their low halves give. */
const interleaveHighMmx =
  (bits: Bits): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const a = o.zext(o.read(0), 128);
    o.write(0, o.bits(interleave("low", bits)(o, a, b), 64, 64));
  };

/** The low unpacks of mm registers read 32 bits of memory. */
const unpackLow = (opcode: number, name: string, bits: Bits): readonly Row[] =>
  shared(opcode, name, binary(interleave("low", bits)), { features: MMX_AND_SSE2, source: "Qd" });
const unpackHigh = (opcode: number, name: string, bits: Bits): readonly Row[] =>
  shared(opcode, name, binary(interleave("high", bits)), {
    features: MMX_AND_SSE2,
    mm: interleaveHighMmx(bits),
  });

// ------------------------------------------------------------------------------------- shuffles by an immediate

/** Multipliers that bring bits 2i+1:2i of an imm8 to bits 7:6 of lane i. */
const FIELD_TO_BIT_6 = [64, 16, 4, 1] as const;

/** Swizzle indices from the four two-bit fields of an imm8, one for each lane of 32 bits. */
function doublewordIndices<V>(o: Ops<V>, imm8: V): V {
  const aligned = o.lanes(
    "i32x4.mul",
    o.lanes("i32x4.splat", o.zext(imm8, 32)),
    o.const(128, vectorOf(32, FIELD_TO_BIT_6)),
  );
  const fields = o.and(o.lanes("i32x4.shr_u", aligned, o.const(32, 6)), o.const(128, everyLane(32, 3)));
  return o.lanes(
    "i32x4.add",
    o.lanes("i32x4.mul", fields, o.const(128, everyLane(32, 0x04040404))),
    o.const(128, everyLane(32, 0x03020100)),
  );
}

/** The same for the words of one half; the other half's indices leave it as it is. */
function wordIndices<V>(o: Ops<V>, imm8: V, half: Half): V {
  const low = half === "low";
  const still = [0, 0, 0, 0];
  const multipliers = low ? [...FIELD_TO_BIT_6, ...still] : [...still, ...FIELD_TO_BIT_6];
  const lowFirst = low ? [0x0100, 0x0100, 0x0100, 0x0100] : [0x0100, 0x0302, 0x0504, 0x0706];
  const highFirst = low ? [0x0908, 0x0b0a, 0x0d0c, 0x0f0e] : [0x0908, 0x0908, 0x0908, 0x0908];
  const aligned = o.lanes(
    "i16x8.mul",
    o.lanes("i16x8.splat", o.zext(imm8, 16)),
    o.const(128, vectorOf(16, multipliers)),
  );
  const fields = o.and(o.lanes("i16x8.shr_u", aligned, o.const(32, 6)), o.const(128, everyLane(16, 3)));
  return o.lanes(
    "i16x8.add",
    o.lanes("i16x8.mul", fields, o.const(128, everyLane(16, 0x0202))),
    o.const(128, vectorOf(16, [...lowFirst, ...highFirst])),
  );
}

const pshufd: Semantics = (o) => {
  const b = readVector(o, 1);
  o.write(0, o.lanes("i8x16.swizzle", b, doublewordIndices(o, o.read(2))));
};

/** PSHUFLW, PSHUFHW, PSHUFW. */
const shuffleWords =
  (half: Half): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const r = o.lanes("i8x16.swizzle", b, wordIndices(o, o.read(2), half));
    o.write(0, o.low(r, o.width(0)));
  };

/** Two lanes of the destination, then two of the source. */
const shufps: Semantics = (o) => {
  const b = readVector(o, 1);
  const indices = doublewordIndices(o, o.read(2));
  const fromA = o.lanes("i8x16.swizzle", o.read(0), indices);
  o.write(0, o.lanes("shuffle.low_high64", fromA, o.lanes("i8x16.swizzle", b, indices)));
};

/** One half of the 128 bits: the high one where the condition holds. */
export const halfBy = <V>(o: Ops<V>, v: V, condition: V): V =>
  o.select(condition, o.bits(v, 64, 64), o.bits(v, 0, 64));

const shufpd: Semantics = (o) => {
  const b = readVector(o, 1);
  const imm8 = o.read(2);
  o.write(0, o.concat(halfBy(o, b, o.bit(imm8, 1)), halfBy(o, o.read(0), o.bit(imm8, 0))));
};

/** Bit 7 of an index gives 0; of the rest only those that number the register's bytes count. */
const pshufb =
  (bytes: 8 | 16): VectorBinary =>
  (o, a, b) =>
    o.lanes("i8x16.swizzle", a, o.and(b, o.const(128, everyLane(8, 0x80 | (bytes - 1)))));

// ------------------------------------------------------------------------------------------------- single lanes

const LANE_OPS = { 8: "i8x16", 16: "i16x8", 32: "i32x4", 64: "i64x2" } as const;

/** Lane number `index` (8 bits, below their number) of `v`. */
function laneAt<V>(o: Ops<V>, v: V, bits: Bits, index: V): V {
  const first = o.lanes("i8x16.splat", o.mul(index, o.const(8, bits / 8)));
  const indices = o.lanes("i8x16.add", first, o.const(128, BYTE_NUMBERS));
  return o.low(o.lanes("i8x16.swizzle", v, indices), bits);
}

/** `v` with lane number `index` replaced. */
function withLane<V>(o: Ops<V>, v: V, bits: Bits, index: V, value: V): V {
  const numbers = vectorOf(
    bits,
    Array.from({ length: 128 / bits }, (_, i) => i),
  );
  const name = LANE_OPS[bits];
  const wide = bits === 64 ? o.zext(index, 64) : bits === 8 ? index : o.zext(index, bits);
  const here = o.lanes(`${name}.eq`, o.lanes(`${name}.splat`, wide), o.const(128, numbers));
  return o.lanes("v128.bitselect", o.lanes(`${name}.splat`, value), v, here);
}

/** The low bits of the immediate number the lanes of the register, 64 or 128 bits long. */
function laneIndex<V>(o: Ops<V>, imm8: V, bits: Bits, width: number): V {
  return o.and(imm8, o.const(8, width / bits - 1));
}

/** PEXTR: zero-extended into a general-purpose register. */
const extract =
  (bits: Bits): Semantics =>
  (o) => {
    const index = laneIndex(o, o.read(2), bits, o.width(1));
    o.write(0, o.zext(laneAt(o, o.zext(o.read(1), 128), bits, index), o.width(0)));
  };

const insert =
  (bits: Bits): Semantics =>
  (o) => {
    const width = o.width(0);
    const value = o.low(o.read(1), bits);
    const index = laneIndex(o, o.read(2), bits, width);
    o.write(0, o.low(withLane(o, o.zext(o.read(0), 128), bits, index, value), width));
  };

/** Ones in the lanes whose number is a bit set in the imm8. */
export function lanesOfMask<V>(o: Ops<V>, imm8: V, bits: 16 | 32 | 64): V {
  const weights = o.const(
    128,
    vectorOf(
      bits,
      Array.from({ length: 128 / bits }, (_, i) => 1 << i),
    ),
  );
  const name = LANE_OPS[bits];
  return o.lanes(`${name}.eq`, o.and(o.lanes(`${name}.splat`, o.zext(imm8, bits)), weights), weights);
}

/** imm8: bits 7:6 a lane of a register source, 5:4 where it goes, 3:0 lanes to clear. */
const insertps: Semantics = (o) => {
  const b = o.read(1);
  const imm8 = o.read(2);
  const source = o.isMemory(1) ? b : laneAt(o, b, 32, o.shr(imm8, o.const(8, 6)));
  const to = o.and(o.shr(imm8, o.const(8, 4)), o.const(8, 3));
  const r = withLane(o, o.read(0), 32, to, source);
  o.write(0, o.lanes("v128.andnot", r, lanesOfMask(o, imm8, 32)));
};

// -------------------------------------------------------------------------------------------------------- blends

/** Lanes of the source where the immediate has ones. */
const blend =
  (bits: 16 | 32 | 64): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    o.write(0, o.lanes("v128.bitselect", b, o.read(0), lanesOfMask(o, o.read(2), bits)));
  };

/** Lanes of the source where XMM0's have their top bits set. */
const blendVariable =
  (bits: 8 | 32 | 64): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const mask = o.lanes(`${LANE_OPS[bits]}.shr_s`, o.read(2), o.const(32, bits - 1));
    o.write(0, o.lanes("v128.bitselect", b, o.read(0), mask));
  };

// ---------------------------------------------------------------------------------------------------- extensions

/** Sign or zero extension of the low lanes, in one to three steps. */
const extend =
  (from: 8 | 16 | 32, to: 16 | 32 | 64, sign: "s" | "u"): Semantics =>
  (o) => {
    let v = o.zext(o.read(1), 128);
    if (from === 8) v = o.lanes(`i16x8.extend_low_i8x16_${sign}`, v);
    if (from <= 16 && to >= 32) v = o.lanes(`i32x4.extend_low_i16x8_${sign}`, v);
    if (to === 64) v = o.lanes(`i64x2.extend_low_i32x4_${sign}`, v);
    o.write(0, v);
  };

/** Opcode of the signed row (unsigned: 0x10 more), letters of the lanes, widths, width of the source. */
const extensions = [
  [0x0f3820, "bw", 8, 16, "q"],
  [0x0f3821, "bd", 8, 32, "d"],
  [0x0f3822, "bq", 8, 64, "w"],
  [0x0f3823, "wd", 16, 32, "q"],
  [0x0f3824, "wq", 16, 64, "d"],
  [0x0f3825, "dq", 32, 64, "q"],
] as const;

const mm = { prefix: "none", unit: "mmx", cost: SIMPLE } as const;
const SSSE3 = ["ssse3", "ssse3"] as const satisfies SharedOptions["features"];
/** Between general-purpose and vector registers, with a lane picked. */
const PICK = [4, 2] as const;
const pick = sse("66", "sse4_1", PICK);

export const VECTOR_SHUFFLE: readonly Row[] = [
  ...unpackLow(0x0f60, "punpcklbw", 8),
  ...unpackLow(0x0f61, "punpcklwd", 16),
  ...unpackLow(0x0f62, "punpckldq", 32),
  ...pack(0x0f63, "packsswb", "i8x16.narrow_i16x8_s"),
  ...pack(0x0f67, "packuswb", "i8x16.narrow_i16x8_u"),
  ...unpackHigh(0x0f68, "punpckhbw", 8),
  ...unpackHigh(0x0f69, "punpckhwd", 16),
  ...unpackHigh(0x0f6a, "punpckhdq", 32),
  ...pack(0x0f6b, "packssdw", "i16x8.narrow_i32x4_s"),
  op(0x0f382b, "packusdw", "Vdq,Wdq", binary(laneOp("i16x8.narrow_i32x4_u")), sse("66", "sse4_1")),
  op(0x0f6c, "punpcklqdq", "Vdq,Wdq", binary(interleave("low", 64)), sse("66", "sse2")),
  op(0x0f6d, "punpckhqdq", "Vdq,Wdq", binary(interleave("high", 64)), sse("66", "sse2")),
  op(0x0f14, "unpcklps", "Vps,Wps", binary(interleave("low", 32)), sse("none", "sse")),
  op(0x0f14, "unpcklpd", "Vpd,Wpd", binary(interleave("low", 64)), sse("66", "sse2")),
  op(0x0f15, "unpckhps", "Vps,Wps", binary(interleave("high", 32)), sse("none", "sse")),
  op(0x0f15, "unpckhpd", "Vpd,Wpd", binary(interleave("high", 64)), sse("66", "sse2")),

  op(0x0f70, "pshufw", "Pq,Qq,Ib", mmx(shuffleWords("low")), { ...mm, feature: "sse" }),
  op(0x0f70, "pshufd", "Vdq,Wdq,Ib", pshufd, sse("66", "sse2")),
  op(0x0f70, "pshufhw", "Vdq,Wdq,Ib", shuffleWords("high"), sse("f3", "sse2")),
  op(0x0f70, "pshuflw", "Vdq,Wdq,Ib", shuffleWords("low"), sse("f2", "sse2")),
  op(0x0fc6, "shufps", "Vps,Wps,Ib", shufps, sse("none", "sse")),
  op(0x0fc6, "shufpd", "Vpd,Wpd,Ib", shufpd, sse("66", "sse2")),
  ...shared(0x0f3800, "pshufb", binary(pshufb(16)), { features: SSSE3, mm: binary(pshufb(8)) }),

  op(0x0fc4, "pinsrw", "Pq,Rd,Ib", mmx(insert(16)), { ...mm, cost: PICK, feature: "sse", mod: "reg" }),
  op(0x0fc4, "pinsrw", "Pq,Mw,Ib", mmx(insert(16)), { ...mm, feature: "sse", mod: "mem" }),
  op(0x0fc4, "pinsrw", "Vdq,Rd,Ib", insert(16), { ...sse("66", "sse2", PICK), mod: "reg" }),
  op(0x0fc4, "pinsrw", "Vdq,Mw,Ib", insert(16), { ...sse("66", "sse2"), mod: "mem" }),
  op(0x0fc5, "pextrw", "Gd,Nq,Ib", mmx(extract(16)), { ...mm, cost: PICK, feature: "sse" }),
  op(0x0fc5, "pextrw", "Gd,Udq,Ib", extract(16), sse("66", "sse2", PICK)),
  op(0x0f3a14, "pextrb", "Rd,Vdq,Ib", extract(8), { ...pick, mod: "reg" }),
  op(0x0f3a14, "pextrb", "Mb,Vdq,Ib", extract(8), { ...pick, mod: "mem" }),
  op(0x0f3a15, "pextrw", "Rd,Vdq,Ib", extract(16), { ...pick, mod: "reg" }),
  op(0x0f3a15, "pextrw", "Mw,Vdq,Ib", extract(16), { ...pick, mod: "mem" }),
  op(0x0f3a16, "pextrd", "Ed,Vdq,Ib", extract(32), { ...pick, w: 0 }),
  op(0x0f3a16, "pextrq", "Eq,Vdq,Ib", extract(64), { ...pick, w: 1 }),
  op(0x0f3a17, "extractps", "Rd,Vdq,Ib", extract(32), { ...pick, mod: "reg" }),
  op(0x0f3a17, "extractps", "Md,Vdq,Ib", extract(32), { ...pick, mod: "mem" }),
  op(0x0f3a20, "pinsrb", "Vdq,Rd,Ib", insert(8), { ...pick, mod: "reg" }),
  op(0x0f3a20, "pinsrb", "Vdq,Mb,Ib", insert(8), { ...sse("66", "sse4_1"), mod: "mem" }),
  op(0x0f3a21, "insertps", "Vdq,Udq,Ib", insertps, { ...sse("66", "sse4_1"), mod: "reg" }),
  op(0x0f3a21, "insertps", "Vdq,Md,Ib", insertps, { ...sse("66", "sse4_1"), mod: "mem" }),
  op(0x0f3a22, "pinsrd", "Vdq,Ed,Ib", insert(32), { ...pick, w: 0 }),
  op(0x0f3a22, "pinsrq", "Vdq,Eq,Ib", insert(64), { ...pick, w: 1 }),

  op(0x0f3a0c, "blendps", "Vps,Wps,Ib", blend(32), sse("66", "sse4_1")),
  op(0x0f3a0d, "blendpd", "Vpd,Wpd,Ib", blend(64), sse("66", "sse4_1")),
  op(0x0f3a0e, "pblendw", "Vdq,Wdq,Ib", blend(16), sse("66", "sse4_1")),
  op(0x0f3810, "pblendvb", "Vdq,Wdq,XMM0", blendVariable(8), sse("66", "sse4_1")),
  op(0x0f3814, "blendvps", "Vps,Wps,XMM0", blendVariable(32), sse("66", "sse4_1")),
  op(0x0f3815, "blendvpd", "Vpd,Wpd,XMM0", blendVariable(64), sse("66", "sse4_1")),

  ...extensions.flatMap(([opcode, lanes, from, to, type]) => [
    op(opcode, `pmovsx${lanes}`, `Vdq,W${type}`, extend(from, to, "s"), sse("66", "sse4_1")),
    op(opcode + 0x10, `pmovzx${lanes}`, `Vdq,W${type}`, extend(from, to, "u"), sse("66", "sse4_1")),
  ]),
];
