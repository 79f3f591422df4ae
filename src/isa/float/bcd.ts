// Packed decimal: 18 digits, two to a byte, least significant first, and a sign in bit 79.
//
// Intel SDM vol. 1: 4.7 and figure 4-4; vol. 2A: FBLD, FBSTP.

import { toIntegral } from "./convert.ts";
import { type Environment, IE, PE } from "./environment.ts";
import { bitLength, decode, EXTENDED, encode, NORMAL, zero } from "./format.ts";

const LIMIT = 10n ** 18n;
/** Packed BCD integer indefinite. */
const INDEFINITE = 0xffffc000000000000000n;
const SIGN = 1n << 79n;

/** FBLD: always exact. A nibble above 9, undefined by the manual, counts as what it is in binary, as on Zen 4. */
export function fromPackedDecimal(bits: bigint): bigint {
  let magnitude = 0n;
  for (let nibble = 17; nibble >= 0; nibble--)
    magnitude = magnitude * 10n + ((bits >> BigInt(4 * nibble)) & 15n);
  const sign = bits >= SIGN ? 1 : 0;
  if (magnitude === 0n) return zero(EXTENDED, sign);
  const length = bitLength(magnitude);
  return encode(EXTENDED, 64, sign, length - 1, magnitude << BigInt(64 - length));
}

/** FBSTP: rounds to an integer; raises IE and gives the BCD indefinite if it has more than 18 digits or is no number. */
export function toPackedDecimal(a: bigint, env: Environment): bigint {
  env.c1 = false;
  const value = decode(EXTENDED, a);
  if (value.kind > NORMAL || value.exponent > 0) {
    env.raise(IE);
    return INDEFINITE;
  }
  const { magnitude, inexact, away } = toIntegral(value, env.rounding);
  if (magnitude >= LIMIT) {
    env.raise(IE);
    return INDEFINITE;
  }
  if (inexact) env.raise(PE);
  env.c1 = away;
  return BigInt(`0x${magnitude.toString()}`) | (value.sign === 1 ? SIGN : 0n);
}
