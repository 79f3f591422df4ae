// Which NaN an operation with a NaN operand returns. SSE takes the first operand that is one; x87 prefers a quiet NaN to
// a signalling one and then the larger significand.
//
// Intel SDM vol. 1: 4.8.3.4-5, table 4-7 (rules for handling NaNs).

import { type Environment, IE } from "./environment.ts";
import { decode, EXTENDED, type Format, QNAN, quietNan, SNAN, UNSUPPORTED, type Value } from "./format.ts";

function isNan(value: Value): boolean {
  return value.kind === QNAN || value.kind === SNAN;
}

/** The NaN of the SSE rule: the first NaN of the operands, quieted. At least one must be a NaN. Raises IE for an SNaN. */
export function sseNan(format: Format, operands: readonly bigint[], env: Environment): bigint {
  let result: bigint | undefined;
  for (const bits of operands) {
    const { kind } = decode(format, bits);
    if (kind === SNAN) env.raise(IE);
    if (kind >= QNAN) result ??= bits | format.quietBit;
  }
  if (result === undefined)
    throw new Error(`no NaN among ${operands.map((bits) => bits.toString(16)).join(", ")}`);
  return result;
}

/** The extended NaN of the x87 rule for one or two operands, of which one is a NaN or unsupported. Raises IE for those. */
export function x87Nan(a: Value, b: Value, env: Environment): bigint {
  if (a.kind === UNSUPPORTED || b.kind === UNSUPPORTED) {
    env.raise(IE);
    return EXTENDED.indefinite;
  }
  if (a.kind === SNAN || b.kind === SNAN) env.raise(IE);
  const chosen = choose(a, b);
  return quietNan(EXTENDED, chosen.sign, chosen.significand);
}

function choose(a: Value, b: Value): Value {
  if (!isNan(b)) return a;
  if (!isNan(a)) return b;
  if (a.kind !== b.kind) return a.kind === QNAN ? a : b;
  if (a.significand !== b.significand) return a.significand > b.significand ? a : b;
  return a.sign === 0 ? a : b;
}
