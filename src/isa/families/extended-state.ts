/**
 * FXSAVE, FXRSTOR and the XSAVE family (SDM vol. 1 §10.5 and chapter 13; vol. 2). XGETBV and XSETBV are system
 * instructions. The XSAVE rows have no unit: they look at CR4.OSXSAVE and CR0.TS themselves, never at CR0.EM.
 */
import type { Feature } from "../features.ts";
import type { HelperName } from "../helpers.ts";
import { op, type Row, type RowOptions } from "../row.ts";

/** The forms without and with REX.W, which differ in the format of the x87 pointers. */
function pair(
  opcode: number,
  digit: number,
  name: HelperName & string,
  operand: string,
  options: RowOptions & { readonly feature: Feature },
): Row[] {
  const common = { ...options, digit, mod: "mem", prefix: "none" } as const;
  return [
    op(opcode, name, operand, (o) => o.helper(name), { ...common, w: 0 }),
    op(opcode, `${name}64`, operand, (o) => o.helper(name), { ...common, w: 1, only: "o64" }),
  ];
}

export const EXTENDED_STATE: readonly Row[] = [
  ...pair(0x0fae, 0, "fxsave", "Mfx", { unit: "x87", feature: "fxsr" }),
  ...pair(0x0fae, 1, "fxrstor", "Mfx", { unit: "x87", feature: "fxsr" }),
  ...pair(0x0fae, 4, "xsave", "Mxs", { feature: "xsave" }),
  ...pair(0x0fae, 5, "xrstor", "Mxs", { feature: "xsave" }),
  ...pair(0x0fae, 6, "xsaveopt", "Mxs", { feature: "xsaveopt" }),
  ...pair(0x0fc7, 3, "xrstors", "Mxs", { feature: "xsaves" }),
  ...pair(0x0fc7, 4, "xsavec", "Mxs", { feature: "xsavec" }),
  ...pair(0x0fc7, 5, "xsaves", "Mxs", { feature: "xsaves" }),
];
