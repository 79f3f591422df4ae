/** Helpers of the x87 instructions: what each may touch. Implemented in machine/helpers/x87*.ts. */
import type { HelperEffects } from "../helpers.ts";

export const X87_HELPERS = {} as const satisfies Record<string, HelperEffects>;
