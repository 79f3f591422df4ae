/**
 * From the typed tree (tree.ts) to IR, before any optimisation. Functions keep their order, then come none of the declared ones;
 * data are the globals in their order, then strings and constants in the order of their first use.
 */
import type { IrProgram } from "../ir/ir.ts";
import type { ProgramTree } from "../tree.ts";
import { Data } from "./data.ts";
import { lowerFunction } from "./function.ts";

export interface LowerOptions {
  /** Checks (checks.ts) and variables that debuggers see. */
  readonly debug: boolean;
}

export function lowerProgram(tree: ProgramTree, { debug }: LowerOptions): IrProgram {
  const data = new Data();
  const functions = new Map(tree.functions.map((fn) => [fn.symbol, fn]));
  for (const global of tree.globals) data.global(global);
  const lowered = tree.functions.flatMap((fn) =>
    fn.body ? [lowerFunction(fn, fn.body, { debug, data, functions })] : [],
  );
  return { functions: lowered, data: data.pieces };
}
