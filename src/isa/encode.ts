/**
 * Row and operands to bytes: the shortest form of the row that means exactly these operands. It does not choose
 * between rows (the assembler does) and knows no text. What decode.ts reads back is what was given.
 * Source: SDM vol. 2A chapter 2.
 */
import { decodeTable } from "./decode.ts";
import { PREFIX_INDEX } from "./decode-table.ts";
import type { MemoryOperand, Operand } from "./instruction.ts";
import { FIXED_OPERANDS, type OperandSpec, type OperandType, typeWidth } from "./operand.ts";
import type { Row } from "./row.ts";
import {
  accepts66,
  implicitPointer,
  type Mode,
  modForms,
  type OperandSize,
  operandSize,
} from "./row-facts.ts";
import { DS, ES, SS } from "./state.ts";

export interface EncodeContext {
  readonly mode: Mode;
  /** Operand size; absent: any at which the operands fit. Rows without sized operands need it (pushf, iret). */
  readonly size?: OperandSize;
  /** Absent: that of the mode. */
  readonly addressSize?: 16 | 32 | 64;
  readonly lock?: boolean;
  readonly repeat?: "none" | "rep" | "repne";
  /** A segment override that is written though no operand asks for it (branch hints), or −1. */
  readonly segmentOverride?: number;
}

/** The row cannot mean these operands; the message says why. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
}

/** Bits that an immediate or relative operand of this type takes in the instruction. */
export function encodedBits(type: OperandType, size: OperandSize, mode: Mode): number {
  return type === "bs" ? 8 : type === "z" ? (size === 16 ? 16 : 32) : typeWidth(type, size, mode);
}

/** Width in bits of an operand of this type, vectors by VEX.L. */
export function operandWidth(row: Row, type: OperandType, size: OperandSize, mode: Mode): number {
  if (row.vex?.l === 1 && (type === "x" || type === "ps" || type === "pd")) return 256;
  return typeWidth(type, size, mode);
}

const registerFileOf: Readonly<Record<string, "gpr" | "xmm" | "mm" | "sreg" | "cr" | "dr">> = {
  E: "gpr",
  G: "gpr",
  R: "gpr",
  Z: "gpr",
  B: "gpr",
  V: "xmm",
  W: "xmm",
  U: "xmm",
  H: "xmm",
  L: "xmm",
  P: "mm",
  Q: "mm",
  N: "mm",
  S: "sreg",
  C: "cr",
  D: "dr",
};

/** Why `operand` cannot stand for `spec` at this operand size; undefined if it can. */
function mismatch(
  row: Row,
  spec: OperandSpec,
  o: Operand,
  size: OperandSize,
  mode: Mode,
): string | undefined {
  if (!("letter" in spec)) {
    const { file, index, width } = FIXED_OPERANDS[spec.fixed];
    if (file === "imm")
      return o.kind === "immediate" && o.value === BigInt(index) ? undefined : "not the fixed value";
    if (o.kind !== "register" || o.file !== file || o.high) return `not ${spec.fixed}`;
    if (index >= 0 && o.index !== index) return `not ${spec.fixed}`;
    const bits = width === "v" ? size : width === "z" ? Math.min(size, 32) : width;
    return o.width === bits ? undefined : `not ${bits} bits wide`;
  }
  const { letter, type } = spec;
  const width = operandWidth(row, type, size, mode);
  switch (letter) {
    case "I": {
      if (o.kind !== "immediate") return "not an immediate";
      const want = type === "bs" || type === "z" ? size : encodedBits(type, size, mode);
      if (o.width !== want) return `not ${want} bits wide`;
      const bits = encodedBits(type, size, mode);
      const fits = BigInt.asUintN(want, BigInt.asIntN(bits, o.value)) === o.value;
      return fits ? undefined : `${o.value} does not fit ${bits} bits`;
    }
    case "J": {
      if (o.kind !== "relative") return "not a branch target";
      const bits = encodedBits(type, size, mode);
      if (o.width !== bits) return `not ${bits} bits wide`;
      return Number(BigInt.asIntN(bits, BigInt(o.displacement))) === o.displacement
        ? undefined
        : "out of range";
    }
    case "A":
      return o.kind === "far" && o.width === size ? undefined : `not a far pointer of ${size} bits`;
    case "O":
    case "X":
    case "Y":
    case "M":
      if (o.kind !== "memory") return "not memory";
      return o.width === width ? undefined : `memory is not ${width} bits`;
    case "E":
    case "W":
    case "Q":
      if (o.kind === "memory") return o.width === width ? undefined : `memory is not ${width} bits`;
  }
  if (o.kind !== "register" || o.file !== registerFileOf[letter]) return `not a register for ${spec.code}`;
  return letter === "S" ||
    letter === "C" ||
    letter === "D" ||
    o.width === width ||
    registerFileOf[letter] === "mm"
    ? undefined
    : `not ${width} bits wide`;
}

/** Bytes of one instruction under construction. */
interface Parts {
  rexW: boolean;
  /** Register numbers 0–15 for modrm.reg, SIB index, and modrm.rm or base or opcode. */
  reg: number;
  index: number;
  rm: number;
  /** modrm.mod and the three low bits of rm; −1 where there is no modrm. */
  mod: number;
  sib: number;
  vvvv: number;
  needsRex: boolean;
  forbidsRex: boolean;
  displacement: number[];
  immediates: number[];
  segment: number;
}

function little(value: bigint, bits: number): number[] {
  const out: number[] = [];
  for (let v = BigInt.asUintN(bits, value), i = 0; i < bits; i += 8, v >>= 8n) out.push(Number(v & 0xffn));
  return out;
}

const PAIRS16: readonly (readonly [base: number, index: number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, -1],
  [7, -1],
  [5, -1],
  [3, -1],
];

/** Smallest displacement size that holds `d` and is not below the one asked for. `full` is 2 or 4. */
function displacementSize(m: MemoryOperand, full: number, noneAllowed: boolean): number {
  const d = m.displacement;
  if (BigInt.asIntN(full * 8, d) !== d)
    throw new EncodeError(`displacement ${d} does not fit ${full * 8} bits`);
  const least = d === 0n && noneAllowed ? 0 : BigInt.asIntN(8, d) === d ? 1 : full;
  return m.displacementSize > least ? (m.displacementSize > 1 ? full : 1) : least;
}

/** Sets mod, rm and SIB for an address; returns the bytes its displacement takes. */
function encodeAddress(p: Parts, m: MemoryOperand, addressSize: 16 | 32 | 64, mode: Mode): number {
  const modOf = (bytes: number): number => (bytes === 0 ? 0 : bytes === 1 ? 1 : 2);
  if (addressSize === 16) {
    if (m.base < 0 && m.index < 0) {
      p.mod = 0;
      p.rm = 6;
      return displacementSize({ ...m, displacementSize: 2 }, 2, false);
    }
    p.rm = PAIRS16.findIndex(([base, index]) => base === m.base && index === m.index);
    if (p.rm < 0 || m.scale !== 0 || m.ripRelative)
      throw new EncodeError("no 16-bit address form has these registers");
    const bytes = displacementSize(m, 2, p.rm !== 6);
    p.mod = modOf(bytes);
    return bytes;
  }
  if (m.ripRelative) {
    if (mode !== 64 || m.base >= 0 || m.index >= 0)
      throw new EncodeError("a rip-relative address has no registers");
    p.mod = 0;
    p.rm = 5;
    return displacementSize({ ...m, displacementSize: 4 }, 4, false);
  }
  if (m.index === 4) throw new EncodeError("rsp is no index register");
  if (m.base < 0) {
    const bytes = displacementSize({ ...m, displacementSize: 4 }, 4, false);
    p.mod = 0;
    if (m.index < 0 && mode !== 64) p.rm = 5;
    else {
      p.rm = 4;
      p.index = Math.max(m.index, 0);
      p.sib = (m.scale << 6) | ((m.index < 0 ? 4 : m.index & 7) << 3) | 5;
    }
    return bytes;
  }
  const bytes = displacementSize(m, 4, (m.base & 7) !== 5);
  p.mod = modOf(bytes);
  p.rm = m.base;
  if (m.index >= 0 || (m.base & 7) === 4) {
    p.index = Math.max(m.index, 0);
    p.sib = (m.scale << 6) | ((m.index < 0 ? 4 : m.index & 7) << 3) | (m.base & 7);
  }
  return bytes;
}

const SEGMENT_PREFIX = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const;

function defaultSegment(m: MemoryOperand): number {
  return m.base === 4 || m.base === 5 ? SS : DS;
}

function putOperand(
  p: Parts,
  row: Row,
  spec: OperandSpec,
  o: Operand,
  size: OperandSize,
  addressSize: 16 | 32 | 64,
  mode: Mode,
): void {
  if (!("letter" in spec)) {
    if (spec.fixed === "STi" && o.kind === "register") {
      p.mod = 3;
      p.rm = o.index;
    }
    return;
  }
  switch (o.kind) {
    case "immediate":
      p.immediates.push(...little(o.value, encodedBits(spec.type, size, mode)));
      return;
    case "relative":
      p.immediates.push(...little(BigInt(o.displacement), o.width));
      return;
    case "far":
      p.immediates.push(...little(o.offset, o.width), ...little(BigInt(o.selector), 16));
      return;
    case "memory":
      if (spec.letter === "O") {
        if (o.base >= 0 || o.index >= 0 || o.ripRelative)
          throw new EncodeError("an offset alone has no registers");
        p.immediates.push(...little(o.displacement, addressSize));
        if (o.segment !== DS) p.segment = o.segment;
      } else if (spec.letter === "Y") {
        if (o.base !== 7 || o.segment !== ES)
          throw new EncodeError("the destination of a string is es:[rdi]");
      } else if (spec.letter === "X") {
        if (o.base !== implicitPointer(row)) throw new EncodeError(`${row.mnemonic} has another pointer`);
        if (o.segment !== DS) p.segment = o.segment;
      } else {
        p.displacement = little(o.displacement, 8 * encodeAddress(p, o, addressSize, mode));
        if (o.segment !== defaultSegment(o)) p.segment = o.segment;
      }
      return;
    case "register":
      break;
  }
  const byte = o.file === "gpr" && o.width === 8;
  if (byte && o.high) p.forbidsRex = true;
  if (byte && !o.high && o.index >= 4) p.needsRex = true;
  const index = o.high ? o.index + 4 : o.index;
  switch (spec.letter) {
    case "G":
    case "V":
    case "P":
    case "S":
    case "C":
    case "D":
      p.reg = index;
      break;
    case "Z":
      p.rm = index;
      break;
    case "H":
    case "B":
      p.vvvv = index;
      break;
    case "L":
      p.immediates.push(index << 4);
      break;
    default:
      if (row.vex === undefined && o.file === "mm" && index > 7)
        throw new EncodeError("mm has eight registers");
      p.mod = 3;
      p.rm = index;
  }
}

/** With and without 66 and W, shortest first. */
const SIZE_PREFIXES = [
  [false, false],
  [true, false],
  [false, true],
] as const;

/**
 * Encodes `row` with `operands` (destination first, as decode gives them; `displacementSize` is the least size that a
 * displacement may take). Throws EncodeError with the reason where the row cannot mean them in this mode.
 */
export function encode(row: Row, operands: readonly Operand[], context: EncodeContext): Uint8Array {
  const { mode } = context;
  const name = `${row.mnemonic} (${row.id})`;
  if (row.only === (mode === 64 ? "i64" : "o64")) throw new EncodeError(`${name} is not in ${mode}-bit mode`);
  if (operands.length !== row.operands.length) {
    throw new EncodeError(`${name} has ${row.operands.length} operands, not ${operands.length}`);
  }
  let why = `no operand size of ${mode}-bit mode is ${context.size} bits`;
  for (const [has66, w] of SIZE_PREFIXES) {
    if (w && mode !== 64 && row.vex === undefined) continue;
    if (has66 && !accepts66(row)) continue;
    const rexW = row.w === undefined ? w : row.w === 1;
    if (rexW !== w && w) continue;
    const size = operandSize(row, mode, has66, rexW);
    if (context.size !== undefined && size !== context.size) continue;
    const wrong = row.operands
      .map((spec, i) => mismatch(row, spec, operands[i]!, size, mode))
      .findIndex((x) => x !== undefined);
    if (wrong >= 0) {
      why = `operand ${wrong + 1}: ${mismatch(row, row.operands[wrong]!, operands[wrong]!, size, mode)}`;
      continue;
    }
    return assembleBytes(row, operands, context, size, has66, rexW);
  }
  throw new EncodeError(`${name}: ${why}`);
}

function assembleBytes(
  row: Row,
  operands: readonly Operand[],
  context: EncodeContext,
  size: OperandSize,
  has66: boolean,
  w: boolean,
): Uint8Array {
  const { mode } = context;
  const addressSize = context.addressSize ?? mode;
  if (mode === 64 ? addressSize === 16 : addressSize === 64) {
    throw new EncodeError(`no ${addressSize}-bit addresses in ${mode}-bit mode`);
  }
  const p: Parts = {
    rexW: w,
    reg: row.digit ?? 0,
    index: 0,
    rm: 0,
    mod: 3,
    sib: -1,
    vvvv: 0,
    needsRex: false,
    forbidsRex: false,
    displacement: [],
    immediates: [],
    segment: context.segmentOverride ?? -1,
  };
  row.operands.forEach((spec, i) => {
    putOperand(p, row, spec, operands[i]!, size, addressSize, mode);
  });
  const forms = modForms(row);
  if (forms === "reg" && p.mod !== 3) throw new EncodeError(`${row.id} has no memory form`);
  if (forms === "mem" && p.mod === 3) throw new EncodeError(`${row.id} has no register form`);
  if (row.modrm !== undefined) {
    p.reg = (row.modrm >> 3) & 7;
    p.rm = row.modrm & 7;
  }
  const bytes: number[] = [];
  if (context.lock) {
    if (!row.lock || p.mod === 3)
      throw new EncodeError(`${row.mnemonic} with these operands cannot be locked`);
    bytes.push(0xf0);
  }
  if (context.repeat !== undefined && context.repeat !== "none") {
    if (row.rep === undefined) throw new EncodeError(`${row.mnemonic} cannot be repeated`);
    bytes.push(context.repeat === "rep" ? 0xf3 : 0xf2);
  }
  if (p.segment >= 0) {
    if (mode === 64 && p.segment < 4)
      throw new EncodeError("in 64-bit mode only fs and gs override a segment");
    bytes.push(SEGMENT_PREFIX[p.segment]!);
  }
  if (has66) bytes.push(0x66);
  if (addressSize !== mode) bytes.push(0x67);
  if (p.reg > 7 || p.rm > 7 || p.index > 7 || w || p.needsRex) {
    if (mode !== 64 && row.vex === undefined)
      throw new EncodeError("these registers exist only in 64-bit mode");
    if (mode !== 64 && (p.reg > 7 || p.rm > 7 || p.index > 7)) {
      throw new EncodeError("these registers exist only in 64-bit mode");
    }
  }
  if (row.vex !== undefined) pushVex(bytes, row, p);
  else pushLegacy(bytes, row, p);
  let opcode = row.opcode;
  if (row.plus) {
    opcode |= p.rm & 7;
    const maps = decodeTable().legacy;
    const entry = (mode === 64 ? maps.in64 : maps.other).get(row.map * 256 + opcode);
    if (entry !== undefined && entry.b !== 0 && p.rm < 8) {
      throw new EncodeError(`${row.mnemonic} with register 0 is another instruction`);
    }
  }
  bytes.push(opcode);
  if (row.hasModrm) {
    bytes.push((p.mod << 6) | ((p.reg & 7) << 3) | (p.sib >= 0 ? 4 : p.rm & 7));
    if (p.sib >= 0) bytes.push(p.sib);
  }
  bytes.push(...p.displacement, ...p.immediates);
  if (bytes.length > 15) throw new EncodeError(`${row.mnemonic} would take ${bytes.length} bytes`);
  return Uint8Array.from(bytes);
}

const MANDATORY = { none: undefined, "66": 0x66, f3: 0xf3, f2: 0xf2 } as const;

function pushLegacy(bytes: number[], row: Row, p: Parts): void {
  const mandatory = MANDATORY[row.prefix ?? "none"];
  if (mandatory !== undefined) bytes.push(mandatory);
  const rex = (p.rexW ? 8 : 0) | (p.reg > 7 ? 4 : 0) | (p.index > 7 ? 2 : 0) | (p.rm > 7 ? 1 : 0);
  if (rex !== 0 || p.needsRex) {
    if (p.forbidsRex) throw new EncodeError("ah, ch, dh and bh do not go with registers that need REX");
    bytes.push(0x40 | rex);
  }
  if (row.map > 0) bytes.push(0x0f);
  if (row.map === 2) bytes.push(0x38);
  if (row.map === 3) bytes.push(0x3a);
}

function pushVex(bytes: number[], row: Row, p: Parts): void {
  const pp = PREFIX_INDEX[row.prefix ?? "none"];
  const l = row.vex?.l === 1 ? 4 : 0;
  const tail = ((~p.vvvv & 15) << 3) | l | pp;
  const r = p.reg > 7 ? 0 : 0x80;
  const x = p.index > 7 ? 0 : 0x40;
  const b = p.rm > 7 ? 0 : 0x20;
  if (row.map === 1 && !p.rexW && x !== 0 && b !== 0) bytes.push(0xc5, r | tail);
  else bytes.push(0xc4, r | x | b | row.map, (p.rexW ? 0x80 : 0) | tail);
}
