/**
 * Writes an instruction of a form (forms.ts): prefixes, REX or VEX, opcode, modrm, SIB, displacement and immediates
 * straight from the row's columns, with what the form leaves open drawn at random. It is a second, independent path
 * to bytes beside encode.ts: it can write what no encoder would choose (redundant REX, longer displacements).
 * Source: SDM vol. 2A chapter 2.
 */
import { type OperandSpec, typeWidth } from "./operand.ts";
import type { Row } from "./row.ts";
import { type Mode, modForms, type OperandSize, usesVvvv } from "./row-facts.ts";

/**
 * How the bytes say an address. Those of modrm: "base" without displacement, "base+disp8", "base+disp" (full size),
 * "base+index" (SIB with both, displacement of any size; in 16-bit addressing bx+si and kin), "index" (SIB without
 * base), "absolute", "rip", "segment" (base+disp8 under a segment override). "offset" is the moffs of mov, "string"
 * rSI and rDI; both also with an override.
 */
export type AddressKind =
  | "base"
  | "base+disp8"
  | "base+disp"
  | "base+index"
  | "index"
  | "absolute"
  | "rip"
  | "segment"
  | "offset"
  | "offset segment"
  | "string"
  | "string segment";

export interface Form {
  readonly row: Row;
  readonly mode: Mode;
  /** Operand size, and the prefixes that give it. */
  readonly size: OperandSize;
  readonly has66: boolean;
  readonly w: boolean;
  readonly addressSize: 16 | 32 | 64;
  /** Absent: no operand in memory (register form of modrm, or no modrm). */
  readonly address: AddressKind | undefined;
  readonly lock: boolean;
  readonly repeat: "none" | "rep" | "repne";
  /** Of a +r row: registers whose opcode is another row's where REX.B is clear (0 of xchg, which is nop). */
  readonly taken: readonly number[];
}

/** Where an instance takes its registers, displacements and immediates from. A test may steer it. */
export interface Draws {
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
  /** A displacement of 8, 16, 32 or 64 bits; only the low `bits` count. */
  displacement(bits: number): bigint;
  /** An immediate or branch displacement as it stands in the instruction; only the low `bits` count. */
  immediate(bits: number): bigint;
}

/** Draws that depend on `seed` alone (xorshift32). Values are edge cases about half of the time. */
export function seededDraws(seed: number): Draws {
  // A multiplicative hash, so that seeds that are near give draws that are not.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const value = (bits: number): bigint => {
    const any = (BigInt(next()) << 32n) | BigInt(next());
    switch (next() % 8) {
      case 0:
        return 0n;
      case 1:
        return 1n;
      case 2:
        return -1n;
      case 3:
        return 1n << BigInt(bits - 1);
      case 4:
        return (1n << BigInt(bits - 1)) - 1n;
      default:
        return any;
    }
  };
  return { below: (n) => next() % n, displacement: value, immediate: value };
}

const little = (value: bigint, bits: number): number[] => {
  const bytes: number[] = [];
  for (let v = BigInt.asUintN(bits, value), i = 0; i < bits; i += 8, v >>= 8n) bytes.push(Number(v & 0xffn));
  return bytes;
};

const pick = <T>(draws: Draws, list: readonly T[]): T => list[draws.below(list.length)]!;

/** Fields under construction: register numbers with their fourth bit, which REX or VEX carries. */
interface Fields {
  reg: number;
  /** modrm.rm, SIB base or the register of a +r opcode. */
  rm: number;
  index: number;
  vvvv: number;
  mod: number;
  sib: number;
  displacement: number[];
}

const letterOf = (spec: OperandSpec): string => ("letter" in spec ? spec.letter : "");

/** What modrm.reg holds. */
function drawReg(form: Form, draws: Draws): number {
  const { row, mode } = form;
  if (row.modrm !== undefined) return (row.modrm >> 3) & 7;
  if (row.digit !== undefined) return row.digit;
  const i = row.operands.findIndex((s) => "GVPSCD".includes(letterOf(s)) && letterOf(s) !== "");
  switch (i < 0 ? "" : letterOf(row.operands[i]!)) {
    case "G":
    case "V":
      return draws.below(mode === 64 ? 16 : 8);
    case "S":
      // cs is not loaded by mov
      return i === 0 ? pick(draws, [0, 2, 3, 4, 5]) : draws.below(6);
    case "C":
      return pick(draws, mode === 64 ? [0, 2, 3, 4, 8] : [0, 2, 3, 4]);
    default:
      return draws.below(8);
  }
}

/** What modrm.rm, or the opcode's low bits, hold where they are a register. */
function drawRegister(form: Form, draws: Draws): number {
  const { row, mode, taken } = form;
  if (row.modrm !== undefined) return row.modrm & 7;
  const wide = mode === 64 && row.operands.some((s) => "ERWUZ".includes(letterOf(s)) && letterOf(s) !== "");
  let register = draws.below(wide ? 16 : 8);
  while (taken.includes(register)) register = (register + 1) % 8;
  return register;
}

/** modrm, SIB and displacement of 16-bit addressing (SDM vol. 2A table 2-1). */
function drawAddress16(p: Fields, form: Form, draws: Draws): void {
  const displace = (bytes: number): void => {
    p.displacement = bytes === 0 ? [] : little(draws.displacement(8 * bytes), 8 * bytes);
    p.mod = bytes;
  };
  switch (form.address) {
    case "absolute":
      p.rm = 6;
      displace(2);
      p.mod = 0;
      return;
    case "base+index":
      p.rm = draws.below(4);
      displace(draws.below(3));
      return;
    case "base":
      p.rm = pick(draws, [4, 5, 7]);
      displace(0);
      return;
    case "base+disp":
      p.rm = 4 + draws.below(4);
      displace(2);
      return;
    default:
      p.rm = 4 + draws.below(4);
      displace(1);
  }
}

/** The same of 32- and 64-bit addressing (SDM vol. 2A tables 2-2, 2-3, 2-5). */
function drawAddress(p: Fields, form: Form, draws: Draws): void {
  const registers = form.mode === 64 ? 16 : 8;
  const displace = (mod: number): void => {
    p.mod = mod;
    const bits = mod === 1 ? 8 : 32;
    p.displacement = mod === 0 ? [] : little(draws.displacement(bits), bits);
  };
  const drawIndex = (): number => {
    const index = draws.below(registers - 1);
    return index < 4 ? index : index + 1;
  };
  const sib = (index: number, base: number): void => {
    p.index = index;
    p.sib = (draws.below(4) << 6) | ((index & 7) << 3) | (base & 7);
  };
  /** mod 0 with these low bits of the base means a displacement without base. */
  const NO_BASE = 5;
  switch (form.address) {
    case "rip":
      displace(2);
      p.mod = 0;
      p.rm = NO_BASE;
      return;
    case "absolute":
      displace(2);
      p.mod = 0;
      p.rm = NO_BASE;
      if (form.mode === 64 || draws.below(2) === 0) sib(4, NO_BASE);
      return;
    case "index":
      displace(2);
      p.mod = 0;
      p.rm = NO_BASE;
      sib(drawIndex(), NO_BASE);
      return;
    case "base+index": {
      p.rm = draws.below(registers);
      displace((p.rm & 7) === NO_BASE ? 1 + draws.below(2) : draws.below(3));
      sib(drawIndex(), p.rm);
      return;
    }
  }
  p.rm = draws.below(registers);
  displace(form.address === "base" ? 0 : form.address === "base+disp" ? 2 : 1);
  if (p.mod === 0 && (p.rm & 7) === NO_BASE) p.rm ^= 1;
  // A base of rsp or r12 needs a SIB; others may have one.
  if ((p.rm & 7) === 4 || draws.below(4) === 0) sib(4, p.rm);
}

/** Immediates, relative and far operands and offsets, in operand order. */
function immediates(form: Form, draws: Draws): number[] {
  const { row, size, mode, addressSize } = form;
  const out: number[] = [];
  for (const spec of row.operands) {
    if (!("letter" in spec)) continue;
    switch (spec.letter) {
      case "I":
      case "J": {
        const { type } = spec;
        const bits = type === "bs" ? 8 : type === "z" ? Math.min(size, 32) : typeWidth(type, size, mode);
        out.push(...little(draws.immediate(bits), bits));
        break;
      }
      case "A":
        out.push(...little(draws.immediate(size), size), ...little(draws.immediate(16), 16));
        break;
      case "O":
        out.push(...little(draws.displacement(addressSize), addressSize));
        break;
      case "L":
        out.push(draws.below(mode === 64 ? 16 : 8) << 4);
        break;
    }
  }
  return out;
}

const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const;
const PP = { none: 0, "66": 1, f3: 2, f2: 3 } as const;

/** Legacy prefixes, all but REX. */
function prefixes(form: Form, draws: Draws): number[] {
  const { row, mode } = form;
  const out: number[] = [];
  if (form.lock) out.push(0xf0);
  if (form.repeat !== "none") out.push(form.repeat === "rep" ? 0xf3 : 0xf2);
  if (form.address?.endsWith("segment")) {
    out.push(pick(draws, mode === 64 ? SEGMENT_PREFIXES.slice(4) : SEGMENT_PREFIXES));
  }
  if (form.addressSize !== mode) out.push(0x67);
  if (form.has66) out.push(0x66);
  if (row.vex === undefined && row.prefix !== undefined && row.prefix !== "none") {
    out.push(row.prefix === "66" ? 0x66 : row.prefix === "f3" ? 0xf3 : 0xf2);
  }
  return out;
}

function vexAndOpcode(form: Form, p: Fields, draws: Draws): number[] {
  const { row } = form;
  const l = row.vex?.l === "ig" ? draws.below(2) : (row.vex?.l ?? 0);
  const tail = ((~p.vvvv & 15) << 3) | (l << 2) | PP[row.prefix ?? "none"];
  const r = p.reg > 7 ? 0 : 0x80;
  const x = p.index > 7 ? 0 : 0x40;
  const b = p.rm > 7 ? 0 : 0x20;
  const short = row.map === 1 && !form.w && x !== 0 && b !== 0 && draws.below(2) === 0;
  if (short) return [0xc5, r | tail, row.opcode];
  return [0xc4, r | x | b | row.map, (form.w ? 0x80 : 0) | tail, row.opcode];
}

function legacyOpcode(form: Form, p: Fields, draws: Draws): number[] {
  const { row, mode } = form;
  const rex = (form.w ? 8 : 0) | (p.reg > 7 ? 4 : 0) | (p.index > 7 ? 2 : 0) | (p.rm > 7 ? 1 : 0);
  // A bare REX makes byte registers 4–7 spl, bpl, sil and dil, and does nothing elsewhere.
  const bare = mode === 64 && draws.below(3) === 0;
  const out = rex !== 0 || bare ? [0x40 | rex] : [];
  if (row.map > 0) out.push(0x0f);
  if (row.map > 1) out.push(row.map === 2 ? 0x38 : 0x3a);
  out.push(row.plus ? row.opcode | (p.rm & 7) : row.opcode);
  return out;
}

/**
 * Bytes of one instruction of the form, with registers, displacements and immediates from `draws`: the same draws
 * give the same bytes. decode.ts reads it back as the form's row, sizes and kind of address.
 */
export function instance(form: Form, draws: Draws): Uint8Array {
  const { row, mode, address } = form;
  const p: Fields = { reg: 0, rm: 0, index: 0, vvvv: 0, mod: 3, sib: -1, displacement: [] };
  if (row.hasModrm) p.reg = drawReg(form, draws);
  if (address === undefined || !row.hasModrm) {
    if (row.hasModrm || row.plus) p.rm = drawRegister(form, draws);
    // mov to and from control and debug registers ignores mod
    if (modForms(row) === "any") p.mod = draws.below(4);
  } else if (form.addressSize === 16) drawAddress16(p, form, draws);
  else drawAddress(p, form, draws);
  if (usesVvvv(row)) p.vvvv = draws.below(mode === 64 ? 16 : 8);

  const out = prefixes(form, draws);
  out.push(...(row.vex !== undefined ? vexAndOpcode(form, p, draws) : legacyOpcode(form, p, draws)));
  if (row.hasModrm) {
    out.push((p.mod << 6) | ((p.reg & 7) << 3) | (p.sib >= 0 ? 4 : p.rm & 7));
    if (p.sib >= 0) out.push(p.sib);
  }
  out.push(...p.displacement, ...immediates(form, draws));
  return Uint8Array.from(out);
}
