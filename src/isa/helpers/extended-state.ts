/** Helpers of FXSAVE, XSAVE and kin: what each may touch. Implemented in machine/helpers/extended-state.ts. */
import type { HelperEffects } from "../helpers.ts";

export const EXTENDED_STATE_HELPERS = {} as const satisfies Record<string, HelperEffects>;
