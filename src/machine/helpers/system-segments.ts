/**
 * Segment registers: MOV, PUSH, POP, LDS and kin, the bases of fs and gs, SWAPGS (SDM vol. 2).
 */

import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import { isCanonical } from "../canonical.ts";
import { CR4_BIT } from "../control-registers.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { loadSegment } from "../segmentation.ts";
import { peekStack } from "../stack.ts";

function segmentIndex(insn: Instruction, i: number): number {
  const operand = insn.operands[i];
  if (operand?.kind !== "register" || operand.file !== "sreg") {
    throw new Error(`operand ${i} of ${insn.mnemonic} is not a segment register`);
  }
  if (operand.index > S.GS) throw new Fault("UD");
  return operand.index;
}

/** Loading ss holds interrupts and debug exceptions off for one instruction (SDM vol. 3A §6.8.3). */
function shadow(cpu: Cpu, index: number): void {
  if (index === S.SS) cpu.interruptShadow = "mov ss";
}

/** LDS, LES, LFS, LGS, LSS: offset, then selector, in memory. */
function loadFar(index: number): Helper {
  return (cpu, insn) => {
    const size = insn.size / 8;
    const value = cpu.read(cpu.operandLinear(insn, 1, false, size + 2), size + 2);
    loadSegment(cpu, index, Number(value >> BigInt(insn.size)));
    cpu.writeOperand(insn, 0, BigInt.asUintN(insn.size, value));
  };
}

function requireFsGsBase(cpu: Cpu): void {
  if ((cpu.cr4 & CR4_BIT.fsgsbase) === 0) throw new Fault("UD");
}

function readBase(index: number): Helper {
  return (cpu, insn) => {
    requireFsGsBase(cpu);
    cpu.writeOperand(insn, 0, cpu.segment(index).base);
  };
}

function writeBase(index: number): Helper {
  return (cpu, insn) => {
    requireFsGsBase(cpu);
    const value = cpu.readOperand(insn, 0);
    if (!isCanonical(cpu, value)) throw new Fault("GP", 0);
    cpu.segment(index).base = value;
  };
}

export const SEGMENT_HELPERS = {
  readSegment: (cpu, insn) => cpu.writeOperand(insn, 0, BigInt(cpu.segment(segmentIndex(insn, 1)).selector)),
  loadSegment: (cpu, insn) => {
    const index = segmentIndex(insn, 0);
    if (index === S.CS) throw new Fault("UD");
    loadSegment(cpu, index, Number(cpu.readOperand(insn, 1) & 0xffffn));
    shadow(cpu, index);
  },
  pushSegment: (cpu, insn) => {
    cpu.push(BigInt(cpu.segment(segmentIndex(insn, 0)).selector), insn.size / 8);
  },
  popSegment: (cpu, insn) => {
    const index = segmentIndex(insn, 0);
    const bytes = insn.size / 8;
    const selector = Number(peekStack(cpu, 0, bytes) & 0xffffn);
    // The pointer moves at the old stack's width.
    const width = cpu.stackWidth;
    const sp = BigInt.asUintN(width, cpu.reg(S.RSP) + BigInt(bytes));
    loadSegment(cpu, index, selector);
    cpu.setReg(S.RSP, sp, width);
    shadow(cpu, index);
  },
  les: loadFar(S.ES),
  lds: loadFar(S.DS),
  lss: loadFar(S.SS),
  lfs: loadFar(S.FS),
  lgs: loadFar(S.GS),
  rdfsbase: readBase(S.FS),
  rdgsbase: readBase(S.GS),
  wrfsbase: writeBase(S.FS),
  wrgsbase: writeBase(S.GS),
  swapgs: (cpu) => {
    cpu.requireCpl0();
    const gs = cpu.segment(S.GS);
    const base = gs.base;
    gs.base = cpu.u64(S.KERNEL_GS_BASE);
    cpu.setU64(S.KERNEL_GS_BASE, base);
  },
} satisfies Record<string, Helper>;
