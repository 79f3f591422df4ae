/**
 * x87 control: FNINIT, FNCLEX, FLDCW, FNSTCW, FNSTSW, the environment instructions, FFREE, FINCSTP, FDECSTP, FNOP, WAIT
 * (SDM vol. 2A; vol. 1 §8.3.8). Those whose names begin with FN do not look at pending exceptions, except FNOP.
 */
import { C1 } from "../../isa/float/x87.ts";
import * as S from "../../isa/state.ts";
import type { Helper } from "../helper.ts";
import { readBytes, writeBytes } from "./memory-image.ts";
import { rotate } from "./x87-data.ts";
import {
  clearExceptions,
  environmentImage,
  environmentSize,
  loadEnvironment,
  loadState,
  maskAll,
  stateImage,
} from "./x87-environment.ts";
import {
  free,
  initialize,
  pop,
  recordPointers,
  setCodes,
  setControl,
  stackOperand,
  wait,
} from "./x87-stack.ts";

/** FNSAVE's registers behind the environment. */
const REGISTERS = 80;

export const X87_CONTROL = {
  fninit: initialize,
  fnclex: clearExceptions,
  fnop: (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
  },
  fnnop: () => {},
  fwait: wait,
  fldcw: (cpu, insn) => {
    wait(cpu);
    setControl(cpu, Number(cpu.readOperand(insn, 0)));
  },
  fnstcw: (cpu, insn) => cpu.writeOperand(insn, 0, BigInt(cpu.u16(S.FCW))),
  fnstsw: (cpu, insn) => cpu.writeOperand(insn, 0, BigInt(cpu.u16(S.FSW))),
  fldenv: (cpu, insn) => {
    wait(cpu);
    loadEnvironment(cpu, insn.size, readBytes(cpu, insn, environmentSize(insn.size)));
  },
  fnstenv: (cpu, insn) => {
    writeBytes(cpu, insn, environmentImage(cpu, insn.size));
    maskAll(cpu);
  },
  frstor: (cpu, insn) => {
    wait(cpu);
    loadState(cpu, insn.size, readBytes(cpu, insn, environmentSize(insn.size) + REGISTERS));
  },
  fnsave: (cpu, insn) => {
    writeBytes(cpu, insn, stateImage(cpu, insn.size));
    initialize(cpu);
  },
  ffree: (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C1);
    free(cpu, stackOperand(insn, 0));
  },
  ffreep: (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C1);
    free(cpu, stackOperand(insn, 0));
    pop(cpu);
  },
  fincstp: rotate(1),
  fdecstp: rotate(-1),
} as const satisfies Record<string, Helper>;
