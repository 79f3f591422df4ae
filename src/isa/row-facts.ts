/**
 * What decoding, encoding and printing derive from a row's columns: which modrm forms it has, whether it is a byte row,
 * its operand size under given prefixes. Pure functions of one row; nothing here knows of other rows.
 * Source: SDM vol. 2D, appendix A.2; operand sizes: vol. 1 table 3-4, vol. 2A §2.2.1.2.
 */
import type { OperandSpec } from "./operand.ts";
import type { Row } from "./row.ts";
import { RBX, RSI } from "./state.ts";

export type Mode = 16 | 32 | 64;
export type OperandSize = 8 | 16 | 32 | 64;

/** Which values of modrm.mod a row accepts. "any" ignores mod and takes rm as a register (mov to and from cr, dr). */
export type ModForms = "none" | "reg" | "mem" | "both" | "any";

const letterOf = (spec: OperandSpec): string => ("letter" in spec ? spec.letter : "");

export function modForms(row: Row): ModForms {
  if (!row.hasModrm) return "none";
  const letters = row.operands.map(letterOf);
  if (letters.includes("C") || letters.includes("D")) return "any";
  if (row.modrm !== undefined || row.mod === "reg") return "reg";
  if (row.mod === "mem" || letters.includes("M")) return "mem";
  if (letters.some((l) => l === "R" || l === "U" || l === "N")) return "reg";
  if (row.operands.some((s) => "fixed" in s && s.fixed === "STi")) return "reg";
  return "both";
}

const isByteOperand = (spec: OperandSpec): boolean =>
  "letter" in spec ? spec.type === "b" : spec.fixed === "AL";

/** Operands that say nothing of the size an instruction works at: immediates, branch targets, the port in DX. */
const isSizeless = (spec: OperandSpec): boolean =>
  "letter" in spec
    ? spec.letter === "I" || spec.letter === "J"
    : spec.fixed === "DX" || spec.fixed === "1" || spec.fixed === "3";

/**
 * Whether the row works on bytes whatever the prefixes: its first operand that is no immediate, branch target or
 * port is a byte, or `operandSize: "b"` says so.
 */
function isByteRow(row: Row): boolean {
  if (row.operandSize !== undefined) return row.operandSize === "b";
  const first = row.operands.find((s) => !isSizeless(s));
  return first !== undefined && isByteOperand(first);
}

const SIZED_TYPES = new Set(["v", "z", "p", "a", "bs", "env", "sav"]);

/** Whether the operand-size prefix changes an operand or the name: then 66 never excludes a row without mandatory prefix. */
export function isSizedBy66(row: Row): boolean {
  if (row.names !== undefined && row.namedBy === undefined) return true;
  return row.operands.some((s) =>
    "letter" in s ? SIZED_TYPES.has(s.type) : s.fixed === "rAX" || s.fixed === "eAX",
  );
}

/** Whether 66 may precede the row as operand-size prefix, or without effect. */
export function accepts66(row: Row): boolean {
  if (row.vex !== undefined || row.evex !== undefined || row.prefix === "66") return false;
  return row.prefix !== "none" || isSizedBy66(row);
}

/** Operand size in bits with or without a 66 prefix and REX.W or VEX.W. A mandatory 66 is not an operand-size prefix. */
export function operandSize(row: Row, mode: Mode, has66: boolean, w: boolean): OperandSize {
  if (isByteRow(row)) return 8;
  const rule = row.operandSize;
  if (rule === 16 || rule === 32 || rule === 64) return rule;
  if (row.vex !== undefined || row.evex !== undefined) return mode === 64 && w ? 64 : 32;
  const narrow = has66 && row.prefix !== "66";
  if (mode === 64) {
    if (w || rule === "f64") return 64;
    if (narrow) return 16;
    return rule === "d64" ? 64 : 32;
  }
  if (row.prefix === "66") return 32;
  return (mode === 16) === narrow ? 32 : 16;
}

/** Whether VEX.vvvv names an operand; where it does not it must be 1111. */
export const usesVvvv = (row: Row): boolean =>
  row.operands.some((s) => "letter" in s && (s.letter === "H" || s.letter === "B"));

/** Names that stand for the operand size of the mode; with a final w for 16 bits in another mode (pushfw), as NASM has it. */
const SIZED_BY_MODE = new Set(["pushf", "popf", "pusha", "popa", "iret"]);
export const isSizedByMode = (row: Row): boolean => SIZED_BY_MODE.has(row.mnemonic);

/** Mnemonic at an operand size and address size (row.names, row.namedBy). */
export function mnemonicOf(row: Row, size: OperandSize, addressSize: Mode): string {
  if (row.names === undefined) return row.mnemonic;
  const by = row.namedBy === "address size" ? addressSize : size;
  return (by === 8 ? undefined : row.names[by]) ?? row.mnemonic;
}

/** The register that an operand X is at: rSI, but rBX in xlatb (SDM vol. 2D, XLAT). */
export const implicitPointer = (row: Row): number => (row.map === 0 && row.opcode === 0xd7 ? RBX : RSI);
