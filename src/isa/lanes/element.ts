/**
 * Vectors as lanes over bigint: taking them apart, putting them together, and the shapes of lane operations.
 * Lane 0 is the least significant. Which operations there are is said in the other files of this folder.
 */
import type { Width } from "../width.ts";

export interface LaneFunction {
  readonly args: readonly Width[];
  readonly result: Width;
  /** Arguments and result are unsigned patterns of the stated widths. */
  evaluate(...args: bigint[]): bigint;
  /** If given, the operation is wasm's i8x16.shuffle with these lanes (0–15 of the first argument, 16–31 of the second). */
  readonly shuffle?: readonly number[];
}

export type LaneBits = 8 | 16 | 32 | 64;

/** The vector whose lane i is f(i), truncated. */
export function each(bits: LaneBits, f: (i: number) => bigint): bigint {
  let out = 0n;
  for (let i = 128 / bits - 1; i >= 0; i--) out = (out << BigInt(bits)) | BigInt.asUintN(bits, f(i));
  return out;
}
export const unsigned = (v: bigint, bits: LaneBits, i: number): bigint =>
  BigInt.asUintN(bits, v >> BigInt(i * bits));
export const signed = (v: bigint, bits: LaneBits, i: number): bigint =>
  BigInt.asIntN(bits, v >> BigInt(i * bits));

const VECTOR = { args: [128], result: 128 } as const;
const PAIR = { args: [128, 128], result: 128 } as const;

/** Lane by lane on signed lanes; for what is the same for unsigned ones, or is signed. */
export const unary = (bits: LaneBits, f: (a: bigint) => bigint): LaneFunction => ({
  ...VECTOR,
  evaluate: (a: bigint) => each(bits, (i) => f(signed(a, bits, i))),
});
export const binarySigned = (bits: LaneBits, f: (a: bigint, b: bigint) => bigint): LaneFunction => ({
  ...PAIR,
  evaluate: (a: bigint, b: bigint) => each(bits, (i) => f(signed(a, bits, i), signed(b, bits, i))),
});
export const binaryUnsigned = (bits: LaneBits, f: (a: bigint, b: bigint) => bigint): LaneFunction => ({
  ...PAIR,
  evaluate: (a: bigint, b: bigint) => each(bits, (i) => f(unsigned(a, bits, i), unsigned(b, bits, i))),
});

/** All bits together. */
export const bitwise = (f: (a: bigint, b: bigint) => bigint): LaneFunction => ({
  ...PAIR,
  evaluate: (a: bigint, b: bigint) => BigInt.asUintN(128, f(a, b)),
});

/** The nearest number that `bits` bits hold. */
export function saturateSigned(bits: LaneBits, n: bigint): bigint {
  const limit = 1n << BigInt(bits - 1);
  return n >= limit ? limit - 1n : n < -limit ? -limit : n;
}
export function saturateUnsigned(bits: LaneBits, n: bigint): bigint {
  const limit = 1n << BigInt(bits);
  return n >= limit ? limit - 1n : n < 0n ? 0n : n;
}
