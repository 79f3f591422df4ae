/** Every helper that the instruction table names, implemented. A missing or extra name is a type error. */
import type { HelperName } from "../../isa/helpers.ts";
import type { Helper } from "../helper.ts";
import { EXTENDED_STATE_IMPLEMENTATIONS } from "./extended-state.ts";
import { MASKED_STORE_IMPLEMENTATIONS } from "./masked-store.ts";
import { MMX_IMPLEMENTATIONS } from "./mmx.ts";
import { MXCSR_IMPLEMENTATIONS } from "./mxcsr.ts";
import { SYSTEM_IMPLEMENTATIONS } from "./system.ts";
import { X87_IMPLEMENTATIONS } from "./x87.ts";

export type { Helper } from "../helper.ts";

export const HELPER_IMPLEMENTATIONS: Readonly<Record<HelperName, Helper>> = {
  ...SYSTEM_IMPLEMENTATIONS,
  ...X87_IMPLEMENTATIONS,
  ...EXTENDED_STATE_IMPLEMENTATIONS,
  ...MXCSR_IMPLEMENTATIONS,
  ...MASKED_STORE_IMPLEMENTATIONS,
  ...MMX_IMPLEMENTATIONS,
};
