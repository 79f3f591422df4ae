/** Helpers of the vector families: what each may touch. Implemented in machine/helpers/mxcsr.ts, masked-store.ts, mmx.ts. */
import type { HelperEffects } from "../helper-effects.ts";

/** They store at ds:rdi. */
const MASKED_STORE = { reads: [7], operands: ["r", "r"], memory: true } as const satisfies HelperEffects;

export const VECTOR_HELPERS = {
  ldmxcsr: { operands: ["r"] },
  stmxcsr: { operands: ["w"] },
  maskmovq: MASKED_STORE,
  maskmovdqu: MASKED_STORE,
  emms: { operands: [] },
} as const satisfies Record<string, HelperEffects>;
