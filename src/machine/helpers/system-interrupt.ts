/**
 * INT n, INT3, INTO, INT1 and IRET in every mode (SDM vol. 2A, INT n and IRET; vol. 3B §20.2–20.3).
 */
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault, VECTOR } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { enterHandler } from "../interrupts.ts";
import {
  checkTarget,
  dropInnerSegments,
  fillCode,
  fillReal,
  fillVirtual8086,
  setAccessed,
} from "../segmentation.ts";
import { moveStack, peekStack } from "../stack.ts";
import { switchTask } from "../task.ts";
import { enterOuterStack, returnCodeSegment, returnStackSegment } from "./system-far.ts";
import { setFlagsRegister, writableFlags } from "./system-flags.ts";

const FLAG = S.FLAG;
const iopl = (cpu: Cpu): number => (cpu.u32(S.RFLAGS) >> 12) & 3;

function software(cpu: Cpu, vector: number): void {
  enterHandler(cpu, { vector, kind: "software" }, cpu.nextRip, cpu.rflags);
}

/** Sets rip, cs and flags popped in real or virtual-8086 mode. */
function returnPlain(cpu: Cpu, insn: Instruction, keep: number): void {
  const size = insn.size / 8;
  const offset = peekStack(cpu, 0, size);
  const selector = Number(peekStack(cpu, size, size) & 0xffffn);
  const flags = Number(peekStack(cpu, size * 2, size));
  const limit = cpu.virtual8086 ? 0xffff : cpu.segment(S.CS).limit;
  if (offset > BigInt(limit)) throw new Fault("GP", 0);
  moveStack(cpu, size * 3);
  if (cpu.virtual8086) fillVirtual8086(cpu, S.CS, selector);
  else fillReal(cpu, S.CS, selector);
  const mask = (insn.size === 16 ? 0x7fd5 : 0x257fd5) & ~keep;
  setFlagsRegister(cpu, (cpu.rflags & ~mask) | (flags & mask));
  cpu.nextRip = offset;
}

/** IRET to virtual-8086 mode: from level 0 with VM set in the image. */
function returnToVirtual8086(cpu: Cpu, offset: bigint, selector: number, flags: number): void {
  const sp = peekStack(cpu, 12, 4);
  const selectors = [S.SS, S.ES, S.DS, S.FS, S.GS].map((index, i) => ({
    index,
    selector: Number(peekStack(cpu, 16 + i * 4, 4) & 0xffffn),
  }));
  if (offset > 0xffffn) throw new Fault("GP", 0);
  const mask = 0x3f7fd5;
  cpu.rflags = (cpu.rflags & ~mask) | (flags & mask);
  fillVirtual8086(cpu, S.CS, selector);
  for (const s of selectors) fillVirtual8086(cpu, s.index, s.selector);
  cpu.setReg(S.RSP, sp, 32);
  cpu.nextRip = offset;
}

/** IRET in protected and IA-32e mode. */
function returnProtected(cpu: Cpu, insn: Instruction): void {
  const size = insn.size / 8;
  const offset = peekStack(cpu, 0, size);
  const selector = Number(peekStack(cpu, size, size) & 0xffffn);
  const flags = Number(peekStack(cpu, size * 2, size) & 0xffffffffn);
  const cpl = cpu.cpl;
  if (insn.size === 32 && !cpu.longMode && (flags & FLAG.vm) !== 0 && cpl === 0) {
    returnToVirtual8086(cpu, offset, selector, flags);
    return;
  }
  const code = returnCodeSegment(cpu, selector);
  const rpl = selector & 3;
  const mask = writableFlags(cpu, insn.size, cpl) | (insn.size > 16 ? FLAG.rf : 0);
  // Level 0 also sets VIF and VIP, which keep what is written.
  const all = mask | (cpl === 0 && insn.size > 16 ? FLAG.vif | FLAG.vip : 0);
  const newFlags = (cpu.rflags & ~all) | (flags & all);
  if (cpu.mode === 64 || rpl > cpl) {
    const sp = peekStack(cpu, size * 3, size);
    const ss = Number(peekStack(cpu, size * 4, size) & 0xffffn);
    const stack = returnStackSegment(cpu, ss, code, rpl);
    checkTarget(cpu, code, offset);
    setAccessed(cpu, code);
    if (stack !== undefined) setAccessed(cpu, stack);
    fillCode(cpu, selector, code, rpl);
    enterOuterStack(cpu, ss, stack, code, sp, rpl);
    if (rpl > cpl) dropInnerSegments(cpu, rpl);
  } else {
    checkTarget(cpu, code, offset);
    setAccessed(cpu, code);
    moveStack(cpu, size * 3);
    fillCode(cpu, selector, code, rpl);
  }
  cpu.rflags = newFlags;
  cpu.nextRip = offset;
}

/** IRET with NT set: back to the task whose TSS the current one links to. */
function returnNested(cpu: Cpu): void {
  if (cpu.longMode) throw new Fault("GP", 0);
  const link = Number(cpu.memory.readSystem(BigInt.asUintN(32, cpu.segment(S.TR).base), 2));
  switchTask(cpu, link, "iret", cpu.nextRip, cpu.rflags);
}

const iret: Helper = (cpu, insn) => {
  if (!cpu.protectedMode) {
    returnPlain(cpu, insn, 0);
  } else if (cpu.virtual8086) {
    if (iopl(cpu) !== 3) throw new Fault("GP", 0);
    returnPlain(cpu, insn, FLAG.iopl);
  } else if ((cpu.rflags & FLAG.nt) !== 0) {
    returnNested(cpu);
  } else {
    returnProtected(cpu, insn);
  }
  cpu.nmiBlocked = false;
  cpu.hooks.contextChanged();
};

export const INTERRUPT_HELPERS = {
  /** INT n: in virtual-8086 mode only with IOPL 3. */
  int: (cpu, insn) => {
    if (cpu.virtual8086 && iopl(cpu) !== 3) throw new Fault("GP", 0);
    software(cpu, Number(cpu.readOperand(insn, 0)));
  },
  int3: (cpu) => software(cpu, VECTOR.BP),
  into: (cpu) => {
    if ((cpu.rflags & FLAG.of) !== 0) software(cpu, VECTOR.OF);
  },
  int1: (cpu) => {
    cpu.setU64(S.DR7, cpu.u64(S.DR7) & ~0x2000n);
    enterHandler(cpu, { vector: VECTOR.DB, kind: "int1" }, cpu.nextRip, cpu.rflags);
  },
  iret,
} satisfies Record<string, Helper>;
