/** Pure functions: integer oddities: wide division, bit gather and scatter. */
import type { PureFunction } from "../pure.ts";

const signed128 = (hi: bigint, lo: bigint): bigint => (BigInt.asIntN(64, hi) << 64n) | lo;

/** Quotients and remainders of 128 by 64 bits, truncated to 64; the row has raised #DE before for those that do not fit. */
export const INTEGER_FUNCTIONS = {
  /** 1 if unsigned hi:lo / d does not fit 64 bits or d is 0. */
  divu128_overflows: {
    args: [64, 64, 64],
    result: 1,
    evaluate: (hi: bigint, _lo: bigint, d: bigint) => (hi >= d ? 1n : 0n),
  },
  divu128: {
    args: [64, 64, 64],
    result: 64,
    evaluate: (hi: bigint, lo: bigint, d: bigint) =>
      d === 0n ? 0n : BigInt.asUintN(64, ((hi << 64n) | lo) / d),
  },
  remu128: {
    args: [64, 64, 64],
    result: 64,
    evaluate: (hi: bigint, lo: bigint, d: bigint) => (d === 0n ? 0n : ((hi << 64n) | lo) % d),
  },
  /** 1 if signed hi:lo / d does not fit 64 bits or d is 0. */
  divs128_overflows: {
    args: [64, 64, 64],
    result: 1,
    evaluate: (hi: bigint, lo: bigint, d: bigint) => {
      if (d === 0n) return 1n;
      const q = signed128(hi, lo) / BigInt.asIntN(64, d);
      return q === BigInt.asIntN(64, q) ? 0n : 1n;
    },
  },
  divs128: {
    args: [64, 64, 64],
    result: 64,
    evaluate: (hi: bigint, lo: bigint, d: bigint) =>
      d === 0n ? 0n : BigInt.asUintN(64, signed128(hi, lo) / BigInt.asIntN(64, d)),
  },
  rems128: {
    args: [64, 64, 64],
    result: 64,
    evaluate: (hi: bigint, lo: bigint, d: bigint) =>
      d === 0n ? 0n : BigInt.asUintN(64, signed128(hi, lo) % BigInt.asIntN(64, d)),
  },
} as const satisfies Record<string, PureFunction>;
