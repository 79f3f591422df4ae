/** The instruction table: every row, by family. Order is stable: handlers are numbered by it. */
import { ARITHMETIC } from "./families/arithmetic.ts";
import type { Row } from "./row.ts";

export const TABLE: readonly Row[] = [...ARITHMETIC];
