/** Takes away blocks that control never reaches. Safe in every build. */
import { reversePostorder } from "../ir/dominators.ts";
import type { IrFunction } from "../ir/ir.ts";
import { definingInstruction } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";

export function removeUnreachable(fn: IrFunction): boolean {
  const reached = new Set(reversePostorder(fn));
  if (reached.size === fn.blocks.length) return false;
  for (const block of fn.blocks) {
    if (reached.has(block)) continue;
    for (const param of block.params) fn.variables.delete(param);
    for (const { results } of block.instructions) for (const result of results) fn.variables.delete(result);
  }
  fn.blocks = fn.blocks.filter((block) => reached.has(block));
  return true;
}

/** Forgets the variables of values that are no longer in the function. */
export function forgetVariables(fn: IrFunction): void {
  if (fn.variables.size === 0) return;
  const blocks = new Set(fn.blocks);
  const instructions = new Set(fn.blocks.flatMap((block) => block.instructions));
  for (const value of fn.variables.keys()) {
    const def = definingInstruction(value);
    const there = def
      ? instructions.has(def)
      : [...blocks].some((block) => block === value.def && block.params.includes(value));
    if (!there) fn.variables.delete(value);
  }
}

export const unreachable: Pass = { name: "unreachable", letter: "u", run: removeUnreachable };
