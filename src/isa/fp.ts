/**
 * SSE floating-point operations governed by mxcsr, as a table: argument widths, result width, and the definition
 * by the exact arithmetic of float/. Compiled readings have fast paths of their own and fall back to these.
 */
import type { Width } from "./width.ts";

/** mxcsr in, exceptions out: bits 0–5 of `raised` as in mxcsr (SDM vol. 1 §10.2.3). */
export interface FpContext {
  readonly mxcsr: number;
  raised: number;
}

export interface FpFunction {
  readonly args: readonly Width[];
  readonly result: Width;
  evaluate(context: FpContext, ...args: bigint[]): bigint;
}

export const FP = {} as const satisfies Record<string, FpFunction>;

export type FpOp = keyof typeof FP;
