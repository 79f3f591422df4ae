/** The helpers of the x87 instructions, all in one record (isa/helpers/x87.ts says what each touches). */
import type { X87_HELPERS } from "../../isa/helpers/x87.ts";
import type { Helper } from "../helper.ts";
import { X87_ARITHMETIC } from "./x87-arithmetic.ts";
import { X87_COMPARE } from "./x87-compare.ts";
import { X87_CONTROL } from "./x87-control.ts";
import { X87_DATA } from "./x87-data.ts";
import { X87_TRANSCENDENTAL } from "./x87-transcendental.ts";

export const X87_IMPLEMENTATIONS: Readonly<Record<keyof typeof X87_HELPERS, Helper>> = {
  ...X87_ARITHMETIC,
  ...X87_COMPARE,
  ...X87_CONTROL,
  ...X87_DATA,
  ...X87_TRANSCENDENTAL,
};
