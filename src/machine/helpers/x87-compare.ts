/**
 * x87 comparison: FCOM, FUCOM, FICOM, FTST, FXAM into C3 C2 C0; FCOMI, FUCOMI into ZF PF CF (SDM vol. 2A; vol. 1
 * §8.3.6). The numbers come from isa/float.
 */
import { extendInteger } from "../../isa/float/convert.ts";
import { BINARY32, BINARY64, EXTENDED, type Format } from "../../isa/float/format.ts";
import { C0, C1, C2, C3, x87Compare, x87Examine } from "../../isa/float/x87.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { FLAG, FSW, STATUS_MASK } from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import type { Helper } from "../helper.ts";
import {
  environment,
  isEmpty,
  pop,
  recordPointers,
  report,
  setCodes,
  st,
  stackFault,
  stackOperand,
  wait,
} from "./x87-stack.ts";

const UNORDERED = C3 | C2 | C0;

/**
 * Compares st(0) with b; `source` is b's register or −1. The condition codes are delivered whatever exception there was,
 * as silicon does; `pops` says whether the instruction may pop.
 */
function relation(
  cpu: Cpu,
  source: number,
  b: bigint,
  quiet: boolean,
  format: Format,
): { codes: number; pops: boolean } {
  if (isEmpty(cpu, 0) || (source >= 0 && isEmpty(cpu, source))) {
    return { codes: UNORDERED, pops: stackFault(cpu, false) };
  }
  const env = environment(cpu);
  const codes = x87Compare(st(cpu, 0), b, quiet, env, format);
  return { codes, pops: report(cpu, env) };
}

/** Compares into FSW, and pops `count` registers. */
function compare(cpu: Cpu, source: number, b: bigint, quiet: boolean, format: Format, count: number): void {
  const { codes, pops } = relation(cpu, source, b, quiet, format);
  setCodes(cpu, codes, UNORDERED);
  if (pops) for (let i = 0; i < count; i++) pop(cpu);
}

/** With st(i), or with st(1) if there is no operand. */
const registers =
  (quiet: boolean, pops: number): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    const source = insn.operands.length === 0 ? 1 : stackOperand(insn, 0);
    compare(cpu, source, st(cpu, source), quiet, EXTENDED, pops);
  };

const memory =
  (pops: number): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const b = cpu.readOperand(insn, 0);
    recordPointers(cpu, insn);
    const format = insn.operands[0]?.width === 32 ? BINARY32 : BINARY64;
    compare(cpu, -1, b, false, format, pops);
  };

const integer =
  (pops: number): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const b = extendInteger(insn.operands[0]?.width === 16 ? 16 : 32, cpu.readOperand(insn, 0));
    recordPointers(cpu, insn);
    compare(cpu, -1, b, false, EXTENDED, pops);
  };

/** Into rflags: ZF PF CF are C3 C2 C0; OF SF AF become 0. C1 changes only with a stack fault. */
const flags =
  (quiet: boolean, mayPop: boolean): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    const source = stackOperand(insn, 1);
    const c1 = isEmpty(cpu, 0) || isEmpty(cpu, source) ? 0 : cpu.u16(FSW) & C1;
    const { codes, pops } = relation(cpu, source, st(cpu, source), quiet, EXTENDED);
    setCodes(cpu, c1, C1);
    cpu.rflags =
      (cpu.rflags & ~STATUS_MASK) |
      ((codes & C3) !== 0 ? FLAG.zf : 0) |
      ((codes & C2) !== 0 ? FLAG.pf : 0) |
      ((codes & C0) !== 0 ? FLAG.cf : 0);
    if (mayPop && pops) pop(cpu);
  };

function ftst(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  compare(cpu, -1, 0n, false, EXTENDED, 0);
}

function fxam(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  const value = st(cpu, 0);
  const codes = isEmpty(cpu, 0) ? C3 | C0 | (value >> 79n === 1n ? C1 : 0) : x87Examine(value);
  setCodes(cpu, codes);
}

export const X87_COMPARE = {
  fcom: registers(false, 0),
  fcomp: registers(false, 1),
  fcompp: registers(false, 2),
  fcomMemory: memory(0),
  fcompMemory: memory(1),
  ficom: integer(0),
  ficomp: integer(1),
  fucom: registers(true, 0),
  fucomp: registers(true, 1),
  fucompp: registers(true, 2),
  fcomi: flags(false, false),
  fcomip: flags(false, true),
  fucomi: flags(true, false),
  fucomip: flags(true, true),
  ftst,
  fxam,
} as const satisfies Record<string, Helper>;
