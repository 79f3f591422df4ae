/** How values lie in memory: the load and store of each width, and which operands are string pointers. */
import type { Instruction } from "../isa/instruction.ts";

/** Loads and stores of a value of each width in its container. Width 1 is never in memory. */
export const LOAD = {
  1: "i32.load8_u",
  8: "i32.load8_u",
  16: "i32.load16_u",
  32: "i32.load",
  64: "i64.load",
  128: "v128.load",
} as const;
export const STORE = {
  1: "i32.store8",
  8: "i32.store8",
  16: "i32.store16",
  32: "i32.store",
  64: "i64.store",
  128: "v128.store",
} as const;

/** X and Y operands: their address is a register that moves, not a part of the encoding. */
export function isStringOperand(insn: Instruction, i: number): boolean {
  const spec = insn.row.operands[i];
  return spec !== undefined && "letter" in spec && (spec.letter === "X" || spec.letter === "Y");
}
