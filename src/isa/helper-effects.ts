/** What a helper touches, for the effects reading: the type of the entries in helpers/*. */
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
