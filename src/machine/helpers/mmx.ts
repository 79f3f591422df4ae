/** EMMS: the end of MMX code (SDM vol. 2A, EMMS; vol. 1 table 12-3). Pending x87 errors are its caller's, as for any MMX row. */
import * as S from "../../isa/state.ts";
import type { Helper } from "../helper.ts";

/** Bits 11–13 of the x87 status word. */
const TOP = 7 << 11;

/** All tags empty, top 0. */
const emms: Helper = (cpu) => {
  cpu.setU16(S.FTW, 0xffff);
  cpu.setU16(S.FSW, cpu.u16(S.FSW) & ~TOP);
};

export const MMX_IMPLEMENTATIONS = { emms } as const satisfies Record<string, Helper>;
