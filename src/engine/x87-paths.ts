/**
 * The usual x87 instructions in wasm: loads, stores, FADD … FDIVR, FILD, FIST, FXCH, for ordinary numbers in 64-bit mode. A
 * path does all of its instruction and gives 1, or has touched nothing and gives 0: then the helper in TypeScript runs.
 *
 * It takes normal operands and results (loads and stores also zeros), no stack fault, no exception pending, none but
 * the inexact one raised and that masked, and precision 53 or 64. The same is done, without wasm, by isa/float/limbs.ts.
 * SDM vol. 1 §4.8.4 (rounding), §8.1 (registers, pointers).
 */
import type { Instruction } from "../isa/instruction.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import {
  type RuntimeCalls,
  type RuntimeFunction,
  X87_MEMORY,
  X87_REGISTERS,
  type X87Path,
} from "./runtime-calls.ts";
import { X87Arithmetic } from "./x87-arithmetic.ts";
import { DESTINATION, POPS, SOURCE, TRUNCATES } from "./x87-frame.ts";
import { X87Moves } from "./x87-moves.ts";
import { writeX87Numbers } from "./x87-numbers.ts";

/** How an instruction runs in wasm, if it can: the function, bytes of its memory operand, and its stack registers. */
export interface QuickX87 {
  readonly path: X87Path;
  /** 0 without a memory operand. */
  readonly bytes: number;
  readonly writes: boolean;
  /** Flags for the function: POPS, TRUNCATES; for registers which of destination and source is st(i): DESTINATION, SOURCE. */
  readonly flags: number;
}

/** The wasm form of `insn`, whose semantics calls helper `name`. */
export function quickX87(insn: Instruction, name: string): QuickX87 | undefined {
  if (insn.row.unit !== "x87" || insn.mode !== 64) return undefined;
  const operand = insn.operands[0];
  if (operand?.kind === "memory") {
    const base = name
      .replace(/Memory$/, "")
      .replace(/^(fistp|fisttp)$/, "fist")
      .replace(/^fstp$/, "fst");
    const path = `${base}${operand.width}` as X87Path; // as: looked up in the next line
    if (!(X87_MEMORY as readonly string[]).includes(path)) return undefined;
    const stores = base === "fst" || base === "fist";
    const flags = (stores && /t?p(Memory)?$/.test(name) ? POPS : 0) | (name === "fisttp" ? TRUNCATES : 0);
    return { path, bytes: operand.width / 8, writes: stores, flags };
  }
  const isIndexed = insn.row.operands.map(({ code }) => code === "STi");
  const pops = /^f(add|mul|subr?|divr?|st)p$/.test(name);
  const path = (pops ? name.slice(0, -1) : name) as X87Path; // as: looked up in the next line
  if (!(X87_REGISTERS as readonly string[]).includes(path)) return undefined;
  const flags = (isIndexed[0] ? DESTINATION : 0) | (isIndexed[1] ? SOURCE : 0) | (pops ? POPS : 0);
  return { path, bytes: 0, writes: false, flags };
}

/** The opcode as FOP has it, which the record of an x87 instruction keeps in place of an immediate. */
export const fopOf = (insn: Instruction): number => ((insn.row.opcode & 7) << 8) | insn.modrm;

export function writeX87Paths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  writeX87Numbers(get, calls);
  for (const name of X87_MEMORY) {
    const f = get(name);
    const bits = Number(/\d+$/.exec(name)?.[0]);
    const real = bits === 32 ? 32 : 64;
    const base = name.replace(/\d+$/, "");
    if (base === "fld") new X87Moves(f, calls).load(real);
    else if (base === "fild") new X87Moves(f, calls).loadInteger(bits);
    else if (base === "fst") new X87Moves(f, calls).store(real);
    else if (base === "fist") new X87Moves(f, calls).storeInteger(bits);
    else new X87Arithmetic(f, calls).arithmeticMemory(base, real);
  }
  for (const name of X87_REGISTERS) {
    const f = get(name);
    if (name === "fld") new X87Moves(f, calls).loadRegister();
    else if (name === "fst") new X87Moves(f, calls).storeRegister();
    else if (name === "fxch") new X87Moves(f, calls).exchange();
    else new X87Arithmetic(f, calls).arithmeticRegisters(name);
  }
}
