/**
 * Machine instructions to bytes through the rows of the instruction table. The row and its prefixes are looked up once for each
 * operation, size and shape of operands; after that an instruction costs no search. Tests compare it with isa/encode.ts.
 *
 * Only what MACHINE_OPS lists is known, in 64-bit mode; registers must be real. Source: SDM vol. 2A chapter 2.
 */
import type { OperandSpec } from "../../isa/operand.ts";
import type { Row } from "../../isa/row.ts";
import { isSizedBy66, operandSize } from "../../isa/row-facts.ts";
import { TABLE } from "../../isa/table.ts";
import type { Relocation, RelocationKind } from "../object.ts";
import {
  infoOf,
  type MachineInstruction,
  type MachineOp,
  type MemoryOperand,
  type Operand,
  type Size,
} from "./machine.ts";
import { RSP, registerName } from "./registers.ts";

/** Bytes of code that grow, with relocations at their offsets. */
export class CodeBuffer {
  bytes = new Uint8Array(256);
  length = 0;
  readonly relocations: Relocation[] = [];

  byte(b: number): void {
    if (this.length === this.bytes.length) {
      const grown = new Uint8Array(this.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.length++] = b;
  }
  /** The low `count` bytes of a number below 2^53 in magnitude. */
  little(value: number, count: number): void {
    let v = value;
    for (let i = 0; i < count; i++) {
      this.byte(v & 0xff);
      v = Math.floor(v / 256);
    }
  }
  append(bytes: Uint8Array): void {
    for (const b of bytes) this.byte(b);
  }
  relocate(kind: RelocationKind, symbol: string, addend: number): void {
    this.relocations.push({ offset: this.length, kind, symbol, addend });
  }
}

/** Where an operand goes: modrm.reg, modrm.rm, the opcode's low bits, an immediate of so many bytes, or nowhere. */
type Part = "reg" | "rm" | "opcode" | "none" | 1 | 2 | 4 | 8;

interface Form {
  readonly has66: boolean;
  readonly mandatory: number;
  readonly w: boolean;
  readonly map: number;
  readonly opcode: number;
  readonly digit: number;
  readonly hasModrm: boolean;
  /** The whole modrm byte where the row fixes it, else −1. */
  readonly modrm: number;
  readonly parts: readonly Part[];
  /** Operands that are byte registers, as bits: spl, bpl, sil and dil want a REX prefix. */
  readonly byteRegisters: number;
  readonly rep: boolean;
}

const MANDATORY = { none: 0, "66": 0x66, f3: 0xf3, f2: 0xf2 } as const;

let rowIndex: Map<string, Row> | undefined;
function rowFor(mnemonic: string, codes: string): Row | undefined {
  if (rowIndex === undefined) {
    rowIndex = new Map();
    for (const row of TABLE) {
      if (row.vex || row.evex || row.alternate || row.only === "i64") continue;
      const key = `${row.mnemonic} ${row.operands.map((s) => s.code).join(",")}`;
      if (!rowIndex.has(key)) rowIndex.set(key, row);
    }
  }
  return rowIndex.get(`${mnemonic} ${codes}`);
}

const isImplicit = (spec: OperandSpec): boolean =>
  "letter" in spec ? "XYJ".includes(spec.letter) : spec.fixed !== "1";

/** Bytes that an immediate of this spec takes at an operand size, or undefined where `o` does not fit. */
function immediatePart(spec: OperandSpec, o: Operand, size: Size): Part | undefined {
  if (o.kind !== "imm") return undefined;
  const plain = o.symbol === undefined && o.wide === undefined;
  if (!("letter" in spec)) return plain && o.value === 1 ? "none" : undefined;
  if (spec.letter !== "I") return undefined;
  switch (spec.type) {
    case "bs":
      return plain && o.value >= -128 && o.value <= 127 ? 1 : undefined;
    case "b":
      return plain && o.value >= -128 && o.value <= 255 ? 1 : undefined;
    case "z":
      return o.wide === undefined ? (size === 16 ? 2 : 4) : undefined;
    case "v":
      return size === 64
        ? o.wide === undefined
          ? undefined
          : 8
        : size === 32 && o.wide === undefined
          ? 4
          : undefined;
    default:
      return undefined;
  }
}

function partFor(spec: OperandSpec, o: Operand, size: Size): Part | undefined {
  if (o.kind === "imm") return immediatePart(spec, o, size);
  if (!("letter" in spec)) return undefined;
  const vector = o.kind === "reg" && o.reg >= 16;
  switch (spec.letter) {
    case "G":
      return o.kind === "reg" && !vector ? "reg" : undefined;
    case "Z":
      return o.kind === "reg" && !vector ? "opcode" : undefined;
    case "E":
      return vector ? undefined : "rm";
    case "V":
      return vector ? "reg" : undefined;
    case "W":
      return o.kind === "mem" || vector ? "rm" : undefined;
    case "M":
      return o.kind === "mem" ? "rm" : undefined;
    default:
      return undefined;
  }
}

function formOf(op: MachineOp, codes: string, operands: readonly Operand[], size: Size): Form | undefined {
  const info = infoOf(op);
  const { mnemonic } = info;
  const named = info.conditional
    ? `${mnemonic}${mnemonic === "set" || mnemonic === "cmov" ? "o" : ""}`
    : mnemonic;
  const row =
    rowFor(named, codes) ??
    // String instructions on bytes have names of their own.
    rowFor(`${named}b`, codes);
  if (row === undefined) throw new Error(`the table has no ${named} ${codes}`);
  const letters = row.operands.map((s) => ("letter" in s ? s.letter : ""));
  const isVector = letters.some((l) => l === "V");
  if (!isVector && row.operands.length > 0 && (operandSize(row, 64, false, false) === 8) !== (size === 8)) {
    return undefined;
  }
  const explicit = row.operands.filter((s) => !isImplicit(s));
  if (explicit.length !== operands.length) return undefined;
  const parts: Part[] = [];
  let byteRegisters = 0;
  for (const [n, spec] of explicit.entries()) {
    const part = partFor(spec, operands[n]!, size);
    if (part === undefined) return undefined;
    parts.push(part);
    if ("letter" in spec && spec.type === "b" && part !== 1) byteRegisters |= 1 << n;
  }
  const sized = isSizedBy66(row) || row.operands.some((s) => "letter" in s && s.type === "y");
  const by64 = row.operandSize === "d64" || row.operandSize === "f64";
  return {
    has66: size === 16 && isSizedBy66(row),
    mandatory: MANDATORY[row.prefix ?? "none"],
    w: row.w === 1 || (size === 64 && sized && !by64),
    map: row.map,
    opcode: row.opcode,
    digit: row.digit ?? 0,
    hasModrm: row.hasModrm,
    modrm: row.modrm ?? (row.hasModrm && row.operands.length === 0 ? 0xc0 | ((row.digit ?? 0) << 3) : -1),
    parts,
    byteRegisters,
    rep: info.rep === true,
  };
}

const forms = new Map<string, Form>();

/** Operands' kinds as one number: what decides the form. */
function shapeOf(operands: readonly Operand[]): number {
  let shape = 0;
  for (const o of operands) {
    let kind: number;
    if (o.kind === "reg") kind = o.reg >= 16 ? 2 : 1;
    else if (o.kind === "mem") kind = 3;
    else if (o.wide !== undefined) kind = 7;
    else if (o.symbol !== undefined) kind = 6;
    else
      kind =
        o.value === 1 ? 8 : o.value >= -128 && o.value <= 127 ? 4 : o.value >= 0 && o.value <= 255 ? 5 : 6;
    shape = shape * 16 + kind;
  }
  return shape;
}

function lookUp(op: MachineOp, size: Size, operands: readonly Operand[]): Form | undefined {
  const key = `${op} ${size} ${shapeOf(operands)}`;
  let form = forms.get(key);
  if (form === undefined) {
    for (const codes of infoOf(op).codes.split(" ")) {
      form = formOf(op, codes, operands, size);
      if (form !== undefined) break;
    }
    if (form !== undefined) forms.set(key, form);
  }
  return form;
}

/** Whether the operation can have these operands; which registers they are does not matter, but their file does. */
export const hasForm = (op: MachineOp, size: Size, operands: readonly Operand[]): boolean =>
  lookUp(op, size, operands) !== undefined;

function findForm(i: MachineInstruction): Form {
  const form = lookUp(i.op, i.size, i.operands);
  if (form === undefined) throw new Error(`no form of ${instructionText(i)} at ${i.size} bits`);
  return form;
}

/** For messages and dumps. */
export function instructionText(i: MachineInstruction): string {
  const operand = (o: Operand): string => {
    if (o.kind === "reg") return registerName(o.reg);
    if (o.kind === "imm")
      return o.symbol === undefined ? String(o.wide ?? o.value) : `${o.symbol}+${o.value}`;
    const terms = [
      o.symbol,
      o.slot && `${o.slot.area} slot`,
      o.base >= 0 ? registerName(o.base) : undefined,
      o.index >= 0 ? `${registerName(o.index)}*${1 << o.scale}` : undefined,
      o.displacement !== 0 ? String(o.displacement) : undefined,
    ].filter((t) => t !== undefined);
    return `[${terms.join("+")}]`;
  };
  const extra = (name: string, list: readonly number[]): string =>
    list.length > 0 ? ` ${name} ${list.map(registerName).join(",")}` : "";
  const cc = infoOf(i.op).conditional ? `.${i.cc}` : "";
  return `${i.op}${cc}.${i.size} ${i.operands.map(operand).join(", ")}${i.symbol ?? ""}${extra("uses", i.uses)}${extra("defs", i.defs)}`;
}

/** Appends the instruction's bytes. Throws an Error where the table has no such form. */
export function encodeInstruction(out: CodeBuffer, i: MachineInstruction): void {
  const form = findForm(i);
  const { operands } = i;
  let reg = form.digit;
  let rm = 0;
  let memory: MemoryOperand | undefined;
  let plus = 0;
  let needsRex = false;
  let tail = 0;
  for (let n = 0; n < operands.length; n++) {
    const o = operands[n]!;
    const part = form.parts[n]!;
    if (o.kind === "reg") {
      const index = o.reg & 15;
      if (part === "reg") reg = index;
      else if (part === "rm") rm = index;
      else plus = index;
      if ((form.byteRegisters >> n) & 1 && index >= 4) needsRex = true;
    } else if (o.kind === "mem") memory = o;
    else if (typeof part === "number") tail += part;
  }
  if (i.lock) out.byte(0xf0);
  if (form.rep) out.byte(0xf3);
  if (form.has66) out.byte(0x66);
  if (form.mandatory !== 0) out.byte(form.mandatory);
  const base = memory ? Math.max(memory.base, 0) : form.hasModrm ? rm : plus;
  const index = memory ? Math.max(memory.index, 0) : 0;
  const rex = (form.w ? 8 : 0) | (reg > 7 ? 4 : 0) | (index > 7 ? 2 : 0) | (base > 7 ? 1 : 0);
  if (rex !== 0 || needsRex) out.byte(0x40 | rex);
  if (form.map > 0) out.byte(0x0f);
  if (form.map === 2) out.byte(0x38);
  else if (form.map === 3) out.byte(0x3a);
  out.byte(form.opcode | (infoOf(i.op).conditional ? i.cc : 0) | (plus & 7));
  if (form.hasModrm) {
    if (form.modrm >= 0) out.byte(form.modrm);
    else if (memory) encodeAddress(out, memory, reg, tail);
    else out.byte(0xc0 | ((reg & 7) << 3) | (rm & 7));
  }
  for (let n = 0; n < operands.length; n++) {
    const o = operands[n]!;
    const part = form.parts[n]!;
    if (o.kind !== "imm" || typeof part !== "number") continue;
    if (o.symbol !== undefined) {
      out.relocate(part === 8 ? "R_X86_64_64" : form.w ? "R_X86_64_32S" : "R_X86_64_32", o.symbol, o.value);
      out.little(0, part);
    } else if (o.wide !== undefined) {
      out.little(Number(BigInt.asUintN(32, o.wide)), 4);
      out.little(Number(BigInt.asUintN(32, o.wide >> 32n)), 4);
    } else out.little(o.value, part);
  }
  if (i.op === "call") {
    out.relocate("R_X86_64_PLT32", i.symbol!, -4);
    out.little(0, 4);
  }
}

/** modrm, SIB and displacement. `tail`: bytes of immediates after it, from whose end rip counts. */
function encodeAddress(out: CodeBuffer, m: MemoryOperand, reg: number, tail: number): void {
  const r = (reg & 7) << 3;
  const d = m.displacement;
  if (m.base < 0 && m.index < 0 && m.symbol !== undefined) {
    out.byte(r | 5);
    out.relocate("R_X86_64_PC32", m.symbol, d - 4 - tail);
    out.little(0, 4);
    return;
  }
  if (m.slot !== undefined && m.base < 0) throw new Error("a slot has no place in the frame");
  if (m.base < 0) {
    const index = m.index < 0 ? 4 : m.index & 7;
    out.byte(r | 4);
    out.byte((m.scale << 6) | (index << 3) | 5);
  } else {
    const near = m.symbol === undefined && d >= -128 && d <= 127;
    const mod = m.symbol === undefined && d === 0 && (m.base & 7) !== 5 ? 0 : near ? 1 : 2;
    if (m.index >= 0 || (m.base & 7) === RSP) {
      out.byte((mod << 6) | r | 4);
      out.byte((m.scale << 6) | ((m.index < 0 ? 4 : m.index & 7) << 3) | (m.base & 7));
    } else out.byte((mod << 6) | r | (m.base & 7));
    if (mod === 0) return;
    if (mod === 1) {
      out.byte(d & 0xff);
      return;
    }
  }
  if (m.symbol !== undefined) {
    out.relocate("R_X86_64_32S", m.symbol, d);
    out.little(0, 4);
  } else out.little(d, 4);
}
