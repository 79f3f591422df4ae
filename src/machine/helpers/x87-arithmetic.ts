/**
 * x87 arithmetic on the stack: FADD … FDIVR with their integer and popping forms, FSQRT, FRNDINT, FSCALE, FPREM,
 * FXTRACT, FCHS, FABS (SDM vol. 2A; vol. 1 §8.3.5). The numbers come from isa/float.
 *
 * Order: pending exceptions, then the memory operand (which may fault), then nothing can fault any more.
 */
import type { Arithmetic } from "../../isa/float/arithmetic.ts";
import { extendInteger } from "../../isa/float/convert.ts";
import type { Environment } from "../../isa/float/environment.ts";
import { BINARY32, BINARY64, EXTENDED, type Format } from "../../isa/float/format.ts";
import { limbExtend32, limbExtend64 } from "../../isa/float/limb-memory.ts";
import { limbAdd, limbMultiply } from "../../isa/float/limbs.ts";
import { x87Remainder } from "../../isa/float/remainder.ts";
import { x87Extract, x87RoundToInteger, x87Scale } from "../../isa/float/scale.ts";
import { C0, C1, C2, C3, x87Absolute, x87Binary, x87Negate, x87SquareRoot } from "../../isa/float/x87.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import type { Helper } from "../helper.ts";
import {
  environment,
  INDEFINITE,
  isEmpty,
  isFull,
  isNan,
  pop,
  push,
  recordPointers,
  report,
  SPARE_WORDS,
  setCodes,
  setSt,
  st,
  stackFault,
  stackOperand,
  stWords,
  wait,
} from "./x87-stack.ts";

/** Add, subtract or multiply by the quick road: cpu.words[destination] op cpu.words[source]. False: not done. */
function quick(cpu: Cpu, op: Arithmetic, destination: number, source: number, env: Environment): boolean {
  const { words } = cpu;
  switch (op) {
    case "add":
      return limbAdd(words, destination, source, destination, false, false, env);
    case "sub":
      return limbAdd(words, destination, source, destination, false, true, env);
    case "subr":
      return limbAdd(words, destination, source, destination, true, false, env);
    case "mul":
      return limbMultiply(words, destination, source, destination, env);
    default:
      return false;
  }
}

/** Writes the extended form of a real of 32 or 64 bits to the spare words. False: not an ordinary number. */
function extendToSpare(cpu: Cpu, bits: bigint, width: number): boolean {
  if (width === 32) return limbExtend32(cpu.words, SPARE_WORDS, Number(bits));
  const high = Number(bits >> 32n);
  return limbExtend64(cpu.words, SPARE_WORDS, Number(BigInt.asUintN(32, bits)), high);
}

/** st(destination) = st(destination) op b; empties are st(destination) and, if not −1, st(source). */
function apply(
  cpu: Cpu,
  op: Arithmetic,
  destination: number,
  source: number,
  b: bigint,
  format: Format,
): boolean {
  if (isEmpty(cpu, destination) || (source >= 0 && isEmpty(cpu, source))) {
    if (!stackFault(cpu, false)) return false;
    setSt(cpu, destination, INDEFINITE);
    return true;
  }
  const env = environment(cpu);
  const result = x87Binary(op, st(cpu, destination), b, env, format);
  if (!report(cpu, env)) return false;
  setSt(cpu, destination, result);
  return true;
}

const registers =
  (op: Arithmetic, pops: boolean): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    const source = stackOperand(insn, 1);
    const destination = stackOperand(insn, 0);
    if (!isEmpty(cpu, destination) && !isEmpty(cpu, source)) {
      const env = environment(cpu);
      if (quick(cpu, op, stWords(cpu, destination), stWords(cpu, source), env)) {
        report(cpu, env);
        if (pops) pop(cpu);
        return;
      }
    }
    const done = apply(cpu, op, destination, source, st(cpu, source), EXTENDED);
    if (done && pops) pop(cpu);
  };

const memory =
  (op: Arithmetic): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const b = cpu.readOperand(insn, 0);
    recordPointers(cpu, insn);
    const width = insn.operands[0]?.width === 32 ? 32 : 64;
    if (!isEmpty(cpu, 0) && extendToSpare(cpu, b, width)) {
      const env = environment(cpu);
      if (quick(cpu, op, stWords(cpu, 0), SPARE_WORDS, env)) {
        report(cpu, env);
        return;
      }
    }
    apply(cpu, op, 0, -1, b, width === 32 ? BINARY32 : BINARY64);
  };

const integer =
  (op: Arithmetic): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const b = extendInteger(insn.operands[0]?.width === 16 ? 16 : 32, cpu.readOperand(insn, 0));
    recordPointers(cpu, insn);
    apply(cpu, op, 0, -1, b, EXTENDED);
  };

/** st(0) = f(st(0)). */
export const unary =
  (f: (a: bigint, env: Environment) => bigint): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    if (isEmpty(cpu, 0)) {
      if (stackFault(cpu, false)) setSt(cpu, 0, INDEFINITE);
      return;
    }
    const env = environment(cpu);
    const result = f(st(cpu, 0), env);
    if (report(cpu, env)) setSt(cpu, 0, result);
  };

const remainder =
  (nearest: boolean): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    if (isEmpty(cpu, 0) || isEmpty(cpu, 1)) {
      if (stackFault(cpu, false)) setSt(cpu, 0, INDEFINITE);
      setCodes(cpu, 0, C2);
      return;
    }
    const env = environment(cpu);
    const { value, codes } = x87Remainder(st(cpu, 0), st(cpu, 1), nearest, env);
    const delivers = report(cpu, env);
    // Where there is no quotient, C0 and C3 stay as they were.
    setCodes(cpu, codes, !delivers || isNan(value) ? C1 | C2 : C0 | C1 | C2 | C3);
    if (delivers) setSt(cpu, 0, value);
  };

function fscale(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  if (isEmpty(cpu, 0) || isEmpty(cpu, 1)) {
    if (stackFault(cpu, false)) setSt(cpu, 0, INDEFINITE);
    return;
  }
  const env = environment(cpu);
  const result = x87Scale(st(cpu, 0), st(cpu, 1), env);
  if (report(cpu, env)) setSt(cpu, 0, result);
}

/**
 * For an instruction that replaces st(0) and pushes: true if it may go on. Else it has had its stack fault, whose
 * masked response leaves the indefinite in both places.
 */
export function canReplaceAndPush(cpu: Cpu): boolean {
  const underflow = isEmpty(cpu, 0);
  if (!underflow && !isFull(cpu)) return true;
  if (stackFault(cpu, !underflow)) {
    setSt(cpu, 0, INDEFINITE);
    push(cpu, INDEFINITE);
  }
  return false;
}

function fxtract(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  if (!canReplaceAndPush(cpu)) return;
  const env = environment(cpu);
  const { exponent, significand } = x87Extract(st(cpu, 0), env);
  if (!report(cpu, env)) return;
  setSt(cpu, 0, exponent);
  push(cpu, significand);
}

export const X87_ARITHMETIC = {
  fadd: registers("add", false),
  faddp: registers("add", true),
  faddMemory: memory("add"),
  fiadd: integer("add"),
  fmul: registers("mul", false),
  fmulp: registers("mul", true),
  fmulMemory: memory("mul"),
  fimul: integer("mul"),
  fsub: registers("sub", false),
  fsubp: registers("sub", true),
  fsubMemory: memory("sub"),
  fisub: integer("sub"),
  fsubr: registers("subr", false),
  fsubrp: registers("subr", true),
  fsubrMemory: memory("subr"),
  fisubr: integer("subr"),
  fdiv: registers("div", false),
  fdivp: registers("div", true),
  fdivMemory: memory("div"),
  fidiv: integer("div"),
  fdivr: registers("divr", false),
  fdivrp: registers("divr", true),
  fdivrMemory: memory("divr"),
  fidivr: integer("divr"),
  fsqrt: unary(x87SquareRoot),
  frndint: unary(x87RoundToInteger),
  fchs: unary(x87Negate),
  fabs: unary(x87Absolute),
  fscale,
  fprem: remainder(false),
  fprem1: remainder(true),
  fxtract,
} as const satisfies Record<string, Helper>;
