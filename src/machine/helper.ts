/** What a helper of the instruction table is (isa/helpers.ts names them, helpers/* implement them). */
import type { Instruction } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";

/** Runs an instruction on the whole state. Throws a Fault before it has changed anything; branches by `cpu.nextRip`. */
export type Helper = (cpu: Cpu, insn: Instruction) => void;
