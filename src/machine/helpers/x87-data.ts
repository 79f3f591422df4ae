/**
 * x87 loads, stores and moves: FLD, FST, FILD, FIST, FISTTP, FBLD, FBSTP, FXCH, FCMOVcc, constants (SDM vol. 2A; vol. 1
 * §8.3.2–8.3.4). The conversions come from isa/float.
 *
 * A store writes memory, which may fault, before anything of the x87 state changes; one that raises an unmasked
 * exception writes nothing and does not pop.
 */
import { fromPackedDecimal, toPackedDecimal } from "../../isa/float/bcd.ts";
import { type Constant, x87Constant } from "../../isa/float/constants.ts";
import { extend, extendInteger, narrow, x87ToInteger } from "../../isa/float/convert.ts";
import { DE, type Environment, IE, OE, UE } from "../../isa/float/environment.ts";
import { formatOf } from "../../isa/float/format.ts";
import { limbExtend32, limbExtend64, limbNarrow32, limbNarrow64 } from "../../isa/float/limb-memory.ts";
import { C1 } from "../../isa/float/x87.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { FLAG } from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import type { Helper } from "../helper.ts";
import {
  environment,
  INDEFINITE,
  isEmpty,
  isFull,
  moveTop,
  pop,
  push,
  pushChecked,
  pushHeld,
  recordPointers,
  report,
  SPARE_WORDS,
  STOPPING,
  setCodes,
  setSt,
  st,
  stackFault,
  stackOperand,
  stWords,
  wait,
} from "./x87-stack.ts";

const operandWidth = (insn: Instruction): number => insn.operands[0]?.width ?? 0;

/** 16, 32 or 64, as the operand of an integer instruction is wide. */
function integerWidth(insn: Instruction): 16 | 32 | 64 {
  const width = operandWidth(insn);
  return width === 16 ? 16 : width === 32 ? 32 : 64;
}

// ---------------------------------------------------------------------------------------------------------- loads

function fld(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  const source = stackOperand(insn, 0);
  if (isEmpty(cpu, source)) {
    if (stackFault(cpu, false)) push(cpu, INDEFINITE);
    return;
  }
  setCodes(cpu, 0, C1);
  pushChecked(cpu, st(cpu, source));
}

/** FLD of an ordinary number, without a bigint's arithmetic. False: not done. */
function quickLoad(cpu: Cpu, to: number, bits: bigint, width: number): boolean {
  if (width === 32) return limbExtend32(cpu.words, to, Number(bits));
  return limbExtend64(cpu.words, to, Number(BigInt.asUintN(32, bits)), Number(bits >> 32n));
}

function fldMemory(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  const bits = cpu.readOperand(insn, 0);
  recordPointers(cpu, insn);
  const width = operandWidth(insn);
  setCodes(cpu, 0, C1);
  if (width === 80 || isFull(cpu)) {
    pushChecked(cpu, bits);
    return;
  }
  if (quickLoad(cpu, stWords(cpu, 7), bits, width)) {
    pushHeld(cpu);
    return;
  }
  // A denormal is loaded even if its exception is not masked, which then waits for the next instruction.
  const env = environment(cpu);
  env.masks |= DE;
  const value = extend(width === 32 ? 32 : 64, bits, env);
  if (report(cpu, env)) push(cpu, value);
}

/** Loads that are always exact. */
const loadExact =
  (f: (bits: bigint, insn: Instruction) => bigint): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const bits = cpu.readOperand(insn, 0);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C1);
    pushChecked(cpu, f(bits, insn));
  };

const constant =
  (name: Constant): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C1);
    pushChecked(cpu, x87Constant(name, environment(cpu)));
  };

// --------------------------------------------------------------------------------------------------------- stores

/** A store that an exception suppresses faults as if it were done. */
function checkStore(cpu: Cpu, insn: Instruction): void {
  cpu.memory.probe(cpu.operandLinear(insn, 0, true), operandWidth(insn) / 8, true);
}

/** Stores what `convert` makes of st(0), or `indefinite` from an empty register. */
const store =
  (
    convert: (cpu: Cpu, insn: Instruction, env: Environment) => bigint,
    indefinite: (insn: Instruction) => bigint,
    pops: boolean,
  ): Helper =>
  (cpu, insn) => {
    wait(cpu);
    const env = environment(cpu);
    if (isEmpty(cpu, 0)) {
      if (env.isMasked(IE)) cpu.writeOperand(insn, 0, indefinite(insn));
      else checkStore(cpu, insn);
      recordPointers(cpu, insn);
      if (stackFault(cpu, false) && pops) pop(cpu);
      return;
    }
    const value = convert(cpu, insn, env);
    const delivers = (env.unmasked & (STOPPING | OE | UE)) === 0;
    if (delivers) cpu.writeOperand(insn, 0, value);
    else checkStore(cpu, insn);
    recordPointers(cpu, insn);
    report(cpu, env);
    if (delivers && pops) pop(cpu);
  };

function realToMemory(cpu: Cpu, insn: Instruction, env: Environment): bigint {
  const { words } = cpu;
  const from = stWords(cpu, 0);
  switch (operandWidth(insn)) {
    case 80:
      return st(cpu, 0);
    case 32:
      if (limbNarrow32(words, from, words, SPARE_WORDS, env)) return BigInt(words[SPARE_WORDS]!);
      return narrow(32, st(cpu, 0), env);
    default:
      if (limbNarrow64(words, from, words, SPARE_WORDS, env)) return cpu.u64(SPARE_WORDS * 4);
      return narrow(64, st(cpu, 0), env);
  }
}

function realIndefinite(insn: Instruction): bigint {
  const width = operandWidth(insn);
  return width === 80 ? INDEFINITE : formatOf(width === 32 ? 32 : 64).indefinite;
}

const integerToMemory =
  (truncate: boolean) =>
  (cpu: Cpu, insn: Instruction, env: Environment): bigint =>
    x87ToInteger(integerWidth(insn), st(cpu, 0), truncate, env);

const integerIndefinite = (insn: Instruction): bigint => 1n << BigInt(integerWidth(insn) - 1);

const decimalToMemory = (cpu: Cpu, _: Instruction, env: Environment): bigint =>
  toPackedDecimal(st(cpu, 0), env);

const storeRegister =
  (pops: boolean): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    const value = isEmpty(cpu, 0) ? INDEFINITE : st(cpu, 0);
    if (isEmpty(cpu, 0)) {
      if (!stackFault(cpu, false)) return;
    } else {
      setCodes(cpu, 0, C1);
    }
    setSt(cpu, stackOperand(insn, 0), value);
    if (pops) pop(cpu);
  };

/** D9 D8+i: as FSTP st(i), but an empty st(0) is popped without a stack fault and not copied. */
function fstpnce(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  setCodes(cpu, 0, C1);
  if (!isEmpty(cpu, 0)) setSt(cpu, stackOperand(insn, 0), st(cpu, 0));
  pop(cpu);
}

// ---------------------------------------------------------------------------------------------------------- moves

function fxch(cpu: Cpu, insn: Instruction): void {
  wait(cpu);
  recordPointers(cpu, insn);
  const i = stackOperand(insn, 0);
  const empty0 = isEmpty(cpu, 0);
  const emptyI = isEmpty(cpu, i);
  if (empty0 || emptyI) {
    if (!stackFault(cpu, false)) return;
  } else {
    setCodes(cpu, 0, C1);
  }
  const a = empty0 ? INDEFINITE : st(cpu, 0);
  const b = emptyI ? INDEFINITE : st(cpu, i);
  setSt(cpu, 0, b);
  setSt(cpu, i, a);
}

const conditionalMove =
  (flags: number, wanted: boolean): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    const source = stackOperand(insn, 1);
    if (isEmpty(cpu, 0) || isEmpty(cpu, source)) {
      if (stackFault(cpu, false)) setSt(cpu, 0, INDEFINITE);
      return;
    }
    if (((cpu.rflags & flags) !== 0) === wanted) setSt(cpu, 0, st(cpu, source));
  };

export const X87_DATA = {
  fld,
  fldMemory,
  fild: loadExact((bits, insn) => extendInteger(integerWidth(insn), bits)),
  fbld: loadExact(fromPackedDecimal),
  fst: storeRegister(false),
  fstp: storeRegister(true),
  fstpnce,
  fstMemory: store(realToMemory, realIndefinite, false),
  fstpMemory: store(realToMemory, realIndefinite, true),
  fist: store(integerToMemory(false), integerIndefinite, false),
  fistp: store(integerToMemory(false), integerIndefinite, true),
  fisttp: store(integerToMemory(true), integerIndefinite, true),
  fbstp: store(decimalToMemory, () => INDEFINITE, true),
  fxch,
  fcmovb: conditionalMove(FLAG.cf, true),
  fcmove: conditionalMove(FLAG.zf, true),
  fcmovbe: conditionalMove(FLAG.cf | FLAG.zf, true),
  fcmovu: conditionalMove(FLAG.pf, true),
  fcmovnb: conditionalMove(FLAG.cf, false),
  fcmovne: conditionalMove(FLAG.zf, false),
  fcmovnbe: conditionalMove(FLAG.cf | FLAG.zf, false),
  fcmovnu: conditionalMove(FLAG.pf, false),
  fld1: constant("fld1"),
  fldl2t: constant("fldl2t"),
  fldl2e: constant("fldl2e"),
  fldpi: constant("fldpi"),
  fldlg2: constant("fldlg2"),
  fldln2: constant("fldln2"),
  fldz: constant("fldz"),
} as const satisfies Record<string, Helper>;

/** FINCSTP and FDECSTP. */
export const rotate =
  (change: number): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C1);
    moveTop(cpu, change);
  };
