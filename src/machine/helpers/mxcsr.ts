/**
 * LDMXCSR and STMXCSR (SDM vol. 2A, 2B; vol. 1 §10.2.3).
 *
 * Generated code reads mxcsr itself; nothing else has to be told.
 */
import * as S from "../../isa/state.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { MXCSR_MASK } from "./extended-state-layout.ts";

const ldmxcsr: Helper = (cpu, insn) => {
  const value = Number(cpu.readOperand(insn, 0));
  if ((value & ~MXCSR_MASK) !== 0) throw new Fault("GP", 0);
  cpu.setU32(S.MXCSR, value);
};

const stmxcsr: Helper = (cpu, insn) => {
  cpu.writeOperand(insn, 0, BigInt(cpu.u32(S.MXCSR)));
};

export const MXCSR_IMPLEMENTATIONS = { ldmxcsr, stmxcsr } as const satisfies Record<string, Helper>;
