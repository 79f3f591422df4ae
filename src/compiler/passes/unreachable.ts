/** Takes away blocks that control never reaches. Safe in every build. */
import { reversePostorder } from "../ir/dominators.ts";
import type { IrFunction } from "../ir/ir.ts";
import { ValueSet } from "../ir/tables.ts";
import type { Pass } from "./pass.ts";

export function removeUnreachable(fn: IrFunction): boolean {
  const order = reversePostorder(fn);
  if (order.length === fn.blocks.length) return false;
  const reached = new Set(order);
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
  const there = new ValueSet(fn);
  for (const { params, instructions } of fn.blocks) {
    for (const param of params) there.add(param);
    for (const { results } of instructions) for (const result of results) there.add(result);
  }
  for (const value of fn.variables.keys()) if (!there.has(value)) fn.variables.delete(value);
}

export const unreachable: Pass = { name: "unreachable", letter: "u", run: removeUnreachable };
