/**
 * Bytes to Instruction, by the opcode maps of decode-table.ts. Decides everything that bytes and mode decide: prefixes,
 * REX and VEX rules, LOCK, address forms, register numbers that do not exist. It does not know the processor's state:
 * whether VEX is allowed at all (not in real or virtual-8086 mode), features and control registers are its caller's.
 * Source: SDM vol. 2A chapter 2; vol. 2D appendix A.
 */
import {
  type DecodeTable,
  lazyDecodeTable,
  type OpcodeEntry,
  type OpcodeMaps,
  sizeIndex,
} from "./decode-table.ts";
import type {
  ImmediateOperand,
  Instruction,
  MemoryOperand,
  Operand,
  RegisterOperand,
} from "./instruction.ts";
import {
  FIXED_OPERANDS,
  type OperandSpec,
  type OperandType,
  type RegisterFile,
  typeWidth,
} from "./operand.ts";
import type { Row } from "./row.ts";
import { implicitPointer, mnemonicOf } from "./row-facts.ts";
import { CS, DS, ES, FS, GS, SS } from "./state.ts";
import { TABLE } from "./table.ts";

/**
 * Why bytes are no instruction. `length` counts the bytes that were needed to know.
 * "invalid": #UD. "too long": more than 15 bytes, #GP(0). "truncated": the bytes given end before the instruction does.
 */
export interface DecodeFailure {
  readonly kind: "invalid" | "too long" | "truncated";
  readonly length: number;
}

export interface DecodeContext {
  readonly mode: 16 | 32 | 64;
}

const MAX_LENGTH = 15;

let table: DecodeTable | undefined;
/** The opcode maps of TABLE, built as opcodes are met. A test builds all of them, which finds what is wrong in the table. */
export function decodeTable(): DecodeTable {
  table ??= lazyDecodeTable(TABLE);
  return table;
}

export const isFailure = (x: Instruction | DecodeFailure): x is DecodeFailure => "kind" in x;

// ---------------------------------------------------------------------------------------- operands that are shared

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

const NO_OPERANDS: readonly Operand[] = [];

// -------------------------------------------------------------------------------------------------- prefix state

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** What decode has read so far. One instruction is decoded at a time, so one object serves all calls. */
const s = {
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

const fail = (kind: DecodeFailure["kind"], length: number): DecodeFailure => ({ kind, length });

/** Decodes the instruction at `offset`. Never throws for any bytes. */
export function decode(
  bytes: Uint8Array,
  offset: number,
  context: DecodeContext,
): Instruction | DecodeFailure {
  return decodeWith(decodeTable(), bytes, offset, context.mode);
}

/** As `decode`, with the opcode maps given. */
export function decodeWith(
  maps: DecodeTable,
  bytes: Uint8Array,
  offset: number,
  mode: 16 | 32 | 64,
): Instruction | DecodeFailure {
  const end = Math.min(bytes.length, offset + MAX_LENGTH);
  const short = (): DecodeFailure =>
    end - offset >= MAX_LENGTH ? fail("too long", MAX_LENGTH) : fail("truncated", end - offset);
  let at = offset;
  let rex = 0;
  let has66 = false;
  let has67 = false;
  let repeat = 0; // 0xf3, 0xf2: the last one
  let lock = false;
  let segment = -1;
  let opcode = 0;
  for (;;) {
    if (at >= end) return short();
    opcode = bytes[at++]!;
    switch (opcode) {
      case 0x26:
      case 0x2e:
      case 0x36:
      case 0x3e:
        if (mode !== 64) segment = (opcode >> 3) & 3;
        rex = 0;
        continue;
      case 0x64:
        segment = FS;
        rex = 0;
        continue;
      case 0x65:
        segment = GS;
        rex = 0;
        continue;
      case 0x66:
        has66 = true;
        rex = 0;
        continue;
      case 0x67:
        has67 = true;
        rex = 0;
        continue;
      case 0xf0:
        lock = true;
        rex = 0;
        continue;
      case 0xf2:
      case 0xf3:
        repeat = opcode;
        rex = 0;
        continue;
    }
    if (mode === 64 && (opcode & 0xf0) === 0x40) {
      rex = opcode;
      continue;
    }
    break;
  }
  s.bytes = bytes;
  s.mode = mode;
  s.rex = rex;
  s.segment = segment;
  s.r = (rex & 4) << 1;
  s.x = (rex & 2) << 2;
  s.b = (rex & 1) << 3;
  s.addressSize = mode === 64 ? (has67 ? 32 : 64) : (mode === 32) === has67 ? 16 : 32;
  s.vectorWidth = 128;
  s.vvvv = 0;
  let w = (rex & 8) !== 0;
  let l = 0;
  let vex = false;
  let map = 0;
  let pp = repeat === 0xf3 ? 2 : repeat === 0xf2 ? 3 : has66 ? 1 : 0;

  if (opcode === 0x0f) {
    if (at >= end) return short();
    opcode = bytes[at++]!;
    map = 1;
    if (opcode === 0x38 || opcode === 0x3a) {
      map = opcode === 0x38 ? 2 : 3;
      if (at >= end) return short();
      opcode = bytes[at++]!;
    }
  } else if (opcode === 0xc4 || opcode === 0xc5 || opcode === 0x62) {
    if (at >= end) return short();
    const first = bytes[at]!;
    if (mode === 64 || first >= 0xc0) {
      // EVEX is recognised; none is implemented.
      if (opcode === 0x62) return fail("invalid", at - offset);
      if (has66 || repeat !== 0 || lock || rex !== 0) return fail("invalid", at - offset);
      at++;
      let last = first;
      s.r = (~first & 0x80) >> 4;
      map = 1;
      if (opcode === 0xc4) {
        s.x = (~first & 0x40) >> 3;
        s.b = (~first & 0x20) >> 2;
        map = first & 31;
        if (at >= end) return short();
        last = bytes[at++]!;
        w = (last & 0x80) !== 0;
        if (map < 1 || map > 3) return fail("invalid", at - offset);
      }
      s.vvvv = (~last >> 3) & 15;
      l = (last >> 2) & 1;
      pp = last & 3;
      vex = true;
      // Outside 64-bit mode there are eight registers; the bits that would name more are ignored.
      if (mode !== 64) {
        s.b = 0;
      }
      if (at >= end) return short();
      opcode = bytes[at++]!;
    }
  }

  const encodings = vex ? maps.vex : maps.legacy;
  const entries: OpcodeMaps = mode === 64 ? encodings.in64 : encodings.other;
  const entry: OpcodeEntry | undefined = entries.get(map * 256 + opcode);
  if (entry === undefined) return fail("invalid", at - offset);
  let modrm = 0;
  if (entry.needsModrm) {
    if (at >= end) return short();
    modrm = bytes[at]!;
  }
  const found =
    entry.rows[
      pp * entry.prefix +
        (w ? entry.w : 0) +
        l * entry.l +
        (s.b !== 0 ? entry.b : 0) +
        (modrm >= 0xc0 ? entry.mod : 0) +
        ((modrm >> 3) & 7) * entry.reg +
        (modrm & 7) * entry.rm
    ];
  if (found === undefined) return fail("invalid", at - offset + (entry.needsModrm ? 1 : 0));
  const row = found.row;
  const size = found.sizes[sizeIndex(mode, has66, w)]!;
  s.size = size;
  s.opcode = opcode;
  s.modrm = modrm;
  if (vex) {
    if (!found.usesVvvv && s.vvvv !== 0) return fail("invalid", at - offset);
    if (mode !== 64) s.vvvv &= 7;
    if (l === 1) s.vectorWidth = 256;
  }

  // The rest of the instruction has a length that modrm and the row decide; see that it is all there.
  let needed = 0;
  const isMemory = row.hasModrm && found.mod !== "any" && modrm < 0xc0;
  if (row.hasModrm) {
    at++;
    if (isMemory) {
      const sib = s.addressSize !== 16 && (modrm & 7) === 4;
      if (sib && at >= end) return short();
      needed += addressBytes(modrm, s.addressSize, sib ? bytes[at]! : -1);
    }
  }
  if (lock && !(row.lock && isMemory)) return fail("invalid", at - offset);
  const specs = row.operands;
  const count = specs.length;
  for (let i = 0; i < count; i++) needed += immediateBytes(specs[i]!);
  if (at + needed > end) {
    return at + needed - offset > MAX_LENGTH ? fail("too long", MAX_LENGTH) : short();
  }

  s.at = at;
  let memory: MemoryOperand | undefined;
  let operands: Operand[] | readonly Operand[] = NO_OPERANDS;
  if (count > 0 || isMemory) {
    // The address comes before immediates in the bytes, wherever its operand stands.
    const list: Operand[] = new Array(count);
    if (isMemory) memory = address();
    for (let i = 0; i < count; i++) {
      const operand = operandOf(row, specs[i]!, isMemory, memory);
      if (operand === undefined) return fail("invalid", s.at - offset);
      list[i] = operand;
    }
    if (!registersExist(row, list)) return fail("invalid", s.at - offset);
    operands = list;
  }
  return {
    row,
    length: s.at - offset,
    size,
    addressSize: s.addressSize,
    mode,
    operands,
    lock,
    repeat: row.rep === undefined || repeat === 0 ? "none" : repeat === 0xf3 ? "rep" : "repne",
    segmentOverride: segment,
    modrm: row.hasModrm ? modrm : -1,
    mnemonic: mnemonicOf(row, size, s.addressSize),
  };
}

// ------------------------------------------------------------------------------------------------------- lengths

/** Bytes of SIB and displacement after a modrm of memory form; `sib` is −1 where there is none. */
function addressBytes(modrm: number, addressSize: 16 | 32 | 64, sib: number): number {
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (addressSize === 16) return mod === 1 ? 1 : mod === 2 || rm === 6 ? 2 : 0;
  const bytes = sib >= 0 ? 1 : 0;
  if (mod === 1) return bytes + 1;
  if (mod === 2) return bytes + 4;
  return (sib >= 0 ? sib & 7 : rm) === 5 ? bytes + 4 : bytes;
}

/** Bytes an operand takes after the address. */
function immediateBytes(spec: OperandSpec): number {
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
function address(): MemoryOperand {
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
function operandOf(
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
function registersExist(row: Row, operands: readonly Operand[]): boolean {
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
