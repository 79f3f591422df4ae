/**
 * Names of the helpers: rare or irregular instructions whose work is TypeScript on the whole machine state.
 *
 * The table only names them and says what they touch, for the effects reading; `machine/helpers/` implements each
 * (a missing or extra one is a type error). They are grouped by family, one file each.
 */
import type { HelperEffects } from "./helper-effects.ts";
import { EXTENDED_STATE_HELPERS } from "./helpers/extended-state.ts";
import { SYSTEM_HELPERS } from "./helpers/system.ts";
import { VECTOR_HELPERS } from "./helpers/vector.ts";
import { X87_HELPERS } from "./helpers/x87.ts";

export const HELPERS = {
  ...SYSTEM_HELPERS,
  ...X87_HELPERS,
  ...EXTENDED_STATE_HELPERS,
  ...VECTOR_HELPERS,
} as const satisfies Record<string, HelperEffects>;

export type { HelperEffects } from "./helper-effects.ts";

export type HelperName = keyof typeof HELPERS;
