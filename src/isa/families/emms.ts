/** The end of MMX code: EMMS (SDM vol. 2A). The instructions themselves are in the vector families. */
import { op, type Row } from "../row.ts";

export const EMMS: readonly Row[] = [
  op(0x0f77, "emms", "", (o) => o.helper("emms"), { prefix: "none", unit: "mmx", feature: "mmx" }),
];
