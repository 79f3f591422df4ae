/**
 * Lane operations that move lanes or change their width: splat, swizzle, narrow, extend, widening products, masks.
 * WebAssembly core specification, 4.3.6 (Vector Operations).
 *
 * i8x16.shuffle has its lanes in the instruction, so the shuffles that rows want are operations of their own, named
 * "shuffle." and what they do.
 */
import {
  each,
  type LaneBits,
  type LaneFunction,
  saturateSigned,
  saturateUnsigned,
  signed,
  unsigned,
} from "./element.ts";

type Lane = (v: bigint, bits: LaneBits, i: number) => bigint;

const splat = (bits: LaneBits): LaneFunction => ({
  args: [bits],
  result: 128,
  evaluate: (n: bigint) => each(bits, () => n),
});

/** One bit for each lane: its sign. The result is 32 bits wide. */
const bitmask = (bits: LaneBits): LaneFunction => ({
  args: [128],
  result: 32,
  evaluate: (v: bigint) => {
    let out = 0n;
    for (let i = 0; i < 128 / bits; i++) if (signed(v, bits, i) < 0n) out |= 1n << BigInt(i);
    return out;
  },
});

/** Lanes of twice the width, read as signed, saturated to `bits`; the first argument's are the low ones. */
const narrow = (
  bits: 8 | 16,
  wide: 16 | 32,
  saturate: (bits: LaneBits, n: bigint) => bigint,
): LaneFunction => ({
  args: [128, 128],
  result: 128,
  evaluate: (a: bigint, b: bigint) => {
    const half = 128 / wide;
    return each(bits, (i) => saturate(bits, i < half ? signed(a, wide, i) : signed(b, wide, i - half)));
  },
});

type Half = "low" | "high";
type Wide = 16 | 32 | 64;
const halfOf = (bits: Wide): 8 | 16 | 32 => (bits === 16 ? 8 : bits === 32 ? 16 : 32);

const extend = (bits: Wide, half: Half, lane: Lane): LaneFunction => ({
  args: [128],
  result: 128,
  evaluate: (v: bigint) => each(bits, (i) => lane(v, halfOf(bits), half === "low" ? i : i + 128 / bits)),
});

const extmul = (bits: Wide, half: Half, lane: Lane): LaneFunction => ({
  args: [128, 128],
  result: 128,
  evaluate: (a: bigint, b: bigint) => {
    const from = halfOf(bits);
    const first = half === "low" ? 0 : 128 / bits;
    return each(bits, (i) => lane(a, from, first + i) * lane(b, from, first + i));
  },
});

/** Sums of neighbours. */
const extadd = (bits: 16 | 32, lane: Lane): LaneFunction => ({
  args: [128],
  result: 128,
  evaluate: (v: bigint) => each(bits, (i) => lane(v, halfOf(bits), 2 * i) + lane(v, halfOf(bits), 2 * i + 1)),
});

/** Lanes of `bits` bits, by their numbers in the first argument and on into the second. */
const shuffle = (bits: LaneBits, pick: (i: number) => number): LaneFunction => {
  const size = bits / 8;
  const bytes = Array.from({ length: 16 }, (_, i) => pick(Math.floor(i / size)) * size + (i % size));
  return {
    args: [128, 128],
    result: 128,
    shuffle: bytes,
    evaluate: (a: bigint, b: bigint) => {
      const both = (b << 128n) | a;
      return each(8, (i) => both >> BigInt(8 * bytes[i]!));
    },
  };
};
/** Lanes of both, alternating, from the low or the high half. */
const interleave = (bits: LaneBits, half: Half): LaneFunction => {
  const n = 128 / bits;
  return shuffle(bits, (i) => (half === "high" ? n / 2 : 0) + (i >> 1) + (i & 1) * n);
};

export const REARRANGEMENT_LANES = {
  "i8x16.splat": splat(8),
  "i16x8.splat": splat(16),
  "i32x4.splat": splat(32),
  "i64x2.splat": splat(64),
  "i8x16.bitmask": bitmask(8),
  "i16x8.bitmask": bitmask(16),
  "i32x4.bitmask": bitmask(32),
  "i64x2.bitmask": bitmask(64),
  /** Bytes of the first by the indices in the second; an index above 15 gives 0. (PSHUFB: bit 7 gives 0, bits 4–6 are ignored.) */
  "i8x16.swizzle": {
    args: [128, 128],
    result: 128,
    evaluate: (v: bigint, indices: bigint) =>
      each(8, (i) => {
        const index = unsigned(indices, 8, i);
        return index > 15n ? 0n : unsigned(v, 8, Number(index));
      }),
  },
  "i8x16.narrow_i16x8_s": narrow(8, 16, saturateSigned),
  "i8x16.narrow_i16x8_u": narrow(8, 16, saturateUnsigned),
  "i16x8.narrow_i32x4_s": narrow(16, 32, saturateSigned),
  "i16x8.narrow_i32x4_u": narrow(16, 32, saturateUnsigned),
  "i16x8.extend_low_i8x16_s": extend(16, "low", signed),
  "i16x8.extend_high_i8x16_s": extend(16, "high", signed),
  "i16x8.extend_low_i8x16_u": extend(16, "low", unsigned),
  "i16x8.extend_high_i8x16_u": extend(16, "high", unsigned),
  "i32x4.extend_low_i16x8_s": extend(32, "low", signed),
  "i32x4.extend_high_i16x8_s": extend(32, "high", signed),
  "i32x4.extend_low_i16x8_u": extend(32, "low", unsigned),
  "i32x4.extend_high_i16x8_u": extend(32, "high", unsigned),
  "i64x2.extend_low_i32x4_s": extend(64, "low", signed),
  "i64x2.extend_high_i32x4_s": extend(64, "high", signed),
  "i64x2.extend_low_i32x4_u": extend(64, "low", unsigned),
  "i64x2.extend_high_i32x4_u": extend(64, "high", unsigned),
  "i32x4.extmul_low_i16x8_s": extmul(32, "low", signed),
  "i32x4.extmul_high_i16x8_s": extmul(32, "high", signed),
  "i32x4.extmul_low_i16x8_u": extmul(32, "low", unsigned),
  "i32x4.extmul_high_i16x8_u": extmul(32, "high", unsigned),
  "i64x2.extmul_low_i32x4_s": extmul(64, "low", signed),
  "i64x2.extmul_low_i32x4_u": extmul(64, "low", unsigned),
  "i16x8.extadd_pairwise_i8x16_u": extadd(16, unsigned),
  "i32x4.extadd_pairwise_i16x8_u": extadd(32, unsigned),
  /** Sums of two neighbouring products. */
  "i32x4.dot_i16x8_s": {
    args: [128, 128],
    result: 128,
    evaluate: (a: bigint, b: bigint) => {
      const product = (i: number): bigint => signed(a, 16, i) * signed(b, 16, i);
      return each(32, (i) => product(2 * i) + product(2 * i + 1));
    },
  },

  "shuffle.interleave_low8": interleave(8, "low"),
  "shuffle.interleave_low16": interleave(16, "low"),
  "shuffle.interleave_low32": interleave(32, "low"),
  "shuffle.interleave_low64": interleave(64, "low"),
  "shuffle.interleave_high8": interleave(8, "high"),
  "shuffle.interleave_high16": interleave(16, "high"),
  "shuffle.interleave_high32": interleave(32, "high"),
  "shuffle.interleave_high64": interleave(64, "high"),
  /** Lanes 0, 2, 4 … of the first, then of the second; and 1, 3, 5 …. */
  "shuffle.even16": shuffle(16, (i) => 2 * i),
  "shuffle.odd16": shuffle(16, (i) => 2 * i + 1),
  "shuffle.even32": shuffle(32, (i) => 2 * i),
  "shuffle.odd32": shuffle(32, (i) => 2 * i + 1),
  /** Lanes 0, 2 of the first, each beside the same one of the second; and 1, 3. */
  "shuffle.pair_even32": shuffle(32, (i) => (i & 2) + 4 * (i & 1)),
  "shuffle.pair_odd32": shuffle(32, (i) => (i & 2) + 1 + 4 * (i & 1)),
  /** The low half of the first, the high half of the second. */
  "shuffle.low_high64": shuffle(64, (i) => 3 * i),
} as const satisfies Record<string, LaneFunction>;
