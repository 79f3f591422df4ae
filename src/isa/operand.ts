/**
 * Operand codes: the SDM's own (vol. 2D, appendix A.2), parsed and checked when the table is loaded.
 *
 * A code is an addressing letter and a type, "Ev"; or a fixed register, "AL". The letters here are the SDM's except
 *   Z    general-purpose register in the opcode's low three bits (the SDM writes "rAX/r8");
 *   Ibs  imm8 sign-extended to the operand size (the SDM writes Ib and says so in the text).
 * This file does not fetch or write anything.
 */
import type { Width } from "./width.ts";

/** Addressing letters of appendix A.2.1, with Z. */
export type AddressingLetter =
  | "A" // far pointer in the instruction
  | "B" // VEX.vvvv, general-purpose register
  | "C" // modrm.reg, control register
  | "D" // modrm.reg, debug register
  | "E" // modrm.rm, general-purpose register or memory
  | "G" // modrm.reg, general-purpose register
  | "H" // VEX.vvvv, xmm/ymm
  | "I" // immediate
  | "J" // relative to the next instruction
  | "L" // imm8[7:4], xmm/ymm
  | "M" // modrm.rm, memory only
  | "N" // modrm.rm, mmx register only
  | "O" // offset in the instruction, no modrm
  | "P" // modrm.reg, mmx register
  | "Q" // modrm.rm, mmx register or memory
  | "R" // modrm.rm, general-purpose register only
  | "S" // modrm.reg, segment register
  | "U" // modrm.rm, xmm register only
  | "V" // modrm.reg, xmm register
  | "W" // modrm.rm, xmm register or memory
  | "X" // ds:rSI (segment may be overridden)
  | "Y" // es:rDI
  | "Z"; // opcode low bits, general-purpose register

/** Type letters of appendix A.2.2 as used here, with their width in bits; a string: depends on the operand size. */
const OPERAND_TYPES = {
  b: 8,
  bs: 8, // imm8 sign-extended to the operand size
  w: 16,
  d: 32,
  q: 64,
  dq: 128,
  x: 128, // 128 or 256 by VEX.L
  qq: 256,
  ps: 128, // packed single, double, integer: one vector
  pd: 128,
  ss: 32, // scalar single, double
  sd: 64,
  pi: 64, // mmx
  v: "v", // 16, 32, 64
  z: "z", // 16, 32, 32
  y: "y", // 32, 64 (by REX.W only)
  p: "p", // far pointer: 16:16, 16:32, 16:64
  a: "a", // pair for bound
  s: "s", // pseudo-descriptor 16:32 or 16:64
  m: 0, // memory of no size (lea, invlpg, prefetch)
  t: 80, // extended real, packed BCD
  env: "env", // x87 environment, 14 or 28 bytes
  sav: "sav", // x87 state, 94 or 108 bytes
  fx: 4096, // fxsave area, 512 bytes
  xs: 0, // xsave area, size by mask
} as const;
export type OperandType = keyof typeof OPERAND_TYPES;

/** Registers an operand code may fix. rAX and eAX follow the operand size ("eAX": never 64 bits). */
export const FIXED_OPERANDS = {
  AL: { file: "gpr", index: 0, width: 8 },
  CL: { file: "gpr", index: 1, width: 8 },
  AX: { file: "gpr", index: 0, width: 16 },
  DX: { file: "gpr", index: 2, width: 16 },
  eAX: { file: "gpr", index: 0, width: "z" },
  rAX: { file: "gpr", index: 0, width: "v" },
  ES: { file: "sreg", index: 0, width: 16 },
  CS: { file: "sreg", index: 1, width: 16 },
  SS: { file: "sreg", index: 2, width: 16 },
  DS: { file: "sreg", index: 3, width: 16 },
  FS: { file: "sreg", index: 4, width: 16 },
  GS: { file: "sreg", index: 5, width: 16 },
  XMM0: { file: "xmm", index: 0, width: 128 },
  ST0: { file: "st", index: 0, width: 80 },
  STi: { file: "st", index: -1, width: 80 }, // index in modrm.rm
  "1": { file: "imm", index: 1, width: 8 },
  "3": { file: "imm", index: 3, width: 8 },
} as const;
export type FixedOperand = keyof typeof FIXED_OPERANDS;

export type RegisterFile = "gpr" | "xmm" | "mm" | "sreg" | "cr" | "dr" | "st";

/** A parsed operand code. */
export type OperandSpec =
  | { readonly code: string; readonly letter: AddressingLetter; readonly type: OperandType }
  | { readonly code: string; readonly fixed: FixedOperand };

const LETTERS = new Set("ABCDEGHIJLMNOPQRSUVWXYZ");

/** Parses one code. Throws an Error that names the code if it is not one. */
export function parseOperand(code: string): OperandSpec {
  if (Object.hasOwn(FIXED_OPERANDS, code)) {
    // as: hasOwn has just shown that the key is one of the table's
    return { code, fixed: code as FixedOperand };
  }
  const letter = code.slice(0, 1);
  const type = code.slice(1);
  if (!LETTERS.has(letter) || !Object.hasOwn(OPERAND_TYPES, type)) {
    throw new Error(`operand code "${code}" is none of the SDM's appendix A.2`);
  }
  // as: both have just been checked against their tables
  return { code, letter: letter as AddressingLetter, type: type as OperandType };
}

/** Width in bits of a type at an operand size; 0 for memory of no fixed size. */
export function typeWidth(type: OperandType, size: 8 | 16 | 32 | 64, mode: 16 | 32 | 64): number {
  const w = OPERAND_TYPES[type];
  if (typeof w === "number") return w;
  switch (w) {
    case "v":
      return size;
    case "z":
      return Math.min(size, 32);
    case "y":
      return size === 64 ? 64 : 32;
    case "p":
      return 16 + size;
    case "a":
      return 2 * size;
    case "s":
      return mode === 64 ? 80 : 48;
    case "env":
      return size === 16 ? 14 * 8 : 28 * 8;
    case "sav":
      return size === 16 ? 94 * 8 : 108 * 8;
  }
}

/** Narrows a width in bits to those that values have. Throws if it is not one of them. */
export function valueWidth(bits: number): Width {
  if (bits === 1 || bits === 8 || bits === 16 || bits === 32 || bits === 64 || bits === 128) return bits;
  throw new Error(`no value is ${bits} bits wide`);
}
