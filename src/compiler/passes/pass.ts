/**
 * What a pass is: it changes one function in place, keeps it valid, and says whether it changed anything. What the program
 * computes stays the same, but that a load or a division whose result nobody needs may go, and its trap with it.
 */
import type { Instruction, IrFunction, IrProgram, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import { constantOf } from "../ir/uses.ts";

export interface Pass {
  readonly name: string;
  /** For `--dump`. */
  readonly letter: string;
  /** It goes on until it finds nothing more: run again at once it would change nothing. */
  readonly settles?: true;
  /** True if something changed. */
  run(fn: IrFunction, program: IrProgram): boolean;
}

/** Whether it may go if nobody uses its results. */
export function isRemovable({ op, details }: Instruction): boolean {
  return OPS[op].effect !== "write" && !details.volatile;
}

/** Whether its results depend on its arguments alone. It may still trap. */
export function isPure({ op }: Instruction): boolean {
  return OPS[op].effect === "none";
}

/** Whether it may be executed where it was not: it is pure and cannot trap with these arguments. */
export function isSpeculable(instruction: Instruction): boolean {
  const { op, args } = instruction;
  if (!isPure(instruction)) return false;
  if (!("traps" in OPS[op])) return true;
  if (op === "udivwide" || op === "uremwide") return false;
  const divisor = constantOf(args[1]!);
  if (divisor === undefined || divisor === 0n) return false;
  return op === "udiv" || op === "urem" || divisor !== BigInt.asUintN(Number(args[1]!.type.slice(1)), -1n);
}

/** Turns an instruction into another that gives the same results. */
export function rewrite(
  instruction: Instruction,
  op: Instruction["op"],
  args: readonly Value[],
  details: Instruction["details"] = {},
): void {
  instruction.op = op;
  instruction.args = [...args];
  instruction.details = details;
}
