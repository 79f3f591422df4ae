/**
 * F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS, FSINCOS on the stack (SDM vol. 2A; vol. 1 §8.3.7–8.3.10). The
 * numbers come from isa/float.
 */
import type { Environment } from "../../isa/float/environment.ts";
import { x87Logarithm, x87LogarithmPlusOne, x87PowerMinusOne } from "../../isa/float/logarithmic.ts";
import type { ValueAndCodes } from "../../isa/float/remainder.ts";
import {
  ONE,
  x87Arctangent,
  x87Cosine,
  x87Sine,
  x87SineCosine,
  x87Tangent,
} from "../../isa/float/trigonometric.ts";
import { C1, C2 } from "../../isa/float/x87.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import type { Helper } from "../helper.ts";
import { canReplaceAndPush, unary } from "./x87-arithmetic.ts";
import {
  environment,
  INDEFINITE,
  isEmpty,
  isNan,
  pop,
  push,
  recordPointers,
  report,
  setCodes,
  setSt,
  st,
  stackFault,
  wait,
} from "./x87-stack.ts";

/** st(1) = f(st(0), st(1)), then a pop. */
const binary =
  (f: (a: bigint, b: bigint, env: Environment) => bigint): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    if (isEmpty(cpu, 0) || isEmpty(cpu, 1)) {
      if (!stackFault(cpu, false)) return;
      setSt(cpu, 1, INDEFINITE);
      pop(cpu);
      return;
    }
    const env = environment(cpu);
    const result = f(st(cpu, 0), st(cpu, 1), env);
    if (!report(cpu, env)) return;
    setSt(cpu, 1, result);
    pop(cpu);
  };

/** FSIN and FCOS: C2 says that the operand was out of range and is still there. */
const ofAngle =
  (f: (a: bigint, env: Environment) => ValueAndCodes): Helper =>
  (cpu, insn) => {
    wait(cpu);
    recordPointers(cpu, insn);
    setCodes(cpu, 0, C2);
    if (isEmpty(cpu, 0)) {
      if (stackFault(cpu, false)) setSt(cpu, 0, INDEFINITE);
      return;
    }
    const env = environment(cpu);
    const { value, codes } = f(st(cpu, 0), env);
    if (!report(cpu, env)) return;
    setCodes(cpu, codes, C2);
    if ((codes & C2) === 0) setSt(cpu, 0, value);
  };

/** FPTAN and FSINCOS: the first result replaces st(0), the second is pushed; nothing moves if C2 is set. */
function replaceAndPush(
  cpu: Cpu,
  insn: Instruction,
  f: (a: bigint, env: Environment) => { first: bigint; second: bigint; codes: number },
): void {
  wait(cpu);
  recordPointers(cpu, insn);
  setCodes(cpu, 0, C2);
  if (!canReplaceAndPush(cpu)) return;
  const env = environment(cpu);
  const { first, second, codes } = f(st(cpu, 0), env);
  if (!report(cpu, env)) return;
  setCodes(cpu, codes, C2);
  if ((codes & C2) !== 0) {
    setCodes(cpu, 0, C1);
    return;
  }
  setSt(cpu, 0, first);
  push(cpu, second);
}

export const X87_TRANSCENDENTAL = {
  f2xm1: unary(x87PowerMinusOne),
  fyl2x: binary(x87Logarithm),
  fyl2xp1: binary(x87LogarithmPlusOne),
  fpatan: binary(x87Arctangent),
  fsin: ofAngle(x87Sine),
  fcos: ofAngle(x87Cosine),
  fptan: (cpu, insn) =>
    replaceAndPush(cpu, insn, (a, env) => {
      const { value, codes } = x87Tangent(a, env);
      return { first: value, second: isNan(value) ? value : ONE, codes };
    }),
  fsincos: (cpu, insn) =>
    replaceAndPush(cpu, insn, (a, env) => {
      const { sine, cosine, codes } = x87SineCosine(a, env);
      return { first: sine, second: cosine, codes };
    }),
} as const satisfies Record<string, Helper>;
