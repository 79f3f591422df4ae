/** Helpers of FXSAVE, XSAVE and kin: what each may touch. Implemented in machine/helpers/extended-state.ts. */
import type { HelperEffects } from "../helper-effects.ts";

const SAVES = { operands: ["rw"], reads: [0, 2] } as const satisfies HelperEffects;
const RESTORES = { operands: ["r"], reads: [0, 2] } as const satisfies HelperEffects;

export const EXTENDED_STATE_HELPERS = {
  fxsave: { operands: ["w"] },
  fxrstor: { operands: ["r"] },
  xsave: SAVES,
  xsaveopt: SAVES,
  xsavec: SAVES,
  xsaves: SAVES,
  xrstor: RESTORES,
  xrstors: RESTORES,
} as const satisfies Record<string, HelperEffects>;
