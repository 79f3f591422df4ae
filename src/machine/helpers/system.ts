/** The helpers of the system instructions, gathered; each file has one topic. */
import type { SystemHelperName } from "../../isa/helpers/system.ts";
import type { Helper } from "../helper.ts";
import { PROCESSOR_HELPERS } from "./system-processor.ts";
import { WAIT_HELPERS } from "./system-wait.ts";

export const SYSTEM_IMPLEMENTATIONS: Readonly<Record<SystemHelperName, Helper>> = {
  ...PROCESSOR_HELPERS,
  ...WAIT_HELPERS,
};
