/**
 * Operands out of instruction bytes, for decode.ts: registers, addresses, immediates. `s` is where decode leaves what
 * prefixes, opcode and modrm said, before it asks for operands. Nothing here chooses a row or checks lengths.
 * Source: SDM vol. 2A §2.1.5, tables 2-1 to 2-3; vol. 2D appendix A.2.
 */
import type { ImmediateOperand, MemoryOperand, Operand, RegisterOperand } from "./instruction.ts";
import {
  FIXED_OPERANDS,
  type OperandSpec,
  type OperandType,
  type RegisterFile,
  typeWidth,
} from "./operand.ts";
import type { Row } from "./row.ts";
import { implicitPointer } from "./row-facts.ts";
import { CS, DS, ES, SS } from "./state.ts";

const registers = new Map<number, RegisterOperand>();
const FILES: readonly RegisterFile[] = ["gpr", "xmm", "mm", "sreg", "cr", "dr", "st"];

/** The one operand object of a register; operands are plain data and may be shared. */
export function registerOperand(
  file: RegisterFile,
  index: number,
  width: number,
  high = false,
): RegisterOperand {
  const key = ((width * 8 + FILES.indexOf(file)) * 2 + (high ? 1 : 0)) * 16 + index;
  let r = registers.get(key);
  if (r === undefined) {
    r = { kind: "register", file, index, high, width };
    registers.set(key, r);
  }
  return r;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** What decode has read so far. One instruction is decoded at a time, so one object serves all calls. */
export const s = {
  bytes: NO_BYTES,
  at: 0,
  mode: 64 as 16 | 32 | 64,
  rex: 0,
  /** Register extensions, 0 or 8. */
  r: 0,
  x: 0,
  b: 0,
  modrm: 0,
  vvvv: 0,
  opcode: 0,
  size: 32 as 8 | 16 | 32 | 64,
  addressSize: 64 as 16 | 32 | 64,
  segment: -1,
  vectorWidth: 128,
};

// ------------------------------------------------------------------------------------------------------- lengths

/** Bytes of SIB and displacement after a modrm of memory form; `sib` is −1 where there is none. */
export function addressBytes(modrm: number, addressSize: 16 | 32 | 64, sib: number): number {
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (addressSize === 16) return mod === 1 ? 1 : mod === 2 || rm === 6 ? 2 : 0;
  const bytes = sib >= 0 ? 1 : 0;
  if (mod === 1) return bytes + 1;
  if (mod === 2) return bytes + 4;
  return (sib >= 0 ? sib & 7 : rm) === 5 ? bytes + 4 : bytes;
}

/** Bytes an operand takes after the address. */
export function immediateBytes(spec: OperandSpec): number {
  if (!("letter" in spec)) return 0;
  switch (spec.letter) {
    case "I":
    case "J":
      return encodedBits(spec.type) >> 3;
    case "L":
      return 1;
    case "O":
      return s.addressSize >> 3;
    case "A":
      return (s.size >> 3) + 2;
    default:
      return 0;
  }
}

/** Bits of an immediate or relative operand in the instruction. */
function encodedBits(type: OperandType): number {
  return type === "bs" ? 8 : type === "z" ? (s.size === 16 ? 16 : 32) : typeWidth(type, s.size, s.mode);
}

// ------------------------------------------------------------------------------------------------------- operands

/** The value of the next `bits` bits, sign-extended. */
function signed(bits: number): number {
  const { bytes, at } = s;
  s.at = at + (bits >> 3);
  if (bits === 8) return (bytes[at]! << 24) >> 24;
  if (bits === 16) return ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The next `bits` bits, unsigned. */
function unsigned(bits: number): bigint {
  if (bits !== 64) return BigInt.asUintN(bits, BigInt(signed(bits)));
  const low = signed(32);
  const high = signed(32);
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Base and index registers of the 16-bit forms (SDM vol. 2A table 2-1): bx+si, bx+di, bp+si, bp+di, si, di, bp, bx. */
const BASE16 = [3, 3, 5, 5, 6, 7, 5, 3] as const;
const INDEX16 = [6, 7, 6, 7, -1, -1, -1, -1] as const;

/** The memory form of modrm, with width 0: `operandOf` gives it the operand's. */
export function address(): MemoryOperand {
  const mod = s.modrm >> 6;
  const rm = s.modrm & 7;
  let base: number;
  let index = -1;
  let scale = 0;
  let displacementSize = mod === 1 ? 1 : mod === 2 ? (s.addressSize === 16 ? 2 : 4) : 0;
  let ripRelative = false;
  if (s.addressSize === 16) {
    base = BASE16[rm]!;
    index = INDEX16[rm]!;
    if (mod === 0 && rm === 6) {
      base = -1;
      displacementSize = 2;
    }
  } else {
    base = rm;
    if (rm === 4) {
      const sib = s.bytes[s.at++]!;
      base = sib & 7;
      scale = sib >> 6;
      index = ((sib >> 3) & 7) | s.x;
      if (index === 4) {
        index = -1;
        scale = 0;
      }
    }
    if (base === 5 && mod === 0) {
      ripRelative = rm === 5 && s.mode === 64;
      base = -1;
      displacementSize = 4;
    } else {
      base |= s.b;
    }
  }
  const displacement = displacementSize === 0 ? 0n : BigInt(signed(displacementSize * 8));
  const segment = s.segment >= 0 ? s.segment : base === 4 || base === 5 ? SS : DS;
  return {
    kind: "memory",
    segment,
    base,
    index,
    scale,
    displacement,
    ripRelative,
    width: 0,
    displacementSize,
  };
}

/** A memory operand at a register alone: string operands. */
function stringOperand(segment: number, base: number, width: number): MemoryOperand {
  return {
    kind: "memory",
    segment,
    base,
    index: -1,
    scale: 0,
    displacement: 0n,
    ripRelative: false,
    width,
    displacementSize: 0,
  };
}

function gpr(index: number, width: number): RegisterOperand {
  // Without REX, byte registers 4–7 are ah, ch, dh, bh (SDM vol. 2A table 3-1).
  if (width === 8 && s.rex === 0 && index >= 4 && index < 8)
    return registerOperand("gpr", index - 4, 8, true);
  return registerOperand("gpr", index, width);
}

/** Width of a type; vectors are as wide as VEX.L says. */
function widthOf(type: OperandType): number {
  if (type === "x" || type === "ps" || type === "pd") return s.vectorWidth;
  return typeWidth(type, s.size, s.mode);
}

function withWidth(m: MemoryOperand | undefined, type: OperandType): MemoryOperand {
  if (m === undefined) throw new Error("a memory form without an address");
  const width = widthOf(type);
  return width === m.width ? m : { ...m, width };
}

/** One operand; undefined where the encoding names none. */
export function operandOf(
  row: Row,
  spec: OperandSpec,
  isMemory: boolean,
  memory: MemoryOperand | undefined,
): Operand | undefined {
  if (!("letter" in spec)) return fixed(spec.fixed);
  const { type } = spec;
  const reg = (s.modrm >> 3) & 7;
  const rm = s.modrm & 7;
  switch (spec.letter) {
    case "E":
      return isMemory ? withWidth(memory, type) : gpr(rm | s.b, widthOf(type));
    case "G":
      return gpr(reg | s.r, widthOf(type));
    case "I":
      return immediate(type);
    case "Z":
      return gpr((s.opcode & 7) | s.b, widthOf(type));
    case "J": {
      const width = encodedBits(type);
      return { kind: "relative", displacement: signed(width), width };
    }
    case "M":
      return withWidth(memory, type);
    case "R":
      return gpr(rm | s.b, widthOf(type));
    case "V":
      return registerOperand("xmm", reg | s.r, widthOf(type));
    case "W":
      return isMemory ? withWidth(memory, type) : registerOperand("xmm", rm | s.b, widthOf(type));
    case "U":
      return registerOperand("xmm", rm | s.b, widthOf(type));
    case "H":
      return registerOperand("xmm", s.vvvv, widthOf(type));
    case "B":
      return registerOperand("gpr", s.vvvv, widthOf(type));
    case "L":
      return registerOperand("xmm", (s.bytes[s.at++]! >> 4) & (s.mode === 64 ? 15 : 7), widthOf(type));
    case "P":
      return registerOperand("mm", reg, 64);
    case "Q":
      return isMemory ? withWidth(memory, type) : registerOperand("mm", rm, widthOf(type));
    case "N":
      return registerOperand("mm", rm, 64);
    case "S":
      return reg < 6 ? registerOperand("sreg", reg, 16) : undefined;
    case "C":
      return registerOperand("cr", reg | s.r, s.size);
    case "D":
      return registerOperand("dr", reg | s.r, s.size);
    case "X":
      return stringOperand(s.segment >= 0 ? s.segment : DS, implicitPointer(row), widthOf(type));
    case "Y":
      return stringOperand(ES, 7, widthOf(type));
    case "O": {
      const displacement = unsigned(s.addressSize);
      return {
        ...stringOperand(s.segment >= 0 ? s.segment : DS, -1, widthOf(type)),
        displacement,
        displacementSize: s.addressSize >> 3,
      };
    }
    case "A": {
      const offset = unsigned(s.size);
      return { kind: "far", offset, selector: signed(16) & 0xffff, width: s.size };
    }
  }
}

function fixed(name: keyof typeof FIXED_OPERANDS): Operand {
  const { file, index, width } = FIXED_OPERANDS[name];
  if (file === "imm") return { kind: "immediate", value: BigInt(index), width };
  const bits = width === "v" ? s.size : width === "z" ? Math.min(s.size, 32) : width;
  return registerOperand(file, index < 0 ? s.modrm & 7 : index, bits);
}

/** Immediates arrive at the width of their code; Iz, Iv and Ibs at the operand size, sign-extended. */
function immediate(type: OperandType): ImmediateOperand {
  const bits = encodedBits(type);
  const width = type === "bs" || type === "z" ? s.size : bits;
  const value = bits === 64 ? unsigned(64) : BigInt.asUintN(width, BigInt(signed(bits)));
  return { kind: "immediate", value, width };
}

/** Control registers 0, 2, 3, 4, 8 and debug registers 0–7 exist; cs is not loaded by mov (SDM vol. 2B, MOV). */
export function registersExist(row: Row, operands: readonly Operand[]): boolean {
  for (let i = 0; i < operands.length; i++) {
    const o = operands[i]!;
    if (o.kind !== "register") continue;
    if (o.file === "cr" && !(o.index === 8 || (o.index <= 4 && o.index !== 1))) return false;
    if (o.file === "dr" && o.index > 7) return false;
    if (o.file === "sreg" && i === 0 && o.index === CS) {
      const spec = row.operands[i]!;
      if ("letter" in spec) return false;
    }
  }
  return true;
}
