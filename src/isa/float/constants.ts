// The constants that the x87 loads: FLD1 to FLDZ. The irrational ones obey the rounding control, not the precision
// control, and raise nothing.
//
// Intel SDM vol. 1: 8.3.8.

import { type Environment, NEAREST, UP } from "./environment.ts";

export type Constant = "fld1" | "fldl2t" | "fldl2e" | "fldpi" | "fldlg2" | "fldln2" | "fldz";

/** Each truncated to 64 significant bits, with whether rounding to nearest goes up. */
const CONSTANTS: Readonly<Record<Exclude<Constant, "fld1" | "fldz">, readonly [bigint, boolean]>> = {
  fldl2t: [0x4000d49a784bcd1b8afen, false],
  fldl2e: [0x3fffb8aa3b295c17f0bbn, true],
  fldpi: [0x4000c90fdaa22168c234n, true],
  fldlg2: [0x3ffd9a209a84fbcff798n, true],
  fldln2: [0x3ffeb17217f7d1cf79abn, true],
};

/** What FLD1, FLDPI and the others push. */
export function x87Constant(name: Constant, env: Environment): bigint {
  if (name === "fldz") return 0n;
  if (name === "fld1") return 0x3fff8000000000000000n;
  const [truncated, up] = CONSTANTS[name];
  if (env.rounding === UP || (env.rounding === NEAREST && up)) return truncated + 1n;
  return truncated;
}
