/** Helpers of the system instructions: what each may touch. Implemented in machine/helpers/system*.ts. */
import type { HelperEffects } from "../helpers.ts";

export const SYSTEM_HELPERS = {
  hlt: {},
  cpuid: { reads: [0, 1], writes: [0, 1, 2, 3], operands: [] },
} as const satisfies Record<string, HelperEffects>;
