/** Pure functions: ciphers, hashes and carry-less products (AES, SHA, PCLMULQDQ; SDM vol. 2). */

import { AES_FUNCTIONS } from "./aes.ts";
import type { PureFunction } from "./function.ts";
import { SHA_FUNCTIONS } from "./sha.ts";

/** The product of polynomials over GF(2). */
function carrylessProduct(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let i = 0n; i < 64n; i++) if ((b >> i) & 1n) product ^= a << i;
  return product;
}

export const CRYPTO_FUNCTIONS = {
  ...AES_FUNCTIONS,
  ...SHA_FUNCTIONS,
  clmul: { args: [64, 64], result: 128, evaluate: carrylessProduct },
} as const satisfies Record<string, PureFunction>;
