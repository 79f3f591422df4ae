/**
 * Lane arithmetic, logic and shifts: each lane of the result depends on the same lanes of the arguments.
 * WebAssembly core specification, 4.3.6 (Vector Operations).
 */
import {
  binarySigned,
  binaryUnsigned,
  bitwise,
  each,
  type LaneBits,
  type LaneFunction,
  saturateSigned,
  saturateUnsigned,
  signed,
  unary,
  unsigned,
} from "./element.ts";

const add = (a: bigint, b: bigint): bigint => a + b;
const sub = (a: bigint, b: bigint): bigint => a - b;
const mul = (a: bigint, b: bigint): bigint => a * b;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const average = (a: bigint, b: bigint): bigint => (a + b + 1n) >> 1n;
const absolute = (a: bigint): bigint => (a < 0n ? -a : a);
const negative = (a: bigint): bigint => -a;
const truth = (holds: boolean): bigint => (holds ? -1n : 0n);
const equal = (a: bigint, b: bigint): bigint => truth(a === b);
const greater = (a: bigint, b: bigint): bigint => truth(a > b);

type Operation = (a: bigint, b: bigint) => bigint;
const saturatingSigned = (bits: LaneBits, f: Operation): LaneFunction =>
  binarySigned(bits, (a, b) => saturateSigned(bits, f(a, b)));
const saturatingUnsigned = (bits: LaneBits, f: Operation): LaneFunction =>
  binaryUnsigned(bits, (a, b) => saturateUnsigned(bits, f(a, b)));

/** Shifts of every lane by one count, 32 bits wide, below the lane width. */
const shift = (bits: LaneBits, f: (v: bigint, i: number, count: bigint) => bigint): LaneFunction => ({
  args: [128, 32],
  result: 128,
  evaluate: (v: bigint, count: bigint) => {
    if (count >= BigInt(bits)) throw new RangeError(`a shift of ${bits}-bit lanes by ${count}`);
    return each(bits, (i) => f(v, i, count));
  },
});
const shl = (bits: LaneBits) => shift(bits, (v, i, n) => unsigned(v, bits, i) << n);
const shrS = (bits: LaneBits) => shift(bits, (v, i, n) => signed(v, bits, i) >> n);
const shrU = (bits: LaneBits) => shift(bits, (v, i, n) => unsigned(v, bits, i) >> n);

export const ARITHMETIC_LANES = {
  "i8x16.add": binarySigned(8, add),
  "i16x8.add": binarySigned(16, add),
  "i32x4.add": binarySigned(32, add),
  "i64x2.add": binarySigned(64, add),
  "i8x16.sub": binarySigned(8, sub),
  "i16x8.sub": binarySigned(16, sub),
  "i32x4.sub": binarySigned(32, sub),
  "i64x2.sub": binarySigned(64, sub),
  "i8x16.add_sat_s": saturatingSigned(8, add),
  "i16x8.add_sat_s": saturatingSigned(16, add),
  "i8x16.add_sat_u": saturatingUnsigned(8, add),
  "i16x8.add_sat_u": saturatingUnsigned(16, add),
  "i8x16.sub_sat_s": saturatingSigned(8, sub),
  "i16x8.sub_sat_s": saturatingSigned(16, sub),
  "i8x16.sub_sat_u": saturatingUnsigned(8, sub),
  "i16x8.sub_sat_u": saturatingUnsigned(16, sub),
  "i16x8.mul": binarySigned(16, mul),
  "i32x4.mul": binarySigned(32, mul),
  "i64x2.mul": binarySigned(64, mul),
  /** Fixed point with 15 fraction bits, rounded; −1 × −1 saturates. */
  "i16x8.q15mulr_sat_s": saturatingSigned(16, (a, b) => (a * b + 0x4000n) >> 15n),
  "i8x16.avgr_u": binaryUnsigned(8, average),
  "i16x8.avgr_u": binaryUnsigned(16, average),
  "i8x16.min_s": binarySigned(8, min),
  "i16x8.min_s": binarySigned(16, min),
  "i32x4.min_s": binarySigned(32, min),
  "i8x16.min_u": binaryUnsigned(8, min),
  "i16x8.min_u": binaryUnsigned(16, min),
  "i32x4.min_u": binaryUnsigned(32, min),
  "i8x16.max_s": binarySigned(8, max),
  "i16x8.max_s": binarySigned(16, max),
  "i32x4.max_s": binarySigned(32, max),
  "i8x16.max_u": binaryUnsigned(8, max),
  "i16x8.max_u": binaryUnsigned(16, max),
  "i32x4.max_u": binaryUnsigned(32, max),
  "i8x16.abs": unary(8, absolute),
  "i16x8.abs": unary(16, absolute),
  "i32x4.abs": unary(32, absolute),
  "i64x2.abs": unary(64, absolute),
  "i8x16.neg": unary(8, negative),
  "i16x8.neg": unary(16, negative),
  "i32x4.neg": unary(32, negative),
  "i64x2.neg": unary(64, negative),

  "i8x16.eq": binarySigned(8, equal),
  "i16x8.eq": binarySigned(16, equal),
  "i32x4.eq": binarySigned(32, equal),
  "i64x2.eq": binarySigned(64, equal),
  "i8x16.gt_s": binarySigned(8, greater),
  "i16x8.gt_s": binarySigned(16, greater),
  "i32x4.gt_s": binarySigned(32, greater),
  "i64x2.gt_s": binarySigned(64, greater),
  "i8x16.gt_u": binaryUnsigned(8, greater),
  "i16x8.gt_u": binaryUnsigned(16, greater),
  "i32x4.gt_u": binaryUnsigned(32, greater),

  "v128.and": bitwise((a, b) => a & b),
  "v128.or": bitwise((a, b) => a | b),
  "v128.xor": bitwise((a, b) => a ^ b),
  /** The first and not the second: the reverse of PANDN. */
  "v128.andnot": bitwise((a, b) => a & ~b),
  /** Where the third has ones the first, elsewhere the second. */
  "v128.bitselect": {
    args: [128, 128, 128],
    result: 128,
    evaluate: (a: bigint, b: bigint, mask: bigint) => BigInt.asUintN(128, (a & mask) | (b & ~mask)),
  },

  "i8x16.shl": shl(8),
  "i16x8.shl": shl(16),
  "i32x4.shl": shl(32),
  "i64x2.shl": shl(64),
  "i8x16.shr_s": shrS(8),
  "i16x8.shr_s": shrS(16),
  "i32x4.shr_s": shrS(32),
  "i64x2.shr_s": shrS(64),
  "i8x16.shr_u": shrU(8),
  "i16x8.shr_u": shrU(16),
  "i32x4.shr_u": shrU(32),
  "i64x2.shr_u": shrU(64),
} as const satisfies Record<string, LaneFunction>;
