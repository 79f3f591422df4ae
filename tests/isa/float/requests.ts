// Random requests for an operation: operands of its shapes under random control words.

import { operand, type Random } from "./operands.ts";
import type { Operation } from "./operations.ts";
import type { Request } from "./silicon.ts";

/** Half of the requests have everything masked, a quarter one exception unmasked, a quarter any masks. */
function masks(random: Random): number {
  switch (random.below(4)) {
    case 0:
      return random.below(64);
    case 1:
      return 63 ^ (1 << random.below(6));
    default:
      return 63;
  }
}

export function requestsFor(
  operation: string,
  { a, b, c }: Operation,
  random: Random,
  count: number,
): Request[] {
  return Array.from({ length: count }, () => {
    const rounding = random.below(4);
    const precision = random.pick([0, 2, 3, 3]);
    const daz = random.below(4) === 0 ? 0x40 : 0;
    const ftz = random.below(4) === 0 ? 0x8000 : 0;
    const mask = masks(random);
    return {
      operation,
      control: mask | 0x40 | (precision << 8) | (rounding << 10),
      mxcsr: (mask << 7) | daz | ftz | (rounding << 13),
      a: operand(random, a),
      b: operand(random, b),
      c: operand(random, c),
    };
  });
}
