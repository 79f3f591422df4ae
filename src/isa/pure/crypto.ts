/** Pure functions: ciphers, hashes and carry-less products (AES, SHA, PCLMULQDQ, CRC32). */
import type { PureFunction } from "../pure.ts";

export const CRYPTO_FUNCTIONS = {} as const satisfies Record<string, PureFunction>;
