/**
 * Names of the helpers: rare or irregular instructions whose work is TypeScript on the whole machine state.
 *
 * The table only names them and says what they touch, for the effects reading; `machine/helpers/` implements each
 * (a missing or extra one is a type error). They are grouped by family, one file each.
 */
import { EXTENDED_STATE_HELPERS } from "./helpers/extended-state.ts";
import { SYSTEM_HELPERS } from "./helpers/system.ts";
import { VECTOR_HELPERS } from "./helpers/vector.ts";
import { X87_HELPERS } from "./helpers/x87.ts";
import type { StatusFlag } from "./state.ts";

/** What a helper may touch beside its row's explicit operands. Registers by index (0 rax … 15 r15). */
export interface HelperEffects {
  readonly reads?: readonly number[];
  readonly writes?: readonly number[];
  readonly flagsRead?: readonly StatusFlag[] | "all";
  readonly flagsWritten?: readonly StatusFlag[] | "all";
  /** Accesses memory that no operand names (stack, descriptor tables). */
  readonly memory?: boolean;
  /** May set rip. */
  readonly flow?: boolean;
  /** How explicit operands are used: "r", "w" or "rw" each; default "w" for operand 0, "r" for the rest. */
  readonly operands?: readonly ("r" | "w" | "rw")[];
}

export const HELPERS = {
  ...SYSTEM_HELPERS,
  ...X87_HELPERS,
  ...EXTENDED_STATE_HELPERS,
  ...VECTOR_HELPERS,
} as const satisfies Record<string, HelperEffects>;

export type HelperName = keyof typeof HELPERS;
