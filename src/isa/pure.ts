/**
 * Pure functions over bit patterns that have no place among the operators: bit gathers, ciphers, checksums.
 *
 * Each has one definition over bigints, which evaluate uses and which compiled code may always call; engine/ may
 * have a wasm version of the hot ones, tested against this one.
 */
import { CRYPTO_FUNCTIONS } from "./pure/crypto.ts";
import type { PureFunction } from "./pure/function.ts";
import { INTEGER_FUNCTIONS } from "./pure/integer.ts";
import { TEXT_FUNCTIONS } from "./pure/text.ts";

export type { PureFunction } from "./pure/function.ts";

export const PURE = {
  ...INTEGER_FUNCTIONS,
  ...CRYPTO_FUNCTIONS,
  ...TEXT_FUNCTIONS,
} as const satisfies Record<string, PureFunction>;

export type PureName = keyof typeof PURE;
