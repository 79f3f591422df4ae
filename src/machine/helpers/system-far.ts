/**
 * Far JMP, CALL and RET: straight to code, through call gates with a change of stack, through task gates and TSSs
 * (SDM vol. 2, JMP, CALL, RET; vol. 3A §5.8).
 */
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import {
  checkCodeSegment,
  checkStackSegment,
  checkTarget,
  codeMode,
  type Descriptor,
  dropInnerSegments,
  fillCode,
  fillNull,
  fillReal,
  fillSegment,
  fillVirtual8086,
  isNull,
  requireDescriptor,
  SYSTEM_TYPE,
  selectorError,
  setAccessed,
  setCpl,
  upperHalf,
} from "../segmentation.ts";
import {
  checkFrame,
  enterStack,
  innerStack,
  moveStack,
  peekStack,
  presentStack,
  pushFrame,
  touchStack,
} from "../stack.ts";
import { switchTask } from "../task.ts";

/** Selector and offset of a far operand, immediate or in memory. */
function target(cpu: Cpu, insn: Instruction): { selector: number; offset: bigint } {
  const operand = insn.operands[0];
  if (operand?.kind === "far") return { selector: operand.selector, offset: operand.offset };
  const size = insn.size / 8;
  const value = cpu.read(cpu.operandLinear(insn, 0, false, size + 2), size + 2);
  return { selector: Number(value >> BigInt(insn.size)), offset: BigInt.asUintN(insn.size, value) };
}

const isPlain = (cpu: Cpu): boolean => !cpu.protectedMode || cpu.virtual8086;

/** Loads cs in real and virtual-8086 mode, once the offset is within its limit. */
function enterPlain(cpu: Cpu, selector: number, offset: bigint): void {
  if (cpu.virtual8086) fillVirtual8086(cpu, S.CS, selector);
  else fillReal(cpu, S.CS, selector);
  cpu.nextRip = offset;
}

/** #GP(0) unless the offset is below the limit that cs keeps in real mode, or 64 KiB in virtual-8086 mode. */
function checkPlain(cpu: Cpu, offset: bigint): void {
  const limit = cpu.virtual8086 ? 0xffff : cpu.segment(S.CS).limit;
  if (offset > BigInt(limit)) throw new Fault("GP", 0);
}

/** A call gate's way to its code segment. */
interface Passage {
  readonly code: Descriptor;
  readonly selector: number;
  readonly offset: bigint;
  /** Size of what is pushed, in bytes. */
  readonly size: 2 | 4 | 8;
  /** Parameters to copy. */
  readonly count: number;
}

/** Checks a call gate and the code segment behind it, but for the latter's privilege (SDM vol. 3A §5.8.4). */
function readCallGate(cpu: Cpu, gate: Descriptor): Passage {
  const error = selectorError(gate.selector);
  if (gate.dpl < cpu.cpl || (gate.selector & 3) > gate.dpl) throw new Fault("GP", error);
  let upper = 0n;
  if (cpu.longMode) {
    const half = upperHalf(cpu, gate);
    if (half === undefined) throw new Fault("GP", error);
    upper = BigInt.asUintN(32, half);
  }
  if (!gate.present) throw new Fault("NP", error);
  const selector = gate.gateSelector;
  const code = requireDescriptor(cpu, selector);
  if (!code.isCode || code.dpl > cpu.cpl || (cpu.longMode && (!code.long || code.big))) {
    throw new Fault("GP", selectorError(selector));
  }
  const wide = gate.type === SYSTEM_TYPE.callGate32;
  return {
    code,
    selector,
    offset: wide ? gate.gateOffset | (upper << 32n) : gate.gateOffset & 0xffffn,
    size: cpu.longMode ? 8 : wide ? 4 : 2,
    count: cpu.longMode ? 0 : gate.gateCount,
  };
}

/** Privilege of a JMP or CALL to a TSS or task gate: both CPL and RPL within its DPL. */
function checkTaskPrivilege(cpu: Cpu, d: Descriptor): void {
  if (d.dpl < cpu.cpl || d.dpl < (d.selector & 3)) throw new Fault("GP", selectorError(d.selector));
}

/** What a far JMP or CALL finds behind its selector. Task switches are done here and give undefined. */
function follow(cpu: Cpu, d: Descriptor, reason: "jmp" | "call"): Passage | undefined {
  const bad = new Fault("GP", selectorError(d.selector));
  switch (d.attributes & 0x1f) {
    case SYSTEM_TYPE.callGate16:
      if (cpu.longMode) throw bad;
      return readCallGate(cpu, d);
    case SYSTEM_TYPE.callGate32:
      return readCallGate(cpu, d);
    case SYSTEM_TYPE.taskGate: {
      if (cpu.longMode) throw bad;
      checkTaskPrivilege(cpu, d);
      if (!d.present) throw new Fault("NP", selectorError(d.selector));
      switchTask(cpu, d.gateSelector, reason, cpu.nextRip, cpu.rflags);
      return undefined;
    }
    case SYSTEM_TYPE.tss16:
    case SYSTEM_TYPE.tss32:
      if (cpu.longMode) throw bad;
      checkTaskPrivilege(cpu, d);
      switchTask(cpu, d.selector, reason, cpu.nextRip, cpu.rflags);
      return undefined;
    default:
      throw bad;
  }
}

const jmpFar: Helper = (cpu, insn) => {
  const { selector, offset } = target(cpu, insn);
  if (isPlain(cpu)) {
    checkPlain(cpu, offset);
    enterPlain(cpu, selector, offset);
  } else {
    const d = requireDescriptor(cpu, selector);
    const cpl = cpu.cpl;
    if (d.isSegment) {
      checkCodeSegment(cpu, selector, d);
      checkTarget(cpu, d, offset);
      setAccessed(cpu, d);
      fillCode(cpu, selector, d, cpl);
      cpu.nextRip = offset;
    } else {
      const way = follow(cpu, d, "jmp");
      if (way !== undefined) {
        const { code } = way;
        const bad = code.conforming ? code.dpl > cpl : code.dpl !== cpl;
        if (bad) throw new Fault("GP", selectorError(way.selector));
        if (!code.present) throw new Fault("NP", selectorError(way.selector));
        checkTarget(cpu, code, way.offset);
        setAccessed(cpu, code);
        fillCode(cpu, way.selector, code, cpl);
        cpu.nextRip = way.offset;
      }
    }
  }
  cpu.hooks.contextChanged();
};

/** A CALL that stays on its level: pushes cs and rip and goes there. */
function callSame(cpu: Cpu, way: Passage): void {
  const stack = presentStack(cpu);
  checkFrame(cpu, stack, way.size * 2, 0);
  checkTarget(cpu, way.code, way.offset);
  setAccessed(cpu, way.code);
  const frame = [BigInt(cpu.segment(S.CS).selector), cpu.nextRip];
  const sp = pushFrame(cpu, stack, frame, way.size, 0);
  enterStack(cpu, stack, sp);
  fillCode(cpu, way.selector, way.code, cpu.cpl);
  cpu.nextRip = way.offset;
}

/** A CALL through a gate to an inner level: the stack comes from the TSS, parameters are copied. */
function callInner(cpu: Cpu, way: Passage): void {
  const newCpl = way.code.dpl;
  const stack = innerStack(cpu, newCpl);
  const frame = [BigInt(cpu.segment(S.SS).selector), cpu.reg(S.RSP)];
  for (let i = way.count - 1; i >= 0; i--) frame.push(peekStack(cpu, i * way.size, way.size));
  frame.push(BigInt(cpu.segment(S.CS).selector), cpu.nextRip);
  const error = selectorError(cpu.longMode ? 0 : stack.selector);
  checkFrame(cpu, stack, frame.length * way.size, error);
  checkTarget(cpu, way.code, way.offset);
  setAccessed(cpu, way.code);
  touchStack(cpu, stack);
  const sp = pushFrame(cpu, stack, frame, way.size, error);
  enterStack(cpu, stack, sp);
  fillCode(cpu, way.selector, way.code, newCpl);
  setCpl(cpu, newCpl);
  cpu.nextRip = way.offset;
}

const callFar: Helper = (cpu, insn) => {
  const { selector, offset } = target(cpu, insn);
  // as: a far operand is 16, 32 or 64 bits of offset
  const size = (insn.size / 8) as 2 | 4 | 8;
  if (isPlain(cpu)) {
    checkPlain(cpu, offset);
    const stack = presentStack(cpu);
    const sp = pushFrame(cpu, stack, [BigInt(cpu.segment(S.CS).selector), cpu.nextRip], size, 0);
    enterStack(cpu, stack, sp);
    enterPlain(cpu, selector, offset);
  } else {
    const d = requireDescriptor(cpu, selector);
    if (d.isSegment) {
      checkCodeSegment(cpu, selector, d);
      callSame(cpu, { code: d, selector, offset, size, count: 0 });
    } else {
      const way = follow(cpu, d, "call");
      if (way !== undefined) {
        if (!way.code.present) throw new Fault("NP", selectorError(way.selector));
        if (!way.code.conforming && way.code.dpl < cpu.cpl) callInner(cpu, way);
        else callSame(cpu, way);
      }
    }
  }
  cpu.hooks.contextChanged();
};

/** The code segment a far return or IRET goes to (SDM vol. 2, RET and IRET). */
export function returnCodeSegment(cpu: Cpu, selector: number): Descriptor {
  const d = requireDescriptor(cpu, selector);
  const rpl = selector & 3;
  const bad =
    !d.isCode ||
    (cpu.longMode && d.long && d.big) ||
    rpl < cpu.cpl ||
    (d.conforming ? d.dpl > rpl : d.dpl !== rpl);
  if (bad) throw new Fault("GP", selectorError(selector));
  if (!d.present) throw new Fault("NP", selectorError(selector));
  return d;
}

/** The stack segment of a return to level `cpl`; undefined for the null selector that 64-bit code below level 3 may have. */
export function returnStackSegment(
  cpu: Cpu,
  selector: number,
  code: Descriptor,
  cpl: number,
): Descriptor | undefined {
  if (isNull(selector)) {
    if (codeMode(cpu, code) !== 64 || cpl === 3 || (selector & 3) !== cpl) throw new Fault("GP", 0);
    return undefined;
  }
  return checkStackSegment(cpu, selector, cpl);
}

/** Loads ss and the stack pointer for a return; the pointer is as wide as the new stack. */
export function enterOuterStack(
  cpu: Cpu,
  selector: number,
  d: Descriptor | undefined,
  code: Descriptor,
  sp: bigint,
  cpl: number,
): void {
  if (d === undefined) fillNull(cpu, S.SS, selector, cpl);
  else fillSegment(cpu, S.SS, selector, d);
  const width = codeMode(cpu, code) === 64 ? 64 : d?.big === false ? 16 : 32;
  cpu.setReg(S.RSP, sp, width);
}

/** RET far. Operand 0, if there is one, counts bytes of parameters to drop from both stacks. */
const retFar: Helper = (cpu, insn) => {
  const size = insn.size / 8;
  const drop = insn.operands.length > 0 ? Number(cpu.readOperand(insn, 0)) : 0;
  const offset = peekStack(cpu, 0, size);
  const selector = Number(peekStack(cpu, size, size) & 0xffffn);
  if (isPlain(cpu)) {
    checkPlain(cpu, offset);
    moveStack(cpu, size * 2 + drop);
    enterPlain(cpu, selector, offset);
    cpu.hooks.contextChanged();
    return;
  }
  const code = returnCodeSegment(cpu, selector);
  const rpl = selector & 3;
  if (rpl === cpu.cpl) {
    checkTarget(cpu, code, offset);
    setAccessed(cpu, code);
    moveStack(cpu, size * 2 + drop);
    fillCode(cpu, selector, code, rpl);
  } else {
    const sp = peekStack(cpu, size * 2 + drop, size);
    const ss = Number(peekStack(cpu, size * 3 + drop, size) & 0xffffn);
    const stack = returnStackSegment(cpu, ss, code, rpl);
    checkTarget(cpu, code, offset);
    setAccessed(cpu, code);
    if (stack !== undefined) setAccessed(cpu, stack);
    fillCode(cpu, selector, code, rpl);
    enterOuterStack(cpu, ss, stack, code, sp, rpl);
    moveStack(cpu, drop);
    dropInnerSegments(cpu, rpl);
  }
  cpu.nextRip = offset;
  cpu.hooks.contextChanged();
};

export const FAR_HELPERS = { jmpFar, callFar, retFar } satisfies Record<string, Helper>;
