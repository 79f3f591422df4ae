/** Pure functions: integer oddities: division, bit gather and scatter, CRC-32C. */
import type { PureFunction } from "./function.ts";

const signed128 = (hi: bigint, lo: bigint): bigint => (BigInt.asIntN(64, hi) << 64n) | lo;

/**
 * CRC-32C of one more `bits` bits, in the reflected form that CRC32 uses (SDM vol. 2A): polynomial 11EDC6F41.
 * Source and accumulator are reflected there and back, so that here the reversed polynomial shifts right.
 */
function crc32c(bits: number, crc: bigint, data: bigint): bigint {
  let r = crc ^ data;
  for (let i = 0; i < bits; i++) r = r & 1n ? (r >> 1n) ^ 0x82f63b78n : r >> 1n;
  return r;
}

/** Bits of `value` at the ones of `mask`, packed at the bottom. */
function gather(value: bigint, mask: bigint): bigint {
  let out = 0n;
  let to = 0n;
  for (let from = 0n; from < 64n; from++) {
    if (((mask >> from) & 1n) === 0n) continue;
    out |= ((value >> from) & 1n) << to;
    to++;
  }
  return out;
}

/** The low bits of `value`, spread over the ones of `mask`. */
function scatter(value: bigint, mask: bigint): bigint {
  let out = 0n;
  let from = 0n;
  for (let to = 0n; to < 64n; to++) {
    if (((mask >> to) & 1n) === 0n) continue;
    out |= ((value >> from) & 1n) << to;
    from++;
  }
  return out;
}

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
  // 64 by 64 bits. By 0 both are 0; the least number by −1 gives itself, remainder 0: compiled code must not trap.
  divu64: {
    args: [64, 64],
    result: 64,
    evaluate: (n: bigint, d: bigint) => (d === 0n ? 0n : n / d),
  },
  remu64: {
    args: [64, 64],
    result: 64,
    evaluate: (n: bigint, d: bigint) => (d === 0n ? 0n : n % d),
  },
  divs64: {
    args: [64, 64],
    result: 64,
    evaluate: (n: bigint, d: bigint) =>
      d === 0n ? 0n : BigInt.asUintN(64, BigInt.asIntN(64, n) / BigInt.asIntN(64, d)),
  },
  rems64: {
    args: [64, 64],
    result: 64,
    evaluate: (n: bigint, d: bigint) =>
      d === 0n ? 0n : BigInt.asUintN(64, BigInt.asIntN(64, n) % BigInt.asIntN(64, d)),
  },
  /** PEXT and PDEP: value, mask. */
  pext: { args: [64, 64], result: 64, evaluate: gather },
  pdep: { args: [64, 64], result: 64, evaluate: scatter },
  /** CRC32: accumulator, source. */
  crc32c8: { args: [32, 8], result: 32, evaluate: (crc: bigint, data: bigint) => crc32c(8, crc, data) },
  crc32c16: { args: [32, 16], result: 32, evaluate: (crc: bigint, data: bigint) => crc32c(16, crc, data) },
  crc32c32: { args: [32, 32], result: 32, evaluate: (crc: bigint, data: bigint) => crc32c(32, crc, data) },
  crc32c64: { args: [32, 64], result: 32, evaluate: (crc: bigint, data: bigint) => crc32c(64, crc, data) },
} as const satisfies Record<string, PureFunction>;
