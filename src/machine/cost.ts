/** Cycles that an instruction is charged. One each, until the cycle model of timing/ is read here. */
import type { Instruction } from "../isa/instruction.ts";

export const cyclesOf = (_insn: Instruction): number => 1;
