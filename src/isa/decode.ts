/**
 * Bytes to Instruction, by the opcode maps of decode-table.ts; decode-operands.ts reads the operands. Decides everything that bytes and mode decide: prefixes,
 * REX and VEX rules, LOCK, register numbers that do not exist. It does not know the processor's state:
 * whether VEX is allowed at all (not in real or virtual-8086 mode), features and control registers are its caller's.
 * Source: SDM vol. 2A chapter 2; vol. 2D appendix A.
 */
import { address, addressBytes, immediateBytes, operandOf, registersExist, s } from "./decode-operands.ts";
import {
  type DecodeTable,
  lazyDecodeTable,
  type OpcodeEntry,
  type OpcodeMaps,
  sizeIndex,
} from "./decode-table.ts";
import type { Instruction, MemoryOperand, Operand } from "./instruction.ts";
import { mnemonicOf } from "./row-facts.ts";
import { FS, GS } from "./state.ts";
import { TABLE } from "./table.ts";

export { registerOperand } from "./decode-operands.ts";

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

const NO_OPERANDS: readonly Operand[] = [];

const fail = (kind: DecodeFailure["kind"], length: number): DecodeFailure => ({ kind, length });

/** The bytes end before the instruction does, or it goes on after 15. */
const short = (end: number, offset: number): DecodeFailure =>
  end - offset >= MAX_LENGTH ? fail("too long", MAX_LENGTH) : fail("truncated", end - offset);

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
  let at = offset;
  let rex = 0;
  let has66 = false;
  let has67 = false;
  let repeat = 0; // 0xf3, 0xf2: the last one
  let lock = false;
  let segment = -1;
  let opcode = 0;
  for (;;) {
    if (at >= end) return short(end, offset);
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
    if (at >= end) return short(end, offset);
    opcode = bytes[at++]!;
    map = 1;
    if (opcode === 0x38 || opcode === 0x3a) {
      map = opcode === 0x38 ? 2 : 3;
      if (at >= end) return short(end, offset);
      opcode = bytes[at++]!;
    }
  } else if (opcode === 0xc4 || opcode === 0xc5 || opcode === 0x62) {
    if (at >= end) return short(end, offset);
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
        if (at >= end) return short(end, offset);
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
      if (at >= end) return short(end, offset);
      opcode = bytes[at++]!;
    }
  }

  const encodings = vex ? maps.vex : maps.legacy;
  const entries: OpcodeMaps = mode === 64 ? encodings.in64 : encodings.other;
  const entry: OpcodeEntry | undefined = entries.get(map * 256 + opcode);
  if (entry === undefined) return fail("invalid", at - offset);
  let modrm = 0;
  if (entry.needsModrm) {
    if (at >= end) return short(end, offset);
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
      if (sib && at >= end) return short(end, offset);
      needed += addressBytes(modrm, s.addressSize, sib ? bytes[at]! : -1);
    }
  }
  if (lock && !(row.lock && isMemory)) return fail("invalid", at - offset);
  const specs = row.operands;
  const count = specs.length;
  if (found.hasImmediates) for (let i = 0; i < count; i++) needed += immediateBytes(specs[i]!);
  if (at + needed > end) {
    return at + needed - offset > MAX_LENGTH ? fail("too long", MAX_LENGTH) : short(end, offset);
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
