/**
 * Lane-wise operations on 128-bit vectors, under WebAssembly's SIMD names, over bigints.
 *
 * Compiled readings emit the wasm instruction of the same name ("shuffle." ones: i8x16.shuffle with the lanes given),
 * and evaluate computes the definition here; a test holds the two together. Shifts take a 32-bit count, which the
 * semantics has limited to below the lane width. No floating point: that is fp.ts, because of mxcsr.
 */
import { ARITHMETIC_LANES } from "./lanes/arithmetic.ts";
import type { LaneFunction } from "./lanes/element.ts";
import { REARRANGEMENT_LANES } from "./lanes/rearrangement.ts";

export type { LaneFunction } from "./lanes/element.ts";

export const LANES = {
  ...ARITHMETIC_LANES,
  ...REARRANGEMENT_LANES,
} as const satisfies Record<string, LaneFunction>;

export type LaneOp = keyof typeof LANES;
