/** What a pure function is; pure.ts lists them all. */
import type { Width } from "../width.ts";

export interface PureFunction {
  readonly args: readonly Width[];
  readonly result: Width;
  /** Arguments and result are unsigned patterns of the stated widths. */
  evaluate(...args: bigint[]): bigint;
}
