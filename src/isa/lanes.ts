/**
 * Lane-wise operations on 128-bit vectors, under WebAssembly's SIMD names, over bigints.
 *
 * Compiled readings emit the wasm instruction of the same name. Shifts by a scalar take a 32-bit count, which the
 * semantics has limited to below the lane width.
 */
import type { Width } from "./width.ts";

export interface LaneFunction {
  readonly args: readonly Width[];
  readonly result: Width;
  evaluate(...args: bigint[]): bigint;
}

type LaneBits = 8 | 16 | 32 | 64;

const each = (bits: LaneBits, f: (i: number) => bigint): bigint => {
  let out = 0n;
  for (let i = 128 / bits - 1; i >= 0; i--) out = (out << BigInt(bits)) | BigInt.asUintN(bits, f(i));
  return out;
};
const lane = (v: bigint, bits: LaneBits, i: number): bigint => BigInt.asUintN(bits, v >> BigInt(i * bits));
const signed = (v: bigint, bits: LaneBits, i: number): bigint => BigInt.asIntN(bits, v >> BigInt(i * bits));

const binary = (bits: LaneBits, f: (a: bigint, b: bigint) => bigint): LaneFunction => ({
  args: [128, 128],
  result: 128,
  evaluate: (a: bigint, b: bigint) => each(bits, (i) => f(lane(a, bits, i), lane(b, bits, i))),
});

export const LANES = {
  "i8x16.add": binary(8, (a, b) => a + b),
  "i16x8.add": binary(16, (a, b) => a + b),
  "i32x4.add": binary(32, (a, b) => a + b),
  "i64x2.add": binary(64, (a, b) => a + b),
  "i16x8.shr_s": {
    args: [128, 32],
    result: 128,
    evaluate: (a: bigint, n: bigint) => each(16, (i) => signed(a, 16, i) >> n),
  },
} as const satisfies Record<string, LaneFunction>;

export type LaneOp = keyof typeof LANES;
