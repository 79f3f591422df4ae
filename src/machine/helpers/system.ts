/** The helpers of the system instructions, gathered; each file has one topic. */
import type { SystemHelperName } from "../../isa/helpers/system.ts";
import type { Helper } from "../helper.ts";
import { CONTROL_HELPERS } from "./system-control.ts";
import { FAR_HELPERS } from "./system-far.ts";
import { FAST_HELPERS } from "./system-fast.ts";
import { FLAG_HELPERS } from "./system-flags.ts";
import { INTERRUPT_HELPERS } from "./system-interrupt.ts";
import { IO_HELPERS } from "./system-io.ts";
import { PROCESSOR_HELPERS } from "./system-processor.ts";
import { SEGMENT_HELPERS } from "./system-segments.ts";
import { TABLE_HELPERS } from "./system-tables.ts";
import { WAIT_HELPERS } from "./system-wait.ts";

export const SYSTEM_IMPLEMENTATIONS: Readonly<Record<SystemHelperName, Helper>> = {
  ...WAIT_HELPERS,
  ...PROCESSOR_HELPERS,
  ...CONTROL_HELPERS,
  ...TABLE_HELPERS,
  ...SEGMENT_HELPERS,
  ...FLAG_HELPERS,
  ...IO_HELPERS,
  ...FAR_HELPERS,
  ...INTERRUPT_HELPERS,
  ...FAST_HELPERS,
};
